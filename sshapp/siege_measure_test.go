//go:build linux

package sshapp_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// measure measures the server before, during and after an attack.
type measure struct {
	w *siege

	from, until       int64 // the attack, in Unix nanoseconds
	baseLags, lags    crowdLags
	baseCPU           float64 // % of a core
	oneCPU, allCPU    float64 // above the base: while one address attacks, and while all attack
	attackerCPU       float64 // of this process, whose clients attack
	crowdCPU          float64
	baseRSS, afterRSS int64
	peakRSS           int64
	warned            int // lines of the log since the attack began
}

// base measures the server before the attack.
func (m *measure) base(ctx context.Context) {
	lasts := shortBase
	if m.w.long() {
		lasts = max(*siegeFor/3, shortBase)
	}
	from := unixNow()
	m.baseCPU = m.cpuWhile(func() { pause(ctx, lasts) })
	m.baseLags = m.w.crowd.latency(from, unixNow())
	m.baseRSS, _ = m.memory()
}

// attack has one address attack, and the others too after half of the time. It
// measures the server meanwhile.
func (m *measure) attack(ctx context.Context) {
	w := m.w
	lasts, sources := w.lasts(), w.addresses()
	// The attack goes on until the honest people of the row are done.
	attacking, stop := context.WithCancel(ctx)
	defer stop()
	measured, over := context.WithTimeout(ctx, lasts)
	defer over()
	var attackers, honest sync.WaitGroup
	begin := func(i int) {
		s := &source{siege: w, index: i, addr: attackAddr(i), rand: w.dice(uint64(i))}
		attackers.Go(func() { w.row.attack(attacking, s) })
	}
	m.from = unixNow()
	m.warned = w.server.warnings("")
	attackerCPU, crowdCPU := m.cpu(os.Getpid()), m.cpu(w.crowd.cmd.Process.Pid)
	honest.Go(func() {
		if err := w.beside(measured); err != nil {
			w.fault("while attacked: %v", err)
		}
	})
	n := 1
	if w.row.atOnce {
		n = sources
	}
	for i := range n {
		begin(i)
	}
	first := lasts
	if sources > n {
		first /= 2
	}
	m.oneCPU = m.cpuWhile(func() { pause(measured, first) }) - m.baseCPU
	m.allCPU = m.oneCPU
	if sources > n {
		for i := n; i < sources; i++ {
			begin(i)
		}
		m.allCPU = m.cpuWhile(func() { pause(measured, lasts) }) - m.baseCPU
	}
	if n > 1 {
		m.oneCPU = 0 // no address attacked alone
	}
	m.until = unixNow()
	took := time.Duration(m.until - m.from)
	m.attackerCPU = percent(m.cpu(os.Getpid())-attackerCPU, took)
	m.crowdCPU = percent(m.cpu(w.crowd.cmd.Process.Pid)-crowdCPU, took)
	honest.Wait()
	stop()
	attackers.Wait()
}

// rest waits for a while after the attack, and measures the memory.
func (m *measure) rest(ctx context.Context) {
	lasts := shortRest
	if m.w.long() {
		lasts = *siegeRest
	}
	pause(ctx, lasts)
	m.afterRSS, m.peakRSS = m.memory()
}

// memory returns the server's resident set now and at most, in bytes.
func (m *measure) memory() (now, peak int64) {
	now, peak, err := m.w.server.memory()
	if err != nil {
		m.w.fault("reading the server's memory: %v", err)
	}
	return now, peak
}

// cpuWhile returns how much of a core the server takes while f runs, in %.
func (m *measure) cpuWhile(f func()) float64 {
	began := time.Now()
	server := m.w.server.cmd.Process.Pid
	before := m.cpu(server)
	f()
	return percent(m.cpu(server)-before, time.Since(began))
}

// cpu returns the CPU time that a process has used.
func (m *measure) cpu(pid int) time.Duration {
	used, err := cpuTime(pid)
	if err != nil {
		m.w.fault("reading the CPU time of a process: %v", err)
	}
	return used
}

func percent(part, of time.Duration) float64 { return 100 * float64(part) / float64(of) }

var started = time.Now()

// unixNow returns the time in Unix nanoseconds, which two processes share. Steps
// of the clock after the start of this process do not show in it.
func unixNow() int64 { return started.Add(time.Since(started)).UnixNano() }

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// result is a row of the table.
type result struct {
	*measure
	sent   int
	missed []string // goals
}

// result compares the measurements with the goals.
func (m *measure) result(sent int) result {
	m.warned = m.w.server.warnings("") - m.warned
	r := result{measure: m, sent: sent}
	m.lags = m.w.crowd.latency(m.from, m.until)
	miss := func(format string, args ...any) { r.missed = append(r.missed, fmt.Sprintf(format, args...)) }
	if limit := max(maxSlower*m.baseLags.P99, noiseFloor); m.lags.P99 > limit || m.lags.Deliveries == 0 {
		miss("honest p99 is %v, more than %v", m.lags.P99, limit)
	}
	if m.oneCPU > maxCore {
		miss("one address takes %.0f %% of a core, more than %d", m.oneCPU, maxCore)
	}
	if m.peakRSS > maxRSS {
		miss("the server held %d MiB, more than %d", m.peakRSS>>20, maxRSS>>20)
	}
	if limit := m.baseRSS*(100+keptPart)/100 + keptSlack; m.afterRSS > limit && !m.w.row.keeps {
		miss("the server still holds %d MiB, more than %d", m.afterRSS>>20, limit>>20)
	}
	if limit := warnKinds * (1 + int(time.Duration(m.until-m.from)/time.Minute)); m.warned > limit {
		miss("the server warned %d times, more than %d", m.warned, limit)
	}
	return r
}

//go:build linux

package sshapp_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"
)

// measure reads what the server takes, before, during and after an attack.
type measure struct {
	w *siege

	from, until       int64 // the attack
	baseP50, baseP99  time.Duration
	baseCPU           float64       // % of a core
	oneCPU, allCPU    float64       // above the base: while one address attacks, and while all do
	loadCPU           float64       // of this process, attackers and honest together
	loadLate          time.Duration // p99 of how late this process itself was, without any server
	baseRSS, afterRSS int64
	peakRSS           int64
	warned            int // lines of the log since the attack began
}

// base measures the server with nobody but the honest.
func (m *measure) base(ctx context.Context) {
	lasts := shortBase
	if m.w.long() {
		lasts = max(*siegeFor/3, shortBase)
	}
	from := sinceStart()
	m.baseCPU = m.cpuWhile(func() { pause(ctx, lasts) })
	m.baseP50, m.baseP99, _ = m.w.crowd.latency(from, sinceStart())
	m.baseRSS, _ = m.memory()
}

// attack lets one address attack, and then the others too.
func (m *measure) attack(ctx context.Context) {
	w := m.w
	lasts, sources := w.lasts(), w.addresses()
	// The attack goes on until the honest have done what they have to meanwhile.
	attacking, stop := context.WithCancel(ctx)
	defer stop()
	measured, over := context.WithTimeout(ctx, lasts)
	defer over()
	var attackers, honest, clock sync.WaitGroup
	clock.Go(func() { m.loadLate = lateness(measured) })
	begin := func(i int) {
		s := &source{siege: w, index: i, addr: attackAddr(i), rand: w.dice(uint64(i))}
		attackers.Go(func() { w.row.attack(attacking, s) })
	}
	m.from = sinceStart()
	m.warned = w.server.warnings("")
	load := ownCPU()
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
	m.until = sinceStart()
	m.loadCPU = percent(ownCPU()-load, time.Duration(m.until-m.from))
	honest.Wait()
	clock.Wait()
	stop()
	attackers.Wait()
}

// rest leaves the server in peace, and reads its memory.
func (m *measure) rest(ctx context.Context) {
	lasts := shortRest
	if m.w.long() {
		lasts = *siegeRest
	}
	pause(ctx, lasts)
	m.afterRSS, m.peakRSS = m.memory()
}

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
	before, err := m.w.server.cpu()
	f()
	after, err2 := m.w.server.cpu()
	if err != nil || err2 != nil {
		m.w.fault("reading the server's CPU time: %v, %v", err, err2)
	}
	return percent(after-before, time.Since(began))
}

func percent(part, of time.Duration) float64 { return 100 * float64(part) / float64(of) }

var started = time.Now()

// sinceStart returns the time since the process began, in nanoseconds.
func sinceStart() int64 { return int64(time.Since(started)) }

// ownCPU is the CPU time of this process.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// lateness returns the p99 of how much later than asked for this process gets to
// do something, until ctx ends.
func lateness(ctx context.Context) time.Duration {
	const pace = 5 * time.Millisecond
	var late []time.Duration
	timer := time.NewTimer(pace)
	defer timer.Stop()
	for due := time.Now().Add(pace); ; due = time.Now().Add(pace) {
		select {
		case <-timer.C:
			late = append(late, time.Since(due))
			timer.Reset(pace)
		case <-ctx.Done():
			if len(late) == 0 {
				return 0
			}
			slices.Sort(late)
			return late[(len(late)-1)*99/100]
		}
	}
}

// pause waits for a time, or until ctx ends.
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
	p50, p99 time.Duration
	sent     int
	missed   []string // goals
}

// result compares with the goals.
func (m *measure) result(sent int) result {
	m.warned = m.w.server.warnings("") - m.warned
	r := result{measure: m, sent: sent}
	var n int
	r.p50, r.p99, n = m.w.crowd.latency(m.from, m.until)
	miss := func(format string, args ...any) { r.missed = append(r.missed, fmt.Sprintf(format, args...)) }
	if limit := max(maxSlower*m.baseP99, noiseFloor); r.p99 > limit || n == 0 {
		miss("honest p99 is %v, more than %v", r.p99, limit)
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

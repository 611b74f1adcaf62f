package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// maxReasons is how many distinct errors the report keeps.
const maxReasons = 5

// run is one run of a plan. Its fields belong to the goroutine of execute, unless
// they say otherwise.
type run struct {
	plan   *plan
	tokens tokens
	key    ssh.Signer // for all sessions, with plan.SharedKey
	bar    progress
	began  time.Time
	pids   []int // plan.PIDs and this process; none if there are no PIDs

	rooms    [][]*session   // by room and member; nil if not open
	sent     []atomic.Int64 // by message: when its Enter was written, in ns since began
	expected int64          // deliveries of measured messages
	counted  int            // measured messages
	late     time.Duration  // largest delay behind the plan

	readers   sync.WaitGroup
	delivered atomic.Int64 // this and the following are safe for concurrent use
	opened    atomic.Int64
	failed    atomic.Int64
	lost      atomic.Int64
	closing   atomic.Bool

	mu      sync.Mutex
	reasons map[string]int // guarded by mu
}

// moment is what was used and received up to a time.
type moment struct {
	at    time.Time
	usage []usage // by process of run.pids
	bytes int64
}

// execute runs the plan. If ctx ends, it stops early and returns a report of what
// was measured until then, and the context's error.
func execute(ctx context.Context, p *plan, bar progress) (*report, error) {
	r, err := newRun(p, bar)
	if err != nil {
		return nil, err
	}
	empty, err := r.now()
	if err != nil {
		return nil, err
	}
	defer r.close()
	connecting := time.Now()
	r.connect(ctx)
	rep := &report{plan: p, connecting: time.Since(connecting)}
	if r.opened.Load() > 0 {
		r.wait(ctx, "settling", p.Settle)
		if err := r.watch(ctx, rep); err != nil {
			return nil, err
		}
	}
	r.close()
	rep.empty = empty
	rep.fill(r)
	return rep, ctx.Err()
}

// newRun returns a run. The caller must close it.
func newRun(p *plan, bar progress) (r *run, err error) {
	r = &run{
		plan: p, tokens: newTokens(), bar: bar, began: time.Now(),
		rooms: make([][]*session, p.Rooms), sent: make([]atomic.Int64, p.perRoom()*p.Rooms),
		reasons: map[string]int{},
	}
	if len(p.PIDs) > 0 {
		r.pids = append(slices.Clone(p.PIDs), os.Getpid())
	}
	if p.SharedKey {
		r.key, err = newSigner()
	}
	return r, err
}

// watch measures the sessions while idle and under load.
func (r *run) watch(ctx context.Context, rep *report) (err error) {
	if rep.idle[0], err = r.now(); err != nil {
		return err
	}
	r.wait(ctx, "idle", r.plan.Idle)
	if rep.idle[1], err = r.now(); err != nil {
		return err
	}
	if r.plan.messages() == 0 {
		return nil
	}
	if rep.load[0], err = r.send(ctx); err != nil {
		return err
	}
	if rep.load[0].at.IsZero() {
		return nil // stopped during the warm-up
	}
	rep.sending = time.Since(rep.load[0].at)
	r.drain(ctx)
	rep.load[1], err = r.now()
	return err
}

func (r *run) now() (moment, error) {
	u, err := usageOf(r.pids)
	m := moment{at: time.Now(), usage: u}
	for s := range r.sessions {
		m.bytes += s.bytes.Load()
	}
	return m, err
}

// sessions yields the open sessions.
func (r *run) sessions(yield func(*session) bool) {
	for _, room := range r.rooms {
		for _, s := range room {
			if s != nil && !yield(s) {
				return
			}
		}
	}
}

// connect opens the first session of each room, which lights it, at even distances
// within plan.Spread, and then the others.
func (r *run) connect(ctx context.Context) {
	p := r.plan
	stop := r.bar.watch("connecting", p.Sessions, func() int { return int(r.opened.Load()) })
	defer stop()
	names := make([]string, p.Rooms)
	start := time.Now()
	r.each(ctx, 0, p.Rooms, func(room, _ int) (err error) {
		sleep(ctx, time.Until(start.Add(p.lightAt(room))))
		r.rooms[room] = make([]*session, p.seats(room))
		names[room], err = r.enter(ctx, room, 0, p.user(room, 0, ""), p.Login == "")
		return err
	})
	r.each(ctx, p.Rooms, p.Sessions, func(room, member int) error {
		if names[room] == "" && p.Login == "" {
			return errors.New("the room was not lit")
		}
		_, err := r.enter(ctx, room, member, p.user(room, member, names[room]), false)
		return err
	})
}

// each calls f for the sessions from from up to, not including, to, with
// plan.Parallel calls at a time, and counts the results.
func (r *run) each(ctx context.Context, from, to int, f func(room, member int) error) {
	jobs := make(chan int)
	var workers sync.WaitGroup
	for range min(r.plan.Parallel, to-from) {
		workers.Go(func() {
			for i := range jobs {
				if err := f(i%r.plan.Rooms, i/r.plan.Rooms); err != nil {
					r.fail(err)
				} else {
					r.opened.Add(1)
				}
			}
		})
	}
	for i := from; i < to && ctx.Err() == nil; i++ {
		jobs <- i
	}
	close(jobs)
	workers.Wait()
}

func (r *run) enter(ctx context.Context, room, member int, user string, named bool) (name string, err error) {
	s := &session{run: r, room: room, member: member, arrived: make([]time.Duration, r.plan.perRoom())}
	if name, err = s.open(ctx, user, named); err != nil {
		return "", err
	}
	r.rooms[room][member] = s
	return name, nil
}

func (r *run) fail(err error) {
	r.failed.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if reason := err.Error(); r.reasons[reason] > 0 || len(r.reasons) < maxReasons {
		r.reasons[reason]++
	}
}

// wait waits for d, or until ctx ends.
func (r *run) wait(ctx context.Context, what string, d time.Duration) {
	start := time.Now()
	defer r.bar.watch(what, int(d.Seconds()), func() int { return int(time.Since(start).Seconds()) })()
	sleep(ctx, d)
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// close ends all sessions and waits for their readers. It may be called twice.
func (r *run) close() {
	r.closing.Store(true)
	var closers sync.WaitGroup
	ends := make(chan *session)
	for range r.plan.Parallel {
		closers.Go(func() {
			for s := range ends {
				s.conn.Close()
			}
		})
	}
	for s := range r.sessions {
		ends <- s
	}
	close(ends)
	closers.Wait()
	r.readers.Wait()
}

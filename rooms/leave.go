package rooms

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	leaveTimeout    = 3 * time.Second // for giving seats back; the lease of others runs out
	returnLimit     = time.Minute     // how long seats are reserved for people to return when this process ends
	maxLeavesAtOnce = 16
)

// Leave gives the seat up, or has it reserved for a while if only this process ends.
// It must be called for every member that Enter returned, and may be called
// twice. It waits for the store a bounded time.
func (m *Member) Leave() {
	l := m.room
	l.mu.Lock()
	_, in := l.members[m]
	delete(l.members, m)
	m.left = true
	ref, seat := l.state.Ref, m.seat
	seated := m.end == nil && (l.end == nil || l.end.LivesOn)
	reserve := seated && m.returns && l.end != nil && l.end.Reason == Closing
	seat.Seen = m.seen
	l.mu.Unlock()
	if !in {
		return
	}
	l.hub.limits.noteLeft(m.limitKey, m.limiter)
	reserved := reserve && l.reserveSeat(ref, seat)
	if seated && !reserved {
		l.giveBack(ref, seat)
	}
	l.hub.release(l)
}

// reserveSeat has the store reserve the seat, and reports whether it does.
func (l *liveRoom) reserveSeat(ref Ref, seat Seat) bool {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout) // as in giveBack
	defer cancel()
	return l.hub.store.Reserve(ctx, ref, seat, returnLimit) == nil
}

func (l *liveRoom) giveBack(ref Ref, seat Seat) {
	// Detached: the session's context has ended, and the hub's may have.
	l.giveBackAll(context.Background(), ref, []Seat{seat})
}

// giveBackAll gives seats back, several at once, within leaveTimeout for all of them.
func (l *liveRoom) giveBackAll(ctx context.Context, ref Ref, seats []Seat) {
	if len(seats) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	var leaving sync.WaitGroup
	slots := make(chan struct{}, maxLeavesAtOnce)
	for _, s := range seats {
		slots <- struct{}{}
		leaving.Go(func() {
			defer func() { <-slots }()
			if err := l.hub.store.Leave(ctx, ref, s); err != nil && !errors.Is(err, ErrNoRoom) {
				l.hub.warnings.Warn("cannot give back a seat: its lease will run out", "seat", slog.Any("err", err))
			}
		})
	}
	leaving.Wait()
}

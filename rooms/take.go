package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Take claims the room's drop, has send send it, and takes it once send has returned nil:
// then the room is wiped for everybody, and only then Take returns nil. send returns when
// all chunks have arrived. Its context ends if the claim is lost. After any error nothing was
// taken, except after ErrUnknown. Take returns ErrNoDrop, ErrNotForYou, which costs
// nothing, ErrClaimed, ErrTooFast, the errors of stores, and that of send.
func (m *Member) Take(ctx context.Context, send func(ctx context.Context, d Drop, all Chunks) error) error {
	l := m.room
	drop := l.current().Drop
	switch {
	case drop == nil:
		return ErrNoDrop
	case drop.For != "" && drop.For != m.recipient:
		return l.hub.refused(ErrNotForYou)
	}
	claim := rand.Text()
	var d Drop
	err := m.act(ctx, func(ctx context.Context, ref Ref, _ Seat) (err error) {
		d, err = l.hub.store.Claim(ctx, ref, claim, ClaimLease)
		return err
	})
	if err == nil {
		err = l.sendClaimed(ctx, d, claim, send)
	}
	if err != nil {
		l.unclaim(ctx, claim)
		return err
	}
	return l.take(ctx, m, claim)
}

// sendClaimed calls send, and renews the claim meanwhile.
func (l *liveRoom) sendClaimed(ctx context.Context, d Drop, claim string, send func(context.Context, Drop, Chunks) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	renewing := make(chan struct{})
	go func() { // ends with ctx
		defer close(renewing)
		defer l.recoverPanic()
		cancel(l.renewClaim(ctx, claim))
	}()
	err := send(ctx, d, l.chunksOf(ctx, d.Blob, d.Size))
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	cancel(nil)
	<-renewing
	return err
}

// renewClaim renews a claim until ctx ends, or until the claim is lost, which it returns.
func (l *liveRoom) renewClaim(ctx context.Context, claim string) error {
	renewed, ref := Now(), l.current().Ref
	tick := time.NewTicker(ClaimLease / 6)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		began := Now()
		call, cancel := context.WithTimeout(ctx, storeTimeout)
		_, err := l.hub.store.Claim(call, ref, claim, ClaimLease)
		cancel()
		switch {
		case err == nil:
			renewed = began
		case ctx.Err() != nil:
			return nil
		case !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrUnavailable), Now().Sub(renewed) >= ClaimLease:
			return err
		}
	}
}

// unclaim gives a claim up, even if ctx has ended. If that fails, the claim lapses.
func (l *liveRoom) unclaim(ctx context.Context, claim string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	l.hub.store.Unclaim(ctx, l.current().Ref, claim)
}

// take takes what the claim keeps, even if ctx ends: the client has it all, and may be
// gone with it. A store that does not reply is asked again for as long as the claim
// holds.
func (l *liveRoom) take(ctx context.Context, m *Member, claim string) error {
	ref, by := l.place(m)
	err := l.hub.persist(context.WithoutCancel(ctx), func(ctx context.Context) error {
		err := l.hub.store.Take(ctx, ref, claim, by)
		if errors.Is(err, ErrClaimed) { // the store may have lost the claim
			if _, err := l.hub.store.Claim(ctx, ref, claim, ClaimLease); err != nil {
				return err
			}
			err = l.hub.store.Take(ctx, ref, claim, by)
		}
		return err
	})
	if err == nil {
		l.mu.Lock()
		l.takenBy = by.Alias
		l.mu.Unlock()
	}
	l.requestResync() // the loop finds the room gone, and ends it
	return err
}

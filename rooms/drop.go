package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"
)

// A drop is a secret or a small file that one person leaves in a room of its own, for
// one other to take. Whoever takes it claims it first, so that nobody else does; once
// their client has said that it read the last byte, the store wipes the room with all
// that is in it, in one step, and keeps that it was taken, when and by whom, until the
// deadline. Until that step nothing is taken: what breaks off before gives the claim up,
// or lets it lapse.

const (
	// ClaimLease is how long a claim holds unless it is renewed, and how long the end of
	// a transfer waits for a store that does not reply.
	ClaimLease = 30 * time.Second
	// DefaultMaxFile is the default limit of a file or a drop, in bytes.
	DefaultMaxFile = 1 << 20
)

// Errors of Hub.Drop and Member.Take, besides those of stores.
var (
	ErrTooLarge  = errors.New("that is larger than this server allows a file to be")
	ErrNothing   = errors.New("standard input was empty")
	ErrNotForYou = errors.New("this is for somebody else's key")
)

// Drop is what waits in a room to be taken. A value.
type Drop struct {
	Blob string // ID of its chunks
	Size int64  // in bytes
	From Seat   // who left it: alias, identity and tag alone
	Time time.Time
	For  string // see Guest.Recipient; empty: for whoever comes first
}

// IsFor reports whether a guest may take it.
func (d Drop) IsFor(g Guest) bool { return d.For == "" || d.For == g.Recipient }

// Taking says how a drop was taken. A value.
type Taking struct {
	Epoch string // of the room, which went with it
	By    Seat   // alias, identity and tag alone
	Time  time.Time
}

// Drop puts all that it reads into a room that was lit for it, to be taken. If that
// fails, it wipes the room. It returns ErrNothing, ErrTooLarge beyond limit bytes,
// ErrSourceFull, ErrRoomFull, ErrStoreFull, and the error of reading.
func (h *Hub) Drop(ctx context.Context, room Room, g Guest, recipient string, in io.Reader, limit int64) (Drop, error) {
	from := Seat{Alias: g.Alias, Identity: g.Identity, Keyed: g.Returns}.Tagged(room.Epoch)
	d := Drop{Blob: rand.Text(), From: from, For: recipient}
	var err error
	if d.Size, err = h.putBlob(ctx, room, g.Source, d.Blob, in, limit); err == nil && d.Size == 0 {
		err = ErrNothing
	}
	if err == nil {
		err = h.persist(ctx, func(ctx context.Context) error { return h.store.Offer(ctx, room.Ref, d) })
	}
	if err != nil {
		h.wipe(ctx, room, from)
		return Drop{}, h.refused(err)
	}
	return d, nil
}

// wipe destroys a room in which nothing could be dropped, even if ctx has ended.
func (h *Hub) wipe(ctx context.Context, room Room, by Seat) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	h.store.Destroy(ctx, room.Ref, by) // or else it burns out: nobody has its name, and nothing is offered in it
	h.budget.ended(room.Ref)
}

// persist calls the store until it replies, for ClaimLease at most. Once a reply was
// lost, a room that is gone may be gone because of the call: that is ErrUnknown, too.
func (h *Hub) persist(ctx context.Context, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, ClaimLease)
	defer cancel()
	var lost error
	for {
		attempt, cancel := context.WithTimeout(ctx, storeTimeout)
		err := do(attempt)
		cancel()
		switch {
		case errors.Is(err, ErrUnknown):
			lost = err
		case errors.Is(err, ErrNoRoom) && lost != nil:
			return lost
		case !errors.Is(err, ErrUnavailable):
			return err
		}
		select {
		case <-ctx.Done():
			if lost != nil {
				return lost
			}
			return err
		case <-time.After(retryDelay):
		}
	}
}

// Taking returns how the room that burned last under a name was taken, until its
// deadline, or ErrNoRoom.
func (h *Hub) Taking(ctx context.Context, name Name) (Taking, error) {
	return h.store.Taking(ctx, name)
}

// AwaitTaking waits until the drop of a room is taken, and takes no seat. It returns
// ErrNoRoom if the room has ended otherwise, and the cause of ctx if that ends.
func (h *Hub) AwaitTaking(ctx context.Context, room Room) (Taking, error) {
	watching, cancel := context.WithTimeout(ctx, storeTimeout)
	feed, err := h.store.Watch(watching, room.Name)
	cancel()
	switch {
	case ctx.Err() != nil && err != nil:
		return Taking{}, context.Cause(ctx)
	case err != nil:
		return Taking{}, err
	}
	defer feed.Close()
	look := time.NewTicker(h.cfg.Beat) // what was published may be lost
	defer look.Stop()
	for {
		taking, err := h.settled(ctx, room)
		if err == nil || errors.Is(err, ErrNoRoom) || errors.Is(err, ErrSealed) {
			return taking, err
		}
		deadline := time.NewTimer(max(room.Left(), retryDelay))
		select {
		case <-feed.Ready():
			feed.take()
		case <-look.C:
		case <-deadline.C:
		case <-ctx.Done():
			deadline.Stop()
			return Taking{}, context.Cause(ctx)
		}
		deadline.Stop()
	}
}

var errWaiting = errors.New("it waits to be taken")

// settled returns how a room was taken, ErrNoRoom if it has ended otherwise, or another
// error if that is not known yet. It looks for the taking after the room: one that is
// gone was taken before, or never will be.
func (h *Hub) settled(ctx context.Context, room Room) (Taking, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	found, err := h.store.Find(ctx, room.Name)
	switch {
	case err == nil && found.Epoch == room.Epoch:
		return Taking{}, errWaiting
	case err != nil && !errors.Is(err, ErrNoRoom):
		return Taking{}, err
	}
	taking, err := h.store.Taking(ctx, room.Name)
	if err == nil && taking.Epoch != room.Epoch {
		err = ErrNoRoom
	}
	return taking, err
}

// noteDrop notes that something was dropped, and reports whether that is news. The caller
// holds mu.
func (l *liveRoom) noteDrop(e Event) bool {
	if l.state.Drop != nil {
		return false
	}
	l.state.Drop = e.Drop
	l.transcript.note(e)
	return true
}

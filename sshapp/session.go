package sshapp

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/charmbracelet/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/ui"
	"wick/sshapp/wording"
)

const (
	enterLimit  = 10 * time.Second // for finding, lighting and entering a room
	refuseLimit = 15 * time.Second // for a client to take the one sentence
)

// What a source has done too often in a minute.
const (
	tooManyLights  = wording.Refusal("too many rooms were lit from your address: wait a minute")
	tooManyTries   = wording.Refusal("too many names were tried from your address: wait a minute")
	tooManyEntries = wording.Refusal("this room was entered too often by you or from your address: wait a few seconds")
	tooManyVisits  = wording.Refusal("rooms were entered too often from your address: wait a minute")
)

// session is the handler of one SSH session, from the shell request to its
// exit status.
func (a *App) session(sess ssh.Session, term *sshd.Terminal) {
	status := a.attend(sess, term)
	a.cfg.Log.Debug("session ended", "session", term.ID, "status", status)
	sess.Exit(status)
}

func (a *App) attend(sess ssh.Session, term *sshd.Terminal) (status int) {
	address, err := ParseAddress(sess.User())
	if err != nil {
		return refuse(sess, term, wording.ExitUsage, err.Error())
	}
	if err := a.allowed(address); err != nil {
		return refuse(sess, term, wording.ExitUsage, err.Error())
	}
	// The session ends with its channel, its connection, its input, or the app.
	ctx, cancel := context.WithCancelCause(sess.Context())
	defer cancel(nil)
	defer context.AfterFunc(a.ctx, func() { cancel(rooms.ErrClosing) })()

	v := &visit{app: a, sess: sess, term: term, address: address, source: sshd.Source(sess.RemoteAddr())}
	v.cfg = ui.Config{
		Hub: a.cfg.Hub,
		Light: func(ctx context.Context, l rooms.Lighting) (room rooms.Room, err error) {
			err = a.lightChosen(v.source, func() error {
				room, err = a.lightFrom(ctx, v.source, l)
				return err
			})
			return room, err
		},
		LightNew: func(ctx context.Context, l rooms.Lighting) (rooms.Room, error) {
			return a.lightFrom(ctx, v.source, l)
		},
		Enter: func(ctx context.Context, n rooms.Name, g rooms.Guest) (m *rooms.Member, err error) {
			err = a.try(v.source, func() error {
				m, err = a.enterFrom(ctx, v.source, n, g)
				return err
			})
			return m, err
		},
		Guest:     a.guest(sess.PublicKey(), v.source),
		Share:     func(n rooms.Name) string { return a.share(sess.LocalAddr(), n.String()) },
		Invite:    func(n rooms.Name, token string) string { return a.share(sess.LocalAddr(), invitation(n, token)) },
		Storage:   wording.Storage{Redis: a.cfg.Redis, Keeps: a.cfg.Keeps},
		Limits:    a.cfg.Limits,
		Theme:     themeOf(sess),
		OSC777:    notifiesLikeRxvt(sess),
		Location:  locationOf(sess),
		OutcomeOf: cutShort,
		Panicked:  func(v any) { sshd.LogPanic(a.cfg.Log, term.ID, v) },
		Painted:   a.cfg.Meter.Painted,
		Holds:     func(bytes int64) { term.Holds(sshd.MemoryScreen, bytes) },
	}
	pty, _, screen := sess.Pty()
	switch {
	case sess.RawCommand() != "":
		return v.command(ctx)
	case !screen || pty.Term == "dumb" || address.Plain:
		return v.plain(ctx)
	}
	if err := a.resolve(ctx, address, v.source, &v.cfg); err != nil {
		return v.fails(ctx, v.noted(ctx, err))
	}
	var release func()
	v.cfg.Drawing, release = a.drawings.of(a.bounded(v.source))
	defer release()
	return ui.Run(ctx, term, v.cfg).Status
}

// cutShort is the outcome of a session that ended for a reason of its own.
func cutShort(why error) wording.Outcome {
	switch {
	case errors.Is(why, rooms.ErrClosing):
		return wording.Outcome{Line: "The server is going down.", Wipe: true, Status: wording.ExitFailed}
	case errors.Is(why, sshd.ErrIdle), errors.Is(why, sshd.ErrLifetime), errors.Is(why, sshd.ErrMemory):
		return wording.Outcome{Line: "The session ended: " + why.Error() + ".", Wipe: true, Status: wording.ExitFailed}
	}
	return wording.Outcome{}
}

// allowed checks an address's options against what this server offers.
func (a *App) allowed(address Address) error {
	switch l := a.cfg.Limits; {
	case address.TTL > l.MaxTTL:
		return errors.New("on this server rooms burn for " + wording.Span(l.MaxTTL) + " at most")
	case address.Seats > l.MaxSeats:
		return errors.New("on this server rooms have " + wording.Places(l.MaxSeats) + " at most")
	}
	return nil
}

// resolve brings the session to where its address leads: into a room, to its
// door, or to the lobby.
func (a *App) resolve(ctx context.Context, address Address, source netip.Prefix, cfg *ui.Config) error {
	ctx, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	cfg.Lobby = ui.Lobby{Name: address.Name.String(), TTL: address.TTL, Seats: address.Seats}
	if address.Reserved {
		cfg.Lobby.Notice = "That is a login name, not a room. Light a room here, or connect to ROOM@ this host."
		return nil
	}
	if address.New {
		room, err := a.light(ctx, address, cfg)
		if err != nil {
			return err
		}
		address.Name = room.Name
	}
	name := address.Name
	member, err := a.enter(ctx, address, source, cfg)
	switch {
	case errors.Is(err, rooms.ErrLocked):
		cfg.Door = name
		return nil
	case errors.Is(err, rooms.ErrNoRoom) && !address.New && address.Invitation == "":
		cfg.Lobby.Notice = name.String() + " is not burning. Light it?"
		return nil
	case err != nil:
		return err
	}
	cfg.Member = member
	if !address.New && (address.TTL != 0 || address.Seats != 0) {
		cfg.Notice = wording.AlreadyBurning
	}
	return nil
}

// enter takes a seat in the room of the address, with the invitation if there
// is one and it takes one.
func (a *App) enter(ctx context.Context, address Address, source netip.Prefix, cfg *ui.Config) (member *rooms.Member, err error) {
	guest := cfg.Guest(address.Name)
	if address.New { // lit for this session
		return a.cfg.Hub.Enter(ctx, address.Name, guest)
	}
	err = a.try(source, func() error {
		var err error
		member, err = a.enterFrom(ctx, source, address.Name, guest)
		if errors.Is(err, rooms.ErrLocked) && address.Invitation != "" {
			member, err = a.redeem(ctx, address.Name, address.Invitation, guest)
		}
		return err
	})
	return member, err
}

// redeem gets past the lock. Only there is the invitation spent: who gets in
// without keeps it.
func (a *App) redeem(ctx context.Context, name rooms.Name, token string, guest rooms.Guest) (*rooms.Member, error) {
	err := a.cfg.Hub.Redeem(ctx, name, token, guest)
	if err != nil && !errors.Is(err, rooms.ErrUnknown) { // then entering tells
		return nil, err
	}
	return a.cfg.Hub.Enter(ctx, name, guest)
}

// light makes the room of the address, or one with a generated name.
func (a *App) light(ctx context.Context, address Address, cfg *ui.Config) (rooms.Room, error) {
	l := a.cfg.Limits
	wish := rooms.Lighting{Name: address.Name, TTL: l.TTL, Seats: l.Seats, History: l.History}
	if address.TTL != 0 {
		wish.TTL = address.TTL
	}
	if address.Seats != 0 {
		wish.Seats = address.Seats
	}
	for {
		light := cfg.Light
		if address.New {
			wish.Name, light = rooms.NewName(), cfg.LightNew
		}
		guest := cfg.Guest(wish.Name)
		wish.Owner, wish.Source = guest.Identity, guest.Source
		room, err := light(ctx, wish)
		if !address.New || !errors.Is(err, rooms.ErrBurning) {
			return room, err
		}
	}
}

// bounded returns the source by which what people take is shared out. If its
// connections are not bounded there is none: all may come through a proxy.
func (a *App) bounded(source netip.Prefix) netip.Prefix {
	if a.cfg.SSH.MaxConnsPerSource <= 0 {
		return netip.Prefix{}
	}
	return source
}

// guest says who the session's person is in a room: the same with the same
// key, somebody new without one.
func (a *App) guest(key ssh.PublicKey, source netip.Prefix) func(rooms.Name) rooms.Guest {
	stranger := keys.NewIdentity()
	return func(name rooms.Name) rooms.Guest {
		identity := stranger
		if key != nil {
			identity = a.cfg.Keys.Secret.Identity(name.String(), key)
		}
		g := rooms.Guest{Identity: identity, Alias: keys.Alias(identity), Returns: key != nil, Made: key != nil}
		if source := a.bounded(source); source.IsValid() {
			g.Network = a.cfg.Keys.Secret.Network(name.String(), source)
			g.Source = source.String()
		}
		return g
	}
}

// refuse ends a session before it began, in plain words.
func refuse(sess ssh.Session, term *sshd.Terminal, status int, why string) int {
	stuck := time.AfterFunc(refuseLimit, term.Kill)
	defer stuck.Stop()
	io.WriteString(sess.Stderr(), "wick: "+strings.TrimSuffix(why, ".")+".\n")
	return status
}

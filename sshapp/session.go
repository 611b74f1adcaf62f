package sshapp

import (
	"context"
	"errors"
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

// session is one SSH session, from its shell or command to its exit status. It
// shows screens, writes plain lines, or runs a command.
type session struct {
	app      *App
	ssh      ssh.Session
	term     *sshd.Terminal
	source   netip.Prefix // of the client, see sshd.Source
	address  Address
	location *time.Location
	stranger string // identity of a person without a key

	// Of a command on a terminal, see attachTerminal.
	typed  *cookedInput  // what a command that reads its input reads; nil: the channel
	echoes <-chan string // what a command that reads nothing has to echo
}

// handle serves one SSH session. It is the App's sshd.Handler.
func (a *App) handle(sess ssh.Session, term *sshd.Terminal) {
	s := &session{
		app: a, ssh: sess, term: term, source: sshd.Source(sess.RemoteAddr()),
		stranger: keys.NewIdentity(),
	}
	s.location = locationOf(s.env)
	s.exit(s.serve())
}

// exit ends the session with a status.
func (s *session) exit(status int) {
	s.app.cfg.Log.Debug("session ended", "session", s.term.ID, "status", status)
	s.ssh.Exit(status)
}

// What is on the stack of a session that waits counts for each of them. So whatever takes
// much of it belongs into a function that has returned by then.

// serve serves the session and returns its exit status.
func (s *session) serve() int {
	// The session ends with its channel, its connection, its input, the App, or by an
	// operator.
	ctx, cancel := context.WithCancelCause(s.ssh.Context())
	defer cancel(nil)
	defer context.AfterFunc(s.app.ctx, func() { cancel(rooms.ErrClosing) })()
	defer s.app.sessions.add(s, cancel)()
	return s.chosen()(ctx)
}

// chosen returns the function that serves what the client asked for.
func (s *session) chosen() func(context.Context) int {
	if key := s.ssh.PublicKey(); key != nil && s.app.cfg.Bans != nil && s.app.cfg.Bans.Key(key) {
		return s.refusal(wording.ExitRefused, sshd.ErrBanned.Error())
	}
	if s.app.isOperatorLogin(s.ssh.User()) {
		return s.serveOperator
	}
	if why := s.mistaken(); why != "" {
		return s.refusal(wording.ExitUsage, why)
	}
	if err := s.parseAddress(); err != nil {
		return s.refusal(wording.ExitUsage, err.Error())
	}
	switch {
	case s.term.Subsystem() == sftpSubsystem:
		return s.runSFTP
	case s.ssh.RawCommand() != "":
		return s.runCommand
	case !s.hasScreen() || s.address.Plain || wantsLines(s.env):
		return s.runPlain
	default:
		return s.runTUI
	}
}

// refusal returns a function that refuses the session.
func (s *session) refusal(status int, why string) func(context.Context) int {
	return func(context.Context) int { return s.refuse(status, why) }
}

// parseAddress sets the address that the client asked for.
func (s *session) parseAddress() (err error) {
	if s.address, err = ParseAddress(s.ssh.User()); err != nil {
		return err
	}
	return s.app.checkOptions(s.address)
}

// hasScreen reports whether the client has a terminal that can be drawn on.
func (s *session) hasScreen() bool {
	pty, _, has := s.ssh.Pty()
	return has && pty.Term != "dumb"
}

// runTUI runs the session's screens, and returns the exit status.
func (s *session) runTUI(ctx context.Context) int {
	var cfg *ui.Config
	var err error
	sshd.Apart(func() { cfg, err = s.enterScreens(ctx) })
	if err != nil {
		return s.fail(ctx, s.logged(ctx, err))
	}
	out, plain := s.showScreens(ctx, cfg)
	if plain == nil {
		return out.Status
	}
	s.term.Holds(sshd.MemoryScreen, 0)
	return s.goOnInPlainLines(ctx, *plain)
}

// enterScreens returns the configuration of screens that begin where the session's
// address leads.
func (s *session) enterScreens(ctx context.Context) (*ui.Config, error) {
	dest, err := s.resolve(ctx)
	if err != nil {
		return nil, err
	}
	if dest.member == nil && dest.door.IsZero() {
		dest.lobby.Notice = strings.TrimSpace(dest.lobby.Notice + "\n" + s.stillBurning(ctx))
	}
	return s.screens(&dest), nil
}

// showScreens shows the session's screens, and returns their outcome or how the session
// goes on.
func (s *session) showScreens(ctx context.Context, cfg *ui.Config) (wording.Outcome, *ui.Plain) {
	budget, release := s.app.drawBudgets.of(s.accountedSource())
	defer release()
	cfg.Drawing = budget
	return ui.Run(ctx, s.term, cfg)
}

// screens returns the configuration of the session's screens.
func (s *session) screens(dest *destination) *ui.Config {
	pty, _, _ := s.ssh.Pty()
	return &ui.Config{
		Hub:       s.app.cfg.Hub,
		Member:    dest.member,
		Door:      dest.door,
		Lobby:     dest.lobby,
		Notice:    dest.notice,
		Words:     s.operatorsWords(),
		Light:     s.lightNamed,
		LightNew:  s.light,
		Enter:     s.enter,
		Guest:     s.guest,
		Share:     s.share,
		Invite:    s.invite,
		Link:      s.link,
		Limits:    s.app.cfg.Limits,
		Storage:   s.app.storage,
		Hostless:  s.host().Name == "",
		Theme:     themeOf(pty.Term, s.env),
		ASCII:     !s.showsUTF8(),
		Clipboard: clipboardOf(pty.Term, s.env),
		Mouseless: keepsMouse(s.env),
		Quiet:     wantsQuietClock(s.env),
		OSC777:    notifiesLikeRxvt(pty.Term, s.env),
		Recorded:  recordsRows(pty.Term, s.env),
		Location:  s.location,
		OutcomeOf: outcomeOf,
		Confirmed: s.acknowledged,
		Apart:     sshd.Apart,
		Panicked:  s.logPanic,
		Painted:   s.app.cfg.Meter.Painted,
		Holds:     func(bytes int64) { s.term.Holds(sshd.MemoryScreen, bytes) },
	}
}

// outcomeOf returns the outcome of a session that ended because of cause; zero if
// nobody has to be told.
func outcomeOf(cause error) wording.Outcome {
	switch {
	case errors.Is(cause, rooms.ErrClosing):
		return wording.Outcome{Line: "The server is going down.", Wipe: true, Status: wording.ExitFailed}
	case errors.Is(cause, sshd.ErrBanned):
		return wording.Outcome{Line: "The session ended: " + sshd.ErrBanned.Error() + ".", Wipe: true, Status: wording.ExitRefused}
	case errors.Is(cause, errEndedByOperator):
		return wording.Outcome{Line: "The session ended: " + errEndedByOperator.Error() + ".", Wipe: true, Status: wording.ExitRefused, Rejoin: true}
	case errors.Is(cause, sshd.ErrIdle), errors.Is(cause, sshd.ErrLifetime), errors.Is(cause, sshd.ErrMemory), errors.Is(cause, sshd.ErrFlood):
		return wording.Outcome{Line: "The session ended: " + cause.Error() + ".", Wipe: true, Status: wording.ExitFailed, Rejoin: true}
	}
	return wording.Outcome{}
}

// guest returns who the session's person is in a room: the same person with the
// same key, another one in each session without a key.
func (s *session) guest(name rooms.Name) rooms.Guest {
	secret, key := s.app.cfg.Keys.Secret, s.ssh.PublicKey()
	identity, lighter := s.stranger, ""
	if key != nil {
		identity, lighter = secret.Identity(name.String(), key), secret.Lighter(key)
	}
	g := rooms.Guest{Identity: identity, Key: lighter, Alias: keys.Alias(identity), Returns: key != nil, Made: key != nil, Answers: s.term.Answers}
	if key != nil {
		g.Recipient = secret.Recipient(name.String(), keys.Fingerprint(key))
	}
	if source := s.accountedSource(); source.IsValid() {
		g.Network = secret.Network(name.String(), source)
		g.Source = source.String()
	}
	return g
}

// stillBurning says which rooms the person's key lit that still burn; empty for none.
func (s *session) stillBurning(ctx context.Context) string {
	key := s.ssh.PublicKey()
	if key == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	secret := s.app.cfg.Keys.Secret
	lit := s.app.cfg.Hub.LitBy(ctx, secret.Lighter(key), func(name rooms.Name) string { return secret.Identity(name.String(), key) })
	var lines []string
	for _, l := range lit {
		lines = append(lines, wording.StillBurning(l.Ago, s.share(l.Name)))
	}
	return strings.Join(lines, "\n")
}

// accountedSource returns the source that rooms and drawing are charged to. It is
// not valid if the connections of a source are not limited: then everybody may come
// through one proxy.
func (s *session) accountedSource() netip.Prefix {
	if s.app.cfg.SSH.MaxConnsPerSource <= 0 {
		return netip.Prefix{}
	}
	return s.source
}

// width returns the terminal's width, for breaking lines; 0 without a terminal.
func (s *session) width() int {
	if _, _, ok := s.ssh.Pty(); !ok {
		return 0
	}
	width, _ := s.term.Size()
	return width
}

// showsUTF8 reports whether the terminal shows UTF-8. What has no terminal gets UTF-8.
func (s *session) showsUTF8() bool {
	pty, _, ok := s.ssh.Pty()
	return !ok || showsUTF8(pty.Term, s.env)
}

// drawsASCII reports whether wick keeps to ASCII in plain lines, as it does on screens in
// the theme of that name. A session without a terminal has to ask for it.
func (s *session) drawsASCII() bool {
	pty, _, ok := s.ssh.Pty()
	return ok && themeNameOf(pty.Term, s.env) == ui.ASCII || s.env(themeVariable) == string(ui.ASCII)
}

// own returns a text of wick's own as plain lines show it.
func (s *session) own(text string) string {
	if s.drawsASCII() {
		return plainASCII.Replace(text)
	}
	return text
}

func (s *session) logPanic(value any) { sshd.LogPanic(s.app.cfg.Log, s.term.ID, value) }

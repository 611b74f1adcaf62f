package sshapp

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"wick/sshapp/wording"
)

// operatorWord is the SSH username of operators. It is too short for a room.
const operatorWord = "op"

var (
	errEndedByOperator = errors.New("the operator of this server ended it")
	errLightsNoRooms   = wording.Refusal("this server lights no new rooms for now; burning rooms go on")
)

// isOperatorLogin reports whether an SSH username is that of operators, if there are any.
func (a *App) isOperatorLogin(user string) bool {
	word, _, _ := strings.Cut(user, "+")
	return a.cfg.Operators != nil && strings.EqualFold(word, operatorWord)
}

// numberLength is how many characters the number of a session has: 30 random bits, and
// more only if it is another's already.
const numberLength = 6

// sessionList knows the sessions that run, by numbers that mean nothing else. It is safe
// for concurrent use.
type sessionList struct {
	mu  sync.Mutex
	all map[string]*listedSession
}

type listedSession struct {
	*session
	number string
	since  time.Time
	end    context.CancelCauseFunc
}

// add lists a session until remove is called. end ends it.
func (l *sessionList) add(s *session, end context.CancelCauseFunc) (remove func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := strings.ToLower(rand.Text())
	number := text[:numberLength]
	for n := numberLength; l.all[number] != nil && n < len(text); n++ {
		number = text[:n+1]
	}
	if l.all == nil {
		l.all = make(map[string]*listedSession)
	}
	l.all[number] = &listedSession{session: s, number: number, since: time.Now(), end: end}
	return func() {
		l.mu.Lock()
		delete(l.all, number)
		l.mu.Unlock()
	}
}

// list returns the sessions, in no order.
func (l *sessionList) list() []*listedSession {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*listedSession, 0, len(l.all))
	for _, s := range l.all {
		all = append(all, s)
	}
	return all
}

// end ends the session of that number, and reports whether there is one.
func (l *sessionList) end(number string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.all[strings.ToLower(number)]
	if s != nil {
		s.end(errEndedByOperator)
	}
	return s != nil
}

// serveOperator serves an operator, and returns the exit status. It looks up no
// room and takes from no quota, so whoever tries it learns and changes nothing.
func (s *session) serveOperator(ctx context.Context) int {
	key := s.ssh.PublicKey()
	switch {
	case key == nil || !s.app.cfg.Operators(key):
		return s.refuse(wording.ExitRefused, "op is for this server's operators, and your key is not one of theirs")
	case s.term.Subsystem() != "" || s.term.Truncated() || len(s.ssh.RawCommand()) > maxPlainCommand:
		return s.refuse(wording.ExitUsage, "op takes commands: see ssh op@HOST help")
	}
	s.ignoreInput()
	run, status := s.parseOperator(ctx)
	if run == nil {
		return status
	}
	if err := run.Run(ctx, s); err != nil {
		return s.fail(ctx, err)
	}
	return 0
}

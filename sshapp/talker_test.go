package sshapp

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// The terminal of a talker: too narrow for the roster.
const (
	talkerWidth  = 64
	talkerHeight = 64
	headerRows   = 2
	footerRows   = 3 // what is under way, the composer, the hint
)

// lookEvery bounds how often a talker looks at its screen while others make it
// change. Reading a screen costs more than drawing it.
const lookEvery = 50 * time.Millisecond

// copied is how much io.Copy writes at once.
const copied = 32 << 10

var errSessionOver = errors.New("the session is over")

// talker sits at a terminal, as person does, and notes everything that the
// transcript on the screen ever looked like. Its methods return errors, because a
// session may end while servers come and go.
type talker struct {
	*sshtest.Session

	mu      sync.Mutex
	screen  *uitest.Terminal // nil: put away
	left    string           // the text of that screen
	changed chan struct{}    // closed and replaced by every change
	last    glance
	looked  time.Time
	due     bool       // the screen is newer than last
	torn    bool       // the end of a frame is still to come
	windows []sequence // what the transcript showed, without repeats
	missed  string     // a line that tells of messages which nobody can show any more
	waited  bool       // the header said "reconnecting" once
}

// glance is a whole frame of the screen.
type glance struct {
	rows     []string
	said     sequence // the messages among them
	header   string   // the row of the name, the places and who is here
	composer string
	sending  bool // a message is under way for long enough to say so
	stale    bool // the header says that the store does not answer
}

// sequence is messages in the order of the screen.
type sequence []string

func (g glance) shows(text string) bool { return slices.Contains(g.said, text) }

// notes reports whether the last line is one that only this session sees.
func (g glance) notes() bool {
	for _, row := range slices.Backward(g.rows) {
		if row != "" {
			return strings.HasPrefix(row, " │ ")
		}
	}
	return false
}

var (
	spokenRow = regexp.MustCompile(`^ \d\d:\d\d  \S+  (m\d+)$`)
	missedRow = regexp.MustCompile(`came and went before they`)
)

// talk opens a shell in a room.
func talk(t *testing.T, addr, user string, signers ...gossh.Signer) (*talker, error) {
	t.Helper()
	client, err := sshtest.Connect(context.Background(), "127.0.0.1", addr, user, signers...)
	if err != nil {
		return nil, err
	}
	k := &talker{screen: uitest.New(talkerWidth, talkerHeight), changed: make(chan struct{})}
	t.Cleanup(func() {
		client.Close()
		k.putAway()
	})
	k.Session, err = sshtest.Start(client, sshtest.Options{Pty: sshtest.Pty(talkerWidth, talkerHeight), Stdout: k, Discard: true})
	if err != nil {
		return nil, err
	}
	return k, nil
}

// hangUp closes the connection.
func (k *talker) hangUp() { k.Client.Close() }

// Write shows what came: some whole frames, for a server sends each in one
// packet, unless there is more than fits into the copier's buffer.
func (k *talker) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.screen == nil {
		return len(p), nil
	}
	k.screen.Write(p)
	k.due, k.torn = true, len(p) == copied
	if time.Since(k.looked) > lookEvery {
		k.look()
	}
	close(k.changed)
	k.changed = make(chan struct{})
	return len(p), nil
}

// look reads the screen, if a whole frame is on it.
func (k *talker) look() {
	if k.screen == nil || !k.due || k.torn || !k.screen.AltScreen() {
		return
	}
	k.due, k.looked = false, time.Now()
	rows := k.screen.Screen()
	g := glance{rows: rows[headerRows : talkerHeight-footerRows], stale: strings.Contains(rows[1], "reconnecting")}
	g.header = rows[0]
	g.sending = strings.HasPrefix(rows[talkerHeight-footerRows], " sending")
	g.composer = strings.TrimPrefix(strings.TrimPrefix(rows[talkerHeight-footerRows+1], " ❯"), " ")
	g.said = messagesOf(g.rows)
	for _, row := range g.rows {
		if missedRow.MatchString(row) {
			k.missed = row
		}
	}
	k.waited = k.waited || g.stale
	if !slices.Equal(g.said, k.last.said) {
		k.windows = append(k.windows, g.said)
	}
	k.last = g
}

// glance returns the newest whole frame.
func (k *talker) glance() glance {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return k.last
}

// sees waits until the screen is as wanted, and returns what it is then.
func (k *talker) sees(ctx context.Context, wanted func(glance) bool) (glance, error) {
	for {
		k.mu.Lock()
		k.look()
		g, changed := k.last, k.changed
		k.mu.Unlock()
		if wanted(g) {
			return g, nil
		}
		select {
		case <-changed:
		case <-k.Ended:
			return g, errSessionOver
		case <-ctx.Done():
			return g, ctx.Err()
		}
	}
}

// text returns the screen.
func (k *talker) text() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.screen == nil {
		return k.left
	}
	return k.screen.Text()
}

// putAway keeps the text of a screen that nothing comes to any more, without the emulator,
// which takes 4 MiB.
func (k *talker) putAway() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.screen == nil {
		return
	}
	k.look()
	k.left = k.screen.Text()
	k.screen.Release()
	k.screen = nil
}

// lastLine is what a session left behind that ends, or has ended.
func (k *talker) lastLine() string {
	<-k.Ended
	return strings.TrimSpace(k.Err.String() + " " + strings.Join(strings.Fields(k.text()), " "))
}

// types returns an error only if the session is over.
func (k *talker) types(s string) error {
	if err := k.Types(s); err != nil {
		return errSessionOver
	}
	return nil
}

package ui

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/memory"
	"wick/sshapp/wording"
)

// session is a model in a tea.Program, as a server runs it, with a keyboard
// and a screen. It lives in a synctest bubble: after every call the program
// has done all that it can do without time passing.
type session struct {
	t       *testing.T
	model   *Model
	member  *rooms.Member // nil where it began in the lobby
	program *tea.Program
	done    chan struct{}
	err     error // after done

	mu     sync.Mutex
	frames []Frame
	emits  []string
}

// world is a hub on a store of its own.
type world struct {
	t   *testing.T
	hub *rooms.Hub
}

// newWorld makes a hub. wrap, if any, stands between hub and store.
func newWorld(t *testing.T, cfg rooms.HubConfig, wrap func(rooms.Store) rooms.Store) *world {
	t.Helper()
	if cfg.Rate == 0 {
		cfg.Rate = rate.Inf
	}
	var store rooms.Store = memory.New(memory.Config{})
	if wrap != nil {
		store = wrap(store)
	}
	hub := rooms.NewHub(store, cfg)
	t.Cleanup(func() {
		hub.Close()
		store.Close()
	})
	return &world{t, hub}
}

func named(t testing.TB, s string) rooms.Name {
	t.Helper()
	n, err := rooms.ParseName(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) light(room string, ttl time.Duration, seats int) rooms.Name {
	w.t.Helper()
	n := named(w.t, room)
	_, err := w.hub.Light(w.t.Context(), rooms.Lighting{Name: n, TTL: ttl, Seats: seats, History: 100, Owner: "id-ana"})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) enter(n rooms.Name, alias string) *rooms.Member {
	w.t.Helper()
	m, err := w.hub.Enter(w.t.Context(), n, rooms.Guest{Alias: alias, Identity: "id-" + alias})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(m.Leave)
	synctest.Wait()
	return m
}

func (w *world) post(m *rooms.Member, text string) {
	w.t.Helper()
	if err := m.Post(w.t.Context(), text); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

// start runs a session, of ana's unless cfg says whose.
func (w *world) start(cfg Config) *session {
	w.t.Helper()
	s := &session{t: w.t, member: cfg.Member, done: make(chan struct{})}
	cfg.Hub = w.hub
	if cfg.Guest == nil {
		cfg.Guest = func(rooms.Name) rooms.Guest { return rooms.Guest{Alias: "ana", Identity: "id-ana"} }
	}
	if cfg.Share == nil {
		cfg.Share = func(n rooms.Name) string { return "ssh " + n.String() + "@wick.example" }
	}
	cfg.Invite = func(n rooms.Name, token string) string {
		return "ssh " + n.String() + "+i-" + token + "@wick.example"
	}
	cfg.Show = func(f Frame) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.frames = append(s.frames, f)
	}
	cfg.Emit = func(control string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.emits = append(s.emits, control)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	s.model = New(ctx, cfg)
	s.program = tea.NewProgram(s.model, tea.WithContext(ctx), tea.WithInput(nil), tea.WithOutput(io.Discard),
		tea.WithoutRenderer(), tea.WithoutSignalHandler(), tea.WithFilter(probing))
	go func() {
		defer close(s.done)
		_, s.err = s.program.Run()
	}()
	w.t.Cleanup(func() {
		cancel()
		<-s.done
		s.model.Close()
	})
	synctest.Wait()
	return s
}

// chat runs a session of ana's in a room that burns for ten minutes.
func (w *world) chat(cfg Config) *session {
	w.t.Helper()
	cfg.Member = w.enter(w.light("plans", 10*time.Minute, 16), "ana")
	return w.start(cfg)
}

// later lets time pass.
func later(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// send has the program react to every message, and then draw.
func (s *session) send(msgs ...tea.Msg) {
	s.rush(msgs...)
	later(frameGap)
}

// rush has the program react without letting time pass.
func (s *session) rush(msgs ...tea.Msg) {
	for _, m := range msgs {
		s.program.Send(m)
		synctest.Wait()
	}
}

// probe looks into the model on the program's own goroutine.
type probe struct {
	look func(*Model)
	done chan struct{}
}

func probing(m tea.Model, msg tea.Msg) tea.Msg {
	p, ok := msg.(probe)
	if !ok {
		return Filter(m, msg)
	}
	p.look(m.(*Model))
	close(p.done)
	return nil
}

// inspect runs look on the program's own goroutine.
func (s *session) inspect(look func(*Model)) {
	p := probe{look, make(chan struct{})}
	s.program.Send(p)
	<-p.done
}

var space = tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}

func hit(k tea.KeyType) tea.KeyMsg { return tea.KeyMsg{Type: k} }

func runes(text string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)} }

func pasted(text string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}
}

// say types a line and hits Enter.
func (s *session) say(text string) { s.send(runes(text), hit(tea.KeyEnter)) }

func (s *session) shown() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.frames)
}

func (s *session) frame() Frame {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.frames) == 0 {
		s.t.Fatal("nothing was shown")
	}
	return told(s.frames[len(s.frames)-1])
}

// told is the frame with its clock as it reads now.
func told(f Frame) Frame {
	rows := make([]string, len(f.Rows))
	for y := range rows {
		rows[y] = f.row(y)
	}
	f.Rows = rows
	return f
}

// screen is what is shown, as text.
func (s *session) screen() string { return plainText(s.frame()) }

func plainText(f Frame) string {
	rows := make([]string, len(f.Rows))
	for i, r := range f.Rows {
		rows[i] = strings.TrimRight(ansi.Strip(r), " ")
	}
	return strings.Join(rows, "\n")
}

func (s *session) shows(parts ...string) {
	s.t.Helper()
	screen := s.screen()
	for _, p := range parts {
		if !strings.Contains(screen, p) {
			s.t.Fatalf("the screen does not show %q:\n%s", p, screen)
		}
	}
}

func (s *session) hides(part string) {
	s.t.Helper()
	if screen := s.screen(); strings.Contains(screen, part) {
		s.t.Fatalf("the screen shows %q:\n%s", part, screen)
	}
}

// typed is what the composer holds.
func (s *session) typed() string {
	s.t.Helper()
	text := "no chat"
	p := probe{func(m *Model) {
		if c, ok := m.screen.(*chat); ok {
			text = c.composer.draft.Text()
		}
	}, make(chan struct{})}
	s.program.Send(p)
	<-p.done
	return text
}

// ends waits for the program to end by itself.
func (s *session) ends() wording.Outcome {
	s.t.Helper()
	select {
	case <-s.done:
	default:
		s.t.Fatalf("the session goes on:\n%s", s.screen())
	}
	if s.err != nil {
		s.t.Fatalf("the program failed: %v", s.err)
	}
	if text := strings.TrimSpace(plainText(s.frame())); text != "" {
		s.t.Errorf("the last frame is not blank: %q", text)
	}
	return s.model.Outcome()
}

// sound checks that a frame can be painted as it is.
func sound(t testing.TB, f Frame) {
	t.Helper()
	if len(f.Rows) > f.Height {
		t.Fatalf("%d rows on a screen of %d", len(f.Rows), f.Height)
	}
	for i, r := range f.Rows {
		if w := ansi.StringWidth(r); w > f.Width {
			t.Fatalf("row %d has %d cells on a screen of %d: %q", i, w, f.Width, r)
		}
		if strings.ContainsAny(r, "\r\n\t") {
			t.Fatalf("row %d is no row: %q", i, r)
		}
	}
	if f.CursorY >= 0 && (f.CursorX < 0 || f.CursorX >= max(f.Width, 1) || f.CursorY >= max(f.Height, 1)) {
		t.Fatalf("the cursor is at %d,%d on a screen of %d×%d", f.CursorX, f.CursorY, f.Width, f.Height)
	}
	if f.Top < 0 || f.Top > f.Bottom || f.Bottom > f.Height {
		t.Fatalf("rows [%d,%d) scroll on a screen of %d", f.Top, f.Bottom, f.Height)
	}
}

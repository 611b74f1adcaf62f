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
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// session runs the screens as Run does, on a terminal of its own. It lives in a synctest
// bubble: after every call the program has done all that it can without waiting.
type session struct {
	t        *testing.T
	terminal *testTerminal
	tui      *tui
	model    *model
	program  *tea.Program
	member   *rooms.Member // nil if it began in the lobby
	done     chan struct{}
	outcome  wording.Outcome // after done

	mu     sync.Mutex
	frames []painter.Frame
	emits  []string
}

// world is a hub with a store of its own.
type world struct {
	t   *testing.T
	hub *rooms.Hub
}

// newWorld returns a world. wrap may wrap the store; nil leaves it as it is.
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

// start starts a session on a terminal of 80×24, for ana unless cfg says otherwise.
func (w *world) start(cfg Config) *session {
	w.t.Helper()
	return w.startOn(newTestTerminal(w.t, 80, 24, io.Discard), cfg)
}

func (w *world) startOn(terminal *testTerminal, cfg Config) *session {
	w.t.Helper()
	s := &session{t: w.t, terminal: terminal, member: cfg.Member, done: make(chan struct{})}
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
	ctx, cancel := context.WithCancel(w.t.Context())
	s.tui = newTUI(ctx, terminal, &cfg)
	s.model, s.program = s.tui.model, s.tui.program
	show, emit := s.model.show, s.model.emit
	s.model.show = func(f painter.Frame) {
		s.mu.Lock()
		s.frames = append(s.frames, f)
		s.mu.Unlock()
		show(f)
	}
	s.model.emit = func(control string) {
		s.mu.Lock()
		s.emits = append(s.emits, control)
		s.mu.Unlock()
		emit(control)
	}
	go func() {
		defer close(s.done)
		s.outcome = s.tui.run()
	}()
	w.t.Cleanup(func() {
		cancel()
		<-s.done
		terminal.keyboard.Close()
	})
	synctest.Wait()
	return s
}

// chat starts a session of ana in a room that burns for ten minutes.
func (w *world) chat(cfg Config) *session {
	w.t.Helper()
	return w.chatOn(newTestTerminal(w.t, 80, 24, io.Discard), cfg)
}

func (w *world) chatOn(terminal *testTerminal, cfg Config) *session {
	w.t.Helper()
	cfg.Member = w.enter(w.light("plans", 10*time.Minute, 16), "ana")
	return w.startOn(terminal, cfg)
}

// lock has a person without a key lock their room.
func (s *session) lock() {
	s.t.Helper()
	s.say("/lock")
	s.send(runes("y"))
	later(frameGap)
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

// inspect looks into the model, or changes it, while the program waits.
func (s *session) inspect(look func(*model)) {
	synctest.Wait()
	s.model.mu.Lock()
	defer s.model.mu.Unlock()
	look(s.model)
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

func (s *session) frame() painter.Frame {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.frames) == 0 {
		s.t.Fatal("nothing was shown")
	}
	return told(s.frames[len(s.frames)-1])
}

// told returns the frame with the current row of its clock.
func told(f painter.Frame) painter.Frame {
	rows := make([]string, len(f.Rows))
	for y := range rows {
		rows[y] = f.Rows[y]
		if f.Clock != nil && f.Clock.Row == y {
			still, moving := f.Clock.Text()
			rows[y] = still + moving
		}
	}
	f.Rows = rows
	return f
}

// screen returns the last frame as text.
func (s *session) screen() string { return plainText(s.frame()) }

func plainText(f painter.Frame) string {
	rows := make([]string, len(f.Rows))
	for i, r := range f.Rows {
		rows[i] = strings.TrimRight(ansi.Strip(r), " ")
	}
	return strings.Join(rows, "\n")
}

// drawn is screen, after the frame that is due if one is: how many frames there were
// so far, and so whether the next one has to wait, is not always the same.
func (s *session) drawn() string {
	due := false
	s.inspect(func(m *model) { due = m.schedule.changed && !m.schedule.due.IsZero() })
	if due {
		later(frameGap)
	}
	return s.screen()
}

func (s *session) shows(parts ...string) {
	s.t.Helper()
	screen := s.drawn()
	for _, p := range parts {
		if !strings.Contains(screen, p) {
			s.t.Fatalf("the screen does not show %q:\n%s", p, screen)
		}
	}
}

func (s *session) hides(part string) {
	s.t.Helper()
	if screen := s.drawn(); strings.Contains(screen, part) {
		s.t.Fatalf("the screen shows %q:\n%s", part, screen)
	}
}

// typed returns the draft.
func (s *session) typed() string {
	s.t.Helper()
	text := "no chat"
	s.inspect(func(m *model) {
		if c, ok := m.screen.(*chat); ok {
			text = c.composer.draft.Text()
		}
	})
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
	if _, over := s.model.screen.(ended); !over {
		s.t.Fatal("the program was killed")
	}
	if text := strings.TrimSpace(plainText(s.frame())); text != "" {
		s.t.Errorf("the last frame is not blank: %q", text)
	}
	return s.outcome
}

// checkPaintable checks that a frame can be painted as it is.
func checkPaintable(t testing.TB, f painter.Frame) {
	t.Helper()
	if len(f.Rows) > f.Height {
		t.Fatalf("%d rows on a screen of %d", len(f.Rows), f.Height)
	}
	for i, r := range f.Rows {
		if w := textWidth(r); w > f.Width {
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

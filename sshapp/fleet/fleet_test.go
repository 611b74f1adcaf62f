package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("down")

// bus is a store that several servers share. It keeps all that was sent.
type bus struct {
	mu     sync.Mutex
	sent   [][]byte
	to     []*port
	record []byte
	down   error
	keep   func(m message) bool // reports whether a message is withheld
}

// port is one server's connection to a bus.
type port struct {
	*bus
	receive func([]byte)
	listed  string
}

func (b *bus) connect() *port {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &port{bus: b}
	b.to = append(b.to, p)
	return p
}

func (p *port) Broadcast(_ context.Context, m []byte) error {
	var decoded message
	json.Unmarshal(m, &decoded)
	p.mu.Lock()
	p.sent = append(p.sent, m)
	withheld, down := p.keep != nil && p.keep(decoded), p.down
	p.mu.Unlock()
	if !withheld {
		p.deliver(m)
	}
	return down
}

// breaks has every call fail with err; nil mends the bus.
func (b *bus) breaks(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = err
}

func (b *bus) deliver(m []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.to {
		if p.receive != nil {
			p.receive(m)
		}
	}
}

func (p *port) Receive(f func([]byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.receive = f
}

func (p *port) Renew(_ context.Context, id string, _ time.Duration) ([]string, []byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down != nil {
		return nil, nil, p.down
	}
	p.listed = id
	var all []string
	for _, p := range p.to {
		if p.listed != "" {
			all = append(all, p.listed)
		}
	}
	return all, p.record, nil
}

func (p *port) Retire(context.Context, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listed = ""
	return nil
}

func (p *port) Put(_ context.Context, record []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down == nil {
		p.record = record
	}
	return p.down
}

// node is a started server, which counts the commands that it carries out.
type node struct {
	*Fleet
	port *port
	did  []string // guarded by port.mu
}

func (b *bus) start(t *testing.T) *node {
	n := &node{port: b.connect()}
	n.Fleet = New(Config{Store: n.port, Do: func(c json.RawMessage, _ int) json.RawMessage {
		b.mu.Lock()
		defer b.mu.Unlock()
		n.did = append(n.did, string(c))
		return c
	}})
	n.Start()
	t.Cleanup(n.Stop)
	return n
}

func (n *node) done() []string {
	n.port.mu.Lock()
	defer n.port.mu.Unlock()
	return slices.Clone(n.did)
}

func asks(t *testing.T, n *node, to, body string) Result {
	t.Helper()
	r, err := n.Ask(t.Context(), to, json.RawMessage(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestACommandReachesAllServersOrOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bus{}
		one, two, three := b.start(t), b.start(t), b.start(t)
		r := asks(t, one, "", `"a"`)
		if len(r.Replies) != 3 || len(r.Silent) != 0 || r.Replies[0].Server != one.ID() || string(r.Replies[2].Body) != `"a"` {
			t.Errorf("all: %+v", r)
		}
		r = asks(t, one, strings.ToUpper(two.ID()[:6]), `"b"`)
		if len(r.Replies) != 1 || r.Replies[0].Server != two.ID() {
			t.Errorf("one other: %+v", r)
		}
		r = asks(t, one, one.ID(), `"c"`)
		if len(r.Replies) != 1 || r.Replies[0].Server != one.ID() {
			t.Errorf("itself: %+v", r)
		}
		if _, err := one.Ask(t.Context(), "0", nil); err != ErrNoServer { // IDs have no 0
			t.Errorf("a number that none has: %v", err)
		}
		for i, want := range []string{`["\"a\"" "\"c\""]`, `["\"a\"" "\"b\""]`, `["\"a\""]`} {
			if got := []*node{one, two, three}[i].done(); quoted(got) != want {
				t.Errorf("server %d did %s, want %s", i, quoted(got), want)
			}
		}

		two.Stop()
		three.port.Receive(nil) // it hangs
		r = asks(t, one, "", `"d"`)
		if len(r.Replies) != 1 || !slices.Equal(r.Silent, []string{three.ID()}) {
			t.Errorf("with a silent server: %+v", r)
		}
		b.breaks(errDown)
		if r, err := one.Ask(t.Context(), "", json.RawMessage(`"e"`)); err != errDown || len(r.Replies) != 1 {
			t.Errorf("without the store: %+v, %v", r, err)
		}
	})
}

func quoted(all []string) string {
	q := make([]string, len(all))
	for i, s := range all {
		b, _ := json.Marshal(s)
		q[i] = string(b)
	}
	return "[" + strings.Join(q, " ") + "]"
}

// Whoever can write to the store repeats all that was sent, at once, later, and to a
// server that was started meanwhile, and delivers late what it withheld.
func TestWhatIsRepeatedOrLateDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bus{}
		one, two := b.start(t), b.start(t)
		asks(t, one, "", `"drain"`)
		b.mu.Lock()
		sent := slices.Clone(b.sent)
		b.mu.Unlock()
		three := b.start(t)
		for range 3 {
			for _, m := range sent {
				b.deliver(m)
				synctest.Wait()
			}
			<-time.After(2 * tokenLife)
		}
		for _, m := range slices.Repeat(sent[:1], 10*maxTokens) {
			b.deliver(m)
		}
		synctest.Wait()
		if n := len(one.tokens) + len(two.tokens) + len(three.tokens); n > 3*maxTokens {
			t.Errorf("%d tokens", n)
		}
		if len(one.done()) != 1 || len(two.done()) != 1 || len(three.done()) != 0 {
			t.Errorf("done: %q, %q, %q", one.done(), two.done(), three.done())
		}

		<-time.After(2 * tokenLife)
		var late []byte
		b.mu.Lock()
		b.keep = func(m message) bool {
			if m.Kind == command && m.To == two.ID() {
				late = b.sent[len(b.sent)-1]
				return true
			}
			return false
		}
		b.mu.Unlock()
		if r := asks(t, one, "", `"end"`); !slices.Equal(r.Silent, []string{two.ID()}) {
			t.Errorf("withheld: %+v", r)
		}
		<-time.After(tokenLife)
		b.deliver(late)
		b.deliver([]byte("no message"))
		synctest.Wait()
		if late == nil || len(two.done()) != 1 {
			t.Errorf("late: %q", two.done())
		}
	})
}

func TestTheDoorHoldsOnServersThatStartAndOlderRecordsDoNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bus{}
		one, two := b.start(t), b.start(t)
		set := func(n *node, closed bool) []byte {
			t.Helper()
			if r, err := n.SetClosed(t.Context(), closed); err != nil || len(r.Silent) != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.record
		}
		holds := func(what string, closed bool, all ...*node) {
			t.Helper()
			for i, n := range all {
				if n.Closed() != closed {
					t.Errorf("%s: server %d is closed: %v", what, i, n.Closed())
				}
			}
		}
		write := func(record []byte) {
			b.mu.Lock()
			b.record = record
			b.mu.Unlock()
			<-time.After(2*renewEvery + 1)
		}
		opened := set(two, false)
		closed := set(one, true)
		holds("closed", true, one, two, b.start(t))
		for _, old := range [][]byte{opened, nil, []byte("broken")} {
			write(old)
			holds("after an older record, or none", true, one, two, b.start(t))
			b.mu.Lock()
			if string(b.record) != string(closed) {
				t.Errorf("the record is %s", b.record)
			}
			b.mu.Unlock()
		}
		set(two, false)
		write(closed)
		holds("opened, and an older record", false, one, two, b.start(t))

		b.breaks(errDown)
		if _, err := one.SetClosed(t.Context(), true); err != errDown {
			t.Errorf("without the store: %v", err)
		}
		holds("without the store", true, one)
		b.breaks(nil)
		<-time.After(2*renewEvery + 1)
		holds("with the store again", true, one, two, b.start(t))
	})
}

func TestAServerAloneObeys(t *testing.T) {
	f := New(Config{Do: func(json.RawMessage, int) json.RawMessage { return json.RawMessage("1") }})
	f.Start()
	defer f.Stop()
	if r, err := f.Ask(t.Context(), f.ID()[:6], nil); err != nil || len(r.Replies) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := f.Ask(t.Context(), "0", nil); err != ErrNoServer {
		t.Errorf("another: %v", err)
	}
	if _, err := f.SetClosed(t.Context(), true); err != nil || !f.Closed() {
		t.Errorf("closing: %v", err)
	}
}

package sshapp

import (
	"slices"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
)

const pageUp = "\x1b[5~"

// beforePageUp does something before PgUp is pressed for the first time.
type beforePageUp struct {
	gossh.Channel
	do func() // nil: it is done
}

func (c *beforePageUp) Write(p []byte) (int, error) {
	if do := c.do; do != nil && string(p) == pageUp {
		c.do = nil
		do()
	}
	return c.Channel.Write(p)
}

// A server that could not hear its Redis gets all that was said meanwhile at once.
func TestTalkersRecallAllThoughMuchComesMeanwhile(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	name, err := rooms.ParseName(ann.room())
	if err != nil {
		t.Fatal(err)
	}
	writer, err := app.cfg.Hub.Enter(t.Context(), name, rooms.Guest{Alias: "writer", Identity: "writer"})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Leave()
	k, err := talk(t, addr, name.String())
	if err != nil {
		t.Fatal(err)
	}
	var said sequence
	say := func(n int) {
		for range n {
			text := message(len(said))
			if err := writer.Post(t.Context(), text); err != nil {
				t.Error(err)
			}
			said = append(said, text)
		}
		if _, err := k.sees(t.Context(), func(g glance) bool { return g.shows(said[len(said)-1]) }); err != nil {
			t.Error(err)
		}
	}
	say(5)
	k.Session.Channel = &beforePageUp{k.Session.Channel, func() { say(2 * talkerHeight) }}
	got, err := k.recall(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The room forgets what is old.
	if n := app.cfg.Limits.History; len(got) < n || !slices.Equal(got, said[len(said)-len(got):]) {
		t.Errorf("recalled %d messages: %s", len(got), difference(got, said))
	}
	if g, err := k.sees(t.Context(), func(g glance) bool { return g.composer == "" }); err != nil {
		t.Errorf("the composer is left with %q: %v", g.composer, err)
	}
}

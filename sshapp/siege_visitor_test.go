//go:build linux

package sshapp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"wick/sshapp/sshtest"
)

// visitorEvery is how often somebody honest comes along who is in no room yet.
const visitorEvery = 4 * time.Second

// beside is what the honest do while the attack lasts: newcomers light a room,
// enter it and speak, and the row's own do what it says. It returns when ctx has
// ended and that is done.
func (w *siege) beside(ctx context.Context) error {
	if w.row.beside != nil {
		if err := w.row.beside(ctx, w); err != nil {
			return err
		}
	}
	for n := 0; ; n++ {
		if err := w.visit(w.t.Context(), n); err != nil {
			return fmt.Errorf("newcomer %d: %w", n, err)
		}
		pause(ctx, visitorEvery)
		if ctx.Err() != nil {
			return nil
		}
	}
}

// visit is somebody honest who lights a room, says something in it and looks
// whether it came.
func (w *siege) visit(ctx context.Context, n int) error {
	from := honestAddr(110 + n%100)
	room, err := w.light(ctx, from, "light --json --ttl 1m")
	if err != nil {
		return err
	}
	if a := w.command(ctx, from, room, "post hello"); a.Status != 0 {
		return fmt.Errorf("saying something: status %d, %q", a.Status, a.Err)
	}
	a := w.command(ctx, from, room, "info --json")
	var info struct{ Messages int }
	if err := json.Unmarshal([]byte(a.Out), &info); err != nil || info.Messages != 1 {
		return fmt.Errorf("after one message info says %q, %q", a.Out, a.Err)
	}
	return nil
}

// light lights a room with a generated name from an address, and returns it.
func (w *siege) light(ctx context.Context, from, command string) (room string, err error) {
	a := w.command(ctx, from, "new", command)
	var lit struct{ Room string }
	if err := json.Unmarshal([]byte(a.Out), &lit); err != nil || lit.Room == "" {
		return "", fmt.Errorf("lighting a room: status %d, %q", a.Status, a.Err)
	}
	return lit.Room, nil
}

// command runs a command on a connection of its own, with a key of the address's
// own, within sshtest.Patience.
func (w *siege) command(ctx context.Context, from, user, command string) sshtest.Result {
	ctx, cancel := context.WithTimeout(ctx, sshtest.Patience)
	defer cancel()
	client, err := sshtest.Connect(ctx, from, w.server.addr, user, w.key(addrKey(from)))
	if err != nil {
		return sshtest.Result{Status: -1, Err: err.Error()}
	}
	defer client.Close()
	return sshtest.Run(ctx, client, command, "")
}

// addrKey numbers the key of an address.
func addrKey(addr string) (n uint64) {
	for part := range strings.SplitSeq(addr, ".") {
		var v uint64
		fmt.Sscan(part, &v)
		n = n<<8 | v
	}
	return n
}

// record is a line of follow --json.
type record struct {
	Type, From, Text, Room string
	Marked                 bool
	Seq                    int
}

// history is what a newcomer sees of a room, as --json.
func (w *siege) history(ctx context.Context, from, room string) ([]record, error) {
	a := w.command(ctx, from, room, "follow --json --for 500ms")
	if a.Status != 0 {
		return nil, fmt.Errorf("a newcomer's follow: status %d, %q", a.Status, a.Err)
	}
	return records(a.Out)
}

func records(text string) (all []record, err error) {
	for line := range strings.Lines(text) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// said counts the messages.
func said(all []record) (n int) {
	for _, r := range all {
		if r.Type == "message" {
			n++
		}
	}
	return n
}

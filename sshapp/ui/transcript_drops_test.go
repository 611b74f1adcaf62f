package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"wick/rooms"
)

// holed is a transcript that drops its oldest messages independently of its oldest
// notices, as a room does.
type holed struct{ log rooms.Transcript }

func (h *holed) append(letter byte) {
	pos := max(h.log.Next(), 1)
	e := foldLog(string(letter)).Events[0]
	e.Time = time.Unix(0, 0).UTC().Add(time.Duration(pos) * time.Hour)
	e.From = rooms.Seat{Alias: fmt.Sprint("p", pos), Identity: fmt.Sprint("p", pos), Marked: e.From.Marked}
	e.Text = rooms.Text(fmt.Sprint("text", pos))
	h.log.Events = append(slices.Clip(h.log.Events), e)
	h.log.Positions = append(slices.Clip(h.log.Positions), pos)
	h.log.From = h.log.Positions[0]
}

func (h *holed) drop(notices bool, keep int) {
	var next rooms.Transcript
	for i, e := range slices.Backward(h.log.Events) {
		notice := e.Kind != rooms.Message && e.Kind != rooms.Withheld
		if notice == notices {
			keep--
		}
		if notice != notices || keep >= 0 {
			next.Events, next.Positions = append(next.Events, e), append(next.Positions, h.log.Positions[i])
		}
	}
	slices.Reverse(next.Events)
	slices.Reverse(next.Positions)
	next.From = next.Positions[0]
	h.log = next
}

// Cached rows look like newly made rows, whatever the room drops and wherever the window
// is.
func TestRowsStayRightWhateverTheRoomDrops(t *testing.T) {
	const height = 9
	r := rand.New(rand.NewPCG(3, 4))
	shared := newRowCache(roomRowBytes)
	one := func() *transcript {
		return &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me", room: shared}
	}
	kept, other := one(), one()
	var room holed
	for n := range 2000 {
		room.append("jjjjllJmmwrakus"[r.IntN(15)])
		switch r.IntN(30) {
		case 0:
			room.drop(true, 12)
		case 1:
			room.drop(false, 10)
		case 2:
			kept.scroll(1 + r.IntN(12))
		case 3:
			kept.scroll(-1 - r.IntN(12))
		case 4:
			kept.tell(aside, fmt.Sprint("note ", n))
		case 5:
			kept.follow()
		}
		if n%3 > 0 {
			kept.take(room.log)
		}
		if n%10 == 0 {
			other.take(room.log)
			other.draw(make([]row, height), 60)
		}
		a, b := kept.view(height, 60), make([]row, height)
		fresh := *kept
		fresh.room, fresh.cache, fresh.window, fresh.spare = nil, nil, nil, nil
		fresh.draw(b, 60)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("after %d events row %d is %q, anew %q", n, i, a[i].text, b[i].text)
			}
		}
	}
}

// A scrolled window stays where it is while the room drops notices around it.
func TestAScrolledWindowStaysWhenNoticesAreDropped(t *testing.T) {
	tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me"}
	var room holed
	for range 10 {
		for _, letter := range "mjmm" {
			room.append(byte(letter))
		}
	}
	texts := func() string {
		rows := make([]row, 6)
		tr.draw(rows, 60)
		var all []string
		for _, r := range rows {
			if _, text, ok := strings.Cut(r.text, "  text"); ok {
				all = append(all, text)
			}
		}
		return strings.Join(all, " ")
	}
	tr.take(room.log)
	texts()
	tr.up(20, 6)
	before := texts()
	last := before[strings.LastIndex(before, " "):]
	for keep := 9; keep >= 0; keep-- {
		room.append('m')
		room.drop(true, keep)
		tr.take(room.log)
		if now := texts(); !strings.HasSuffix(now, last) {
			t.Errorf("with %d notices the window shows %q, before %q", keep, now, before)
		}
	}
	if n := tr.unread(); n != 10 {
		t.Errorf("%d unread messages, want 10", n)
	}
	tr.down(maxMove)
	if now := texts(); tr.scrolled || !strings.HasSuffix(now, "50") {
		t.Errorf("at the end the window shows %q", now)
	}
}

// Messages that the room dropped before the session read them are mentioned once, before
// the messages that are left and after the notes that the session has shown since.
func TestMissedMessagesAreMentionedInTheirPlace(t *testing.T) {
	tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me"}
	var room holed
	for _, letter := range "mmm" {
		room.append(byte(letter))
	}
	tr.take(room.log)
	tr.tell(aside, "a note")
	for _, letter := range "jmmm" {
		room.append(byte(letter))
	}
	room.drop(false, 2)
	room.log.Missed = 7
	tr.take(room.log)
	room.log.Missed = 0
	for range 2 {
		tr.take(room.log)
		got := drawn(tr)
		at := -1
		for _, part := range []string{"a note", "p4 came in", "7 messages came and went without being shown here", "text6", "text7"} {
			i := strings.Index(got, part)
			if i <= at || strings.Count(got, part) != 1 {
				t.Errorf("the screen shows %s", got)
			}
			at = i
		}
	}
	tr.forget()
	if got := drawn(tr); got != "" {
		t.Errorf("cleared, the screen shows %s", got)
	}
}

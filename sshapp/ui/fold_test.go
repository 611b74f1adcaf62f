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

// foldLog returns a transcript with an event for each letter: j for a join, J for one
// under a name that somebody else had before, l for a leave, r for a new name, R for
// one that somebody else had, a for away, b for back, k for a lock and u for its end,
// s for a shorter countdown, m for a message, w for a withheld one.
func foldLog(letters string) rooms.Transcript {
	log := rooms.Transcript{From: 1}
	kinds := map[rune]rooms.Kind{
		'j': rooms.Joined, 'J': rooms.Joined, 'l': rooms.Left, 'r': rooms.Renamed, 'R': rooms.Renamed, 'a': rooms.Away, 'b': rooms.Back,
		'k': rooms.Locked, 'u': rooms.Unlocked, 's': rooms.Shortened, 'm': rooms.Message, 'w': rooms.Withheld,
	}
	for i, c := range letters {
		e := rooms.Event{Kind: kinds[c], Time: time.Unix(0, 0).UTC(), From: rooms.Seat{Alias: fmt.Sprint("p", i), Identity: fmt.Sprint("p", i), Marked: c == 'J' || c == 'R'}, Was: "old", Text: rooms.Text(fmt.Sprint("text", i))}
		log.Events = append(log.Events, &e)
	}
	return log
}

// drawn returns the rows of a screen, from the top, without times and blank rows.
func drawn(tr *transcript) string {
	rows := make([]row, 40)
	tr.draw(rows, 100)
	var all []string
	for _, r := range rows {
		if s := strings.TrimSpace(strings.Replace(r.text, "00:00", "", 1)); s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, "|")
}

func TestEventsInARowAreFolded(t *testing.T) {
	for letters, want := range map[string]string{
		"j":       "→ p0 came in",
		"jl":      "→ p0 came in|← p1 left",
		"jlj":     "→ 1 came in, 1 left|→ p2 came in",
		"jjjj":    "→ 3 came in|→ p3 came in",
		"llll":    "← 3 left|← p3 left",
		"jjjlm":   "→ 3 came in|← p3 left|p4  text4",
		"jjmjj":   "→ p0 came in|→ p1 came in|p2  text2|→ p3 came in|→ p4 came in",
		"jjJjj":   "→ p0 came in|→ p1 came in|→ p2! came in: no key, and somebody had this name before|→ p3 came in|→ p4 came in",
		"mwm":     "p0  text0|p2  text2",
		"mjjjjmj": "p0  text0|→ 3 came in|→ p4 came in|p5  text5|→ p6 came in",
		"rrr":     "~ 2 changed their names|~ old is now p2",
		"rrRrr":   "~ old is now p0|~ old is now p1|~ old is now p2!: no key, and somebody had this name before|~ old is now p3|~ old is now p4",
		"aab":     "… 2 lost the connection|→ p2 is back",
		"jlrab":   "→ 1 came in, 1 left, 1 changed their name, 1 lost the connection|→ p4 is back",
		"ku":      "■ p0 locked the room: newcomers have to knock|□ p1 unlocked the room",
		"kukuk":   "■ the lock changed 4 times|■ p4 locked the room: newcomers have to knock",
		"sssm":    "✂ the countdown was shortened 2 times|✂ p2 shortened the countdown|p3  text3",
		"jjkuukl": "→ p0 came in|→ p1 came in|■ the lock changed 3 times|■ p5 locked the room: newcomers have to knock|← p6 left",
	} {
		tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me"}
		tr.take(foldLog(letters))
		if got := drawn(tr); got != want {
			t.Errorf("%s is drawn as\n%s, want\n%s", letters, got, want)
		}
	}
}

func TestAScreenWithFoldedEventsLooksRight(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			later(time.Second)
		}
		bob := w.enter(named(t, "plans"), "bob")
		for _, name := range []string{"bo", "bobby", "robert"} {
			do(bob.Rename(t.Context(), name))
		}
		w.post(bob, "that is what I am called")
		for range 2 {
			do(s.member.Lock(t.Context(), true))
			do(s.member.Lock(t.Context(), false))
		}
		w.post(s.member, "come in")
		for left := range 3 {
			do(s.member.Shorten(t.Context(), 9*time.Minute-time.Duration(left)*time.Minute))
		}
		bob.Leave()
		later(time.Second)
		s.golden("folded")
	})
}

// A transcript that grew, scrolled and kept rows looks like one that is drawn for the
// first time.
func TestFoldedRowsStayRightAsTheTranscriptGrows(t *testing.T) {
	const height = 9
	r := rand.New(rand.NewPCG(1, 2))
	shared := newRowCache(roomRowBytes)
	one := func() *transcript {
		return &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me", room: shared}
	}
	kept := one()
	letters := ""
	for range 400 {
		letters += string("jjjjllJmmwrakus"[r.IntN(15)])
		kept.take(foldLog(letters))
		a, b := kept.view(height, 60), make([]row, height)
		fresh := one()
		fresh.room = nil
		fresh.take(kept.log)
		fresh.draw(b, 60)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("after %s row %d is %q, anew %q", letters, i, a[i].text, b[i].text)
			}
		}
	}
	// Scroll to the top row by row and down again: no row is skipped or shown twice.
	for _, step := range []func(){func() { kept.scroll(1) }, func() { kept.scroll(-1) }} {
		before := slices.Clone(kept.view(height, 60))
		for range 1000 {
			step()
			now := slices.Clone(kept.view(height, 60))
			same, up, down := true, true, true
			for i := range now {
				same = same && now[i] == before[i]
				up = up && (i == 0 || now[i] == before[i-1])
				down = down && (i == 0 || now[i-1] == before[i])
			}
			if !same && !up && !down {
				t.Fatalf("one step went from\n%v\nto\n%v", before, now)
			}
			before = now
		}
	}
	if kept.scrolled {
		t.Error("it is not at the end again")
	}
}

package storetest

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"wick/rooms"
)

var messageTests = []test{
	{"messages are numbered from 1 without a gap, whoever posts", testNumbering},
	{"history keeps the newest messages", testHistory},
	{"a message is kept and published as it was said", testAsSaid},
	{"every text survives", testEveryText},
	{"only somebody with a seat may speak", testUnseated},
	{"times are the store's, in whole milliseconds", testTimesOfStore},
}

func testNumbering(w *world) {
	const posters, posts = 8, 50
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	all := make([]rooms.Seat, posters)
	for i := range all {
		all[i] = newSeat("A", fmt.Sprint("guest", i))
		w.enter(w.a, all[i])
		watch.next(rooms.Joined)
	}
	seqs := make([][]uint64, posters)
	w.allOK(together(posters, func(i int) error {
		for n := range posts {
			seq, err := w.handle(i).Append(w.ctx, room.Ref, all[i], rooms.Words{ID: fmt.Sprintf("%d/%d", i, n), Text: rooms.Text(rand.Text())})
			if err != nil {
				return err
			}
			seqs[i] = append(seqs[i], seq)
		}
		return nil
	}))
	events := w.since(w.a, room.Ref, 0)
	w.numbered(events, 1, posters*posts)
	for i, mine := range seqs {
		for n, seq := range mine {
			if n > 0 && seq <= mine[n-1] {
				w.Fatalf("number %d after %d from one poster", seq, mine[n-1])
			}
			if e := events[seq-1]; e.ID != fmt.Sprintf("%d/%d", i, n) || e.From != all[i] {
				w.Fatalf("number %d was told to another poster than that of %+v", seq, e)
			}
		}
	}
	for _, want := range events {
		if got := watch.next(rooms.Message); got != want {
			w.Fatalf("published %+v, but history has %+v", got, want)
		}
	}
}

func testHistory(w *world) {
	const keep, said = 5, 12
	room := w.light(rooms.Lighting{History: keep})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	for n := range uint64(said) {
		if seq := w.post(w.a, room.Ref, ann, fmt.Sprint(n+1)); seq != n+1 {
			w.Fatalf("message %d has number %d", n+1, seq)
		}
		w.numbered(w.since(w.b, room.Ref, 0), max(n+1, keep)-keep+1, n+1)
	}
	for _, e := range w.since(w.b, room.Ref, 0) {
		if string(e.Text) != fmt.Sprint(e.Seq) {
			w.Errorf("number %d is %q", e.Seq, e.Text)
		}
	}
	for _, after := range []uint64{1, said - keep - 1, said - keep, said - keep + 1, said - 1, said, said + 1, 1 << 60} {
		w.numbered(w.since(w.b, room.Ref, after), max(after, said-keep)+1, said)
		entry, err := w.b.Enter(w.ctx, w.name, ann, longLease, after)
		w.ok(err)
		w.numbered(entry.History, max(after, said-keep)+1, said)
		if entry.Seq != said {
			w.Errorf("newest is %d", entry.Seq)
		}
	}
}

func testAsSaid(w *world) {
	room := w.light(rooms.Lighting{})
	here, there := w.watch(w.a), w.watch(w.b)
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	here.next(rooms.Joined)
	there.next(rooms.Joined)
	_, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: "the id", Text: "the text"})
	w.ok(err)
	e := here.next(rooms.Message)
	want := rooms.Event{Kind: rooms.Message, Epoch: room.Epoch, Seq: 1, Time: e.Time, From: ann, ID: "the id", Text: "the text"}
	if e != want {
		w.Errorf("published %+v, want %+v", e, want)
	}
	if e := there.next(rooms.Message); e != want {
		w.Errorf("published %+v elsewhere, want %+v", e, want)
	}
	for _, s := range []rooms.Store{w.a, w.b} {
		if kept := w.since(s, room.Ref, 0); len(kept) != 1 || kept[0] != want {
			w.Errorf("history is %+v, want %+v", kept, want)
		}
	}
	// Callers may change what they were returned.
	w.since(w.a, room.Ref, 0)[0].Text = "forged"
	if kept := w.since(w.a, room.Ref, 0); kept[0] != want {
		w.Errorf("an answer was changed, and history with it: %+v", kept[0])
	}
}

func testEveryText(w *world) {
	var bytes strings.Builder
	for b := range 256 {
		bytes.WriteByte(byte(b))
	}
	all := []string{
		"plain",
		"",
		" ",
		"two\nlines\r\nand\ttabs",
		"\n\n  \tblanks around, blank lines\n\n\n\nand at the end \t \n\n",
		"é ß 漢字 한국어 العربية עברית ไทย हिन्दी",
		"👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 e\u0301\u0302\u0303",
		"\u200b\u202e\u2066\ufeff\ufffd\U0010ffff",
		"\x1b[31m\x9b\x00\x07",
		"\xff\xfe\xc0\x80\xed\xa0\x80",
		bytes.String(),
		`"quotes" 'more' \back\slash %d %s ${x} {{y}} <z> & [[1]]`,
		"$3\r\nfoo\r\n*1\r\n:1\r\n",
		"0", "nil", "null", "false", "1e309", "-1", "m1:epoch:0:",
		strings.Repeat("a", rooms.MaxText),
		strings.Repeat("漢", rooms.MaxText),
		strings.Repeat("👍🏽", rooms.MaxText/2),
	}
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann := newSeat("A", "ünï 火\x00\xff")
	ann.Identity = "identity \x00\xff:|"
	w.sameSeats(w.enter(w.a, ann).Roster, ann)
	if e := watch.next(rooms.Joined); e.From != ann {
		w.Errorf("joined as %+v, want %+v", e.From, ann)
	}
	for i, text := range all {
		_, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: fmt.Sprint(i, " id \x00\xff:|"), Text: rooms.Text(text)})
		w.ok(err)
	}
	kept := w.since(w.b, room.Ref, 0)
	w.numbered(kept, 1, uint64(len(all)))
	for i, text := range all {
		if string(kept[i].Text) != text || kept[i].From != ann || kept[i].ID != fmt.Sprint(i, " id \x00\xff:|") {
			w.Errorf("history has %q from %+v, want %q", kept[i].Text, kept[i].From, text)
		}
		if e := watch.next(rooms.Message); e != kept[i] {
			w.Errorf("published %q from %+v, but history has %q", e.Text, e.From, kept[i].Text)
		}
	}
}

func testUnseated(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("A", "bob")
	w.enter(w.a, ann)
	// The alias or the node of somebody seated is not enough.
	for _, s := range []rooms.Seat{bob, newSeat("A", "ann"), {Node: "A", Alias: "ann", Identity: ann.Identity}} {
		_, err := w.b.Append(w.ctx, room.Ref, s, rooms.Words{ID: rand.Text(), Text: "psst"})
		w.is(err, rooms.ErrNotSeated)
	}
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	_, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: rand.Text(), Text: "psst"})
	w.is(err, rooms.ErrNotSeated)
	w.enter(w.a, ann)
	if seq := w.post(w.a, room.Ref, ann, "hello"); seq != 1 {
		w.Errorf("what was refused took numbers: the first message is %d", seq)
	}
	w.numbered(w.since(w.b, room.Ref, 0), 1, 1)
}

func testTimesOfStore(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann := newSeat("A", "ann")
	before := time.Now()
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "one")
	w.ok(w.a.Rename(w.ctx, room.Ref, ann, "eve"))
	w.post(w.a, room.Ref, ann, "two")
	_, err := w.a.Shorten(w.ctx, room.Ref, ann, longTTL/2)
	w.ok(err)
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	last := before.Add(-skew)
	for _, kind := range []rooms.Kind{rooms.Joined, rooms.Message, rooms.Renamed, rooms.Message, rooms.Shortened, rooms.Left, rooms.Destroyed} {
		e := watch.next(kind)
		// Two servers' readings of the store's clock differ by the time of round
		// trips.
		if e.Time.Before(last.Add(-slack)) || e.Time.After(time.Now().Add(skew)) {
			w.Errorf("event of kind %d is at %v, after one at %v", kind, e.Time, last)
		}
		if e.Time.Nanosecond()%int(time.Millisecond) != 0 {
			w.Errorf("event of kind %d is at %v, not at a whole millisecond", kind, e.Time)
		}
		last = e.Time
	}
}

package rooms

import (
	"maps"
	"testing"
	"time"
)

// newCrowd returns a live room without a goroutine, and n members in it.
func newCrowd(n int) (*liveRoom, []*Member) {
	l := newLiveRoom(&Hub{}, Name{})
	members := make([]*Member, n)
	for i := range members {
		members[i] = &Member{room: l, news: make(chan struct{}, 1)}
		l.members[members[i]] = struct{}{}
	}
	return l, members
}

// woken returns which members have news, and takes it.
func woken(members []*Member) map[*Member]bool {
	woken := map[*Member]bool{}
	for _, m := range members {
		select {
		case <-m.news:
			woken[m] = true
		default:
		}
	}
	return woken
}

func TestACrowdIsWokenAFewAtATime(t *testing.T) {
	const turns = 4
	l, members := newCrowd(turns * wakeBatch)
	wake := func() map[*Member]bool {
		select {
		case <-l.turn:
			l.wakeNext()
		default:
		}
		return woken(members)
	}
	l.wakeForMessages(1, time.Now())
	if n := len(woken(members)); n > 0 {
		t.Errorf("%d are woken at once", n)
	}
	first := wake()
	if len(first) != wakeBatch {
		t.Errorf("%d are woken first, want %d", len(first), wakeBatch)
	}
	l.wakeForMessages(1, time.Now()) // those who were woken are the last to hear of this one
	heard := maps.Clone(first)
	for range turns - 1 {
		maps.Copy(heard, wake())
	}
	if len(heard) != len(members) {
		t.Errorf("after %d turns %d of %d were woken", turns, len(heard), len(members))
	}
	if again := wake(); !maps.Equal(again, first) {
		t.Errorf("%d are woken for the second message, want the first %d", len(again), len(first))
	}
	if n := len(wake()); n > 0 || len(l.due) > 0 {
		t.Errorf("%d are woken for nothing, and %d are due", n, len(l.due))
	}
}

func TestTheEndWakesACrowdAtOnce(t *testing.T) {
	l, members := newCrowd(3 * wakeBatch)
	l.wakeForMessages(1, time.Now())
	l.over = true // the room's goroutine may not come to turns any more
	l.wake()
	if n := len(woken(members)); n != len(members) {
		t.Errorf("%d of %d are woken", n, len(members))
	}
}

func TestTheTimeLeftIsToldWhileTheRoomIsBusy(t *testing.T) {
	l, members := newCrowd(1)
	now := Now()
	l.mu.Lock() // for as long as the test lasts
	defer l.mu.Unlock()
	if left := members[0].Left(); left != 0 {
		t.Errorf("%v are left of a room that nobody has entered", left)
	}
	store := now.Round(0)
	l.state.setRoom(Room{Ref: Ref{Epoch: "e"}, Clock: Clock{Store: store, Here: now}, Ends: store.Add(time.Hour), Deadline: now.Add(time.Hour)})
	if left := members[0].Left(); left > time.Hour || left < time.Minute {
		t.Errorf("%v are left of an hour", left)
	}
	l.state.shorten(store.Add(time.Second), "ann")
	if left := members[0].Left(); left > time.Second {
		t.Errorf("%v are left of a second", left)
	}
}

package rooms_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// What burns may be for one person alone: nobody else can look, or sees that there is
// something.
func TestBurningForOnePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		synctest.Wait()
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{To: "BOB", Burn: 10 * time.Second}))
		synctest.Wait()
		wantSeen(t, eve, "1 -")
		wantSeen(t, bob, "1 ann ▒")
		wantSeen(t, ann, "1 ann>bob the key is 42")
		for pos := range eve.Since(0).All() {
			if err := eve.Reveal(t.Context(), pos, nil); !errors.Is(err, rooms.ErrNoneHidden) {
				t.Errorf("eve looks at %d: %v", pos, err)
			}
		}
		later(time.Minute)
		ok(t, revealOldest(t.Context(), bob))
		synctest.Wait()
		wantSeen(t, bob, "1 ann>bob the key is 42")
		wantNotices(t, ann, "bob looked at 1")
		wantNotices(t, eve)
		wantSeen(t, enter(t, one, n, "dan"), "1 -")
		later(10*time.Second + time.Millisecond)
		for _, m := range []*rooms.Member{ann, bob} {
			wantSeen(t, m, "1 ann burned")
		}
		wantSeen(t, eve, "1 -")
		for what, tc := range map[string]struct {
			rooms.Saying
			want error
		}{
			"to nobody":         {rooms.Saying{To: "nobody", Burn: 10 * time.Second}, rooms.ErrNobody},
			"to oneself":        {rooms.Saying{To: "ann", Burn: 10 * time.Second}, rooms.ErrYourself},
			"for too short":     {rooms.Saying{To: "bob", Burn: time.Second}, rooms.ErrBadBurn},
			"for less than 0":   {rooms.Saying{To: "bob", Burn: -time.Second}, rooms.ErrBadBurn},
			"paced, to nobody":  {rooms.Saying{To: "nobody"}, rooms.ErrNobody},
			"without any words": {rooms.Saying{To: "bob", Burn: 10 * time.Second}, rooms.ErrEmpty},
		} {
			text := "x"
			if errors.Is(tc.want, rooms.ErrEmpty) {
				text = " "
			}
			if err := ann.Say(t.Context(), text, tc.Saying); !errors.Is(err, tc.want) {
				t.Errorf("%s: %v", what, err)
			}
			if err := ann.SayPaced(t.Context(), text, tc.Saying); !errors.Is(err, tc.want) {
				t.Errorf("%s, paced: %v", what, err)
			}
		}
		if s := ann.State(); s.Messages != 1 {
			t.Errorf("%d messages were said", s.Messages)
		}
	})
}

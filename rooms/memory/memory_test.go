package memory

import (
	"testing"

	"wick/rooms"
	"wick/rooms/storetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, storetest.Harness{
		Open:   func(t *testing.T) rooms.Store { return open(t, Config{}) },
		Second: func(_ *testing.T, first rooms.Store) rooms.Store { return first },
		Remains: func(_ *testing.T, s rooms.Store, name rooms.Name) []string {
			return remains(s.(*Store), name)
		},
	})
}

func open(t testing.TB, cfg Config) *Store {
	s := New(cfg)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if used := s.quota.used.Load(); used != 0 {
			t.Errorf("a closed store counts %d bytes", used)
		}
	})
	return s
}

// remains lists what the store holds because of a room of that name, without the
// feeds that watch it.
func remains(s *Store, name rooms.Name) (all []string) {
	s.mu.Lock()
	sl := s.slots[name]
	s.mu.Unlock()
	if sl == nil {
		return nil
	}
	sl.mu.Lock()
	defer sl.mu.Unlock()
	if sl.room != nil {
		all = append(all, "a room")
	} else if len(sl.feeds) == 0 {
		all = append(all, "an empty slot")
	}
	return all
}

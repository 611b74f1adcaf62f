package rooms_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestFileNamesAreSafeEverywhere(t *testing.T) {
	for _, good := range []string{"report.pdf", "a b", ".env", "a..b", "日本.txt", "é", strings.Repeat("x", 100)} {
		if got, err := rooms.ParseFileName(good); err != nil || got != good {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", ".", "..", "/etc", "a/b", `a\b`, "-rf", "a\nb", "a\x00", "a\x1b[2J", "a\u202eb", " a", "a ", "\xff", strings.Repeat("x", 101)} {
		if got, err := rooms.ParseFileName(bad); !errors.Is(err, rooms.ErrBadFileName) {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

func TestAFileIsReadAtAnyOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		defer hub.Close()
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 4), "ann")
		defer ann.Leave()
		whole := make([]byte, 2*rooms.ChunkSize+3)
		rand.Read(whole)
		size := int64(len(whole))
		f, err := ann.PutFile(t.Context(), "whole", bytes.NewReader(whole), rooms.FileLimits{Each: size, All: size})
		if err != nil {
			t.Fatal(err)
		}
		for _, off := range []int64{0, 1, rooms.ChunkSize - 1, rooms.ChunkSize, 2 * rooms.ChunkSize, size - 1, size, size + 1} {
			for _, n := range []int64{0, 1, rooms.ChunkSize, 2 * rooms.ChunkSize, size} {
				got := make([]byte, n)
				read, err := ann.ReadFileAt(t.Context(), f, got, off)
				want := whole[min(off, size):min(off+n, size)]
				if !bytes.Equal(got[:read], want) || int64(read) < n != errors.Is(err, io.EOF) {
					t.Errorf("%d bytes at %d: %d, %v", n, off, read, err)
				}
			}
		}
		if n, err := ann.ReadFileAt(t.Context(), f, make([]byte, 1), -1); n != 0 || err == nil {
			t.Errorf("before the beginning: %d, %v", n, err)
		}
		if err := ann.RemoveFile(t.Context(), "whole"); err != nil {
			t.Fatal(err)
		}
		if n, err := ann.ReadFileAt(t.Context(), f, make([]byte, 1), 0); n != 0 || !errors.Is(err, rooms.ErrNoChunk) {
			t.Errorf("after it was removed: %d, %v", n, err)
		}
	})
}

func TestAFileThatFailsLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		defer hub.Close()
		n := light(t, hub, "plans", time.Hour, 4)
		ann := enter(t, hub, n, "ann")
		defer ann.Leave()
		limits := rooms.FileLimits{Each: 3 * rooms.ChunkSize, All: 4 * rooms.ChunkSize}
		whole := bytes.Repeat([]byte("x"), 3*rooms.ChunkSize)
		if _, err := ann.PutFile(t.Context(), "whole", bytes.NewReader(whole), limits); err != nil {
			t.Fatal(err)
		}
		before, cut := store.Held(), errors.New("cut")
		for _, tt := range []struct {
			name string
			size int
			fail error
			want error
		}{
			{"large", len(whole) + 1, nil, rooms.ErrTooLarge},
			{"much", len(whole) - 1, nil, rooms.ErrFilesFull},
			{"whole", 1, nil, rooms.ErrFileExists},
			{"a/b", 1, nil, rooms.ErrBadFileName},
			{"broken", 2 * rooms.ChunkSize, cut, cut},
		} {
			_, err := ann.PutFile(t.Context(), tt.name, failing{strings.NewReader(strings.Repeat("x", tt.size)), tt.fail}, limits)
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
			if held := store.Held(); held != before {
				t.Errorf("after %s the store holds %d bytes more", tt.name, held-before)
			}
		}
		synctest.Wait()
		if err := ann.RemoveFile(t.Context(), "whole"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if held := before - store.Held(); held < int64(len(whole)) {
			t.Errorf("removing it gave back %d bytes", held)
		}
		if st := ann.State(); st.Room.Files != 0 {
			t.Errorf("%d files are counted", st.Room.Files)
		}
	})
}

// unanswered is a store that adds files, and whose replies are lost.
type unanswered struct{ rooms.Store }

func (s unanswered) AddFile(ctx context.Context, ref rooms.Ref, f rooms.File, limit int64) error {
	s.Store.AddFile(ctx, ref, f, limit)
	return rooms.ErrUnknown
}

func TestAFileThatMayBeThereKeepsItsBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, unanswered{store}, rooms.HubConfig{})
		defer hub.Close()
		n := light(t, hub, "plans", time.Hour, 4)
		ann := enter(t, hub, n, "ann")
		defer ann.Leave()
		_, err := ann.PutFile(t.Context(), "report", strings.NewReader("bytes"), rooms.FileLimits{Each: 5, All: 5})
		if !errors.Is(err, rooms.ErrUnknown) {
			t.Fatal(err)
		}
		err = ann.GetFile(t.Context(), "report", func(_ context.Context, _ rooms.File, all rooms.Chunks) error {
			got, err := all.Text(5)
			if got != "bytes" {
				t.Errorf("got %q", got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

package sshapp

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/pkg/sftp"

	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// transfers are a put, an upload and a download by SFTP, each in the middle of a file.
type transfers struct {
	file     string
	put      *sshtest.Session
	up, down sftpClient
	writes   *sftp.File
	reads    *sftp.File
	got      []byte
}

const halfTransferred = 2*rooms.ChunkSize + 1

func startTransfers(t *testing.T, addr string) *transfers {
	t.Helper()
	x := &transfers{file: anyBytes(5*rooms.ChunkSize + 7), got: make([]byte, halfTransferred)}
	if status, _, errs := run(t, sshtest.Dial(t, addr, "plans"), "put whole", x.file); status != 0 {
		t.Fatal(errs)
	}
	x.put, x.up, x.down = sshtest.Exec(t, sshtest.Dial(t, addr, "plans"), "put one"), openSFTP(t, addr), openSFTP(t, addr)
	x.writes, x.reads = x.up.creates(t, "two"), x.down.opens(t, "whole")
	if err := x.put.Types(x.file[:halfTransferred]); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(x.writes, x.file[:halfTransferred]); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(x.reads, x.got); err != nil {
		t.Fatal(err)
	}
	return x
}

// finish goes on with all three, and returns what came of them.
func (x *transfers) finish(t *testing.T) (put int, upload, download error) {
	t.Helper()
	if err := x.put.Types(x.file[halfTransferred:]); err == nil {
		x.put.CloseWrite()
	}
	if _, upload = io.WriteString(x.writes, x.file[halfTransferred:]); upload == nil {
		upload = x.writes.Close()
	}
	rest, download := io.ReadAll(x.reads)
	if got := string(x.got) + string(rest); download == nil && got != x.file {
		t.Errorf("other bytes were read: %d, not %d", len(got), len(x.file))
	}
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	return x.put.Wait(ctx), upload, download
}

func TestTransfersOfAServerThatDrainsLeaveNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	one, two := f.start(server.URL()), f.start(server.URL())
	ann := readLines(t, two.addr, "plans+10m", wide)
	ann.room()
	keys := len(server.Keys())
	x := startTransfers(t, one.addr)
	one.drain()
	if put, upload, download := x.finish(t); put != wording.ExitFailed || upload == nil || download == nil {
		t.Errorf("after the drain: put %d, upload %v, download %v", put, upload, download)
	}
	for _, s := range []*sshtest.Session{x.put, x.up.session, x.down.session} {
		if s.Ends(t); s.Status.Load() != wording.ExitFailed || !strings.Contains(s.Why(), "going down") {
			t.Errorf("status %d, %q", s.Status.Load(), s.Why())
		}
	}
	c := openSFTP(t, two.addr)
	c.has(t, "whole")
	if err := c.Remove("whole"); err != nil {
		t.Error(err)
	}
	if left := server.Keys(); len(left) != keys {
		t.Errorf("%d keys are there for %d: a part of a file is left", len(left), keys)
	}
}

// A Redis that stands still holds transfers up. One that loses the room ends them.
func TestTransfersGoOnAfterRedisOrEndWithTheRoom(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault func(server *redistest.Server, goOn func())
		lost  bool
	}{
		"paused":                 {func(s *redistest.Server, goOn func()) { s.Pause(); goOn(); s.Resume() }, false},
		"connections are killed": {func(s *redistest.Server, goOn func()) { s.KillClients("normal"); goOn(); s.KillClients("normal") }, false},
		"killed":                 {func(s *redistest.Server, goOn func()) { s.Kill(); goOn(); s.Restart() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			one := newFleet(t, rooms.HubConfig{}).start(server.URL())
			ann := readLines(t, one.addr, "plans+10m", wide)
			ann.room()
			x := startTransfers(t, one.addr)
			type outcome struct {
				put              int
				upload, download error
			}
			done := make(chan outcome, 1)
			tt.fault(server, func() {
				go func() {
					var o outcome
					o.put, o.upload, o.download = x.finish(t)
					done <- o
				}()
			})
			o := <-done
			if tt.lost {
				if o.put == 0 || o.upload == nil || o.download == nil {
					t.Errorf("the room is lost: put %d, upload %v, download %v", o.put, o.upload, o.download)
				}
				for _, s := range []*sshtest.Session{x.put, x.up.session, x.down.session} {
					if s.Ends(t); s.Status.Load() == 0 || s.Why() == "" {
						t.Errorf("status %d, %q", s.Status.Load(), s.Why())
					}
				}
				return
			}
			if err := errors.Join(o.upload, o.download); o.put != 0 || err != nil {
				t.Errorf("put %d, %v, %q", o.put, err, x.put.Why())
			}
			for _, name := range []string{"one", "two"} {
				if status, out, errs := run(t, sshtest.Dial(t, one.addr, "plans"), "get "+name, ""); status != 0 || out != x.file {
					t.Errorf("%s: status %d, %d bytes, %q", name, status, len(out), errs)
				}
			}
		})
	}
}

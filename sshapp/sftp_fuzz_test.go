package sshapp

import (
	"log/slog"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// FuzzSFTP sends an SFTP session any bytes after the first packet. Each request is replied
// to once, in its turn, until one is malformed, and no file has a name that it may not have.
func FuzzSFTP(f *testing.F) {
	const attrs = 0
	opens := func(name string, flags int) string { // closing waits for all before it
		return fxPacket(fxOpen, 1, name, flags, attrs) + fxPacket(fxClose, 9, "")
	}
	open := opens("file", fxfWrite|fxfCreate)
	write := func(id, off int, data string) string { return fxPacket(fxWrite, id, "1", uint64(off), data) }
	closed := fxPacket(fxClose, 90, "1")
	for _, packets := range [][]string{
		{open, write(2, 0, "some "), write(3, 5, "text"), closed, fxPacket(fxStat, 91, "file"), fxPacket(fxRemove, 92, "file")},
		{open, write(2, 5, "text"), write(3, 0, "some "), closed, opens("file", fxfRead), fxPacket(fxRead, 5, "2", uint64(3), 100), fxPacket(fxRead, 6, "2", uint64(1<<63), 1<<31)},
		{open, write(2, 1, "a hole"), closed},
		{open, fxPacket(fxRead, 2, "1", uint64(0), 100), fxPacket(fxFsetstat, 3, "1", 1, uint64(4)), write(4, -1, "x")},
		{opens("both", fxfRead|fxfWrite|fxfCreate), fxPacket(fxRead, 2, "1", uint64(0), 1), fxPacket(fxReaddir, 3, "1"), closed, closed},
		{fxPacket(fxOpendir, 1, "."), fxPacket(fxClose, 9, ""), fxPacket(fxReaddir, 2, "1"), fxPacket(fxReaddir, 3, "1"), fxPacket(fxRead, 4, "1", uint64(0), 1), closed},
		{fxPacket(fxRealpath, 1, "../a/./b"), fxPacket(fxRename, 2, "file", "other"), fxPacket(fxSymlink, 3, "file", "other"), fxPacket(fxSetstat, 4, "file", 1<<31, 1, "type", "data")},
		{fxPacket(fxExtended, 1, "statvfs@openssh.com", "/"), fxPacket(fxExtended, 2, "hardlink@openssh.com", "file", "other"), fxPacket(fxExtended, 3, "posix-rename@openssh.com", "file"), fxPacket(fxExtended, 4, "unknown")},
		{opens("\x1b[2J\n/..\u202e", fxfWrite|fxfCreate), closed, fxPacket(fxInit, 3), "\x00\x00\x00\x00"},
		{fxPacket(77, 1), open},
		{"\x00\x00\x00\x50" + open[4:]},
		{"\xff\xff\xff\xff"},
	} {
		f.Add([]byte(strings.Join(packets, "")))
	}

	log := &sshtest.Buffer{}
	store := embedded(f)
	addr, _ := startApp(f, store, keys.NewSecret(), Config{
		SSH: sshd.Limits{ReadRate: 1 << 30, ReadBurst: 1 << 30, MaxRequests: -1}, // for one client that never rests
		Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if s := sshtest.Exec(f, sshtest.Dial(f, addr, "plans"), "light --ttl 1h"); s.Wait(f.Context()) != 0 {
		f.Fatal(s.Why())
	}
	name, err := rooms.ParseName("plans")
	if err != nil {
		f.Fatal(err)
	}
	room, err := store.Find(f.Context(), name)
	if err != nil {
		f.Fatal(err)
	}
	c := sshtest.Dial(f, addr, "plans")
	f.Fuzz(func(t *testing.T, stream []byte) {
		s := startSFTP(t, c)
		defer s.Close()
		s.Types(fxPacket(fxInit, 3) + string(stream)) // fails if the session ends before
		s.CloseWrite()
		s.Ends(t)
		if status := s.Status.Load(); status != 0 && status != wording.ExitFailed {
			t.Fatalf("it ended with status %d and %q", status, s.Why())
		}
		repliesInTurn(t, s.Out.String(), packetsOf(string(stream)))
		files, err := store.Files(t.Context(), room.Ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if _, err := rooms.ParseFileName(file.Name); err != nil {
				t.Errorf("a file is named %q", file.Name)
			}
			if err := store.RemoveFile(t.Context(), room.Ref, file.From, file); err != nil {
				t.Fatal(err)
			}
		}
		if text := log.String(); strings.Contains(text, "panic") {
			t.Fatal(text)
		}
	})
}

// repliesInTurn checks that replies after the first have the IDs of the requests.
func repliesInTurn(t *testing.T, out string, requests []string) {
	t.Helper()
	replies := packetsOf(out)
	size := 0
	for i, reply := range replies {
		size += 4 + len(reply)
		switch {
		case i == 0:
		case i > len(requests):
			t.Fatalf("%d replies to %d requests", len(replies), len(requests))
		case requests[i-1][0] == fxInit:
		case len(reply) < 5 || len(requests[i-1]) < 5 || reply[1:5] != requests[i-1][1:5]:
			t.Fatalf("the request %q was answered %q", requests[i-1], reply)
		}
	}
	if size < len(out) {
		t.Fatalf("after %d replies came %q", len(replies), out[size:])
	}
}

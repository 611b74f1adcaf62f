package sshapp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/pkg/sftp"
	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// sftpClient is an SFTP session, from both sides of its protocol.
type sftpClient struct {
	*sftp.Client
	session *sshtest.Session
}

// openSFTP opens an SFTP session in the room "plans".
func openSFTP(t *testing.T, addr string, signers ...gossh.Signer) sftpClient {
	t.Helper()
	out, in := io.Pipe()
	s, err := sshtest.Start(sshtest.Dial(t, addr, "plans", signers...), sshtest.Options{System: sftpSubsystem, Stdout: in, Discard: true})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-s.Ended
		in.Close()
	}()
	c, err := sftp.NewClientPipe(out, s.Channel)
	if err != nil {
		t.Fatalf("%v, %q", err, s.Why())
	}
	t.Cleanup(func() { s.Client.Close() })
	return sftpClient{c, s}
}

// put puts a file with one write after the other, at these offsets.
func (c sftpClient) put(t *testing.T, name, file string, offsets ...int) error {
	t.Helper()
	f, err := c.Create(name)
	if err != nil {
		return err
	}
	for i, off := range offsets {
		end := len(file)
		for _, other := range offsets {
			if other > off {
				end = min(end, other)
			}
		}
		if _, err := f.WriteAt([]byte(file[off:end]), int64(off)); err != nil {
			t.Logf("write %d: %v", i, err)
		}
	}
	return f.Close()
}

// opens opens a file to be read.
func (c sftpClient) opens(t *testing.T, name string) *sftp.File {
	t.Helper()
	f, err := c.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// creates opens a file to be written.
func (c sftpClient) creates(t *testing.T, name string) *sftp.File {
	t.Helper()
	f, err := c.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// has checks the names of the files in the room.
func (c sftpClient) has(t *testing.T, names ...string) {
	t.Helper()
	infos, err := c.ReadDir(".")
	var got []string
	for _, i := range infos {
		got = append(got, i.Name())
	}
	if err != nil || strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the files are %q, %v, not %q", got, err, names)
	}
}

func TestAnUploadIsThereWholeOrNotAtAll(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		ann := readLines(t, addrs[0], "plans+10m", wide)
		ann.room()
		c, other := openSFTP(t, addrs[0]), openSFTP(t, addrs[1])
		file := anyBytes(100_001)
		if err := c.put(t, "empty", ""); err != nil {
			t.Error(err)
		}
		if err := c.put(t, "any order", file, 0, 70_000, 35_000, 98_000, 30_000); err != nil {
			t.Error(err)
		}
		ann.line(`.* put any order \(98 KiB\)`)
		before := len(remains())
		for name, offsets := range map[string][]int{"with a hole": {0, 70_000}, "without a beginning": {1}} {
			f := c.creates(t, name)
			for _, off := range offsets {
				f.WriteAt([]byte(file[:10_000]), int64(off))
			}
			if err := f.Close(); err == nil || !strings.Contains(err.Error(), "from beginning to end") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := c.put(t, "written twice", file, 0, 50_000, 0); err == nil {
			t.Error("a file was changed")
		}
		// A file that is not closed is there for its session alone.
		f := c.creates(t, "half")
		if _, err := f.Write([]byte(file)); err != nil {
			t.Fatal(err)
		}
		if info, err := c.Stat("half"); err != nil || info.Size() != int64(len(file)) {
			t.Errorf("what is under way: %v, %v", info, err)
		}
		if _, err := other.Stat("half"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("another sees what is under way: %v", err)
		}
		if _, err := c.Create("half"); err == nil {
			t.Error("a file was put twice at once")
		}
		c.session.Client.Close()
		other.has(t, "any order", "empty")
		sshtest.Eventually(t, "nothing is left of what broke off", func() bool { return len(remains()) == before })
		if got, err := io.ReadAll(other.opens(t, "any order")); err != nil || string(got) != file {
			t.Errorf("get: %v, %d bytes", err, len(got))
		}
	})
}

func TestFilesAreReadAtAnyOffset(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		readLines(t, addrs[0], "plans+10m", wide).room()
		c := openSFTP(t, addrs[0])
		file := anyBytes(3*rooms.ChunkSize + 17)
		if err := c.put(t, "file", file, 0, rooms.ChunkSize); err != nil {
			t.Fatal(err)
		}
		f := c.opens(t, "file")
		for _, part := range [][2]int{{0, 1}, {rooms.ChunkSize - 1, 2}, {5, 2 * rooms.ChunkSize}, {len(file) - 1, 1}, {2 * rooms.ChunkSize, rooms.ChunkSize + 17}} {
			got := make([]byte, part[1])
			if n, err := f.ReadAt(got, int64(part[0])); n != part[1] || err != nil && !errors.Is(err, io.EOF) || string(got) != file[part[0]:part[0]+part[1]] {
				t.Errorf("%v: %d, %v", part, n, err)
			}
		}
		if n, err := f.ReadAt(make([]byte, 5), int64(len(file))); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("behind the end: %d, %v", n, err)
		}
		if err := c.Remove("file"); err != nil {
			t.Fatal(err)
		}
		if err := c.put(t, "file", "another", 0); err != nil {
			t.Fatal(err)
		}
		if n, err := f.ReadAt(make([]byte, 5), 0); err == nil {
			t.Errorf("a removed file: %d bytes", n)
		}
	})
}

// What SFTP has and a room has not is refused in words, or done without harm if programs
// need it.
func TestARoomIsAFlatFolder(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{}, func(a *App) { a.cfg.Limits.File = 1000 })
	readLines(t, addr, "plans+10m", wide).room()
	c := openSFTP(t, addr)
	if err := c.put(t, "file", "text", 0); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		do   func() error
		says string
	}{
		"a folder":        {func() error { return c.Mkdir("x") }, "one flat folder"},
		"no folder":       {func() error { return c.RemoveDirectory("x") }, "one flat folder"},
		"a link":          {func() error { return c.Symlink("file", "x") }, "one flat folder"},
		"another name":    {func() error { return c.Rename("file", "x") }, "cannot be renamed"},
		"and over":        {func() error { return c.PosixRename("file", "x") }, "cannot be renamed"},
		"a shorter one":   {func() error { return c.Truncate("file", 1) }, "put whole"},
		"another":         {func() error { return c.put(t, "file", "x", 0) }, "already a file of that name"},
		"in a folder":     {func() error { return c.put(t, "x/file", "x", 0) }, "not exist"},
		"with a bad name": {func() error { return c.put(t, "a\u202eb", "x", 0) }, "no invisible characters"},
		"with no name":    {func() error { return c.put(t, "/", "x", 0) }, "folder itself"},
		"too large":       {func() error { return c.put(t, "large", anyBytes(1001), 0) }, "larger than this server allows"},
		"too large to write": {func() error {
			f := c.creates(t, "larger")
			defer f.Close()
			_, err := f.Write([]byte(anyBytes(1001)))
			return err
		}, "larger than this server allows"},
		"not there": {func() error { return c.Remove("other") }, "not exist"},
	} {
		if err := tt.do(); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Chmod("file", 0o600); err != nil {
		t.Errorf("chmod: %v", err)
	}
	if vfs, err := c.StatVFS("/"); err != nil || vfs.TotalSpace() != uint64(app.cfg.Limits.Files) || vfs.TotalSpace()-vfs.FreeSpace() > 1024 {
		t.Errorf("statvfs: %+v, %v", vfs, err)
	}
	c.has(t, "file")
	// OpenSSH's clients show no words of a status, but standard error.
	if told := c.session.Err.String(); !strings.Contains(told, "wick: That is larger than this server allows a file to be.\n") {
		t.Errorf("standard error is %q", told)
	}
}

func TestSFTPIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	key, _ := sshtest.NewKey(t)
	ann := readLines(t, addr, "locked+10m", wide, key)
	ann.room()
	ann.says("/lock")
	ann.line(`.*locked the room.*`)
	asks := func(user string) *sshtest.Session {
		t.Helper()
		s, err := sshtest.Start(sshtest.Dial(t, addr, user), sshtest.Options{System: sftpSubsystem})
		if err != nil {
			t.Fatal(err)
		}
		s.Ends(t)
		return s
	}
	for _, tt := range []struct {
		user   string
		status int64
		says   string
	}{
		{"root", wording.ExitUsage, "that is a login name"},
		{"new", wording.ExitUsage, "say which room"},
		{"plans", wording.ExitNoRoom, "No such room"},
		{"locked", wording.ExitFull, "locked"},
	} {
		if s := asks(tt.user); s.Status.Load() != tt.status || !strings.Contains(s.Why(), tt.says) || strings.Contains(s.Why(), "\n") || s.Out.String() != "" {
			t.Errorf("%s: status %d, %q, %q", tt.user, s.Status.Load(), s.Why(), s.Out.String())
		}
	}
	if status, out, errs := run(t, sshtest.Dial(t, addr, "locked"), "scp -t -- /tmp", ""); status != wording.ExitUsage || out != "" || !strings.Contains(errs, "leave out -O") || strings.Count(errs, "\n") != 1 {
		t.Errorf("scp -O: status %d, %q, %q", status, out, errs)
	}
	app.cfg.Limits.Files = -1
	if s := asks("locked"); s.Status.Load() != wording.ExitRefused || !strings.Contains(s.Why(), "keeps no files") {
		t.Errorf("without files: status %d, %q", s.Status.Load(), s.Why())
	}
}

// What ends a stay in a room ends the SFTP session and what it has under way.
func TestSFTPEndsWithTheStayInTheRoom(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		key, _ := sshtest.NewKey(t)
		eve, _ := sshtest.NewKey(t)
		ann := readLines(t, addrs[0], "plans+10m", wide, key)
		ann.room()
		c := openSFTP(t, addrs[1], eve)
		f := c.creates(t, "half")
		if _, err := f.Write([]byte(anyBytes(100_000))); err != nil {
			t.Fatal(err)
		}
		ann.showsOut(c.session, key)
		if c.session.Status.Load() != wording.ExitFull || !strings.Contains(c.session.Why(), "kicked you from") {
			t.Errorf("after a kick: status %d, %q", c.session.Status.Load(), c.session.Why())
		}
		bob := openSFTP(t, addrs[1])
		bob.has(t)
		ann.says("/destroy")
		ann.line(`.*Type y.*`)
		ann.says("y")
		bob.session.Ends(t)
		if bob.session.Status.Load() != wording.ExitNoRoom || !strings.Contains(bob.session.Why(), "was destroyed") {
			t.Errorf("after the end: status %d, %q", bob.session.Status.Load(), bob.session.Why())
		}
		sshtest.Eventually(t, "nothing is left in the store", func() bool { return len(remains()) == 0 })
	})
}

func TestSFTPIsBounded(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{SSH: sshd.Limits{ReadRate: 64 << 20}})
	readLines(t, addr, "plans+10m", wide).room()
	c := openSFTP(t, addr)
	if err := c.put(t, "file", "text", 0); err != nil {
		t.Fatal(err)
	}
	open := 0
	for range 2 * maxSFTPOpen {
		if _, err := c.Open("file"); err == nil {
			open++
		} else if !strings.Contains(err.Error(), "open at once") {
			t.Error(err)
		}
	}
	if open != maxSFTPOpen {
		t.Errorf("%d files are open", open)
	}
	// What waits for an earlier piece is counted, and bounded.
	held := app.Memory().Input
	c = openSFTP(t, addr)
	f := c.creates(t, "late")
	piece := bytes.Repeat([]byte("x"), rooms.ChunkSize)
	var err error
	n := int64(1)
	for ; err == nil && n < 100; n++ {
		if _, err = f.WriteAt(piece, n*rooms.ChunkSize); err == nil && app.Memory().Input < held+n*rooms.ChunkSize {
			t.Fatalf("%d of %d bytes are counted", app.Memory().Input-held, n*rooms.ChunkSize)
		}
	}
	if err == nil || n*rooms.ChunkSize > 2*maxSFTPAhead {
		t.Errorf("%d pieces: %v", n, err)
	}
	// So are pieces of a byte, each of which takes a packet and a place.
	f, err = c.creates(t, "tiny"), nil
	for n = 0; err == nil && n < 2*maxSFTPAhead/sftpPieceCost; n++ {
		_, err = f.WriteAt(piece[:1], 1+2*n)
	}
	if err == nil {
		t.Errorf("%d pieces of a byte were held", n)
	}
	// A packet that is too long ends the session.
	s, err := sshtest.Start(sshtest.Dial(t, addr, "plans"), sshtest.Options{System: sftpSubsystem})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Types("\x00\x05\x00\x00"); err != nil {
		t.Fatal(err)
	}
	s.Ends(t)
	if s.Status.Load() != wording.ExitFailed || s.Why() == "" {
		t.Errorf("after a long packet: status %d, %q", s.Status.Load(), s.Why())
	}
}

// brittle is a store that panics when it is asked for files.
type brittle struct{ rooms.Store }

func (brittle) Files(context.Context, rooms.Ref) ([]rooms.File, error) { panic("brittle") }

// The library calls the folder from goroutines of its own, which no handler recovers.
func TestAPanicEndsItsSFTPSessionAlone(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, brittle{embedded(t)}, keys.NewSecret(), Config{})
	ann := readLines(t, addr, "plans+10m", wide)
	ann.room()
	for _, do := range []func(sftpClient) error{
		func(c sftpClient) error { _, err := c.ReadDir("."); return err },
		func(c sftpClient) error { _, err := c.Stat("file"); return err },
		func(c sftpClient) error { _, err := c.Create("file"); return err },
		func(c sftpClient) error { return c.Remove("file") },
		func(c sftpClient) error { _, err := c.StatVFS("."); return err },
	} {
		c := openSFTP(t, addr)
		if err := do(c); err == nil {
			t.Error("it went on")
		}
		c.session.Ends(t)
	}
	ann.says("still here")
	ann.line(`.*still here`)
}

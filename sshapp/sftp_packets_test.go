package sshapp

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

// Types of packets, and flags of opening (draft-ietf-secsh-filexfer-02, sections 3 and 6.3).
const (
	fxInit, fxOpen, fxClose, fxRead, fxWrite = 1, 3, 4, 5, 6
	fxSetstat, fxFsetstat, fxOpendir         = 9, 10, 11
	fxReaddir, fxRemove, fxRealpath, fxStat  = 12, 13, 16, 17
	fxRename, fxSymlink, fxExtended          = 18, 20, 200
	fxStatus, fxHandle                       = 101, 102

	fxfRead, fxfWrite, fxfCreate = 1, 2, 8
)

// fxPacket returns a packet with these fields; a string has its length before it, and bytes
// have not.
func fxPacket(kind byte, fields ...any) string {
	body := []byte{kind}
	for _, f := range fields {
		switch f := f.(type) {
		case int:
			body = binary.BigEndian.AppendUint32(body, uint32(f))
		case uint64:
			body = binary.BigEndian.AppendUint64(body, f)
		case string:
			body = append(binary.BigEndian.AppendUint32(body, uint32(len(f))), f...)
		case []byte:
			body = append(body, f...)
		}
	}
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + string(body)
}

// cutPacket returns the body of the first packet of a stream, and the rest. The body is
// empty if the packet is not there in full, or has none.
func cutPacket(stream string) (body, rest string) {
	if len(stream) < 4 {
		return "", stream
	}
	size := uint64(binary.BigEndian.Uint32([]byte(stream)))
	if uint64(len(stream)-4) < size {
		return "", stream
	}
	return stream[4 : 4+size], stream[4+size:]
}

// packetsOf returns the bodies of the packets of a stream.
func packetsOf(stream string) (all []string) {
	for {
		body, rest := cutPacket(stream)
		if body == "" {
			return all
		}
		all, stream = append(all, body), rest
	}
}

// startSFTP begins an SFTP session, for packets as they stand.
func startSFTP(t testing.TB, c *gossh.Client) *sshtest.Session {
	t.Helper()
	s, err := sshtest.Start(c, sshtest.Options{System: sftpSubsystem})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asks sends packets, and returns the bodies of the replies so far once there are so many.
func asks(t *testing.T, s *sshtest.Session, replies int, packets ...string) []string {
	t.Helper()
	if err := s.Types(strings.Join(packets, "")); err != nil {
		t.Fatal(err)
	}
	out, err := s.Sees(t.Context(), fmt.Sprintf("%d replies", replies), func(out string) bool { return len(packetsOf(out)) >= replies })
	if err != nil {
		t.Fatal(err)
	}
	return packetsOf(out)
}

func TestMalformedAttributesAreRefused(t *testing.T) {
	t.Parallel()
	log := &sshtest.Buffer{}
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Log: slog.New(slog.NewTextHandler(log, nil))})
	readLines(t, addr, "plans+10m", wide).room()
	s := startSFTP(t, sshtest.Dial(t, addr, "plans"))
	const size, extended = 1, 1 << 31
	got := asks(t, s, 6, fxPacket(fxInit, 3),
		fxPacket(fxOpen, 1, "file", fxfWrite|fxfCreate, 0),
		fxPacket(fxSetstat, 2, "file", size),
		fxPacket(fxSetstat, 3, "file", extended, 1<<31),
		fxPacket(fxFsetstat, 4, "1", size, []byte("short")),
		fxPacket(fxClose, 5, "1"))
	for _, reply := range got[2:5] {
		if !strings.Contains(reply, "malformed") {
			t.Errorf("it was answered %q", reply)
		}
	}
	if last := got[5]; last != fxPacket(fxStatus, 5, 0, "", "")[4:] {
		t.Errorf("closing was answered %q", last)
	}
	if text := log.String(); strings.Contains(text, "panic") {
		t.Error(text)
	}
}

func TestReadingFarBeyondTheEnd(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	readLines(t, addr, "plans+10m", wide).room()
	if err := openSFTP(t, addr).put(t, "file", "text", 0); err != nil {
		t.Fatal(err)
	}
	s := startSFTP(t, sshtest.Dial(t, addr, "plans"))
	asks(t, s, 2, fxPacket(fxInit, 3), fxPacket(fxOpen, 1, "file", fxfRead, 0))
	got := asks(t, s, 3, fxPacket(fxRead, 2, "1", uint64(1<<63), 10))
	if reply := got[2]; reply != fxPacket(fxStatus, 2, 1, "EOF", "")[4:] {
		t.Errorf("it was answered %q", reply)
	}
}

// A program may read through a handle that it opened to write only, and is refused.
func TestReadingAFileThatIsBeingPutChangesNothing(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	readLines(t, addr, "plans+10m", wide).room()
	c := openSFTP(t, addr)
	f, err := c.OpenFile("file", os.O_WRONLY|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("text"))
	if n, err := f.ReadAt(make([]byte, 100), 4); err == nil || !strings.Contains(err.Error(), "while it is being put") {
		t.Errorf("reading: %d, %v", n, err)
	}
	f.WriteAt([]byte(" and more"), 4)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := c.Stat("file"); err != nil || info.Size() != int64(len("text and more")) {
		t.Errorf("the file: %+v, %v", info, err)
	}
}

// stuck is a store that says nothing about files while it is held up. It counts the chunks
// that were read.
type stuck struct {
	rooms.Store
	free   chan struct{}
	heldUp atomic.Bool
	chunks atomic.Int64
}

func (s *stuck) Files(ctx context.Context, ref rooms.Ref) ([]rooms.File, error) {
	if s.heldUp.Load() {
		<-s.free
	}
	return s.Store.Files(ctx, ref)
}

func (s *stuck) Chunk(ctx context.Context, ref rooms.Ref, blob string, n int) ([]byte, error) {
	s.chunks.Add(1)
	return s.Store.Chunk(ctx, ref, blob, n)
}

// A reply waits for those of earlier requests. What waits is bounded, and counted.
func TestRepliesThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	store := &stuck{Store: embedded(t), free: make(chan struct{})}
	addr, app := startApp(t, store, keys.NewSecret(), Config{})
	readLines(t, addr, "plans+10m", wide).room()
	if err := openSFTP(t, addr).put(t, "file", anyBytes(maxSFTPRead), 0); err != nil {
		t.Fatal(err)
	}
	s := startSFTP(t, sshtest.Dial(t, addr, "plans"))
	asks(t, s, 2, fxPacket(fxInit, 3), fxPacket(fxOpen, 1, "file", fxfRead, 0))
	before := app.Memory().Input
	store.heldUp.Store(true)
	many := fxPacket(fxStat, 2, "file")
	const reads = 40
	for i := range reads {
		many += fxPacket(fxRead, 3+i, "1", uint64(0), maxSFTPRead)
	}
	if err := s.Types(many); err != nil {
		t.Fatal(err)
	}
	sshtest.Eventually(t, "replies that wait are counted", func() bool { return app.Memory().Input-before >= maxSFTPInFlight-maxSFTPRead })
	if n := store.chunks.Load(); n > maxSFTPInFlight/rooms.ChunkSize {
		t.Errorf("%d chunks were read for replies that wait", n)
	}
	close(store.free)
	asks(t, s, 3+reads)
}

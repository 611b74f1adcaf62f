package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"time"
)

// Files lie beside the messages of a room: one flat folder, whose names are unique. A
// file is put there chunk by chunk, and is seen once it is complete. It goes with the
// room, at the latest.

const (
	// DefaultMaxFiles is the default limit of all files in a room, in bytes.
	DefaultMaxFiles = 8 << 20
	MaxFiles        = 64  // in a room: beyond it Store.AddFile returns ErrTooManyFiles
	MaxFileName     = 100 // bytes
)

// Errors of files, besides those of reading and of stores.
var ErrBadFileName = errors.New("a file name has at most 100 bytes, no slash and no invisible characters, and does not begin with a hyphen")

var errBadOffset = errors.New("a file has no bytes before its beginning")

// File is a file in a room. A value.
type File struct {
	Name string // see ParseFileName
	Blob string // ID of its chunks
	Size int64  // in bytes
	From Seat   // who put it there: alias, identity and tag alone
	Time time.Time
}

// NumChunks returns how many chunks its blob has.
func (f File) NumChunks() int { return numChunks(f.Size) }

// ParseFileName checks a name as people type it. The error is ErrBadFileName.
func ParseFileName(s string) (string, error) {
	if s == "" || s == "." || s == ".." || len(s) > MaxFileName || strings.ContainsAny(s, `/\`) || s[0] == '-' || CleanLine(s) != s {
		return "", ErrBadFileName
	}
	return s, nil
}

// FileLimits bounds the files of a room, in bytes: each of them, and all together.
type FileLimits struct{ Each, All int64 }

// PutFile puts all that it reads into the room under a name. It returns ErrBadFileName,
// ErrFileExists, ErrTooManyFiles, ErrFilesFull, ErrTooLarge, ErrTooFast, the errors of
// stores, and that of reading. After any error but ErrUnknown nothing is left of it.
func (m *Member) PutFile(ctx context.Context, name string, in io.Reader, limits FileLimits) (File, error) {
	hub := m.room.hub
	name, err := ParseFileName(name)
	if err != nil {
		return File{}, err
	}
	var f File
	err = m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		f = File{Name: name, Blob: rand.Text(), From: Seat{Alias: by.Alias, Identity: by.Identity, Keyed: by.Keyed}.Tagged(ref.Epoch)}
		all, err := hub.store.Files(ctx, ref)
		if err != nil {
			return err
		}
		return fits(all, f, limits.All) // before it is read; the store decides in the end
	})
	if err != nil {
		return File{}, hub.refused(err)
	}
	room := m.room.current()
	if f.Size, err = hub.putBlob(ctx, room, m.source, f.Blob, in, limits.Each); err == nil {
		err = hub.persist(ctx, func(ctx context.Context) error { return hub.store.AddFile(ctx, room.Ref, f, limits.All) })
	}
	if err != nil {
		if !errors.Is(err, ErrUnknown) { // or else it may be there; if it is not, its bytes go with the room
			hub.deleteBlob(ctx, room, f.Blob, f.Size)
		}
		return File{}, hub.refused(m.room.noteFailure(err))
	}
	return f, nil
}

// fits returns nil if a file may be one of a room's, or the error of Store.AddFile.
func fits(all []File, f File, limit int64) error {
	size := f.Size
	for _, other := range all {
		if other.Name == f.Name {
			return ErrFileExists
		}
		size += other.Size
	}
	switch {
	case len(all) >= MaxFiles:
		return ErrTooManyFiles
	case size > limit:
		return ErrFilesFull
	}
	return nil
}

// Files returns the room's files, by name.
func (m *Member) Files(ctx context.Context) ([]File, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	all, err := m.room.hub.store.Files(ctx, m.room.current().Ref)
	return all, m.room.noteFailure(err)
}

// ListFiles is Files within the member's rate limit. It returns ErrTooFast.
func (m *Member) ListFiles(ctx context.Context) (all []File, err error) {
	err = m.act(ctx, func(ctx context.Context, ref Ref, _ Seat) (err error) {
		all, err = m.room.hub.store.Files(ctx, ref)
		return err
	})
	return all, err
}

// file returns the room's file of that name, or ErrNoFile.
func (m *Member) file(ctx context.Context, name string) (File, error) {
	all, err := m.Files(ctx)
	if err != nil {
		return File{}, err
	}
	for _, f := range all {
		if f.Name == name {
			return f, nil
		}
	}
	return File{}, ErrNoFile
}

// GetFile passes a file to send, as Take does a drop. It returns ErrNoFile, and
// ErrNoChunk if the file was removed meanwhile.
func (m *Member) GetFile(ctx context.Context, name string, send func(ctx context.Context, f File, all Chunks) error) error {
	f, err := m.file(ctx, name)
	if err != nil {
		return err
	}
	return send(ctx, f, m.room.chunksOf(ctx, f.Blob, f.Size))
}

// ReadFileAt reads a part of one of the room's Files, as an io.ReaderAt does. It returns
// ErrNoChunk if the file was removed meanwhile.
func (m *Member) ReadFileAt(ctx context.Context, f File, p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errBadOffset
	}
	for n < len(p) && off < f.Size {
		chunk, err := m.room.chunk(ctx, f.Blob, f.Size, int(off/ChunkSize))
		if err != nil {
			return n, err
		}
		read := copy(p[n:], chunk[off%ChunkSize:])
		n, off = n+read, off+int64(read)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// RemoveFile removes a file for everybody. Any member may. It returns ErrNoFile and
// ErrTooFast.
func (m *Member) RemoveFile(ctx context.Context, name string) error {
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		f, err := m.file(ctx, name)
		if err != nil {
			return err
		}
		if err := m.room.hub.store.RemoveFile(ctx, ref, by, f); err != nil {
			return err
		}
		m.room.hub.budget.freeBlob(ref, f.Blob)
		return nil
	})
}

// noteFile notes that a file was put or removed, and reports whether that is news. The
// caller holds mu.
func (l *liveRoom) noteFile(e Event) bool {
	if l.transcript.journal.hasFile(e) {
		return false
	}
	if e.Kind == FilePut {
		l.state.Files++
	} else {
		l.state.Files = max(l.state.Files-1, 0)
		l.hub.budget.freeBlob(l.state.Ref, e.File.Blob)
	}
	l.transcript.note(e)
	return true
}

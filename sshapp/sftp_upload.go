package sshapp

import (
	"io"
	"sync"

	"github.com/pkg/sftp"

	"wick/rooms"
)

// Bounds of an upload, in bytes.
const (
	// maxSFTPAhead is what it holds of pieces that came before their turn: the library
	// handles several writes at once.
	maxSFTPAhead = 1 << 20
	// sftpPieceCost is what such a piece counts for besides its bytes: its packet, and its
	// place among the others.
	sftpPieceCost = 1 << 10
	// sftpUnconfirmed is what OpenSSH's clients have sent before they hear that a write
	// has failed: 64 writes of 32 KiB.
	sftpUnconfirmed = 2 << 20
)

var (
	errSFTPOrder  = sftpStatus{sftp.ErrSSHFxFailure, "A file has to be written from beginning to end, with nothing left out."}
	errSFTPBroken = sftpStatus{sftp.ErrSSHFxFailure, "The upload broke off: nothing was put."}
)

// sftpUpload is a file that is being put into the room. Its pieces go through a pipe to
// Member.PutFile; the room has the file once Close has returned nil.
type sftpUpload struct {
	folder   *sftpFolder
	name     string
	pipe     *io.PipeWriter
	unexpect func() // see sshd.Terminal.ExpectInput

	done chan struct{} // closed when PutFile has returned
	err  error         // of PutFile, once done is closed

	mu      sync.Mutex
	written int64            // bytes that went into the pipe
	early   map[int64][]byte // pieces that came before their turn, by offset
	held    int              // bytes of those
	failed  error
}

// upload begins to put a file of that name into the room. It fails at once if there cannot
// be such a file.
func (f *sftpFolder) upload(name string) (*sftpUpload, error) {
	if err := f.acquire(); err != nil {
		return nil, err
	}
	out, in := io.Pipe()
	u := &sftpUpload{folder: f, name: name, pipe: in, done: make(chan struct{}), early: map[int64][]byte{}}
	f.mu.Lock()
	if f.uploads[name] != nil {
		f.mu.Unlock()
		f.release()
		return nil, rooms.ErrFileExists
	}
	f.uploads[name] = u
	f.mu.Unlock()
	begun := make(chan struct{})
	limits := f.session.app.cfg.Limits
	u.unexpect = f.session.term.ExpectInput(limits.File + sftpUnconfirmed)
	go func() { // ends with the pipe
		defer close(u.done)
		defer out.CloseWithError(errSFTPBroken) // after a panic
		defer f.recoverPanic(&u.err)
		from := &begunReader{Reader: out, begun: begun}
		u.err = rooms.Paced(f.ctx, func() error {
			_, err := f.member.PutFile(f.ctx, name, from, rooms.FileLimits{Each: limits.File, All: limits.Files})
			return err
		})
		out.CloseWithError(u.err)
	}()
	select {
	case <-begun:
		return u, nil
	case <-u.done:
		u.forget()
		return nil, u.err
	}
}

// begunReader closes begun when it is read from.
type begunReader struct {
	io.Reader
	once  sync.Once
	begun chan struct{}
}

func (r *begunReader) Read(p []byte) (int, error) {
	r.once.Do(func() { close(r.begun) })
	return r.Reader.Read(p)
}

// size returns how many bytes came so far.
func (u *sftpUpload) size() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	size := u.written
	for off, piece := range u.early {
		size = max(size, off+int64(len(piece)))
	}
	return size
}

func (u *sftpUpload) hasFailed() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.failed != nil
}

// WriteAt implements io.WriterAt. It keeps p.
//
// The library calls it for a read as well, with an empty buffer that has room for the head
// of the reply. In a packet to write, nothing follows the data.
func (u *sftpUpload) WriteAt(p []byte, off int64) (_ int, err error) {
	defer u.folder.recoverPanic(&err)
	if cap(p) > len(p) {
		return 0, u.folder.status(errSFTPFlags)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.failed != nil:
	case len(p) == 0:
	case off > u.folder.session.app.cfg.Limits.File-int64(len(p)): // sshfs tells no program of an error on closing
		u.fail(rooms.ErrTooLarge)
	case off == u.written:
		u.write(p)
	case off < u.written, u.early[off] != nil, u.held+len(p)+sftpPieceCost > maxSFTPAhead:
		u.fail(errSFTPOrder)
	default:
		u.early[off] = p
		u.hold(len(p) + sftpPieceCost)
	}
	if u.failed != nil {
		return 0, u.folder.status(u.failed)
	}
	return len(p), nil
}

// write writes the piece whose turn it is, and those that it was waited for. The caller
// holds mu.
func (u *sftpUpload) write(p []byte) {
	for {
		n, err := u.pipe.Write(p)
		u.written += int64(n)
		if err != nil {
			u.fail(err)
			return
		}
		next, there := u.early[u.written]
		if !there {
			return
		}
		delete(u.early, u.written)
		u.hold(-len(next) - sftpPieceCost)
		p = next
	}
}

// fail has the upload come to nothing. The caller holds mu.
func (u *sftpUpload) fail(err error) {
	if u.failed == nil {
		u.failed = err
	}
	u.pipe.CloseWithError(u.failed)
	u.hold(-u.held)
	clear(u.early)
}

// hold counts what is held of early pieces. The caller holds mu.
func (u *sftpUpload) hold(bytes int) {
	u.held += bytes
	u.folder.stream.hold(bytes)
}

// TransferError implements sftp.TransferError: the session ends before the client has
// closed the file.
func (u *sftpUpload) TransferError(error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.fail(errSFTPBroken)
}

// Close implements io.Closer. It returns once the room has the file, or never will.
func (u *sftpUpload) Close() (err error) {
	defer u.folder.recoverPanic(&err)
	defer u.forget()
	u.mu.Lock()
	if u.failed == nil && len(u.early) > 0 {
		u.fail(errSFTPOrder)
	}
	u.pipe.Close() // the end of the file, unless it has failed
	failed := u.failed
	u.mu.Unlock()
	<-u.done
	if failed == nil {
		failed = u.err
	}
	return u.folder.status(failed)
}

// forget notes that the upload is over.
func (u *sftpUpload) forget() {
	u.folder.mu.Lock()
	delete(u.folder.uploads, u.name)
	u.folder.mu.Unlock()
	u.folder.release()
	u.unexpect()
}

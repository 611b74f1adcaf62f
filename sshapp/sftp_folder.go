package sshapp

import (
	"context"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/pkg/sftp"
	"golang.org/x/time/rate"

	"wick/rooms"
)

// maxSFTPOpen bounds the files and listings that an SFTP session has open at once.
const maxSFTPOpen = 16

// sftpFolder is the one folder of a room, as the SFTP library calls it, from goroutines of
// its own.
type sftpFolder struct {
	session *session
	ctx     context.Context // of the session
	member  *rooms.Member
	stream  *sftpStream
	lookups *rate.Limiter

	mu      sync.Mutex
	open    int
	uploads map[string]*sftpUpload // those under way, by name
	told    string                 // the sentence that was written to standard error last
}

// recoverPanic recovers a panic of a method that the library called, and ends the session.
// It sets the method's error.
func (f *sftpFolder) recoverPanic(err *error) {
	if r := recover(); r != nil {
		f.session.logPanic(r)
		f.session.term.Kill()
		*err = sftp.ErrSSHFxFailure
	}
}

// nameIn returns the name of the file at a path, which is absolute and clean; "" for the
// folder itself. Elsewhere there is no file.
func nameIn(path string) (string, error) {
	name := strings.TrimPrefix(path, "/")
	if strings.Contains(name, "/") {
		return "", rooms.ErrNoFile
	}
	return name, nil
}

// acquire counts one more open file or listing. release has to be called when it is closed.
func (f *sftpFolder) acquire() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open >= maxSFTPOpen {
		return errSFTPOpen
	}
	f.open++
	return nil
}

func (f *sftpFolder) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open--
}

// files returns the room's files.
func (f *sftpFolder) files() ([]rooms.File, error) {
	if f.lookups.Wait(f.ctx) != nil {
		return nil, context.Cause(f.ctx)
	}
	return f.member.Files(f.ctx)
}

// find returns the file at a path.
func (f *sftpFolder) find(path string) (rooms.File, error) {
	name, err := nameIn(path)
	switch {
	case err != nil:
		return rooms.File{}, err
	case name == "":
		return rooms.File{}, errSFTPIsFolder
	}
	all, err := f.files()
	if err != nil {
		return rooms.File{}, err
	}
	for _, file := range all {
		if file.Name == name {
			return file, nil
		}
	}
	return rooms.File{}, rooms.ErrNoFile
}

// Fileread implements sftp.FileReader.
func (f *sftpFolder) Fileread(r *sftp.Request) (_ io.ReaderAt, err error) {
	defer f.recoverPanic(&err)
	file, err := f.find(r.Filepath)
	if err != nil {
		return nil, f.status(err)
	}
	if err := f.acquire(); err != nil {
		return nil, f.status(err)
	}
	return &sftpDownload{f, file}, nil
}

// sftpDownload is a file that is open to be read.
type sftpDownload struct {
	folder *sftpFolder
	file   rooms.File
}

// ReadAt implements io.ReaderAt.
func (d *sftpDownload) ReadAt(p []byte, off int64) (n int, err error) {
	defer d.folder.recoverPanic(&err)
	if off < 0 { // sent as 1<<63 or more
		return 0, io.EOF
	}
	n, err = d.folder.member.ReadFileAt(d.folder.ctx, d.file, p, off)
	return n, d.folder.status(err)
}

// Close implements io.Closer.
func (d *sftpDownload) Close() error {
	d.folder.release()
	return nil
}

// Filewrite implements sftp.FileWriter.
func (f *sftpFolder) Filewrite(r *sftp.Request) (_ io.WriterAt, err error) {
	defer f.recoverPanic(&err)
	name, err := nameIn(r.Filepath)
	if err == nil && name == "" {
		err = errSFTPIsFolder
	}
	if err == nil && !r.Pflags().Creat {
		if _, err = f.find(r.Filepath); err == nil {
			err = rooms.ErrFileExists
		}
	}
	if err != nil {
		return nil, f.status(err)
	}
	u, err := f.upload(name)
	if err != nil {
		return nil, f.status(err)
	}
	return u, nil
}

// OpenFile implements sftp.OpenFileWriter.
func (f *sftpFolder) OpenFile(r *sftp.Request) (sftp.WriterAtReaderAt, error) {
	w, err := f.Filewrite(r)
	if err != nil {
		return nil, err
	}
	return sftpReadWriter{w.(*sftpUpload)}, nil
}

// sftpReadWriter is an upload that was opened to be read as well, as many programs do
// without reading.
type sftpReadWriter struct{ *sftpUpload }

// ReadAt implements io.ReaderAt.
func (w sftpReadWriter) ReadAt([]byte, int64) (int, error) { return 0, w.folder.status(errSFTPFlags) }

// Filecmd implements sftp.FileCmder.
func (f *sftpFolder) Filecmd(r *sftp.Request) (err error) {
	defer f.recoverPanic(&err)
	switch r.Method {
	case "Setstat":
		return f.status(f.setStat(r))
	case "Remove":
		name, err := nameIn(r.Filepath)
		if err == nil {
			err = rooms.Paced(f.ctx, func() error { return f.member.RemoveFile(f.ctx, name) })
		}
		return f.status(err)
	case "Rename":
		return f.status(errSFTPRename)
	}
	return f.status(errSFTPOneFolder)
}

// setStat has nothing to do: scp -p and sshfs set times and modes, which are not kept. It
// returns an error if the size of a file would change.
func (f *sftpFolder) setStat(r *sftp.Request) error {
	attributes := r.Attributes()
	if attributes == nil {
		return errSFTPMalformed
	}
	info, err := f.stat(r.Filepath)
	if err == nil && r.AttrFlags().Size && attributes.Size != uint64(info.Size()) && !f.hasFailed(info.Name()) {
		err = errSFTPResize
	}
	return err
}

// hasFailed reports whether an upload that is still open has failed. OpenSSH's clients cut
// the file short before they close it.
func (f *sftpFolder) hasFailed(name string) bool {
	f.mu.Lock()
	u := f.uploads[name]
	f.mu.Unlock()
	return u != nil && u.hasFailed()
}

// StatVFS implements sftp.StatVFSFileCmder, for df.
func (f *sftpFolder) StatVFS(*sftp.Request) (_ *sftp.StatVFS, err error) {
	defer f.recoverPanic(&err)
	all, err := f.files()
	if err != nil {
		return nil, f.status(err)
	}
	const block = 512
	free := f.session.app.cfg.Limits.Files
	for _, file := range all {
		free -= file.Size
	}
	blocks, names := uint64(max(free, 0)/block), uint64(max(rooms.MaxFiles-len(all), 0))
	return &sftp.StatVFS{
		Bsize: block, Frsize: block, Blocks: uint64(f.session.app.cfg.Limits.Files / block), Bfree: blocks, Bavail: blocks,
		Files: rooms.MaxFiles, Ffree: names, Favail: names, Namemax: rooms.MaxFileName,
	}, nil
}

// Filelist implements sftp.FileLister.
func (f *sftpFolder) Filelist(r *sftp.Request) (_ sftp.ListerAt, err error) {
	defer f.recoverPanic(&err)
	switch r.Method {
	case "List":
		list, err := f.list(r.Filepath)
		if err != nil {
			return nil, f.status(err)
		}
		return list, nil
	case "Stat":
		info, err := f.stat(r.Filepath)
		if err != nil {
			return nil, f.status(err)
		}
		return &sftpList{all: []fs.FileInfo{info}}, nil
	}
	return nil, f.status(errSFTPOneFolder)
}

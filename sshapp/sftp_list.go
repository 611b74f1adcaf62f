package sshapp

import (
	"io"
	"io/fs"
	"time"

	"wick/rooms"
)

// list opens a listing of the folder.
func (f *sftpFolder) list(path string) (*sftpList, error) {
	if name, err := nameIn(path); err != nil || name != "" {
		return nil, rooms.ErrNoFile
	}
	files, err := f.files()
	if err != nil {
		return nil, err
	}
	list := &sftpList{}
	for _, file := range files {
		list.all = append(list.all, infoOf(file))
	}
	list.release = f.release
	return list, f.acquire()
}

// stat describes the folder, an upload under way or a file. sshfs asks for the second.
func (f *sftpFolder) stat(path string) (fs.FileInfo, error) {
	name, err := nameIn(path)
	switch {
	case err != nil:
		return nil, err
	case name == "":
		return sftpInfo{name: "/", mode: fs.ModeDir | 0o755, time: time.Now()}, nil
	}
	f.mu.Lock()
	u := f.uploads[name]
	f.mu.Unlock()
	if u != nil {
		return sftpInfo{name: name, size: u.size(), mode: 0o644, time: time.Now()}, nil
	}
	file, err := f.find(path)
	return infoOf(file), err
}

// sftpList is a listing.
type sftpList struct {
	all     []fs.FileInfo
	release func() // nil: nothing is open
}

// ListAt implements sftp.ListerAt.
func (l *sftpList) ListAt(to []fs.FileInfo, from int64) (int, error) {
	if from >= int64(len(l.all)) {
		return 0, io.EOF
	}
	n := copy(to, l.all[from:])
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

// Close implements io.Closer.
func (l *sftpList) Close() error {
	if l.release != nil {
		l.release()
	}
	return nil
}

// sftpInfo is a fs.FileInfo.
type sftpInfo struct {
	name string
	size int64
	mode fs.FileMode
	time time.Time
}

func infoOf(f rooms.File) fs.FileInfo { return sftpInfo{f.Name, f.Size, 0o644, f.Time} }

func (i sftpInfo) Name() string       { return i.name }
func (i sftpInfo) Size() int64        { return i.size }
func (i sftpInfo) Mode() fs.FileMode  { return i.mode }
func (i sftpInfo) ModTime() time.Time { return i.time }
func (i sftpInfo) IsDir() bool        { return i.mode.IsDir() }
func (i sftpInfo) Sys() any           { return nil }

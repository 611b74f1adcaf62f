package keys

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

const maxKeyFile = 16 << 10 // bytes; a key file has a few hundred

// hasFileModes reports whether a file's mode says who can read it. On Windows
// the mode is made up; there a user's own folders are closed to others.
const hasFileModes = runtime.GOOS != "windows"

// folder is a data folder.
type folder struct {
	path   string
	shared bool // everybody can write to it
	log    *slog.Logger
}

// makeFolder creates the data folder if it is missing. Of a folder that everybody can
// write to, as platforms mount them, it warns.
func makeFolder(dir string, log *slog.Logger) (folder, error) {
	if dir == "" {
		return folder{}, errors.New("the data folder has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folder{}, fmt.Errorf("cannot create the data folder: %w", err)
	}
	f, err := openFolder(dir, log)
	if f.shared {
		log.Warn("everybody can write to the data folder: others can remove the keys there, but cannot read or replace them",
			"folder", dir, "run", "chmod o-w "+shellQuote(dir))
	}
	return f, err
}

func openFolder(dir string, log *slog.Logger) (folder, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return folder{}, fmt.Errorf("cannot read the data folder: %w", err)
	}
	return folder{dir, hasFileModes && info.Mode().Perm()&0o002 != 0, log}, nil
}

// loadOrCreate returns the contents of the file at path. If there is none, it
// creates one with what generate returns.
func (f folder) loadOrCreate(path string, generate func() ([]byte, error)) ([]byte, error) {
	b, err := f.readPrivate(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if b, err = generate(); err == nil {
		err = createPrivate(path, b)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("cannot create %s: %w", path, withOwnerHint(err, f.path))
	}
	return f.readPrivate(path) // another process may have created it first
}

// withOwnerHint adds to an error what to do if the folder is another user's, as a volume
// often is that a platform made for root.
func withOwnerHint(err error, dir string) error {
	if !hasFileModes || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w; as root, run: chown -R %d %s (on Kubernetes, set fsGroup)", err, os.Getuid(), shellQuote(dir))
}

// readPrivate returns the contents of a file. It refuses one that others than
// the owner and this process can read.
func (f folder) readPrivate(path string) ([]byte, error) {
	// Without O_NONBLOCK, opening a named pipe waits for a writer.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", withOwnerHint(err, f.path))
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file; to get a new one, run: mv %s %s", path, shellQuote(path), shellQuote(path+".old"))
	}
	if err := f.checkAccess(path, info); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", err)
	}
	if len(b) > maxKeyFile {
		return nil, fmt.Errorf("%s is too large for a key; to get a new one, run: mv %s %s", path, shellQuote(path), shellQuote(path+".old"))
	}
	return b, nil
}

// checkAccess returns an error if others can read or write a file. This process's own
// group may: Kubernetes gives it the files of a volume (fsGroup).
func (f folder) checkAccess(path string, info fs.FileInfo) error {
	if !hasFileModes {
		return nil
	}
	perm, owner := info.Mode().Perm(), ownerOf(info)
	switch {
	case perm&0o007 != 0, perm&0o070 != 0 && !owner.inOurGroup:
		return fmt.Errorf("others can read or write %s (if it is a mounted secret, set its mode to 0400); run: chmod 600 %s",
			path, shellQuote(path))
	case f.shared && !owner.trusted:
		return fmt.Errorf("%s is another user's, in a folder that everybody can write to; to get a new one, run: mv %s %s",
			path, shellQuote(path), shellQuote(path+".old"))
	case perm&0o070 != 0:
		f.log.Warn("the group of this process, and everybody in it, can read or write a key",
			"file", path, "run", "chmod 600 "+shellQuote(path))
	}
	return nil
}

// createPrivate creates a file (0600) that contains b. It returns fs.ErrExist
// if there is one already. Other processes never see a partial file: it is
// written under a temporary name and then linked, which fails if the name is
// taken.
func createPrivate(path string, b []byte) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil {
		d.Sync() // makes the name durable; not every file system supports it
		d.Close()
	}
	return nil
}

// shellQuote returns path as one word of a POSIX shell.
func shellQuote(path string) string {
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

package keys

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

const maxFile = 16 << 10 // bytes; a key file has some hundred

// modesTell says that a file's mode tells who can read it. On Windows it is made
// up; a user's own folders are closed to others there.
const modesTell = runtime.GOOS != "windows"

func makeFolder(dir string) error {
	if dir == "" {
		return errors.New("the data folder has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the data folder cannot be read: %w", err)
	}
	if modesTell && info.Mode().Perm()&0o002 != 0 {
		return fmt.Errorf("anybody can put keys into the data folder %s; run: chmod o-w %s", dir, quote(dir))
	}
	return nil
}

// load reads a file, made of what fresh returns if there is none.
func load(path string, fresh func() ([]byte, error)) ([]byte, error) {
	b, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if b, err = fresh(); err == nil {
		err = create(path, b)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s cannot be made: %w", path, err)
	}
	return read(path) // of processes that come at once, the first one's
}

// read returns what is in a file that only its owner can read.
func read(path string) ([]byte, error) {
	// Without O_NONBLOCK, opening a named pipe waits for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be read: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be read: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file; to have one made, run: mv %s %s", path, quote(path), quote(path+".old"))
	}
	if modesTell && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s is open to others than its owner; run: chmod 600 %s", path, quote(path))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be read: %w", err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("%s is too large for a key; to have one made, run: mv %s %s", path, quote(path), quote(path+".old"))
	}
	return b, nil
}

// create makes a file (0600) with all of b in it, or answers fs.ErrExist. No
// other process sees a part of it: the name is given when the file is written,
// and giving a name that is taken fails.
func create(path string, b []byte) error {
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
		d.Sync() // the name, too; not every file system can
		d.Close()
	}
	return nil
}

// quote makes a path one word of a shell.
func quote(path string) string {
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

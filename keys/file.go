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

const maxKeyFile = 16 << 10 // bytes; a key file has a few hundred

// hasFileModes reports whether a file's mode says who can read it. On Windows
// the mode is made up; there a user's own folders are closed to others.
const hasFileModes = runtime.GOOS != "windows"

func makeDataDir(dir string) error {
	if dir == "" {
		return errors.New("the data folder has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot create the data folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("cannot read the data folder: %w", err)
	}
	if hasFileModes && info.Mode().Perm()&0o002 != 0 {
		return fmt.Errorf("everybody can write to the data folder %s; run: chmod o-w %s", dir, shellQuote(dir))
	}
	return nil
}

// loadOrCreate returns the contents of the file at path. If there is none, it
// creates one with what generate returns.
func loadOrCreate(path string, generate func() ([]byte, error)) ([]byte, error) {
	b, err := readPrivate(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if b, err = generate(); err == nil {
		err = createPrivate(path, b)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("cannot create %s: %w", path, err)
	}
	return readPrivate(path) // another process may have created it first
}

// readPrivate returns the contents of a file. It refuses one that others than
// the owner can read.
func readPrivate(path string) ([]byte, error) {
	// Without O_NONBLOCK, opening a named pipe waits for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file; to get a new one, run: mv %s %s", path, shellQuote(path), shellQuote(path+".old"))
	}
	if hasFileModes && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others can read or write %s; run: chmod 600 %s", path, shellQuote(path))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the data folder: %w", err)
	}
	if len(b) > maxKeyFile {
		return nil, fmt.Errorf("%s is too large for a key; to get a new one, run: mv %s %s", path, shellQuote(path), shellQuote(path+".old"))
	}
	return b, nil
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

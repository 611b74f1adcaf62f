package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// openLogged opens a data folder, and returns what is logged.
func openLogged(t *testing.T, dir string) string {
	t.Helper()
	var log bytes.Buffer
	ring, err := Open(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if again := mustOpen(t, dir); digest(again) != digest(ring) {
		t.Errorf("first %s, then %s", digest(ring), digest(again))
	}
	return log.String()
}

// Kubernetes gives the files of a volume to the group of the process.
func TestFilesOfTheOwnGroupAreAcceptedWithAWarning(t *testing.T) {
	dir := t.TempDir()
	if log := openLogged(t, dir); log != "" {
		t.Errorf("new files: logged %s", log)
	}
	for _, name := range []string{hostFile, secretFile} {
		if err := os.Chmod(filepath.Join(dir, name), 0o660); err != nil {
			t.Fatal(err)
		}
	}
	log := openLogged(t, dir)
	for _, name := range []string{hostFile, secretFile} {
		if !strings.Contains(log, "chmod 600 '"+filepath.Join(dir, name)+"'") {
			t.Errorf("nothing is said of %s: %s", name, log)
		}
	}
	if n := strings.Count(log, "level=WARN"); n != 2 {
		t.Errorf("%d warnings: %s", n, log)
	}
}

// An emptyDir of Kubernetes has the mode 0777.
func TestAFolderThatEverybodyCanWriteToIsAcceptedWithAWarning(t *testing.T) {
	for _, mode := range []fs.FileMode{0o777, 0o777 | fs.ModeSticky, 0o777 | fs.ModeSetgid} {
		dir := t.TempDir()
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if log := openLogged(t, dir); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "chmod o-w '"+dir+"'") {
			t.Errorf("%v: logged %s", mode, log)
		}
		for _, name := range []string{hostFile, secretFile} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v: %s has mode %v, %v", mode, name, info.Mode(), err)
			}
		}
	}
}

// fileOf is what is known of a file of a user and a group.
type fileOf struct {
	fs.FileInfo
	mode     fs.FileMode
	uid, gid int
}

func (f fileOf) Mode() fs.FileMode { return f.mode }
func (f fileOf) Sys() any          { return &syscall.Stat_t{Uid: uint32(f.uid), Gid: uint32(f.gid)} }

func TestWhoMayOpenAKeyFile(t *testing.T) {
	const stranger = 54321
	me, group := os.Geteuid(), os.Getegid()
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	supplementary := append(groups, group)[0]
	for _, tt := range []struct {
		name   string
		shared bool
		file   fileOf
		want   string // of the error or the warning
	}{
		{"its owner alone", false, fileOf{mode: 0o600, uid: me, gid: group}, ""},
		{"its owner alone, of another group", false, fileOf{mode: 0o400, uid: me, gid: stranger}, ""},
		{"root, in a folder for all", true, fileOf{mode: 0o400, uid: 0, gid: 0}, ""},
		{"the own group", false, fileOf{mode: 0o640, uid: me, gid: group}, "level=WARN"},
		{"a supplementary group", false, fileOf{mode: 0o660, uid: 0, gid: supplementary}, "level=WARN"},
		{"the own group, of another user", false, fileOf{mode: 0o440, uid: stranger, gid: group}, "level=WARN"},
		{"another group", false, fileOf{mode: 0o640, uid: me, gid: stranger}, "others can read or write"},
		{"another group may write", false, fileOf{mode: 0o620, uid: me, gid: stranger}, "others can read or write"},
		{"everybody", false, fileOf{mode: 0o644, uid: me, gid: group}, "others can read or write"},
		{"everybody but the group", false, fileOf{mode: 0o604, uid: me, gid: group}, "others can read or write"},
		{"another user, in a folder for all", true, fileOf{mode: 0o660, uid: stranger, gid: group}, "is another user's"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			f := folder{"data", tt.shared, slog.New(slog.NewTextHandler(&log, nil))}
			err := f.checkAccess("data/secret", tt.file)
			got := log.String()
			if err != nil {
				got += err.Error()
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A volume that a platform made for root is closed to a process without rights. The test
// may run as root, whom no mode stops.
func TestAFolderOfAnotherUserNamesTheRemedy(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "/data/secret", Err: syscall.EACCES}
	err := withOwnerHint(denied, "/data")
	if want := fmt.Sprintf("chown -R %d '/data'", os.Getuid()); !errors.Is(err, denied) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want %s", err, want)
	}
	if err := withOwnerHint(fs.ErrNotExist, "/data"); err != fs.ErrNotExist {
		t.Error(err)
	}
}

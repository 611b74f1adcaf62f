package sshapp

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// filePrograms are how each program puts the file "in" into the room under its own name,
// and gets it as "out". SSH are options of OpenSSH's programs.
var filePrograms = []struct{ name, script string }{
	{"scp", `scp $SSH -p -P $PORT in plans@$HOST:scp && scp $SSH -P $PORT plans@$HOST:scp out`},
	{"sftp", `printf 'put in sftp\nput in gone\nls -l\ndf\nchmod 600 sftp\nget sftp out\nrm gone\n' | sftp $SSH -P $PORT -b - plans+nokey@$HOST`},
	{"PuTTY", `KEY=$(ssh-keyscan -p $PORT $HOST 2>/dev/null | ssh-keygen -lf - | cut -d' ' -f2) &&
		pscp -sftp -batch -hostkey $KEY -P $PORT in plans@$HOST:PuTTY && echo "get PuTTY out" | psftp -batch -hostkey $KEY -P $PORT plans@$HOST`},
	{"paramiko", `/usr/bin/python3 $DATA/sftp.py paramiko $HOST $PORT in paramiko out`},
	{"asyncssh", `/usr/bin/python3 $DATA/sftp.py asyncssh $HOST $PORT in asyncssh out`},
	{"sshfs", `mkdir m && sshfs $SSH -p $PORT plans@$HOST: m && trap 'fusermount -u m' EXIT &&
		cp in m/sshfs && cp -p in m/gone-too && rm m/gone-too && df m && ls -l m && cp m/sshfs out &&
		tail -c 1000 m/sshfs >tail && tail -c 1000 in | cmp - tail`},
}

// fuse reports whether file systems like sshfs can be mounted here.
func fuse() bool {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	f.Close()
	_, err = exec.LookPath("sshfs")
	return err == nil
}

func TestCommonProgramsPutAndGetFiles(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		host, port := hostPort(t, addrs[0])
		ann := readLines(t, addrs[0], "plans+10m", wide)
		ann.room()
		data, err := filepath.Abs("testdata")
		if err != nil {
			t.Fatal(err)
		}
		file := anyBytes(200_000)
		t.Run("programs", func(t *testing.T) {
			for _, p := range filePrograms {
				if p.name == "sshfs" && !fuse() {
					t.Log("no file system can be mounted here: sshfs is left out")
					continue
				}
				t.Run(p.name, func(t *testing.T) {
					t.Parallel()
					home := t.TempDir()
					if err := os.WriteFile(filepath.Join(home, "in"), []byte(file), 0o600); err != nil {
						t.Fatal(err)
					}
					out, err := runPeer(t, home, []string{
						"SSH=-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
						"HOST=" + host, "PORT=" + port, "DATA=" + data, "PYTHONWARNINGS=ignore",
					}, "bash", "-c", "cd ~ && "+p.script)
					if err != nil {
						t.Fatalf("%v, %s", err, out)
					}
					if got, err := os.ReadFile(filepath.Join(home, "out")); err != nil || string(got) != file {
						t.Errorf("%v, %d bytes, %s", err, len(got), out)
					}
				})
			}
		})
		for _, p := range filePrograms {
			if p.name != "sshfs" || fuse() {
				put := " put " + p.name + " (196 KiB)"
				ann.hears(put)
				if n := strings.Count(ann.Out.String(), put); n != 1 {
					t.Errorf("%s was put %d times", p.name, n)
				}
			}
		}
	})
}

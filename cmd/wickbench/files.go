package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The scenario of files: scp copies one in and out, beside OpenSSH's server, and beside
// people who chat.
const (
	fileScenario = "file of 1 MiB"
	fileSize     = 1 << 20
	fileCopies   = 7 // of which the median counts
	fileRoom     = "files"

	neighbours     = 20 // in pairs
	neighboursRate = 20 // messages per second, of all
	neighboursStay = 15 * time.Second
)

// copies are the seconds that scp takes.
type copies struct{ in, out float64 }

var fileFigures = []struct {
	name string
	of   func(copies) float64
}{
	{"scp in, the floor is OpenSSH's sshd", func(c copies) float64 { return c.in }},
	{"scp out, the floor is OpenSSH's sshd", func(c copies) float64 { return c.out }},
}

// files adds the rows of the scenario.
func (b *bench) files(ctx context.Context, t *table) error {
	for _, tool := range []string{"ssh", "scp", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			logf("%v: no figures of files", err)
			return nil
		}
	}
	if err := os.WriteFile(b.path("file"), make([]byte, fileSize), 0o600); err != nil {
		return err
	}
	if err := exec.CommandContext(ctx, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", b.path("key")).Run(); err != nil {
		return fmt.Errorf("ssh-keygen: %w", err)
	}
	wick, err := b.filesOn(ctx, "wick, embedded store", t)
	if err != nil {
		return err
	}
	floor, err := b.copiesOnOpenSSH(ctx)
	if err != nil {
		return err
	}
	for _, f := range fileFigures {
		row := figure{name: f.name, format: "%.2f s", free: true, of: func(r result) float64 { return r.Load.P50 }}
		var value, base result
		value.Load.P50, base.Load.P50 = f.of(wick), f.of(floor)
		t.add(fileScenario, []figure{row}, value, base)
	}
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// filesOn measures wick, and adds the row of the neighbours.
func (b *bench) filesOn(ctx context.Context, name string, t *table) (copies, error) {
	s := &site{name: name}
	defer func() { s.stop() }()
	if err := b.wick(ctx, s); err != nil {
		return copies{}, err
	}
	logf("%s: %s", fileScenario, s.name)
	to := peer{bench: b, addr: s.addrs[0], user: fileRoom}
	if err := to.ssh(ctx, "light", "--ttl", "1h"); err != nil {
		return copies{}, err
	}
	alone, err := b.chat(ctx, s)
	if err != nil {
		return copies{}, err
	}
	beside, c, err := b.chatBeside(ctx, s, to)
	if err != nil {
		return copies{}, err
	}
	t.add(fileScenario, []figure{{name: "p99 of neighbours, the floor is without files", of: p99, format: inMS, free: true}}, beside, alone)
	return c, nil
}

// chatBeside has neighbours chat while files are copied all the time.
func (b *bench) chatBeside(ctx context.Context, s *site, to peer) (result, copies, error) {
	chatting, over := context.WithCancel(ctx)
	defer over()
	var c copies
	var copyErr error
	var copying sync.WaitGroup
	copying.Go(func() {
		for copyErr == nil && chatting.Err() == nil {
			c, copyErr = to.copies(ctx)
		}
	})
	r, err := b.chat(ctx, s)
	over()
	copying.Wait()
	return r, c, errors.Join(err, copyErr)
}

// chat returns what wickload reports of the neighbours.
func (b *bench) chat(ctx context.Context, s *site) (r result, err error) {
	load := exec.CommandContext(ctx, b.path("wickload"), "--json", "--sessions", strconv.Itoa(neighbours), "--rooms", strconv.Itoa(neighbours/2),
		"--rate", strconv.Itoa(neighboursRate), "--duration", neighboursStay.String(), "--settle", "1s", "--idle", "1s", s.addrs[0])
	load.Stderr = os.Stderr
	out, err := load.Output()
	if err != nil {
		return r, fmt.Errorf("wickload: %w", err)
	}
	return r, json.Unmarshal(out, &r)
}

// copiesOnOpenSSH measures OpenSSH's server, if it is installed.
func (b *bench) copiesOnOpenSSH(ctx context.Context) (copies, error) {
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		if sshd, err = exec.LookPath("/usr/sbin/sshd"); err != nil { // not in the path of all users
			logf("there is no sshd: no comparison for files")
			return copies{}, nil
		}
	}
	me, err := user.Current()
	if err != nil {
		return copies{}, err
	}
	port, err := freePort()
	if err != nil {
		return copies{}, err
	}
	config := strings.Join([]string{
		"ListenAddress 127.0.0.1:" + port, "HostKey " + b.path("key"), "AuthorizedKeysFile " + b.path("key.pub"),
		"StrictModes no", "PidFile none", "Subsystem sftp internal-sftp", "",
	}, "\n")
	if err := os.WriteFile(b.path("sshd_config"), []byte(config), 0o600); err != nil {
		return copies{}, err
	}
	s := &site{name: "OpenSSH's sshd"}
	defer func() { s.stop() }()
	if _, err := s.run(ctx, exec.Command(sshd, "-D", "-e", "-q", "-f", b.path("sshd_config"))); err != nil {
		return copies{}, err
	}
	logf("%s: %s", fileScenario, s.name)
	to := peer{bench: b, addr: "127.0.0.1:" + port, user: me.Username, dir: b.dir + "/"}
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for to.ssh(starting, "true") != nil {
		select {
		case <-time.After(startPoll):
		case <-starting.Done():
			return copies{}, errors.New("no reply from sshd")
		}
	}
	return to.copies(ctx)
}

// peer is an SSH server with a place for files.
type peer struct {
	*bench
	addr, user, dir string
}

// copies copies the file in and out some times, and returns the medians.
func (p peer) copies(ctx context.Context) (copies, error) {
	var in, out []float64
	for range fileCopies {
		there := p.user + "@127.0.0.1:" + p.dir + "copy"
		for _, c := range []struct {
			took     *[]float64
			from, to string
		}{{&in, p.path("file"), there}, {&out, there, p.path("got")}} {
			began := time.Now()
			if err := p.run(ctx, "scp", "-P", c.from, c.to); err != nil {
				return copies{}, err
			}
			*c.took = append(*c.took, time.Since(began).Seconds())
		}
		if err := p.ssh(ctx, "rm", p.dir+"copy"); err != nil {
			return copies{}, err
		}
	}
	slices.Sort(in)
	slices.Sort(out)
	return copies{in[fileCopies/2], out[fileCopies/2]}, nil
}

func (p peer) ssh(ctx context.Context, command ...string) error {
	return p.run(ctx, "ssh", "-p", slices.Insert(command, 0, p.user+"@127.0.0.1")...)
}

// run runs one of OpenSSH's programs, whose option for the port is given.
func (p peer) run(ctx context.Context, program, portOption string, args ...string) error {
	_, port, err := net.SplitHostPort(p.addr)
	if err != nil {
		return err
	}
	options := []string{"-F", "none", "-i", p.path("key"), "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", portOption, port}
	cmd := exec.CommandContext(ctx, program, slices.Concat(options, args)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"wick/keys"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// patient returns a doctor that knows the data folder, and what it prints.
func patient(t *testing.T, dir string) (*doctor, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	d := &doctor{out: &out, proc: "/proc", synchronized: func() (bool, bool) { return true, true }}
	d.checkFolder(dir)
	if d.failed {
		t.Fatal(out.String())
	}
	out.Reset()
	return d, &out
}

func TestDoctorExaminesARunningServer(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	db := redistest.Start(t)
	p := serve(t, home, "--redis", db.URL())
	examine := func(args ...string) (status int, out string) {
		t.Helper()
		cmd := wick(t.Context(), home, append([]string{"doctor", "--listen", "127.0.0.1:" + p.port}, args...)...)
		var stdout bytes.Buffer
		cmd.Stdout = &stdout
		return statusOf(t, cmd.Run()), stdout.String()
	}
	status, out := examine("127.0.0.1", "--redis", db.URL())
	for _, wanted := range []string{
		"ok    data folder: ", "ok    port " + p.port + ": wick responds", "ok    public name: 127.0.0.1:" + p.port + " leads here",
		" swap: ", " core dumps: ", " open files: ", " clock: ", " Redis: ",
	} {
		if !strings.Contains(out, wanted) {
			t.Errorf("%q is missing in:\n%s", wanted, out)
		}
	}
	if status != exitFine || strings.Contains(out, "fail  ") {
		t.Errorf("status %d:\n%s", status, out)
	}
	db.Kill()
	status, out = examine("127.0.0.1:1", "--redis", db.URL())
	for _, wanted := range []string{"fail  public name: nothing listens on 127.0.0.1:1: start wick there", "fail  Redis: "} {
		if !strings.Contains(out, wanted) {
			t.Errorf("%q is missing in:\n%s", wanted, out)
		}
	}
	if status != exitFailed {
		t.Errorf("status %d:\n%s", status, out)
	}
	if status, _ := examine("bad host"); status != exitUsage {
		t.Errorf("an impossible host: status %d", status)
	}
}

func TestDoctorFindsTheDataFolderWrong(t *testing.T) {
	t.Parallel()
	keep := func(t *testing.T, dir string) {}
	for name, row := range map[string]struct {
		spoil func(t *testing.T, dir string)
		says  string
	}{
		"as it should be": {keep, "ok    data folder: "},
		"no folder":       {func(t *testing.T, dir string) { check(t, os.RemoveAll(dir)) }, "fail  data folder: there is no host key in "},
		"no host key":     {func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "host_ed25519"))) }, "fail  data folder: there is no host key in "},
		"no secret":       {func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "secret"))) }, "fail  data folder: there is no secret in "},
		"a damaged key":   {func(t *testing.T, dir string) { check(t, os.WriteFile(filepath.Join(dir, "host_ed25519"), nil, 0o600)) }, "is damaged"},
		"a public secret": {func(t *testing.T, dir string) { check(t, os.Chmod(filepath.Join(dir, "secret"), 0o644)) }, "run: chmod 600"},
		"an open folder":  {func(t *testing.T, dir string) { check(t, os.Chmod(dir, 0o777)) }, "warn  data folder: everybody can write to the data folder"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "wick")
			if _, err := keys.Open(dir, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
			row.spoil(t, dir)
			before := files(t, dir)
			var out bytes.Buffer
			d := &doctor{out: &out}
			d.checkFolder(dir)
			if !strings.Contains(out.String(), row.says) || d.failed != strings.Contains(out.String(), "fail  ") {
				t.Errorf("it says %q, failed: %v", out.String(), d.failed)
			}
			if after := files(t, dir); after != before {
				t.Errorf("it made %s of %s", after, before)
			}
		})
	}
}

func files(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	check(t, err)
	return strings.Join(names, " ")
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDoctorComparesSSHFPRecords(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "wick")
	ring, err := keys.Open(dir, slog.New(slog.DiscardHandler))
	check(t, err)
	other, _ := sshtest.NewKey(t)
	own := ring.SSHFP("chat.example.org")
	theirs := (keys.Ring{Host: other}).SSHFP("chat.example.org")
	for name, row := range map[string]struct {
		records []string
		signed  bool
		rcode   int
		says    string
	}{
		"signed":         {[]string{own}, true, 0, "ok    SSHFP: chat.example.org has the host key, signed\n"},
		"unsigned":       {[]string{own}, false, 0, "warn  SSHFP: chat.example.org has the host key, unsigned: "},
		"none":           {nil, true, 0, "warn  SSHFP: chat.example.org has no record of this host key: "},
		"no such name":   {nil, true, dns.RcodeNameError, "warn  SSHFP: chat.example.org has no record of this host key: "},
		"another key":    {[]string{theirs}, true, 0, "fail  SSHFP: the records of chat.example.org are for another host key: "},
		"both":           {[]string{theirs, own}, true, 0, "ok    SSHFP: "},
		"an RSA key too": {[]string{strings.Replace(theirs, "SSHFP 4 2", "SSHFP 1 2", 1)}, true, 0, "warn  SSHFP: chat.example.org has no record"},
		"refused":        {nil, false, dns.RcodeRefused, "warn  SSHFP: no DNS server gave a usable reply: REFUSED\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.ListenPacket("udp", "127.0.0.1:0")
			check(t, err)
			server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
				reply := new(dns.Msg).SetRcode(q, row.rcode)
				reply.AuthenticatedData = row.signed
				for _, text := range row.records {
					rr, err := dns.NewRR(text)
					if err != nil {
						t.Error(err)
					}
					reply.Answer = append(reply.Answer, rr)
				}
				w.WriteMsg(reply)
			})}
			started := make(chan struct{})
			server.NotifyStartedFunc = func() { close(started) }
			done := make(chan error, 1)
			go func() { done <- server.ActivateAndServe() }()
			<-started
			d, out := patient(t, dir)
			d.checkSSHFP(t.Context(), "chat.example.org", conn.LocalAddr().String())
			check(t, server.Shutdown())
			check(t, <-done)
			if !strings.HasPrefix(out.String(), row.says) || d.failed != strings.HasPrefix(row.says, "fail") {
				t.Errorf("it says %q, failed: %v", out.String(), d.failed)
			}
		})
	}
	d, out := patient(t, dir)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	d.checkSSHFP(ended, "chat.example.org", "127.0.0.1:1")
	if !strings.HasPrefix(out.String(), "warn  SSHFP: no DNS server gave") {
		t.Errorf("without an answer: %q", out.String())
	}
	out.Reset()
	d.checkSSHFP(t.Context(), "192.0.2.1", "127.0.0.1:1")
	if out.String() != "" {
		t.Errorf("of an address: %q", out.String())
	}
}

// The machine is what files under another root say.
func TestDoctorLooksAtTheMachine(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "wick")
	if _, err := keys.Open(dir, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	const head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	for name, row := range map[string]struct {
		swaps, core, files, limit string
		yes, known                bool
		says                      []string
	}{
		"well": {head, "0", "65536", "max", true, true, []string{"ok    swap: none", "ok    core dumps: off for wick", "ok    open files: 65536", "ok    clock"}},
		"ill": {head + "/dev/sda2 partition 1000 0 -2\n", "unlimited", "1024", "max", false, true,
			[]string{"warn  swap: messages may be written to /dev/sda2: ", "warn  core dumps: a crash may write the memory of wick", "warn  open files: 1024 for wick, and --max-sessions needs 10200: ", "warn  clock: it is not synchronized"}},
		"swap that wick may not use": {head + "/swapfile file 1000 0 -2\n", "0", "65536", "0", true, true, []string{"ok    swap: wick's memory stays out of it"}},
		"swap in memory":             {head + "/dev/zram0 partition 1000 0 100\n", "0", "65536", "max", true, false, []string{"ok    swap: none on a disk", "warn  clock: the machine does not say"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write := func(path, text string) {
				t.Helper()
				path = filepath.Join(root, path)
				check(t, os.MkdirAll(filepath.Dir(path), 0o755))
				check(t, os.WriteFile(path, []byte(text), 0o644))
			}
			write("swaps", row.swaps)
			write("7/cgroup", "0::/system.slice/wick.service\n")
			write("7/limits", "Limit                     Soft Limit           Hard Limit           Units     \n"+
				fmt.Sprintf("Max core file size        %-20s unlimited            bytes     \n", row.core)+
				fmt.Sprintf("Max open files            %-20s 65536                files     \n", row.files))
			write("cgroups/system.slice/wick.service/memory.swap.max", row.limit+"\n")
			d, out := patient(t, dir)
			d.pid, d.proc, d.cgroups = 7, root, filepath.Join(root, "cgroups")
			d.synchronized = func() (bool, bool) { return row.yes, row.known }
			d.checkMachine(10_000)
			for _, wanted := range row.says {
				if !strings.Contains(out.String(), wanted) {
					t.Errorf("%q is missing in:\n%s", wanted, out)
				}
			}
		})
	}
	d, out := patient(t, dir)
	d.proc = filepath.Join(dir, "none")
	d.checkMachine(10_000)
	if !strings.HasPrefix(out.String(), "warn  machine: ") {
		t.Errorf("without /proc: %q", out)
	}
}

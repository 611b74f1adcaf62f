package sshd

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

func TestAServerNeedsAHostKey(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := New(nil, whoami, Config{}); err == nil {
		t.Error("it was made without")
	}
	if files, _ := os.ReadDir("."); len(files) != 0 {
		t.Errorf("it wrote %v", files)
	}
}

func TestShutdownWaitsForSessionsAndCutsTheRest(t *testing.T) {
	addr, s := startServer(t, echoScreen, shortLimits())
	w := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
	w.Shows(t, "size 80 24")
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := io.ReadFull(silent, make([]byte, len("SSH-2.0-"))); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), sshtest.Patience)
		defer cancel()
		done <- s.Shutdown(ctx)
	}()
	silent.SetReadDeadline(time.Now().Add(sshtest.Patience))
	if _, err := io.Copy(io.Discard, silent); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("a silent connection: %v", err)
	}
	w.Types("meanwhile\r")
	w.Shows(t, `said "meanwhile"`)
	select {
	case err := <-done:
		t.Fatalf("Shutdown did not wait: %v", err)
	default:
	}
	w.Types("\x04")
	w.Ends(t)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the server still listens")
	}
}

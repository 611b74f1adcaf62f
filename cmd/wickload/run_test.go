package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"wick/cmd/wickload/floor"
)

// listen returns a listener on a free loopback port.
func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// serveFloor runs a floor server until the test ends.
func serveFloor(t *testing.T) (addr string) {
	t.Helper()
	ln := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- floor.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// runJSON runs the program and parses its report.
func runJSON(t *testing.T, args ...string) (status int, rep report) {
	t.Helper()
	var out, errs bytes.Buffer
	status = runMain(t.Context(), append(args, "--json"), &out, &errs)
	if errs.Len() > 0 {
		t.Errorf("it printed errors: %s", errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &rep); err != nil {
		t.Fatalf("%v: %q", err, out.String())
	}
	return status, rep
}

func TestAllSessionsGetAllMessagesOfTheirRoom(t *testing.T) {
	addr := serveFloor(t)
	args := []string{
		addr, "--sessions", "10", "--rooms", "3", "--rate", "60",
		"--settle", "0s", "--idle", "50ms", "--warmup", "200ms", "--duration", "500ms",
	}
	if runtime.GOOS == "linux" {
		args = append(args, "--pid", strconv.Itoa(os.Getpid()))
	}
	status, rep := runJSON(t, args...)
	if status != exitFine {
		t.Errorf("status %d", status)
	}
	if rep.Connected != 10 || rep.Failed != 0 || rep.Lost != 0 || rep.ConnectsS <= 0 {
		t.Errorf("%+v", rep)
	}
	l := rep.Load
	if l == nil {
		t.Fatal("no load was measured")
	}
	// Rooms of 4, 3 and 3 with 10 messages each, and each message reaches all
	// members but its sender.
	if l.Sent != 30 || l.Expected != 10*(3+2+2) || l.Delivered != l.Expected || l.Strays != 0 {
		t.Errorf("%+v", l)
	}
	if l.P50 <= 0 || l.P50 > l.P90 || l.P90 > l.P99 || l.P99 > l.Max {
		t.Errorf("%+v", l)
	}
	// The floor server sends the line and a line end. One read may contain two.
	if l.Bytes < 34 || l.Bytes > 2*34 {
		t.Errorf("%v bytes per delivery", l.Bytes)
	}
	if runtime.GOOS != "linux" {
		return
	}
	s := rep.Server
	if s == nil || s.PerSession <= 0 || s.LoadCPU == nil || s.Generator == nil {
		t.Fatalf("%+v", s)
	}
	// One process is the server and the load generator here.
	if len(s.Processes) != 1 || s.Processes[0].PID != os.Getpid() || math.Abs(s.Processes[0].LoadCPU-*s.LoadCPU) > 0.001 || *s.Generator <= 0 {
		t.Errorf("%+v", s)
	}
}

func TestSeveralAddressesShareTheSessions(t *testing.T) {
	// The two servers are independent: a room is lit on one, and the other opens
	// an empty room of the same name.
	one, two := serveFloor(t), serveFloor(t)
	status, rep := runJSON(t, one, two, "--sessions", "4", "--rooms", "2", "--rate", "20",
		"--settle", "0s", "--idle", "0s", "--warmup", "0s", "--duration", "200ms", "--drain", "100ms")
	if status != exitFailed || rep.Connected != 4 || rep.Load == nil || rep.Load.Expected != 4 || rep.Load.Delivered != 0 {
		t.Errorf("status %d, %+v, %+v", status, rep, rep.Load)
	}
}

func TestAnIdleRunSendsNothing(t *testing.T) {
	status, rep := runJSON(t, serveFloor(t), "--sessions", "2", "--rate", "0", "--settle", "0s", "--idle", "10ms", "--shared-key")
	if status != exitFine || rep.Connected != 2 || rep.Load != nil || rep.Server != nil {
		t.Errorf("status %d, %+v", status, rep)
	}
}

func TestFailedSessionsAreCountedByReason(t *testing.T) {
	ln := listen(t)
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	defer func() {
		ln.Close()
		<-accepting
	}()
	status, rep := runJSON(t, ln.Addr().String(), "--sessions", "5", "--rooms", "2")
	if status != exitFailed || rep.Connected != 0 || rep.Failed != 5 || rep.Reasons["the room was not lit"] != 3 {
		t.Errorf("status %d, %+v", status, rep)
	}
}

func TestASilentServerTimesOut(t *testing.T) {
	ln := listen(t) // the kernel accepts connections; nobody replies
	defer ln.Close()
	status, rep := runJSON(t, ln.Addr().String(), "--sessions", "1", "--timeout", "50ms")
	if status != exitFailed || rep.Reasons["timed out"] != 1 {
		t.Errorf("status %d, %+v", status, rep)
	}
}

func TestAnInterruptedRunReports(t *testing.T) {
	addr := serveFloor(t)
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, stop)
	var out, errs bytes.Buffer
	begin := time.Now()
	status := runMain(ctx, []string{addr, "--sessions", "4", "--rate", "100", "--settle", "0s", "--idle", "1h"}, &out, &errs)
	if status != exitFailed || !strings.Contains(out.String(), "connected") {
		t.Errorf("status %d: %s", status, out.String())
	}
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

func TestSessionsOfAServerThatEndsAreLost(t *testing.T) {
	ln := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- floor.Serve(ctx, ln) }()
	r, err := newRun(&plan{Addrs: []string{ln.Addr().String()}, Sessions: 3, Rooms: 1, TTL: "10m", Parallel: 2, Timeout: time.Minute}, progress{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	r.connect(t.Context())
	if r.opened.Load() != 3 || r.lost.Load() != 0 {
		t.Errorf("%d opened, %d lost, %v", r.opened.Load(), r.lost.Load(), r.reasons)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	r.readers.Wait()
	if r.lost.Load() != 3 {
		t.Errorf("%d lost", r.lost.Load())
	}
}

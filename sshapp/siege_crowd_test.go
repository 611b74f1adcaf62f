//go:build linux

package sshapp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

// The crowd runs in a process of its own, for which the test executes its own
// binary. Beside the attackers it would wait for a processor while their clients
// compute key exchanges, and the latency would be that of the load generator.

// crowdEnv is the environment variable that has the test binary run a crowd
// instead of tests. Its value is a crowdConfig in JSON.
const crowdEnv = "WICK_TEST_CROWD"

// crowdConfig determines what a crowd does.
type crowdConfig struct {
	Addr string // of the server
	Row  string // name
	Seed uint64
}

// Commands of a crowdRequest.
const (
	crowdLatency = "latency" // the reply is a crowdLags
	crowdEnd     = "end"     // the reply is a crowdResult
)

// crowdReady is the first reply, once everybody sits in a room.
const crowdReady = "ready"

// crowdRequest is a line on the standard input of a crowd's process. The process
// writes a line to its standard output for each, and exits when its input ends.
type crowdRequest struct {
	Command  string
	From, To int64 // of crowdLatency: from one moment until before another, in Unix nanoseconds
}

// crowdLags says how late messages arrived that were sent in a period.
type crowdLags struct {
	P50, P99   time.Duration
	Deliveries int
	Own        time.Duration // how late the process itself was to run, at p99
}

// crowdResult is the end of a crowd.
type crowdResult struct {
	Sent   int // messages
	Faults []string
}

// TestMain runs the tests, or a crowd if this process was started for one.
func TestMain(m *testing.M) {
	config, isCrowd := os.LookupEnv(crowdEnv)
	if !isCrowd {
		m.Run()
		return
	}
	if err := serveCrowd(config); err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

// serveCrowd runs a crowd until the standard input ends.
func serveCrowd(config string) error {
	var cfg crowdConfig
	if err := json.Unmarshal([]byte(config), &cfg); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	requests := make(chan crowdRequest)
	go func() { // ends with the input, or with the process
		defer cancel()
		defer close(requests)
		in := json.NewDecoder(os.Stdin)
		for {
			var r crowdRequest
			if in.Decode(&r) != nil {
				return
			}
			requests <- r
		}
	}()
	c, err := newCrowd(ctx, cfg.Addr, generator{cfg.Seed, cfg.Row})
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(crowdReady); err != nil {
		return err
	}
	for r := range requests {
		var reply any
		switch r.Command {
		case crowdLatency:
			reply = c.latency(r.From, r.To)
		case crowdEnd:
			reply = c.end(ctx)
		default:
			return fmt.Errorf("unknown command %q", r.Command)
		}
		if err := out.Encode(reply); err != nil {
			return err
		}
	}
	return nil
}

// crowdProcess is the process of a crowd, as the test sees it. Its methods are
// for the goroutine of the test, which they fail if the process does not reply.
type crowdProcess struct {
	t        *testing.T
	cmd      *exec.Cmd
	requests *json.Encoder
	replies  *json.Decoder
}

// startCrowd starts the process of a crowd and waits until everybody sits in a
// room. The process ends with the test; what it logs is in the log of the test.
func startCrowd(t *testing.T, cfg crowdConfig) (*crowdProcess, error) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), crowdEnv+"="+string(config))
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		in.Close()
		stuck := time.AfterFunc(sshtest.Patience, func() { cmd.Process.Kill() })
		defer stuck.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the crowd's process: %v", err)
		}
	})
	p := &crowdProcess{t, cmd, json.NewEncoder(in), json.NewDecoder(out)}
	var ready string
	if err := p.replies.Decode(&ready); err != nil {
		return nil, fmt.Errorf("the crowd's process did not get ready: %w", err)
	}
	return p, nil
}

// latency returns the latency of the messages that were sent from one moment
// until before another, in Unix nanoseconds.
func (p *crowdProcess) latency(from, to int64) (l crowdLags) {
	p.ask(crowdRequest{crowdLatency, from, to}, &l)
	return l
}

// end silences everybody, waits for messages under way, and returns the result.
func (p *crowdProcess) end() (r crowdResult) {
	p.ask(crowdRequest{Command: crowdEnd}, &r)
	return r
}

func (p *crowdProcess) ask(r crowdRequest, reply any) {
	p.t.Helper()
	if err := p.requests.Encode(r); err != nil {
		p.t.Fatalf("asking the crowd's process for %s: %v", r.Command, err)
	}
	if err := p.replies.Decode(reply); err != nil {
		p.t.Fatalf("reading the %s of the crowd's process: %v", r.Command, err)
	}
}

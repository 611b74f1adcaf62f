// Command wickbench measures wick on each store with wickload, and compares it
// with a floor: a minimal chat on golang.org/x/crypto/ssh. It builds the programs,
// starts servers and its own Redis on free ports of this machine, and prints a
// Markdown table.
//
//	go run ./cmd/wickbench                               about eighteen minutes
//	go run ./cmd/wickbench --quick                       about four
//	go run ./cmd/wickbench --only 'scale out' --plots .  six at most; draws three plots
//
// The load generator and the servers share the machine. Compare the figures only
// with others of the same machine, when nothing else runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type cli struct {
	Quick bool          `help:"Shorter runs, Redis for the pair only, no 10,000 sessions and no scaling out."`
	Only  string        `placeholder:"TEXT" help:"Only scenarios whose name contains this, such as 'pair' or 'scale out'."`
	Limit time.Duration `default:"6m" help:"How long scaling out may take; anything left by then is skipped (${default})."`
	Plots string        `placeholder:"DIR" type:"existingdir" help:"Draw what a message costs when scaling out into this folder (SVG)."`
}

func main() {
	var c cli
	kong.Parse(&c, kong.Name("wickbench"), kong.Description("Measures wick, compares it with a minimal chat, and prints a table."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := c.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "wickbench:", err)
		os.Exit(1)
	}
}

func (c *cli) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "wick-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := bench{dir: dir, quick: c.Quick}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", dir, "wick/cmd/wick", "wick/cmd/wickload")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building wick: %w", err)
	}
	redis, err := findRedis()
	if err != nil {
		logf("%v: no figures with Redis", err)
	}
	files, err := maxFiles()
	if err != nil {
		return err
	}
	t := table{}
	for _, s := range scenarios {
		if !strings.Contains(s.name, c.Only) || c.Quick && s.long {
			continue
		}
		if s.files() > files {
			logf("%s: skipped, because one process needs %d open files and may have %d (ulimit -Hn)", s.name, s.files(), files)
			continue
		}
		floor, err := b.measure(ctx, s, b.floor)
		if err != nil {
			return err
		}
		embedded, err := b.measure(ctx, s, b.embedded)
		if err != nil {
			return err
		}
		t.add(s.name, s.figures, embedded, floor)
		if redis == "" || s.onRedis == nil || c.Quick && !s.quickRedis {
			continue
		}
		shared, err := b.measure(ctx, s, func(ctx context.Context) (*site, error) { return b.onRedis(ctx, redis, s.processes) })
		if err != nil {
			return err
		}
		t.add(s.name+processes(s.processes), s.onRedis, shared, floor)
	}
	if strings.Contains(fileScenario, c.Only) {
		if err := b.files(ctx, &t); err != nil {
			return err
		}
	}
	fmt.Printf("%s, %s/%s, %d CPUs; load generator, servers and Redis on the same machine.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if len(t.rows) > 0 {
		if err := t.print(os.Stdout); err != nil {
			return err
		}
	}
	parts := scaleParts(c.Only)
	if redis == "" || c.Quick || len(parts) == 0 {
		return nil
	}
	return b.measureScale(ctx, redis, parts, c.Limit, c.Plots)
}

// processes returns the suffix of a scenario's name on Redis.
func processes(n int) string {
	if n == 1 {
		return ", Redis"
	}
	return fmt.Sprintf(", %d processes on one Redis", n)
}

func logf(format string, args ...any) { fmt.Fprintf(os.Stderr, "wickbench: "+format+"\n", args...) }

// findRedis returns the path of a Redis server program.
func findRedis() (string, error) {
	for _, name := range [...]string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no redis-server or valkey-server in PATH")
}

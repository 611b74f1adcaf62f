package uitest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// Program is a program that runs in a terminal, such as an SSH client. It ends
// with the test.
type Program struct {
	Process *os.Process
	Screen  *Terminal

	tb   testing.TB
	keys io.Writer
	done chan error

	mu      sync.Mutex
	written bytes.Buffer // see Written
}

// Run starts a command in a terminal.
func Run(tb testing.TB, cmd *exec.Cmd, width, height int) *Program {
	tb.Helper()
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	if err != nil {
		tb.Fatal(err)
	}
	if f, err = closable(f); err != nil {
		tb.Fatal(err)
	}
	p := &Program{Process: cmd.Process, Screen: New(width, height), tb: tb, keys: f, done: make(chan error, 1)}
	shown := make(chan struct{})
	go func() { // ends when the program closes its side
		defer close(shown)
		io.Copy(io.MultiWriter(p.Screen, (*record)(p)), f)
	}()
	go func() { // ends with the program
		err := cmd.Wait()
		<-shown
		p.done <- err
		close(p.done)
	}()
	tb.Cleanup(func() {
		cmd.Process.Kill()
		f.Close()
		<-p.done
		p.Screen.Release()
	})
	return p
}

// closable returns a terminal whose Close ends a Read and hangs up, whatever else the
// program has started there: Close waits for a Read that blocks.
func closable(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	err = syscall.SetNonblock(fd, true)
	return os.NewFile(uintptr(fd), f.Name()), err
}

// Written returns all that the program has written after the first n bytes, control
// sequences included.
func (p *Program) Written(n int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.written.Bytes()[n:])
}

// record is a Program as the io.Writer that Written reads from.
type record Program

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.written.Write(b)
}

// Type presses keys.
func (p *Program) Type(keys string) {
	p.tb.Helper()
	if _, err := io.WriteString(p.keys, keys); err != nil {
		p.tb.Fatal(err)
	}
}

// Wait waits until the program has ended and all that it wrote is on the screen, and
// returns the error of [exec.Cmd.Wait]. It fails the test if that takes too long.
func (p *Program) Wait(within time.Duration) error {
	p.tb.Helper()
	select {
	case err := <-p.done:
		return err
	case <-time.After(within):
		p.tb.Fatalf("the program did not end:\n%s", p.Screen.Text())
		return nil
	}
}

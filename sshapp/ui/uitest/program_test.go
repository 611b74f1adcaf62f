package uitest

import (
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// A shell may leave programs on its terminal when it is killed.
func TestWhatIsLeftOnATerminalHoldsUpNoTest(t *testing.T) {
	left := 0
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.Run("killed", func(t *testing.T) {
			p := Run(t, exec.Command("sh", "-c", `(trap '' HUP; exec sleep 60) & echo "left $!."; wait`), 80, 24)
			shown := regexp.MustCompile(`left (\d+)\.`)
			left, _ = strconv.Atoi(shown.FindStringSubmatch(p.Screen.WaitFor(t, 30*time.Second, shown.MatchString))[1])
		})
	}()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("the end of the test waits for what is left")
	}
	if err := syscall.Kill(left, syscall.SIGKILL); err != nil {
		t.Errorf("nothing was left: %v", err)
	}
}

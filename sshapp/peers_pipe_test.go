package sshapp

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// Each client says what is piped into it, with a terminal, as PuTTY asks for one by
// itself, and without.
func TestPipesOfOtherClientsAreSaid(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	ann := readLines(t, addr, "plans+10m", "")
	ann.room()
	plink := []string{"plink", "-ssh", "-batch", "-no-antispoof", "-hostkey", app.cfg.Keys.Fingerprint(), "-P", port}
	for name, args := range map[string][]string{
		"PuTTY":                       append(plink, "plans@"+host),
		"PuTTY in plain lines":        append(plink, "plans+plain@"+host),
		"PuTTY without a terminal":    append(plink, "-T", "plans@"+host),
		"dropbear without a terminal": {"dbclient", "-y", "-y", "-T", "-p", port, "plans@" + host},
	} {
		cmd := exec.CommandContext(t.Context(), sshtest.Tool(t, args[0]), args[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
		cmd.Stdin = strings.NewReader("said by " + name + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "You left plans. It burns for another ") {
			t.Errorf("%s: %v, %q", name, err, out)
		}
		ann.line(`\d\d:\d\d \S+: said by ` + name)
	}
}

package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// keyHolder is a person with a key.
type keyHolder struct {
	file        string // with the private key
	public      string // the public key in base64
	fingerprint string
}

func withKey(t *testing.T) keyHolder {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	line, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, _, err := gossh.ParseAuthorizedKey(line)
	if err != nil {
		t.Fatal(err)
	}
	return keyHolder{file, strings.Fields(string(line))[1], strings.TrimPrefix(gossh.FingerprintSHA256(key), "SHA256:")}
}

func (k keyHolder) options() []string {
	return []string{"-o", "IdentitiesOnly=yes", "-i", k.file}
}

var you = regexp.MustCompile(`(\S+) \(you\)`)

// alias returns the alias of the session's user.
func (s *seat) alias() string {
	s.t.Helper()
	return you.FindStringSubmatch(s.Screen.WaitFor(s.t, sshtest.Patience, you.MatchString))[1]
}

func (s *seat) says(text string) { s.t.Helper(); s.Type(text + "\r") }

// A room goes through everything that can happen to it while Redis records as
// much as it can. Neither those records nor the logs contain messages, names or
// keys.
func TestNothingOfARoomIsInRedisOrALog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := redistest.Start(t, "--dir", dir, "--appendonly", "yes", "--appendfsync", "always", "--rdbcompression", "no")
	recorded := db.Monitor()
	home := t.TempDir()
	one, two := serve(t, home, "--redis", db.URL()), serve(t, home, "--redis", db.URL())
	nobody := filepath.Join(t.TempDir(), "authorized_keys")
	if err := os.WriteFile(nobody, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	private := serve(t, home, "--authorized-keys", nobody, "--redis", db.URL())

	const room = "midnight-harvest"
	annKey, bobKey, evaKey := withKey(t), withKey(t), withKey(t)
	ann := sit(t, one.port, room, 80, 24, annKey.options()...)
	ann.sees("not burning")
	ann.Type("\x1b[C") // →
	ann.sees("whoever guesses it gets in")
	ann.Type("\r")
	secrets := []string{room, "midnight", "harvest", ann.alias()}
	ann.says("/nick Persephone")
	ann.sees("is now Persephone")
	bob := sit(t, two.port, room, 80, 24, bobKey.options()...)
	secrets = append(secrets, bob.alias())
	ann.says("the combination is aubergine-7741")
	bob.sees("aubergine-7741")
	bob.says("noted: " + strings.Repeat("marmalade ", 20))
	ann.sees("noted: marmalade")
	bob.says("/msg Persephone tamarind")
	ann.sees("tamarind")
	bob.says("/burn 1h rhubarb")
	ann.sees("Ctrl-R shows it")
	ann.Type("\x12")
	ann.sees("rhubarb")
	bob.sees("looked at what you said")
	bob.says("/burn 1h @Persephone sorrel")
	ann.sees("burns 1h after the first look")
	bob.says("/unsay")
	ann.sees("taken back")

	// At the door: cat is let in and shown out, eva has an invitation.
	ann.says("/lock")
	bob.sees("locked")
	cat := sit(t, two.port, room, 80, 24)
	ann.sees("knocks")
	ann.says("/admit")
	secrets = append(secrets, cat.alias())
	ann.says("/kick " + cat.alias())
	ann.sees("Type y")
	ann.Type("y")
	if status, left := cat.leaves(); status != 4 || !strings.Contains(left, "kicked you from") {
		t.Errorf("status %d, on the screen:\n%s", status, left)
	}
	ann.says("/invite")
	invitation := regexp.MustCompile(room + `\+i-(\S+)@`)
	token := invitation.FindStringSubmatch(ann.Screen.WaitFor(t, sshtest.Patience, invitation.MatchString))[1]
	eva := sit(t, one.port, room+"+i-"+token, 80, 24, evaKey.options()...)
	secrets = append(secrets, token, eva.alias())

	records := map[string]string{"the commands of Redis": recorded()}

	// These failures are logged.
	sit(t, one.port, room+"+nonsense", 80, 24).leaves()
	sit(t, private.port, room, 80, 24, evaKey.options()...).leaves()
	db.KillClients("normal")
	db.KillClients("pubsub")
	db.Pause()
	eva.says("gooseberry")
	eva.sees("reconnecting")
	db.Resume()
	// The message was sent, or it is in the composer again.
	settled := eva.Screen.WaitFor(t, sshtest.Patience, func(screen string) bool {
		return strings.Contains(screen, "❯ gooseberry") || strings.Contains(screen, "  gooseberry\n")
	})
	if strings.Contains(settled, "❯ gooseberry") {
		eva.Type("\r")
	}
	ann.sees("gooseberry")

	if err := db.Client().Save(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	readAll(t, dir, records)
	ann.says("/destroy")
	ann.sees("Type y")
	ann.Type("y")
	for _, s := range []*seat{ann, bob, eva} {
		if status, left := s.leaves(); status != 0 || !strings.Contains(strings.Join(strings.Fields(left), " "), "No key is left in Redis. An append-only file") {
			t.Errorf("status %d, on the screen:\n%s", status, left)
		}
	}
	for i, p := range []*process{one, two, private} {
		p.cmd.Process.Signal(syscall.SIGTERM)
		p.ends()
		records[fmt.Sprintf("the log of server %d", i)] = p.log.String()
	}

	secrets = append(secrets, "Persephone", "combination", "aubergine", "marmalade", "tamarind", "rhubarb", "sorrel", "gooseberry", "nonsense")
	for _, k := range []keyHolder{annKey, bobKey, evaKey} {
		secrets = append(secrets, k.public, k.fingerprint)
	}
	found := map[string]bool{}
	for _, where := range slices.Sorted(maps.Keys(records)) {
		text := records[where]
		for _, secret := range secrets {
			for _, form := range forms(secret) {
				if strings.Contains(text, form) {
					t.Errorf("%s: contains %q as %q", where, secret, form)
				}
			}
		}
		if strings.HasPrefix(where, "the log") && regexp.MustCompile(`127\.0\.0\.1|::1|localhost`).MatchString(text) {
			t.Errorf("%s: contains an address:\n%s", where, text)
		}
		for _, sign := range []string{"e4:{", "RPUSH", "PUBLISH", "warn", "WARN"} {
			found[sign] = found[sign] || strings.Contains(text, sign)
		}
	}
	// These show that the test looks in the right places.
	if !found["e4:{"] || !found["RPUSH"] || !found["PUBLISH"] || !found["WARN"] {
		t.Errorf("found only %v", found)
	}
}

// readAll adds the files in a folder to records.
func readAll(t *testing.T, dir string, records map[string]string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		records[d.Name()] = string(b)
		files++
		return err
	})
	if err != nil || files < 3 {
		t.Fatalf("%d files, %v", files, err) // a snapshot, and the parts of an append-only file
	}
}

// forms returns the forms that a word can have in a text: plain, in hexadecimal,
// and in base64 for each of the three positions in which it can begin.
func forms(word string) []string {
	all := []string{word, strings.ToUpper(word), strings.ToLower(word), hex.EncodeToString([]byte(word)), strings.ToUpper(hex.EncodeToString([]byte(word)))}
	for at := range 3 {
		// Only whole groups of three bytes do not depend on the bytes around them.
		rest := word[min((3-at)%3, len(word)):]
		if whole := rest[:len(rest)/3*3]; len(whole) >= 6 { // shorter ones occur by chance
			all = append(all, base64.StdEncoding.EncodeToString([]byte(whole)), base64.URLEncoding.EncodeToString([]byte(whole)))
		}
	}
	return all
}

func TestFormsFindAWordInEveryEncoding(t *testing.T) {
	const word = "aubergine"
	for _, before := range []string{"", "x", "xy"} {
		text := []byte(before + word + " and so on")
		for _, written := range []string{string(text), hex.EncodeToString(text), base64.StdEncoding.EncodeToString(text), base64.RawURLEncoding.EncodeToString(text)} {
			found := false
			for _, form := range forms(word) {
				found = found || strings.Contains(written, form)
			}
			if !found {
				t.Errorf("%s is not found in %s", word, written)
			}
		}
	}
}

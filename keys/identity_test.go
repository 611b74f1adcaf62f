package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"math"
	"regexp"
	"slices"
	"testing"

	"golang.org/x/crypto/ssh"
)

// testKey returns the public key of a seed.
func testKey(t testing.TB, seed byte) ssh.PublicKey {
	t.Helper()
	b := make([]byte, ed25519.SeedSize)
	b[0] = seed
	key, err := ssh.NewPublicKey(ed25519.NewKeyFromSeed(b).Public())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var tagForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)

func TestAnIdentityIsStableWithinARoomAndUnlinkableBetweenThem(t *testing.T) {
	s, key := NewSecret(), testKey(t, 1)
	id := s.Identity("plans", key)
	if !tagForm.MatchString(id) {
		t.Errorf("identity %q", id)
	}
	parsed, err := ssh.ParsePublicKey(key.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if again := s.Identity("plans", parsed); again != id {
		t.Errorf("identity %q, then %q", id, again)
	}
	seen := map[string]string{id: "the first"}
	for _, c := range []struct{ name, id string }{
		{"another room", s.Identity("plan", key)},
		{"another key", s.Identity("plans", testKey(t, 2))},
		{"another server", NewSecret().Identity("plans", key)},
		{"no room", s.Identity("", key)},
		{"no key", NewIdentity()},
		{"no key again", NewIdentity()},
	} {
		if other, ok := seen[c.id]; ok {
			t.Errorf("%s has the identity of %s", c.name, other)
		}
		if !tagForm.MatchString(c.id) {
			t.Errorf("%s has the identity %q", c.name, c.id)
		}
		seen[c.id] = c.name
	}
}

func TestACertificateHasTheIdentityOfItsKey(t *testing.T) {
	s, key := NewSecret(), testKey(t, 1)
	_, ca, _ := ed25519.GenerateKey(rand.Reader)
	signer, err := ssh.NewSignerFromKey(ca)
	if err != nil {
		t.Fatal(err)
	}
	for serial := range uint64(2) {
		cert := &ssh.Certificate{Key: key, Serial: serial, CertType: ssh.UserCert, ValidPrincipals: []string{"anybody"}}
		if err := cert.SignCert(rand.Reader, signer); err != nil {
			t.Fatal(err)
		}
		if s.Identity("plans", cert) != s.Identity("plans", key) {
			t.Errorf("certificate %d has another identity", serial)
		}
	}
}

func TestAliasWordListsAreValid(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]{3,11}$`)
	longest := 0
	for _, list := range [][]string{adjectives, nouns} {
		if len(list) != 256 || !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Errorf("the words from %q on are not 256 distinct, sorted words", list[0])
		}
		most := 0
		for _, w := range list {
			if !word.MatchString(w) {
				t.Errorf("word %q", w)
			}
			most = max(most, len(w))
		}
		longest += most
	}
	if longest+len("-") > 24 {
		t.Errorf("an alias can have %d characters", longest+1)
	}
	for _, w := range adjectives {
		if slices.Contains(nouns, w) {
			t.Errorf("%q is in both lists", w)
		}
	}
}

func TestAliasesAreStableAndSpreadEvenly(t *testing.T) {
	const people = 64 * 256
	first, second, aliases := map[string]int{}, map[string]int{}, map[string]int{}
	split := regexp.MustCompile(`^([a-z]+)-([a-z]+)$`)
	for range people {
		id := NewIdentity()
		alias := Alias(id)
		if Alias(id) != alias {
			t.Fatalf("%q has two aliases", id)
		}
		m := split.FindStringSubmatch(alias)
		if m == nil {
			t.Fatalf("alias %q", alias)
		}
		first[m[1]]++
		second[m[2]]++
		aliases[alias]++
	}
	// Chi squared with 255 degrees of freedom is 255 ± 22.6. A value eight
	// deviations away occurs by chance less than once in a billion runs.
	for i, counts := range []map[string]int{first, second} {
		chi := 0.0
		for _, n := range counts {
			d := float64(n - people/256)
			chi += d * d / (people / 256)
		}
		chi += float64(256-len(counts)) * people / 256
		if math.Abs(chi-255) > 8*22.6 {
			t.Errorf("word %d is unevenly distributed: chi squared is %.0f", i+1, chi)
		}
	}
	// Expected: 65,536 × (1 − e^(−1/4)) ≈ 14,497 distinct aliases.
	if n := len(aliases); n < 14_000 || n > 15_000 {
		t.Errorf("%d people have %d distinct aliases", people, n)
	}
}

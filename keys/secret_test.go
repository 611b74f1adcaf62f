package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestASecretNeverPrints(t *testing.T) {
	s := NewSecret()
	ring := mustOpen(t, t.TempDir())
	ring.Secret = s
	var logged bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(h).Info("start", "secret", s, "pointer", &s, "ring", ring, "sealer", NewSealer(s))
	}
	marshalled, err := json.Marshal(struct{ Secret Secret }{s})
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{logged.String(), string(marshalled), s.String(), s.GoString(), s.LogValue().String(), fmt.Errorf("with %w", fmt.Errorf("%v", s)).Error()}
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %o %b %c %U %t %p %T") {
		for _, v := range []any{s, &s, []Secret{s}, struct{ inner Secret }{s}, struct{ Inner any }{s}, map[string]Secret{"a": s}, ring, &ring, NewSealer(s)} {
			printed = append(printed, fmt.Sprintf(verb, v))
		}
	}
	raw := s.key()[:4] // the start is enough
	forms := []string{
		string(raw), hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), base64.RawStdEncoding.EncodeToString(s.key()[:3]),
		strings.Trim(fmt.Sprint(raw), "[]"), strings.Trim(fmt.Sprintf("%o", raw), "[]"), strings.Trim(fmt.Sprintf("%b", raw), "[]"),
		strings.Trim(fmt.Sprintf("%#v", raw), "[]byte{}"), strings.Trim(fmt.Sprintf("%U", raw), "[]"), strings.Trim(fmt.Sprintf("%c", raw), "[]"),
	}
	for _, out := range printed {
		for _, form := range forms {
			if strings.Contains(out, form) {
				t.Errorf("%q contains %q", out, form)
			}
		}
	}
}

func TestSubkeysAreStableAndDistinct(t *testing.T) {
	s := NewSecret()
	a := s.derive("a").key()
	if !bytes.Equal(a, s.derive("a").key()) {
		t.Error("one label gives two subkeys")
	}
	for _, other := range []Secret{s, s.derive("b"), NewSecret().derive("a")} {
		if bytes.Equal(a, other.key()) {
			t.Error("different labels or secrets give the same subkey")
		}
	}
}

// If these values change, rooms become unreadable and people get new
// identities.
func TestDerivationsKeepTheirValues(t *testing.T) {
	var key [secretSize]byte
	for i := range key {
		key[i] = byte(i)
	}
	s := secretOf(key)
	if got := string(s.encode()); got != "wick-secret-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p\n" {
		t.Errorf("encoded as %q", got)
	}
	sealer := NewSealer(s)
	for _, c := range []struct{ got, want string }{
		{s.Identity("plans", testKey(t, 1)), "eWmKckUipQTFnM9uW9OLGw"},
		{sealer.RoomKey("plans"), "5JrH42lcoGSfyooM2eTnEQ"},
		{sealer.Tag("plans", "epoch", "alias", "amber"), "txjR6B0PI1Hjtnzyu83ETw"},
		{Alias("identity"), "happy-oak"},
		{hex.EncodeToString(s.derive("label").key()), "479dd84d163df1782566e1803faf199e24d3af4dcc119c299dc0190b1c46198f"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	sealed, err := base64.RawURLEncoding.DecodeString("AAECAwQFBgcICQoL8cULX3Y_2wH85B_nAVrQdWH3WduDhhXKfmBDJnSKqNH1rgTzbWP5" +
		"lN4XCLAVGAfSMHyFOTFVhjNfFJn938Uq0rX1Yu8SKc-EuNIo2GpU0yI")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := sealer.Open("plans", "epoch", "message", sealed); string(plain) != "the build is green" || err != nil {
		t.Errorf("opened as %q, %v", plain, err)
	}
}

func FuzzParseSecret(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte(secretPrefix))
	f.Add(NewSecret().encode())
	f.Add(bytes.TrimSpace(NewSecret().encode()))
	f.Add(append(NewSecret().encode(), "\r\n"...))
	f.Fuzz(func(t *testing.T, line []byte) {
		s, err := parseSecret(line)
		if err != nil {
			if s.key != nil {
				t.Fatalf("returned a secret with the error %v", err)
			}
			return
		}
		if !bytes.Equal(bytes.TrimSpace(line), bytes.TrimSpace(s.encode())) {
			t.Fatalf("%q was parsed; it encodes as %q", line, s.encode())
		}
	})
}

func TestADamagedSecretIsRefused(t *testing.T) {
	line := NewSecret().encode()
	for n := range len(line) - 1 {
		if _, err := parseSecret(line[:n]); err == nil {
			t.Errorf("parsed from the first %d bytes", n)
		}
		for bit := range 8 {
			damaged := bytes.Clone(line)
			damaged[n] ^= 1 << bit
			if _, err := parseSecret(damaged); err == nil {
				t.Errorf("parsed with bit %d of byte %d flipped", bit, n)
			}
		}
	}
	for _, damaged := range [][]byte{
		append(bytes.TrimSpace(line), "AAAA"...), append(line, line...), slices.Insert(bytes.Clone(line), 30, '\n'),
	} {
		if _, err := parseSecret(damaged); err == nil {
			t.Errorf("parsed from a line of %d bytes", len(damaged))
		}
	}
}

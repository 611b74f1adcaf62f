package keys_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/keys"
)

func openBans(t *testing.T, f accessFile, log *bytes.Buffer) *keys.Bans {
	t.Helper()
	bans, err := keys.OpenBans(f.path, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return bans
}

func TestWhoStandsInTheFileIsBanned(t *testing.T) {
	mine, line := publicKey(t)
	const address = "203.0.113.7"
	for _, tt := range []struct {
		name, file   string
		address, key bool
		logs         string
	}{
		{"nothing", "# nobody\n\n", false, false, "networks=0 keys=0"},
		{"an address", address + " # a flood", true, false, "networks=1"},
		{"an address inside IPv6", "::ffff:" + address, true, false, ""},
		{"a byte order mark", "\ufeff" + address, true, false, "networks=1"},
		{"a network", "203.0.113.99/24\r\n", true, false, ""},
		{"a network inside IPv6", "::ffff:203.0.113.0/120", true, false, ""},
		{"all of IPv4", "0.0.0.0/0", true, false, ""},
		{"all of IPv6", "::/0", false, false, ""},
		{"another network", "203.0.112.0/24\n2001:db8::/32", false, false, "networks=2"},
		{"a fingerprint", keys.Fingerprint(mine), false, true, "keys=1"},
		{"a public key", line, false, true, ""},
		{"a wrong fingerprint", keys.Fingerprint(mine)[:30], false, false, "line=1"},
		{"what is none of it", "\nexample.org\n203.0.113.0/33\n" + address, true, false, "line=3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			bans := openBans(t, newAccessFile(t, tt.file), &log)
			for _, written := range []string{address, "::ffff:" + address} {
				if got := bans.Address(netip.MustParseAddr(written)); got != tt.address {
					t.Errorf("%s is banned: %v", written, got)
				}
			}
			if got := bans.Key(mine); got != tt.key {
				t.Errorf("the key is banned: %v", got)
			}
			if !strings.Contains(log.String(), tt.logs) {
				t.Errorf("the log lacks %q:\n%s", tt.logs, &log)
			}
			for _, secret := range []string{"203.0", "SHA256", "example.org", strings.Fields(line)[1]} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log contains %q:\n%s", secret, &log)
				}
			}
		})
	}
	ipv6 := openBans(t, newAccessFile(t, "2001:db8::/32"), new(bytes.Buffer))
	if !ipv6.Address(netip.MustParseAddr("2001:db8::1%eth0")) || ipv6.Address(netip.MustParseAddr("2001:db9::1")) {
		t.Error("an IPv6 network does not ban its own addresses alone")
	}
}

// A file that is gone bans whom it banned before; one that cannot be read at the start is
// an error, for it might ban.
func TestBansAreReadAgainWhenTheyChange(t *testing.T) {
	if _, err := keys.OpenBans(t.TempDir()+"/none", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a missing file is no error")
	}
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	f := newAccessFile(t, one.String())
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		bans := openBans(t, f, &log)
		changes := 0
		go bans.Watch(t.Context(), func() { changes++ })
		pass := func() {
			time.Sleep(1500 * time.Millisecond)
			synctest.Wait()
		}
		pass()
		if changes != 0 {
			t.Error("a file that did not change is told as a change")
		}
		f.write(two.String())
		pass()
		if changes != 1 || bans.Address(one) || !bans.Address(two) {
			t.Errorf("after a change: %d changes, the old address is banned: %v, the new one: %v", changes, bans.Address(one), bans.Address(two))
		}
		if err := os.Remove(f.path); err != nil {
			t.Fatal(err)
		}
		pass()
		pass()
		if changes != 1 || !bans.Address(two) || strings.Count(log.String(), "cannot read the ban list") != 1 {
			t.Errorf("without the file: %d changes, banned: %v, the log:\n%s", changes, bans.Address(two), &log)
		}
		f.write(two.String())
		pass()
		if changes != 2 || !bans.Address(two) {
			t.Errorf("with the file again: %d changes, banned: %v", changes, bans.Address(two))
		}
	})
}

package keys

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// Bans is a file of banned addresses and keys, one per line: an address, a network such
// as 203.0.113.0/24, a key's fingerprint (SHA256:…), or a public key. A # begins a
// comment. If the file becomes unreadable, the previous list stays in force. Bans is
// safe for concurrent use.
type Bans struct {
	path string
	log  *slog.Logger
	sum  [sha256.Size]byte // of the contents, or of the error; of Watch alone
	list atomic.Pointer[banList]
}

type banList struct {
	networks map[netip.Prefix]struct{}
	lengths  []int               // of the networks, in bits
	keys     map[string]struct{} // fingerprints
}

// OpenBans returns the list in the file at path. It fails if the file cannot be read.
func OpenBans(path string, log *slog.Logger) (*Bans, error) {
	b := &Bans{path: path, log: log}
	if _, err := b.read(); err != nil {
		return nil, fmt.Errorf("cannot read the ban list in %s: %w", path, err)
	}
	return b, nil
}

// Address reports whether an address, or a network around it, is banned.
func (b *Bans) Address(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	list := b.list.Load()
	for _, bits := range list.lengths {
		network, err := addr.Prefix(bits)
		if err != nil {
			continue // longer than the address
		}
		if _, ok := list.networks[network]; ok {
			return true
		}
	}
	return false
}

// Key reports whether a key is banned.
func (b *Bans) Key(key ssh.PublicKey) bool {
	list := b.list.Load()
	if len(list.keys) == 0 {
		return false
	}
	_, ok := list.keys[Fingerprint(key)]
	return ok
}

// Watch reads the file every second until ctx ends, and calls changed after each change.
func (b *Bans) Watch(ctx context.Context, changed func()) {
	ticker := time.NewTicker(accessInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch news, err := b.read(); {
		case news && err != nil:
			b.log.Error("cannot read the ban list: the list from before stays in force", "file", b.path, "err", err)
		case news:
			changed()
		}
	}
}

// read replaces the list with what is in the file. It reports whether the file, or the
// error, has changed.
func (b *Bans) read() (news bool, err error) {
	content, err := readAccess(b.path)
	sum := sha256.Sum256(content)
	if err != nil {
		sum = sha256.Sum256([]byte(err.Error()))
	}
	news, b.sum = sum != b.sum, sum
	if err != nil || !news {
		return news, err
	}
	list, ignored := parseBans(content)
	b.list.Store(list)
	for i, line := range ignored {
		if i == maxIgnored {
			b.log.Warn("ignoring more lines of the ban list like these", "file", b.path, "lines", len(ignored)-i)
			break
		}
		b.log.Warn("ignoring a line of the ban list: it is not an address, network, fingerprint or public key", "file", b.path, "line", line)
	}
	b.log.Info("ban list in force", "file", b.path, "networks", len(list.networks), "keys", len(list.keys))
	return true, nil
}

// parseBans returns the list, and the numbers of the lines that are none of it.
func parseBans(content []byte) (list *banList, ignored []int) {
	list = &banList{networks: make(map[netip.Prefix]struct{}), keys: make(map[string]struct{})}
	lengths, n := make(map[int]struct{}), 0
	for line := range bytes.Lines(content) {
		n++
		text, _, _ := strings.Cut(string(line), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if network, err := parseNetwork(text); err == nil {
			list.networks[network] = struct{}{}
			lengths[network.Bits()] = struct{}{}
		} else if fingerprint, ok := parseFingerprint(text); ok {
			list.keys[fingerprint] = struct{}{}
		} else {
			ignored = append(ignored, n)
		}
	}
	for bits := range lengths {
		list.lengths = append(list.lengths, bits)
	}
	return list, ignored
}

// parseNetwork returns the network that is written as one, or as a single address.
func parseNetwork(text string) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	if addr := network.Addr(); addr.Is4In6() {
		if network.Bits() < 96 {
			return netip.Prefix{}, errors.New("more than IPv4")
		}
		network = netip.PrefixFrom(addr.Unmap(), network.Bits()-96)
	}
	return network.Masked(), nil
}

// parseFingerprint returns the fingerprint that is written as one, or as a public key.
func parseFingerprint(text string) (string, bool) {
	if sum, ok := strings.CutPrefix(text, "SHA256:"); ok {
		raw, err := base64.RawStdEncoding.DecodeString(sum)
		return text, err == nil && len(raw) == sha256.Size
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return "", false
	}
	return Fingerprint(key), true
}

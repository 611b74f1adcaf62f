package main

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// Numbers in SSHFP records (RFC 4255, RFC 6594, RFC 7479).
const (
	sshfpEd25519 = 4
	sshfpSHA1    = 1
	sshfpSHA256  = 2
)

// checkSSHFP compares the host key with what DNS says of it. server is the DNS server to
// ask, or empty for those of the machine.
func (d *doctor) checkSSHFP(ctx context.Context, host, server string) {
	if _, err := netip.ParseAddr(host); host == "" || err == nil || d.ring.Host == nil {
		return // only a name has records, and only a key can be compared
	}
	records, signed, err := lookupSSHFP(ctx, host, server)
	publish := "publish the output of wick fingerprint " + host
	if err != nil {
		d.warn("", "SSHFP: %v", err)
		return
	}
	raw := d.ring.Host.PublicKey().Marshal()
	sum1, sum256 := sha1.Sum(raw), sha256.Sum256(raw)
	ours := map[uint8]string{sshfpSHA1: hex.EncodeToString(sum1[:]), sshfpSHA256: hex.EncodeToString(sum256[:])}
	matches, differs := false, false
	for _, r := range records {
		if ours[r.Type] == "" || r.Algorithm != sshfpEd25519 {
			continue // of another server's keys, such as an sshd of the same name
		}
		same := strings.EqualFold(r.FingerPrint, ours[r.Type])
		matches, differs = matches || same, differs || !same
	}
	switch {
	case differs && !matches:
		d.fail("replace them with the output of wick fingerprint "+host, "SSHFP: the records of %s are for another host key", host)
	case !matches:
		d.warn("people compare the host key by eye until you "+publish, "SSHFP: %s has no record of this host key", host)
	case !signed:
		d.warn("sign the zone with DNSSEC, or ask a DNS server that validates; otherwise clients still ask people", "SSHFP: %s has the host key, unsigned", host)
	default:
		d.ok("SSHFP: %s has the host key, signed", host)
	}
}

// lookupSSHFP returns the records of a host, and whether DNS says that they are signed.
func lookupSSHFP(ctx context.Context, host, server string) (records []*dns.SSHFP, signed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	servers := []string{server}
	if server == "" {
		config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil {
			return nil, false, errors.New("/etc/resolv.conf names no DNS server")
		}
		servers = servers[:0]
		for _, s := range config.Servers {
			servers = append(servers, net.JoinHostPort(s, config.Port))
		}
	}
	question := new(dns.Msg).SetQuestion(dns.Fqdn(host), dns.TypeSSHFP)
	question.SetEdns0(dns.DefaultMsgSize, true) // asks for signatures, so that the reply says whether they hold
	question.AuthenticatedData = true
	err = errors.New("no DNS server is known")
	for _, s := range servers {
		var reply *dns.Msg
		reply, err = ask(ctx, question, s)
		if err != nil {
			continue
		}
		for _, rr := range reply.Answer {
			if r, ok := rr.(*dns.SSHFP); ok {
				records = append(records, r)
			}
		}
		return records, reply.AuthenticatedData, nil
	}
	return nil, false, errors.New("no DNS server gave a usable reply: " + err.Error())
}

// ask asks one DNS server, over TCP if the reply is too long for UDP.
func ask(ctx context.Context, question *dns.Msg, server string) (*dns.Msg, error) {
	reply, _, err := new(dns.Client).ExchangeContext(ctx, question, server)
	if err == nil && reply.Truncated {
		reply, _, err = (&dns.Client{Net: "tcp"}).ExchangeContext(ctx, question, server)
	}
	switch {
	case err != nil:
		return nil, err
	case reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError:
		return nil, errors.New(dns.RcodeToString[reply.Rcode])
	}
	return reply, nil
}

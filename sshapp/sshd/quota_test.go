package sshd

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestAQuotaIsPerSourceAndMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newQuota(3, nil)
		one, other := Source(tcpAddr("2001:db8::1")), Source(tcpAddr("192.0.2.1"))
		for i := range 3 {
			if !a.Take(one) {
				t.Fatalf("time %d is refused", i+1)
			}
		}
		if a.Take(one) || a.Take(Source(tcpAddr("2001:db8::ffff:2"))) {
			t.Error("one more is allowed")
		}
		if !a.Take(other) || !a.Take(Source(tcpAddr("2001:db8:0:1::1"))) {
			t.Error("another source is refused")
		}
		time.Sleep(quotaSpan/3 - time.Millisecond)
		if a.Take(one) {
			t.Error("one more is allowed too early")
		}
		time.Sleep(time.Millisecond)
		if !a.Take(one) || a.Take(one) {
			t.Error("a third of a minute is not worth one of three")
		}
		time.Sleep(10 * quotaSpan)
		for i := range 4 {
			if got := a.Take(one); got != (i < 3) {
				t.Errorf("after a long time, time %d is allowed: %v", i+1, got)
			}
		}
	})
}

func TestARefundUndoesATake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, source := newQuota(1, nil), Source(tcpAddr("192.0.2.1"))
		for range 100 {
			if !a.Take(source) {
				t.Fatal("refused")
			}
			a.Refund(source)
		}
		a.Refund(source) // never more than there was
		if !a.Take(source) || a.Take(source) {
			t.Error("there is not exactly one")
		}
	})
}

func TestAQuotaWithoutALimitAllowsEverything(t *testing.T) {
	for _, limit := range []int{0, -1} {
		a := newQuota(limit, nil)
		for range 1000 {
			if !a.Take(Source(tcpAddr("192.0.2.1"))) {
				t.Fatal("refused")
			}
		}
		if a.buckets.len() != 0 {
			t.Error("it is remembered")
		}
	}
	a := newQuota(1, nil)
	for range 2 {
		if !a.Take(netip.Prefix{}) {
			t.Error("a source without an address is refused")
		}
	}
}

func TestAQuotaRemembersABoundedNumberOfSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 1000
		a := newQuota(1, nil)
		a.buckets.size = most / 2
		source := func(n int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n)))), 32)
		}
		steady := source(1 << 30)
		for i := range 10 * most {
			a.Take(source(i))
			if i%100 == 0 && a.Take(steady) != (i == 0) {
				t.Fatal("somebody who goes on trying is forgotten")
			}
			if n := a.buckets.len(); n > most {
				t.Fatalf("%d sources are remembered", n)
			}
		}
		if a.Take(source(10*most - 1)) {
			t.Error("the latest is forgotten")
		}
		time.Sleep(2 * quotaSpan)
		a.Take(source(0))
		time.Sleep(2 * quotaSpan)
		a.Take(source(1))
		if n := a.buckets.len(); n != 2 {
			t.Errorf("%d sources are remembered though all but two are idle", n)
		}
	})
}

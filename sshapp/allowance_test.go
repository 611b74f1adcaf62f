package sshapp

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnAllowanceIsForASourceAndAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAllowance(3)
		one, other := sourceOf(tcp("2001:db8::1")), sourceOf(tcp("192.0.2.1"))
		for i := range 3 {
			if !a.spend(one) {
				t.Fatalf("time %d is refused", i+1)
			}
		}
		if a.spend(one) || a.spend(sourceOf(tcp("2001:db8::ffff:2"))) {
			t.Error("one more is allowed")
		}
		if !a.spend(other) || !a.spend(sourceOf(tcp("2001:db8:0:1::1"))) {
			t.Error("another source is refused")
		}
		time.Sleep(allowanceSpan/3 - time.Millisecond)
		if a.spend(one) {
			t.Error("one more is allowed too early")
		}
		time.Sleep(time.Millisecond)
		if !a.spend(one) || a.spend(one) {
			t.Error("a third of a minute is not worth one of three")
		}
		time.Sleep(10 * allowanceSpan)
		for i := range 4 {
			if got := a.spend(one); got != (i < 3) {
				t.Errorf("after a long time, time %d is allowed: %v", i+1, got)
			}
		}
	})
}

func TestARefundIsAsIfNothingHadBeenSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, source := newAllowance(1), sourceOf(tcp("192.0.2.1"))
		for range 100 {
			if !a.spend(source) {
				t.Fatal("refused")
			}
			a.refund(source)
		}
		a.refund(source) // never more than there was
		if !a.spend(source) || a.spend(source) {
			t.Error("there is not exactly one")
		}
	})
}

func TestWithoutALimitEverythingIsAllowed(t *testing.T) {
	for _, limit := range []int{0, -1} {
		a := newAllowance(limit)
		for range 1000 {
			if !a.spend(sourceOf(tcp("192.0.2.1"))) {
				t.Fatal("refused")
			}
		}
		if len(a.recent) != 0 {
			t.Error("it is remembered")
		}
	}
	a := newAllowance(1)
	for range 2 {
		if !a.spend(netip.Prefix{}) {
			t.Error("a source without an address is refused")
		}
	}
}

func TestAnAllowanceRemembersABoundedNumberOfSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 1000
		a := newAllowance(1)
		a.sources = most / 2
		source := func(n int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n)))), 32)
		}
		steady := source(1 << 30)
		for i := range 10 * most {
			a.spend(source(i))
			if i%100 == 0 && a.spend(steady) != (i == 0) {
				t.Fatal("somebody who goes on trying is forgotten")
			}
			if n := len(a.recent) + len(a.before); n > most {
				t.Fatalf("%d sources are remembered", n)
			}
		}
		if a.spend(source(10*most - 1)) {
			t.Error("the latest is forgotten")
		}
		time.Sleep(2 * allowanceSpan)
		a.spend(source(0))
		time.Sleep(2 * allowanceSpan)
		a.spend(source(1))
		if n := len(a.recent) + len(a.before); n != 2 {
			t.Errorf("%d sources are remembered though all but two are idle", n)
		}
	})
}

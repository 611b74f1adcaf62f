package sshapp

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestScreensOfOneAddressShareABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d drawBudgets
		one, other := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
		a, leaveA := d.of(one)
		b, leaveB := d.of(one)
		if c, leave := d.of(other); a != b || c == a {
			t.Errorf("budgets %p and %p of one address, %p of another", a, b, c)
		} else {
			leave()
		}
		leaveA()
		leaveB()
		if again, leave := d.of(one); again != a {
			t.Error("whoever comes again has a new budget")
		} else {
			leave()
		}
		if none, leave := d.of(netip.Prefix{}); none != nil {
			t.Error("without an address there is a budget")
		} else {
			leave()
		}
		time.Sleep(drawBudgetKept)
		_, stay := d.of(one)
		defer stay()
		d.forget(time.Now())
		if len(d.bySource) != 1 {
			t.Errorf("%d budgets are kept for one address with screens", len(d.bySource))
		}
	})
}

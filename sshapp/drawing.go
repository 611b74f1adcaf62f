package sshapp

import (
	"net/netip"
	"sync"
	"time"

	"wick/sshapp/ui"
)

// drawings are the budgets of what drawing costs, one for each address with
// screens. It is safe for concurrent use.
type drawings struct {
	mu      sync.Mutex
	budgets map[netip.Prefix]*drawing
}

// drawing is the budget of one address.
type drawing struct {
	budget  *ui.Budget
	screens int
	left    time.Time // when the last of them did
}

// An address keeps its budget for drawingKept after its last screen has gone, so
// that whoever comes again has no new one. maxDrawings bounds how many are kept of
// those that have none.
const (
	drawingKept = 15 * time.Second
	maxDrawings = 1 << 12
)

// of returns the budget of a source for one more screen, which calls release at its
// end. Without a source there is none.
func (d *drawings) of(source netip.Prefix) (b *ui.Budget, release func()) {
	if !source.IsValid() {
		return nil, func() {}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.budgets == nil {
		d.budgets = map[netip.Prefix]*drawing{}
	}
	if len(d.budgets) >= maxDrawings {
		d.forget(time.Now())
	}
	at := d.budgets[source]
	if at == nil {
		at = &drawing{budget: ui.NewBudget()}
		d.budgets[source] = at
	}
	at.screens++
	return at.budget, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		at.screens--
		at.left = time.Now()
	}
}

// forget drops the budgets that nobody needs any more. The caller holds mu.
func (d *drawings) forget(now time.Time) {
	for source, at := range d.budgets {
		if at.screens == 0 && now.Sub(at.left) >= drawingKept {
			delete(d.budgets, source)
		}
	}
}

package sshapp

import (
	"net/netip"
	"sync"
	"time"

	"wick/sshapp/ui"
)

// drawBudgets are the budgets for drawing screens, one for each source with screens.
// It is safe for concurrent use.
type drawBudgets struct {
	mu       sync.Mutex
	bySource map[netip.Prefix]*drawBudget
}

// drawBudget is the budget of one source.
type drawBudget struct {
	budget  *ui.Budget
	screens int
	left    time.Time // when the last screen was released
}

// A source keeps its budget for drawBudgetKept after its last screen was released, so
// that coming back gives nobody a new one. Beyond maxDrawBudgets, budgets that are no
// longer kept are dropped.
const (
	drawBudgetKept = 15 * time.Second
	maxDrawBudgets = 1 << 12
)

// of returns the budget of a source for one more screen, and a function to call when
// that screen ends. The budget is nil if the source is not valid.
func (d *drawBudgets) of(source netip.Prefix) (b *ui.Budget, release func()) {
	if !source.IsValid() {
		return nil, func() {}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bySource == nil {
		d.bySource = map[netip.Prefix]*drawBudget{}
	}
	if len(d.bySource) >= maxDrawBudgets {
		d.forget(time.Now())
	}
	at := d.bySource[source]
	if at == nil {
		at = &drawBudget{budget: ui.NewBudget()}
		d.bySource[source] = at
	}
	at.screens++
	return at.budget, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		at.screens--
		at.left = time.Now()
	}
}

// forget drops the budgets that are no longer kept. The caller holds mu.
func (d *drawBudgets) forget(now time.Time) {
	for source, at := range d.bySource {
		if at.screens == 0 && now.Sub(at.left) >= drawBudgetKept {
			delete(d.bySource, source)
		}
	}
}

//go:build linux

package sshapp_test

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// table holds the results of a run. It is safe for concurrent use.
type table struct {
	mu   sync.Mutex
	rows []result
}

func (t *table) add(r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

// print writes the table to standard output in Markdown, and notes, faults and
// missed goals below it.
func (t *table) print(seed uint64) {
	var b strings.Builder
	fmt.Fprintf(&b, "\nSeed %d.\n\n", seed)
	b.WriteString("| row | p50 / p99 before, ms | p50 / p99 attacked, ms | CPU for one address / all, % of a core | RSS before / peak / after, MiB | accepted / refused | honest messages | verdict |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|\n")
	for _, r := range t.rows {
		one := "–"
		if r.oneCPU != 0 {
			one = fmt.Sprintf("%.0f", r.oneCPU)
		}
		fmt.Fprintf(&b, "| %s | %s / %s | %s / %s | %s / %.0f | %d / %d / %d | %d / %d | %d | %s |\n",
			r.w.row.name, ms(r.baseLags.P50), ms(r.baseLags.P99), ms(r.lags.P50), ms(r.lags.P99), one, r.allCPU,
			r.baseRSS>>20, r.peakRSS>>20, r.afterRSS>>20, r.w.accepted.Load(), r.w.refused.Load(), r.sent, r.verdict())
	}
	b.WriteString("\n")
	for _, r := range t.rows {
		for _, kind := range []struct {
			mark  string
			lines []string
		}{{"", r.w.notes}, {"wrong: ", r.w.faults}, {"missed: ", r.missed}} {
			for _, line := range kind.lines {
				fmt.Fprintf(&b, "- %s: %s%s\n", r.w.row.name, kind.mark, line)
			}
		}
		fmt.Fprintf(&b, "- %s: the attackers took %.0f %% of a core; the honest took %.0f %% and were themselves late by %s ms at p99; the server warned %d times\n",
			r.w.row.name, r.attackerCPU, r.crowdCPU, ms(r.lags.Own), r.warned)
	}
	fmt.Print(b.String())
}

// verdict sums up the faults and the missed goals.
func (r result) verdict() string {
	switch wrong := len(r.w.faults); {
	case wrong > 0 && len(r.missed) > 0:
		return fmt.Sprintf("%d wrong, %d missed", wrong, len(r.missed))
	case wrong > 0:
		return fmt.Sprintf("%d wrong", wrong)
	case len(r.missed) > 0:
		return fmt.Sprintf("%d missed", len(r.missed))
	default:
		return "holds"
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

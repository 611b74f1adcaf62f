package main

import (
	"fmt"
	"io"
	"strings"
)

// table is the Markdown table.
type table struct{ rows [][]string }

// add adds the figures of a scenario.
func (t *table) add(scenario string, figures []figure, wick, floor result) {
	for _, f := range figures {
		is, least := f.of(wick), f.of(floor)
		ratio := "–"
		if least > 0 && is > 0 {
			ratio = fmt.Sprintf("%.1f×", is/least)
		}
		target, verdict := f.judge(is, least)
		t.rows = append(t.rows, []string{
			scenario, f.name, fmt.Sprintf(f.format, is), fmt.Sprintf(f.format, least), ratio, target, verdict,
		})
	}
}

// judge words the target and tells whether it is met.
func (f figure) judge(is, floor float64) (target, verdict string) {
	if f.free {
		return "", ""
	}
	met, sign := is <= f.target, "≤ "
	if f.least {
		met, sign = is >= f.target, "≥ "
	}
	if f.target == 0 {
		sign = ""
	}
	target = sign + fmt.Sprintf(f.format, f.target)
	if f.times > 0 {
		target += fmt.Sprintf(", ≤ %g× floor", f.times)
		met = met && is <= f.times*floor
	}
	if met {
		return target, "met"
	}
	return target, "**missed**"
}

func (t *table) print(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| scenario | figure | wick | floor | ratio | target | |\n|---|---|---:|---:|---:|---:|---|\n")
	for _, r := range t.rows {
		b.WriteString("| " + strings.Join(r, " | ") + " |\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

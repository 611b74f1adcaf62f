package main

import (
	"fmt"
	"io"
	"strings"
)

// table is a Markdown table.
type table struct{ rows [][]string }

// add adds the figures of a scenario, one row for each.
func (t *table) add(scenario string, figures []figure, wick, floor result) {
	for _, f := range figures {
		value, base := f.of(wick), f.of(floor)
		ratio := "–"
		if base > 0 && value > 0 {
			ratio = fmt.Sprintf("%.1f×", value/base)
		}
		target, result := f.evaluate(value, base)
		t.rows = append(t.rows, []string{
			scenario, f.name, fmt.Sprintf(f.format, value), fmt.Sprintf(f.format, base), ratio, target, result,
		})
	}
}

// evaluate returns the target in words, and whether value meets it.
func (f figure) evaluate(value, floor float64) (target, result string) {
	if f.free {
		return "", ""
	}
	met, sign := value <= f.target, "≤ "
	if f.least {
		met, sign = value >= f.target, "≥ "
	}
	if f.target == 0 {
		sign = ""
	}
	target = sign + fmt.Sprintf(f.format, f.target)
	if f.times > 0 {
		target += fmt.Sprintf(", ≤ %g× floor", f.times)
		met = met && value <= f.times*floor
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

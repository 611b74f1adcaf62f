package main

import (
	"strings"
	"testing"
)

func TestTargetsAreMetOrMissed(t *testing.T) {
	for _, c := range []struct {
		figure       figure
		value, floor float64
		target       string
		result       string
	}{
		{figure{format: inMS, target: 3}, 3, 1, "≤ 3.00 ms", "met"},
		{figure{format: inMS, target: 3}, 3.01, 1, "≤ 3.00 ms", "**missed**"},
		{figure{format: inMS, target: 3, times: 2}, 2, 1, "≤ 3.00 ms, ≤ 2× floor", "met"},
		{figure{format: inMS, target: 3, times: 2}, 2.5, 1, "≤ 3.00 ms, ≤ 2× floor", "**missed**"},
		{figure{format: perSecond, target: 400, least: true}, 400, 900, "≥ 400/s", "met"},
		{figure{format: perSecond, target: 400, least: true}, 399, 900, "≥ 400/s", "**missed**"},
		{figure{format: inPieces}, 0, 0, "0", "met"},
		{figure{format: inPieces}, 1, 0, "0", "**missed**"},
		{figure{format: inPieces, free: true}, 1, 0, "", ""},
	} {
		if target, result := c.figure.evaluate(c.value, c.floor); target != c.target || result != c.result {
			t.Errorf("%+v, %v: %q, %q", c.figure, c.value, target, result)
		}
	}
}

func TestTableComparesEachFigureWithTheFloor(t *testing.T) {
	var wick, floor result
	wick.Load.P50, floor.Load.P50 = 0.9, 0.3
	wick.Load.P99 = 1.5
	var tab table
	tab.add("pair", scenarios[0].figures, wick, floor)
	var b strings.Builder
	if err := tab.print(&b); err != nil {
		t.Fatal(err)
	}
	const want = `| scenario | figure | wick | floor | ratio | target | |
|---|---|---:|---:|---:|---:|---|
| pair | p50 | 0.90 ms | 0.30 ms | 3.0× | ≤ 0.60 ms, ≤ 1.4× floor | **missed** |
| pair | p99 | 1.50 ms | 0.00 ms | – | ≤ 2.00 ms | met |
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestAScenarioNeedsAFileForEachSession(t *testing.T) {
	limit, err := maxFiles()
	if err != nil || scenarios[0].files() > limit {
		t.Errorf("a pair needs more than %d files, %v", limit, err)
	}
	if large := (scenario{sessions: 10_000}); large.files() <= 10_000 {
		t.Errorf("10,000 sessions need %d files", large.files())
	}
}

package main

import (
	"strings"
	"testing"
)

func TestTargetsAreMetOrMissed(t *testing.T) {
	for _, c := range []struct {
		figure    figure
		is, floor float64
		target    string
		verdict   string
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
		if target, verdict := c.figure.judge(c.is, c.floor); target != c.target || verdict != c.verdict {
			t.Errorf("%+v, %v: %q, %q", c.figure, c.is, target, verdict)
		}
	}
}

func TestTableHasARowForEachFigureBesideTheFloor(t *testing.T) {
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
| pair | p50 | 0.90 ms | 0.30 ms | 3.0× | ≤ 0.60 ms, ≤ 2× floor | **missed** |
| pair | p99 | 1.50 ms | 0.00 ms | – | ≤ 2.00 ms | met |
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestScenarioNeedsFilesForItsSessions(t *testing.T) {
	most, err := mostFiles()
	if err != nil || scenarios[0].files() > most {
		t.Errorf("a pair does not fit into %d files, %v", most, err)
	}
	if tall := (scenario{sessions: 10_000}); tall.files() <= 10_000 {
		t.Errorf("10,000 sessions need %d files", tall.files())
	}
}

package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// wrap breaks text into rows of at most width cells, between words where it
// can. A character wider than the width is left out.
func wrap(text string, width int) []string {
	if width < 1 {
		return []string{""}
	}
	if !strings.Contains(text, "\n") && ansi.StringWidth(text) <= width {
		return []string{text}
	}
	var rows []string
	for row := range strings.SplitSeq(ansi.Wrap(text, width, ""), "\n") {
		if ansi.StringWidth(row) <= width {
			rows = append(rows, row)
			continue
		}
		// ansi.Wrap can leave a row too wide around hyphens after spaces.
		for piece := range strings.SplitSeq(ansi.Hardwrap(row, width, true), "\n") {
			rows = append(rows, clip(piece, width))
		}
	}
	return rows
}

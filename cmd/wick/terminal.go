package main

import (
	"go/doc/comment"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
)

// widthOf returns the columns of a terminal, or 0 if out is none.
func widthOf(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return 0
	}
	width, _, err := term.GetSize(f.Fd())
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// fold breaks a line between words, so that a terminal of this width need not break it
// inside one. 0 leaves it as it is.
func fold(text string, width int) string {
	if width == 0 {
		return text
	}
	printer := comment.Printer{TextWidth: width}
	return strings.TrimSuffix(string(printer.Text(new(comment.Parser).Parse(text))), "\n")
}

package ui

import (
	"unsafe"

	"wick/sshapp/ui/cells"
)

// row is a styled row and the cells that it is laid out in.
type row struct {
	text  string
	cells int
}

// rowBytes is the memory that a row takes besides its text.
const rowBytes = int(unsafe.Sizeof(row{}))

// textWidth returns the cells that a text is laid out in.
func textWidth(text string) int { return cells.Width(text) }

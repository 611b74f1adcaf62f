package uitest

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// How a picture looks: sizes in pixels, and colours where a cell has none.
const (
	cellWidth  = 8.4
	cellHeight = 18
	fontSize   = 14
	margin     = 12
	baseline   = 13.5 // of the text in its cell

	backColour = "#16181d"
	textColour = "#d7dae0"
)

// SVG is a picture of what the screen shows, with its colours and the cursor;
// of the primary screen without the rows below that nobody has come to yet.
// The title is for those who cannot see it.
func (t *Terminal) SVG(title string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, height := t.vt.Width(), t.vt.Height()
	if !t.vt.IsAltScreen() {
		height = t.used()
	}
	wide, high := float64(width)*cellWidth+2*margin, height*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %d" width="%.0f" height="%d" role="img">`+"\n", wide, high, wide, high)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", backColour)
	fmt.Fprintf(&b, `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="%d" fill="%s" xml:space="preserve">`+"\n", fontSize, textColour)
	for y := range height {
		t.drawRow(&b, y)
	}
	if pos := t.vt.CursorPosition(); !t.hidden {
		fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" fill-opacity="0.6"/>`+"\n",
			float64(pos.X)*cellWidth+margin, pos.Y*cellHeight+margin, cellWidth, cellHeight, textColour)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// used is how many rows there are down to the last one with text or the cursor.
func (t *Terminal) used() int {
	n := t.vt.CursorPosition().Y + 1
	for y, row := range t.screen() {
		if row != "" {
			n = max(n, y+1)
		}
	}
	return n
}

// drawRow draws a row in pieces of one style each. Each piece is stretched to
// its cells, whatever font there is.
func (t *Terminal) drawRow(b *strings.Builder, y int) {
	for x := 0; x < t.vt.Width(); {
		style := t.vt.CellAt(x, y).Style
		var text strings.Builder
		start := x
		for ; x < t.vt.Width(); x++ {
			c := t.vt.CellAt(x, y)
			if !c.Style.Equal(&style) {
				break
			}
			text.WriteString(c.Content)
		}
		t.drawPiece(b, start, x-start, y, text.String(), style)
	}
}

func (t *Terminal) drawPiece(b *strings.Builder, x, cells, y int, text string, style uv.Style) {
	fore, back := style.Fg, style.Bg
	if style.Attrs&uv.AttrReverse != 0 {
		fore, back = back, fore
		if fore == nil {
			fore = color.RGBA{0x16, 0x18, 0x1d, 0xff}
		}
		if back == nil {
			back = color.RGBA{0xd7, 0xda, 0xe0, 0xff}
		}
	}
	left, wide := float64(x)*cellWidth+margin, float64(cells)*cellWidth
	if back != nil {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, y*cellHeight+margin, wide, cellHeight, hex(back))
	}
	blank := len(text) - len(strings.TrimLeft(text, " "))
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	left += float64(blank) * cellWidth
	wide = float64(ansi.StringWidth(text)) * cellWidth
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs"`, left, float64(y*cellHeight)+margin+baseline, wide)
	if fore != nil {
		fmt.Fprintf(b, ` fill="%s"`, hex(fore))
	}
	if style.Attrs&uv.AttrBold != 0 {
		b.WriteString(` font-weight="bold"`)
	}
	if style.Attrs&uv.AttrItalic != 0 {
		b.WriteString(` font-style="italic"`)
	}
	if style.Attrs&uv.AttrFaint != 0 {
		b.WriteString(` fill-opacity="0.6"`)
	}
	if style.Underline != uv.UnderlineNone {
		b.WriteString(` text-decoration="underline"`)
	}
	fmt.Fprintf(b, ">%s</text>\n", html.EscapeString(text))
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

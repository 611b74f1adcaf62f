package main

import (
	"encoding/xml"
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/uitest"
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

// svg returns a picture of what the terminal shows, with its colours and the
// cursor. It leaves out the blank rows at the bottom of the primary screen. The
// title is for people who cannot see the picture.
func svg(t *uitest.Terminal, title string) string {
	cells := t.Cells()
	x, y, visible := t.Cursor()
	if !t.AltScreen() {
		cells = cells[:max(usedRows(t.Screen()), y+1)]
	}
	wide, high := float64(len(cells[0]))*cellWidth+2*margin, len(cells)*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %d" width="%.0f" height="%d" role="img">`+"\n", wide, high, wide, high)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", backColour)
	fmt.Fprintf(&b, `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="%d" fill="%s" xml:space="preserve">`+"\n", fontSize, textColour)
	for y, row := range cells {
		drawRow(&b, row, y)
	}
	if visible {
		fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" fill-opacity="0.6"/>`+"\n",
			float64(x)*cellWidth+margin, y*cellHeight+margin, cellWidth, cellHeight, textColour)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// usedRows returns the number of rows down to the last one with text.
func usedRows(screen []string) int {
	n := len(screen)
	for n > 0 && screen[n-1] == "" {
		n--
	}
	return n
}

// drawRow draws a row in pieces of one style each. Each piece is stretched to
// its cells, whatever font there is.
func drawRow(b *strings.Builder, row []uv.Cell, y int) {
	for x := 0; x < len(row); {
		style := row[x].Style
		var text strings.Builder
		start := x
		for ; x < len(row) && row[x].Style.Equal(&style); x++ {
			text.WriteString(row[x].Content)
		}
		drawPiece(b, start, x-start, y, text.String(), style)
	}
}

func drawPiece(b *strings.Builder, x, cells, y int, text string, style uv.Style) {
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
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, y*cellHeight+margin, wide, cellHeight, hexColour(back))
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
		fmt.Fprintf(b, ` fill="%s"`, hexColour(fore))
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

func hexColour(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func TestAPictureShowsTextWhereItStandsAndInItsColours(t *testing.T) {
	term := uitest.New(20, 5)
	defer term.Close()
	fmt.Fprint(term, "\x1b[?25l<b>&  \x1b[1;38;5;196mred\x1b[m 世界 end\r\n\x1b[7mup\x1b[m")
	picture := svg(term, `a "title"`)
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, picture)
		}
	}
	for _, want := range []string{
		`height="60"`, // two rows
		"<title>a &#34;title&#34;</title>",
		`<text x="12.0" y="25.5" textLength="33.6" lengthAdjust="spacingAndGlyphs">&lt;b&gt;&amp;</text>`,
		`<text x="62.4" y="25.5" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#ff0000" font-weight="bold">red</text>`,
		`<text x="96.0" y="25.5" textLength="67.2" lengthAdjust="spacingAndGlyphs">世界 end</text>`,
		`<rect x="12.0" y="30" width="16.8" height="18" fill="#d7dae0"/>`,
		`fill="#16181d">up</text>`,
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("there is no %s in\n%s", want, picture)
		}
	}
	if strings.Contains(picture, `fill-opacity`) {
		t.Error("a hidden cursor is drawn")
	}
	fmt.Fprint(term, "\x1b[?25h\x1b[1;2H")
	if want := `<rect x="20.4" y="12" width="8.4" height="18"`; !strings.Contains(svg(term, ""), want) {
		t.Errorf("there is no cursor, %s", want)
	}
}

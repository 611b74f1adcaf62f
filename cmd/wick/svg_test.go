package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"
	"testing"
	"time"

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

	gap = 10 // between panels
)

// palette is what a picture's terminal draws with where a cell has no colour.
type palette struct{ back, text, page string }

var (
	dark  = palette{back: "#16181d", text: "#d7dae0", page: "#2b2f38"}
	light = palette{back: "#ffffff", text: "#24272e", page: "#d8dce4"}
)

// panel is what a terminal showed at one moment.
type panel struct {
	cells  [][]uv.Cell
	x, y   int // of the cursor
	cursor bool
}

func panelOf(t *uitest.Terminal) panel {
	p := panel{cells: t.Cells()}
	p.x, p.y, p.cursor = t.Cursor()
	return p
}

// trimmed leaves out the blank rows at the bottom.
func (p panel) trimmed(t *uitest.Terminal) panel {
	p.cells = p.cells[:max(usedRows(t.Screen()), p.y+1)]
	return p
}

// frame is panels below each other, and how long they are shown.
type frame struct {
	panels []panel
	hold   time.Duration
}

// svg returns a picture of what the terminal shows, with its colours and the
// cursor. It leaves out the blank rows at the bottom of the primary screen. The
// title is for people who cannot see the picture.
func svg(t *uitest.Terminal, title string) string {
	p := panelOf(t)
	if !t.AltScreen() {
		p = p.trimmed(t)
	}
	return film(title, dark, frame{panels: []panel{p}})
}

// film returns a picture that shows the frames in turn, again and again, or one
// alone as it is. All frames have panels of the same sizes. Who asked for less
// motion is shown the last frame.
func film(title string, c palette, frames ...frame) string {
	wide, high := 0.0, 0
	for i, p := range frames[0].panels {
		wide = max(wide, float64(len(p.cells[0]))*cellWidth+2*margin)
		if high += len(p.cells)*cellHeight + 2*margin; i > 0 {
			high += gap
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %d" width="%.0f" height="%d" role="img">`+"\n", wide, high, wide, high)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	if len(frames) > 1 {
		writeKeyframes(&b, frames)
	}
	top := 0
	for _, p := range frames[0].panels {
		inner := len(p.cells)*cellHeight + 2*margin
		fmt.Fprintf(&b, `<rect y="%d" width="100%%" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n", top, inner, c.back, c.page)
		top += inner + gap
	}
	fmt.Fprintf(&b, `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="%d" fill="%s" xml:space="preserve">`+"\n", fontSize, c.text)
	rows := map[string]int{} // drawn ones, by what they look like: frames share them
	for i, f := range frames {
		if len(frames) > 1 {
			fmt.Fprintf(&b, `<g class="f" id="f%d">`+"\n", i)
		}
		top := 0
		for _, p := range f.panels {
			drawPanel(&b, p, top, c, rows, len(frames) > 1)
			top += len(p.cells)*cellHeight + 2*margin + gap
		}
		if len(frames) > 1 {
			b.WriteString("</g>\n")
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// writeKeyframes writes the style by which each frame is seen in its time alone.
func writeKeyframes(b *strings.Builder, frames []frame) {
	var all time.Duration
	for _, f := range frames {
		all += f.hold
	}
	fmt.Fprintf(b, "<style>\n.f{visibility:hidden;animation:%.1fs step-end infinite}\n", all.Seconds())
	var at time.Duration
	percent := func(d time.Duration) float64 { return 100 * float64(d) / float64(all) }
	for i, f := range frames {
		fmt.Fprintf(b, "#f%d{animation-name:k%d}@keyframes k%d{0%%{visibility:%s}", i, i, i, visibility(i == 0))
		if i > 0 {
			fmt.Fprintf(b, "%.2f%%{visibility:visible}", percent(at))
		}
		if at += f.hold; at < all {
			fmt.Fprintf(b, "%.2f%%{visibility:hidden}", percent(at))
		}
		b.WriteString("}\n")
	}
	fmt.Fprintf(b, "@media (prefers-reduced-motion){.f{animation:none}#f%d{visibility:visible}}\n</style>\n", len(frames)-1)
}

func visibility(seen bool) string {
	if seen {
		return "visible"
	}
	return "hidden"
}

// drawPanel draws a panel from top down. If rows are shared, each is drawn the
// first time, and referred to from then on.
func drawPanel(b *strings.Builder, p panel, top int, c palette, rows map[string]int, shared bool) {
	for y, cells := range p.cells {
		var row strings.Builder
		drawRow(&row, cells, top+y*cellHeight, c)
		switch n, drawn := rows[row.String()]; {
		case row.Len() == 0 || !shared:
			b.WriteString(row.String())
		case drawn:
			fmt.Fprintf(b, `<use href="#r%d"/>`+"\n", n)
		default:
			n = len(rows)
			rows[row.String()] = n
			fmt.Fprintf(b, `<g id="r%d">`+"\n%s</g>\n", n, row.String())
		}
	}
	if p.cursor {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" fill-opacity="0.6"/>`+"\n",
			float64(p.x)*cellWidth+margin, top+p.y*cellHeight+margin, cellWidth, cellHeight, c.text)
	}
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
func drawRow(b *strings.Builder, row []uv.Cell, top int, c palette) {
	for x := 0; x < len(row); {
		style := row[x].Style
		var text strings.Builder
		start := x
		for ; x < len(row) && row[x].Style.Equal(&style); x++ {
			text.WriteString(row[x].Content)
		}
		drawPiece(b, start, x-start, top, text.String(), style, c)
	}
}

func drawPiece(b *strings.Builder, x, cells, top int, text string, style uv.Style, c palette) {
	fore, back := hexColour(style.Fg), hexColour(style.Bg)
	if style.Attrs&uv.AttrReverse != 0 {
		fore, back = back, fore
		fore, back = cmp.Or(fore, c.back), cmp.Or(back, c.text)
	}
	left, wide := float64(x)*cellWidth+margin, float64(cells)*cellWidth
	if back != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, top+margin, wide, cellHeight, back)
	}
	blank := len(text) - len(strings.TrimLeft(text, " "))
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	left += float64(blank) * cellWidth
	wide = float64(ansi.StringWidth(text)) * cellWidth
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs"`, left, float64(top)+margin+baseline, wide)
	if fore != "" {
		fmt.Fprintf(b, ` fill="%s"`, fore)
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

// hexColour returns "" for no colour.
func hexColour(c color.Color) string {
	if c == nil {
		return ""
	}
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

package ui

import (
	"strings"

	"github.com/muesli/termenv"
	"github.com/skip2/go-qrcode"

	"wick/sshapp/ui/painter"
)

// qrCode is a link that a phone reads from the screen.
type qrCode struct {
	link    string
	modules [][]bool // by rows, true for dark, with the quiet zone around them
}

// showQR shows a link as a QR code until a key is pressed.
func (c *chat) showQR(link string) {
	code, err := qrcode.New(link, qrcode.Low) // a screen has no scratches
	if err != nil {
		c.warn("The link is too long for a QR code.")
		return
	}
	c.bare = &bareView{code: &qrCode{link, code.Bitmap()}}
}

const (
	qrHint  = "any key goes back"
	qrSmall = "The QR code needs a larger window. Any key goes back."
)

// drawQR draws the code in the middle of the screen, and the link below.
func (c *chat) drawQR(f *painter.Frame, code *qrCode) {
	t, rows := c.env.Theme, code.rows(c.env.Theme)
	width, height := len(code.modules), len(rows)
	if width > f.Width || height >= f.Height {
		copy(f.Rows, wrap(qrSmall, f.Width))
		return
	}
	top, left := (f.Height-1-height)/2, strings.Repeat(" ", (f.Width-width)/2)
	for y, text := range rows {
		f.Rows[top+y] = left + text
	}
	p := newRowBuilder(t, f.Width)
	p.skip(1)
	if t.links && textWidth(code.link) < p.left {
		p.append(linked(code.link, t.dim.paint(code.link)), textWidth(code.link))
	} else {
		p.write(t.dim, code.link)
	}
	p.skip(3)
	p.write(t.dim, qrHint)
	f.Rows[f.Height-1] = p.row()
}

// rows returns the code in rows of half blocks: black on white, whatever colours the
// terminal has. A terminal that gets no colours is taken to have the theme's background.
func (q *qrCode) rows(t *Theme) []string {
	inverted := t.profile == termenv.Ascii && t.name != Light
	dark := func(x, y int) bool { return y < len(q.modules) && q.modules[y][x] != inverted }
	rows := make([]string, 0, (len(q.modules)+1)/2)
	for y := 0; y < len(q.modules); y += 2 {
		var b strings.Builder
		for x := range q.modules[y] {
			switch top, bottom := dark(x, y), dark(x, y+1); {
			case top && bottom:
				b.WriteString("█")
			case top:
				b.WriteString("▀")
			case bottom:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		rows = append(rows, t.qr.paint(b.String()))
	}
	return rows
}

package sshapp

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// scan reads a QR code from a screen, as a phone does: a cell is two modules, of which
// those that are drawn are dark, or light if inverted.
func scan(rows []string, inverted bool) (string, error) {
	const scale = 4 // pixels of a module
	width := 0
	for _, row := range rows {
		width = max(width, len([]rune(row)))
	}
	img := image.NewGray(image.Rect(0, 0, scale*width, 2*scale*len(rows)))
	for y := range 2 * len(rows) {
		row := []rune(rows[y/2])
		for x := range width {
			cell := ' '
			if x < len(row) {
				cell = row[x]
			}
			drawn := cell == '█' || cell == '▀' && y%2 == 0 || cell == '▄' && y%2 == 1
			if drawn != inverted {
				continue
			}
			for i := range scale * scale {
				img.SetGray(scale*x+i%scale, scale*y+i/scale, color.Gray{Y: 255})
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// modules returns the rows of a screen without those that hold words.
func modules(screen string) []string {
	var rows []string
	for row := range strings.SplitSeq(screen, "\n") {
		if !strings.Contains(row, "ssh://") {
			rows = append(rows, row)
		}
	}
	return rows
}

func TestARoomIsSharedAsAQRCode(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	_, port := hostPort(t, addr)
	colourless := sshtest.Variable{Name: "NO_COLOR", Value: "1"}
	for name, row := range map[string]struct {
		env              []sshtest.Variable
		inverted, linked bool
	}{
		"colours":                {nil, false, true},
		"dark, without colours":  {[]sshtest.Variable{colourless}, true, false},
		"light, without colours": {[]sshtest.Variable{colourless, {Name: "WICK_THEME", Value: "light"}}, false, false},
		"contrast":               {[]sshtest.Variable{{Name: "COLORTERM", Value: "truecolor"}, {Name: "WICK_THEME", Value: "contrast"}}, false, true},
	} {
		ann := sit(t, sshtest.Dial(t, addr, "new"), sshtest.Pty(80, 24), row.env...)
		link := "ssh://" + ann.room() + "@localhost:" + port
		ann.says("/share qr")
		screen := ann.sees("any key goes back")
		if got, err := scan(modules(screen), row.inverted); got != link || err != nil {
			t.Errorf("%s: the code is read as %q, %v, want %q:\n%s", name, got, err, link, screen)
		}
		if linked := strings.Contains(ann.Out.String(), ";"+link+"\x1b\\"); linked != row.linked {
			t.Errorf("%s: drawn as a link: %v", name, linked)
		}
		ann.types("x")
		ann.seesNoMore("any key goes back")
		ann.resize(40, 12)
		ann.says("/share qr")
		ann.sees("needs a larger window")
	}
}

func TestTheShareCommandIsALink(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{PublicHost: "[2001:db8::1]:2222"})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	ann.says("/share")
	sshtest.Eventually(t, "the link", func() bool {
		return strings.Contains(ann.Out.String(), ";ssh://"+room+"@[2001:db8::1]:2222\x1b\\")
	})
	ann.sees("ssh -p 2222 " + room + "@2001:db8::1")

	ascii := sit(t, sshtest.Dial(t, addr, room), sshtest.Pty(80, 24), sshtest.Variable{Name: "WICK_THEME", Value: "ascii"})
	ascii.says("/share qr")
	ascii.sees("A QR code needs more than ASCII.")
	lines := readLines(t, addr, room, wide)
	lines.says("/share qr")
	lines.line(`\* A QR code is shown on screens only\.`)
}

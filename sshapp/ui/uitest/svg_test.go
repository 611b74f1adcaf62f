package uitest

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestAPictureShowsTextWhereItStandsAndInItsColours(t *testing.T) {
	term := New(20, 5)
	defer term.Close()
	fmt.Fprint(term, "\x1b[?25l<b>&  \x1b[1;38;5;196mred\x1b[m 世界 end\r\n\x1b[7mup\x1b[m")
	picture := term.SVG(`a "title"`)
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
	if want := `<rect x="20.4" y="12" width="8.4" height="18"`; !strings.Contains(term.SVG(""), want) {
		t.Errorf("there is no cursor, %s", want)
	}
}

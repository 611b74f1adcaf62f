package editor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

const longText = 2000 // characters

// costlyTexts are long texts, each costly to lay out in its own way.
var costlyTexts = map[string]string{
	"letters": repeat("a"),
	"words":   repeat("word "),
	"marks":   repeat("a\u0301\u0302\u0308"),
	"emoji":   repeat("👩‍👩‍👧"),
	"wide":    repeat("漢"),
	"mixed":   repeat("a\u0301\u0302e\u0308-x *bo* `co` 漢字かな 👩‍👩‍👧 https://a.example/x אבג "),
}

// repeat returns longText characters of a text.
func repeat(text string) string {
	return string([]rune(strings.Repeat(text, longText))[:longText])
}

// The cost of a key with the frame that shows it, and of a frame for another reason.
func BenchmarkBox(b *testing.B) {
	texts := maps.Clone(costlyTexts)
	texts["sentence"] = "fine with me, as long as nobody is on call over the weekend"
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text := texts[name]
		for what, keys := range map[string][]tea.KeyMsg{
			"type":  {runes("x"), hit(tea.KeyBackspace)},
			"move":  {hit(tea.KeyLeft), hit(tea.KeyRight)},
			"frame": nil,
		} {
			b.Run(fmt.Sprintf("%s/%s", name, what), func(b *testing.B) {
				m := New(longText)
				m.SetText(text)
				m.Press(hit(tea.KeyBackspace))
				m.Box(77, 8)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if keys != nil {
						m.Press(keys[i%len(keys)])
					}
					m.Box(77, 8)
				}
			})
		}
		b.Run(name+"/row up", func(b *testing.B) {
			m := New(longText)
			m.SetText(text)
			m.Box(77, 8)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.MoveRow([]int{-1, 1}[i%2])
				m.Box(77, 8)
			}
		})
	}
}

func BenchmarkRowOfANameField(b *testing.B) {
	m := New(32)
	m.SetText("a-name-of-usual-length")
	b.ReportAllocs()
	for b.Loop() {
		m.Row(40)
	}
}

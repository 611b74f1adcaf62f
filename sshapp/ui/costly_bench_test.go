package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
)

// costlyText returns the message of n characters that costs the most to lay out: with
// marks, joined emoji, wide characters, styles, code, links and hyphens.
func costlyText(n int) string {
	piece := fmt.Sprintf("%d a\u0301\u0302e\u0308-x *bo* **ld** `co` _it_ 漢字かな 👩‍👩‍👧 https://a.example/%d h-h-h אבג ", n, n)
	all := []rune(strings.Repeat(piece, rooms.MaxText/10))
	return rooms.CleanText(string(all[:rooms.MaxText]))
}

// costlyTexts are messages of the greatest length, each costly in its own way.
var costlyTexts = map[string]string{
	"letters": strings.Repeat("a", rooms.MaxText),
	"words":   strings.Repeat("word ", rooms.MaxText/5),
	"marks":   rooms.CleanText(strings.Repeat("a\u0301\u0302\u0308", rooms.MaxText/4)),
	"emoji":   rooms.CleanText(strings.Repeat("👩‍👩‍👧", rooms.MaxText/5)),
	"wide":    strings.Repeat("漢", rooms.MaxText),
	"stars":   strings.Repeat("*a ", rooms.MaxText/3),
	"nested":  strings.Repeat("*_**`", rooms.MaxText/5),
	"styles":  strings.Repeat("*a* ", rooms.MaxText/4),
	"links":   strings.Repeat("http://a ", rooms.MaxText/9),
	"code":    strings.Repeat("`a` ", rooms.MaxText/4),
	"ticks":   strings.Repeat("` `` ", rooms.MaxText/5),
	"hyphens": strings.Repeat("- ", rooms.MaxText/2),
	"lines":   strings.Repeat("x\n", rooms.MaxText/2),
	"fences":  strings.Repeat("```\nx\n", rooms.MaxText/6),
	"names":   strings.Repeat("ana ", rooms.MaxText/4),
	"all":     costlyText(1),
}

func BenchmarkLayOneText(b *testing.B) {
	for name, text := range costlyTexts {
		for _, width := range []int{20, 80, 1000} {
			b.Run(fmt.Sprint(name, "/", width), func(b *testing.B) {
				tr := &transcript{theme: NewTheme(termenv.TrueColor), loc: time.UTC, me: "me", alias: "ana", width: width}
				tr.take(rooms.Transcript{From: 1, Events: []*rooms.Event{{Kind: rooms.Message, Seq: 1, From: rooms.Seat{Alias: "bob", Identity: "bob"}, Text: rooms.Text(text)}}})
				for b.Loop() {
					tr.lay(item{false, 1}, stamp{})
				}
			})
		}
	}
}

// costlyRoom returns a chat of 200 of the costliest messages.
func costlyRoom(b *testing.B) *chat {
	c, events := benchChat(benchMember(b), NewTheme(termenv.TrueColor))
	for i := range events {
		events[i].Text = rooms.Text(costlyText(i))
	}
	c.log.take(rooms.Transcript{From: 1, Events: events})
	c.log.use(roomRows(c.member))
	return c
}

func BenchmarkHomeAndEndInACostlyRoom(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {500, 200}} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := costlyRoom(b)
			c.frame(size[0], size[1])
			for i := 0; b.Loop(); i++ {
				c.key(hit([]tea.KeyType{tea.KeyHome, tea.KeyEnd}[i%2]))
				c.frame(size[0], size[1])
			}
		})
	}
}

func BenchmarkPagesInACostlyRoom(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {500, 200}} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := costlyRoom(b)
			c.frame(size[0], size[1])
			for i := 0; b.Loop(); i++ {
				c.key(hit([]tea.KeyType{tea.KeyPgUp, tea.KeyPgUp, tea.KeyPgDown, tea.KeyPgDown}[i%4]))
				c.frame(size[0], size[1])
			}
		})
	}
}

func BenchmarkResizesInACostlyRoom(b *testing.B) {
	c := costlyRoom(b)
	for i := 0; b.Loop(); i++ {
		c.frame(300+i%200, 200)
	}
}

func BenchmarkTabAmong256(b *testing.B) {
	c := costlyRoom(b)
	for i := range 256 {
		c.state.Roster = append(c.state.Roster, rooms.Seat{ID: fmt.Sprint("seat", i), Alias: fmt.Sprint("otter-", i)})
	}
	for _, typed := range []string{"", "o", ":sm", "/m"} {
		b.Run(typed, func(b *testing.B) {
			for b.Loop() {
				c.composer.draft.SetText(typed)
				c.key(hit(tea.KeyTab))
				c.key(hit(tea.KeyEsc))
			}
		})
	}
}

func BenchmarkWhoAmong256(b *testing.B) {
	c := costlyRoom(b)
	for i := range 256 {
		c.state.Roster = append(c.state.Roster, rooms.Seat{ID: fmt.Sprint("seat", i), Alias: fmt.Sprint("otter-", i), Identity: "id", Keyed: true})
	}
	for _, typed := range []string{"/who", "/help", "/nothing", "/privacy"} {
		b.Run(typed, func(b *testing.B) {
			for b.Loop() {
				c.composer.draft.SetText(typed)
				c.key(hit(tea.KeyEnter))
				c.frame(80, 24)
			}
		})
	}
}

package ui

import (
	"fmt"
	"testing"

	"github.com/muesli/termenv"
)

func TestThemesSetPeopleAndPhasesApart(t *testing.T) {
	plain, rich := NewTheme(termenv.Ascii), NewTheme(termenv.ANSI256)
	if got := plain.alarm.paint("x") + plain.person("id", true).paint("y") + plain.wick[calm].ember.paint("z"); got != "xyz" {
		t.Errorf("the theme without colours emits %q", got)
	}
	if got := rich.accent.paint("x"); got != "\x1b[38;5;214mx\x1b[0m" {
		t.Errorf("the theme with colours emits %q", got)
	}
	if rich.person("id", false) == rich.person("id", true) {
		t.Error("one's own name is not marked")
	}
	if got := rich.person("id", false).on; got != "\x1b[38;5;75m" {
		t.Errorf("a person's colour is another on every server: %q", got)
	}
	used := map[ink]bool{}
	for i := range 100 {
		used[rich.person(fmt.Sprint("id-", i), false)] = true
	}
	if len(used) < 10 {
		t.Errorf("100 people share %d inks", len(used))
	}
	for ph := calm; ph < lastSeconds; ph++ {
		if rich.wick[ph].clock == rich.wick[ph+1].clock {
			t.Errorf("phases %d and %d look alike", ph, ph+1)
		}
	}
}

package ui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
)

func TestTabCompletes(t *testing.T) {
	tab, back := hit(tea.KeyTab), hit(tea.KeyShiftTab)
	inChat(t, func(t *testing.T, w *world, s *session) {
		plans := named(t, "plans")
		for _, name := range []string{"bob", "bea", "zoë", "李雷"} {
			w.enter(plans, name)
		}
		for name, row := range map[string]struct {
			typed string
			keys  []tea.Msg
			want  string
		}{
			"a name at the start":     {"ZO", []tea.Msg{tab}, "zoë: "},
			"a name later":            {"hi, zo", []tea.Msg{tab}, "hi, zoë "},
			"a name on a later line":  {"hi\nzo", []tea.Msg{tab}, "hi\nzoë "},
			"a name with @":           {"hi @zo", []tea.Msg{tab}, "hi @zoë "},
			"the first of several":    {"b", []tea.Msg{tab}, "bob: "},
			"the next":                {"b", []tea.Msg{tab, tab}, "bea: "},
			"around":                  {"b", []tea.Msg{tab, tab, tab}, "bob: "},
			"the one before":          {"b", []tea.Msg{tab, tab, back}, "bob: "},
			"from the last":           {"b", []tea.Msg{back}, "bea: "},
			"what was typed again":    {"b", []tea.Msg{tab, tab, hit(tea.KeyEsc)}, "b"},
			"going on":                {"b", []tea.Msg{tab, tab, runes("ok")}, "bea: ok"},
			"in the middle":           {"zo there", []tea.Msg{hit(tea.KeyHome), hit(tea.KeyCtrlRight), tab}, "zoë:  there"},
			"a wide name":             {"李", []tea.Msg{tab}, "李雷: "},
			"not oneself":             {"an", []tea.Msg{tab}, "an"},
			"nobody":                  {"xy", []tea.Msg{tab}, "xy"},
			"a command":               {"/des", []tea.Msg{tab}, "/destroy"},
			"a command that asks":     {"/kic", []tea.Msg{tab}, "/kick "},
			"its name":                {"/kick zo", []tea.Msg{tab}, "/kick zoë "},
			"any name":                {"/kick ", []tea.Msg{tab}, "/kick bob "},
			"a look":                  {"/theme l", []tea.Msg{tab}, "/theme light "},
			"a topic":                 {"/help k", []tea.Msg{tab}, "/help keys "},
			"nobody knocks":           {"/admit b", []tea.Msg{tab}, "/admit b"},
			"names in what one does":  {"/me greets zo", []tea.Msg{tab}, "/me greets zoë "},
			"no command":              {"//des", []tea.Msg{tab}, "//des"},
			"an emoji":                {"yay :tada", []tea.Msg{tab}, "yay 🎉"},
			"an emoji by its name":    {"yay :tada:", []tea.Msg{tab}, "yay 🎉"},
			"an emoji in a command":   {"/me greets :tada", []tea.Msg{tab}, "/me greets 🎉"},
			"the next emoji":          {":roc", []tea.Msg{tab, tab}, "🚀"},
			"an emoji taken back":     {":roc", []tea.Msg{tab, tab, hit(tea.KeyEsc)}, ":roc"},
			"an emoji of too many":    {"yay :t", []tea.Msg{tab}, "yay :t"},
			"nothing beyond the rest": {strings.Repeat("x", rooms.MaxText-3) + " zo", []tea.Msg{tab}, strings.Repeat("x", rooms.MaxText-3) + " zo"},
		} {
			s.send(hit(tea.KeyEsc), hit(tea.KeyCtrlHome), hit(tea.KeyCtrlEnd))
			for s.typed() != "" {
				s.rush(hit(tea.KeyEnd), hit(tea.KeyCtrlU), hit(tea.KeyBackspace))
			}
			s.send(pasted(row.typed))
			s.send(row.keys...)
			if got := s.typed(); got != row.want {
				t.Errorf("%s: the composer holds %q, want %q", name, got, row.want)
			}
		}
	})
}

func TestTabShowsItsCandidates(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		plans := named(t, "plans")
		bob, bea := w.enter(plans, "bob"), w.enter(plans, "bea")
		s.send(runes("b"), hit(tea.KeyTab))
		s.shows("\n ‹bob› bea\n ❯ bob:\n")
		s.send(hit(tea.KeyTab))
		s.shows("\n bob  ‹bea›\n ❯ bea:\n")
		s.send(runes("x"))
		s.hides("‹")
		s.send(hit(tea.KeyCtrlU))
		// The most recent speaker comes first.
		w.post(bob, "one")
		w.post(bea, "two")
		s.send(runes("b"), hit(tea.KeyTab))
		s.shows("‹bea› bob")
		// On a narrow screen the chosen candidate stays in sight.
		s.send(hit(tea.KeyCtrlU), tea.WindowSizeMsg{Width: 40, Height: 12}, runes("/"))
		for _, name := range slash.Names(slash.Screen) {
			s.send(hit(tea.KeyTab))
			s.shows("‹" + name + "›")
		}
		checkPaintable(t, s.frame())
	})
}

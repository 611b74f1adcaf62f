package ui

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/editor"
)

func TestHelpOnKeysFits(t *testing.T) {
	rows := strings.Split(NewTheme(termenv.Ascii).keysHelp(), "\n")
	if len(rows) > 19 {
		t.Errorf("it has %d rows", len(rows))
	}
	for _, row := range rows {
		if w := ansi.StringWidth(row); w > 37 {
			t.Errorf("a row has %d cells: %q", w, row)
		}
	}
}

// bindings returns all bindings of the screens and the editor, by name.
func bindings() map[string]key.Binding {
	all := map[string]key.Binding{}
	for prefix, set := range map[string]reflect.Value{
		"keys.":        reflect.ValueOf(&keys).Elem(),
		"editor.Keys.": reflect.ValueOf(&editor.Keys).Elem(),
	} {
		for i := range set.NumField() {
			// The fields of keys are not exported: read them by their address.
			field := reflect.NewAt(set.Field(i).Type(), set.Field(i).Addr().UnsafePointer()).Elem()
			all[prefix+set.Type().Field(i).Name] = field.Interface().(key.Binding)
		}
	}
	return all
}

// keyCalled returns the key that people know by a name such as Ctrl-A or PgUp.
func keyCalled(t *testing.T, name string) tea.KeyMsg {
	t.Helper()
	modifier, plain, ok := strings.Cut(name, "-")
	if !ok {
		modifier, plain = "", name
	}
	called := strings.ToLower(plain)
	if short, ok := map[string]string{"←": "left", "→": "right", "↑": "up", "↓": "down", "PgDn": "pgdown"}[plain]; ok {
		called = short
	}
	k := tea.KeyMsg{Alt: modifier == "Alt"}
	if k.Alt && len(called) == 1 {
		k.Type, k.Runes = tea.KeyRunes, []rune(called)
		return k
	}
	if modifier != "" && !k.Alt {
		called = strings.ToLower(modifier) + "+" + called
	}
	for k.Type = -128; k.Type < 128; k.Type++ {
		if k.Type != tea.KeyRunes && k.Type.String() == called {
			return k
		}
	}
	t.Fatalf("there is no key %s", name)
	return k
}

func TestEveryBindingIsNamedAfterOneOfItsKeys(t *testing.T) {
	for field, b := range bindings() {
		if b.Help().Desc == "" {
			t.Errorf("%s has no help", field)
		}
		if k := keyCalled(t, b.Help().Key); !slices.Contains(b.Keys(), k.String()) {
			t.Errorf("%s is called %s, but bound to %q", field, b.Help().Key, b.Keys())
		}
	}
}

// namedKey finds the names of keys in the help, with the letters after one that share
// its modifier.
var namedKey = regexp.MustCompile(`(Ctrl|Alt)-(Enter|\pL\b|[←→↑↓\\])((?: (?:\pL\b|[←→↑↓]))*)|\b(Tab|Esc|PgUp|PgDn|Home|End)\b|[↑↓]`)

func TestEveryKeyThatTheHelpNamesDoesSomething(t *testing.T) {
	var names []string
	for _, found := range namedKey.FindAllStringSubmatch(NewTheme(termenv.Ascii).keysHelp(), -1) {
		if found[1] == "" {
			names = append(names, found[0])
			continue
		}
		for _, plain := range append([]string{found[2]}, strings.Fields(found[3])...) {
			names = append(names, found[1]+"-"+plain)
		}
	}
	if len(names) < 25 {
		t.Fatalf("the help names only %q", names)
	}
	// In at least one of these situations each key changes what is shown.
	situations := [][]tea.Msg{
		{runes("one"), hit(tea.KeyEnter), runes("/help"), hit(tea.KeyEnter), runes("/who"), hit(tea.KeyEnter), hit(tea.KeyPgUp)},
		{runes("one"), hit(tea.KeyEnter), hit(tea.KeyUp), hit(tea.KeyUp)},
		{runes("one two three"), hit(tea.KeyCtrlLeft), hit(tea.KeyCtrlLeft), hit(tea.KeyRight)},
		{runes("one two"), hit(tea.KeyCtrlW)},
		{runes("/"), hit(tea.KeyTab)},
	}
	for _, name := range names {
		k := keyCalled(t, name)
		changes := false
		for _, situation := range situations {
			inChat(t, func(t *testing.T, w *world, s *session) {
				bob := w.enter(named(t, "plans"), "bob")
				if err := bob.Say(t.Context(), "for you", rooms.Saying{Burn: time.Minute}); err != nil {
					t.Fatal(err)
				}
				later(frameGap)
				s.send(situation...)
				before := s.frame()
				s.send(k)
				after := s.frame()
				changes = changes || plainText(before) != plainText(after) || before.CursorX != after.CursorX || before.CursorY != after.CursorY
			})
		}
		if !changes && name != "Ctrl-L" { // see TestTheScreenIsDrawnAnew
			t.Errorf("%s does nothing", name)
		}
	}
}

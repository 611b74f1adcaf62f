package keys_test

import (
	"embed"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
)

var _ rooms.Sealer = (*keys.Sealer)(nil)

//go:embed adjectives.txt nouns.txt
var words embed.FS

func TestRoomsAcceptEveryAlias(t *testing.T) {
	read := func(file string) []string {
		b, err := words.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(b))
	}
	folded := map[string]string{}
	for _, a := range read("adjectives.txt") {
		for _, n := range read("nouns.txt") {
			alias := a + "-" + n
			if got, err := rooms.ParseAlias(alias); got != alias || err != nil {
				t.Errorf("ParseAlias(%q) = %q, %v", alias, got, err)
			}
			fold := rooms.FoldAlias(alias)
			if other, ok := folded[fold]; ok {
				t.Errorf("%q looks like %q", alias, other)
			}
			folded[fold] = alias
		}
	}
}

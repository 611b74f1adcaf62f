package slash

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kyokomi/emoji/v2"
)

// Tab replaces the name of an emoji, such as :tada:, in the composer, where its sender
// sees it. Sending never does: such a name may be a part of a password or of code.

// allShortcodes returns the names of all emoji, sorted.
var allShortcodes = sync.OnceValue(func() []string { return slices.Sorted(maps.Keys(emoji.CodeMap())) })

// emojiNamed returns the emoji whose names begin with the text, each once, in the order
// of their names.
func emojiNamed(typed string) []string {
	all := allShortcodes()
	from, _ := slices.BinarySearch(all, typed)
	var found []string
	seen := map[string]bool{}
	for _, name := range all[from:] {
		if !strings.HasPrefix(name, typed) {
			break
		}
		if e := emoji.CodeMap()[name]; !seen[e] {
			seen[e] = true
			found = append(found, e)
		}
	}
	return found
}

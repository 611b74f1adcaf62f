package uitest

// RowPieces are parts for random rows of a screen: text of all widths, styles and links
// that are left open, and what no row may contain.
var RowPieces = []string{
	"", "a", "b", " ", "   ", "hello ", "12:34", "12:35", "·", "▰▰▱", "ß",
	"世", "世界", "😀", "👨‍👩‍👧", "🇩🇪", "🇩", "e\u0301", "\u0301", "1\ufe0f\u20e3", "❤\ufe0f", "ᄀ", "ᅡ", "\u0600", "\u200d",
	"\x1b[m", "\x1b[0m", "\x1b[31m", "\x1b[1;44m", "\x1b[0;7m", "\x1b[38;5;200m", "\x1b[4:3m",
	"\x1b]8;;https://a.example\x1b\\", "\x1b]8;;https://b.example\a", "\x1b]8;;\x1b\\",
	"\t", "\n", "\r", "\x1b[2J", "\x1b[3;3H", "\x1b[>4;1m", "\x1b]0;no\a", "\x1b[", "\x1b]8;;https://", "\u009b", "\xff", "\xc2", "\x7f",
	"the quick brown fox jumps over the lazy dog",
}

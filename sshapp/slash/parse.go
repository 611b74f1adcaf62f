package slash

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wick/sshapp/wording"
)

// IsCommand reports whether a typed text is a command rather than a message: whether
// the first character that can be seen is a slash, also a fullwidth one. What only looks
// like a command, such as \msg, counts as one, so that Run refuses it and nobody reads
// it.
func IsCommand(typed string) bool { return parse(typed).command != "" }

// Message returns the message for a typed text that is not a command.
func Message(typed string) string { return parse(typed).message }

// IsPassing reports whether a typed text must not stay anywhere once it was sent: a command
// that says something to one person, or for a while. A command that does not exist may be
// one with a typing error.
func IsPassing(typed string) bool {
	name := parse(typed).command
	if name == "" {
		return false
	}
	c := find(name)
	return c == nil || c.text
}

// Quote returns what to type for a message that is text itself, even if that begins with
// a slash.
func Quote(text string) string {
	lead, rest := cutInvisible(text)
	if first, _ := utf8.DecodeRuneInString(rest); isSlash(first) {
		return lead + "/" + rest
	}
	return text
}

// parsed is what a typed text means: a command or a message.
type parsed struct {
	command  string // with its slash, in lower case; "/" if it has no name
	argument string // the text after it, without the blank between them
	mistyped bool   // it has something else in place of the slash
	message  string
}

// me is the command whose text is a message.
const me = "/me"

// parse says what a typed text means. It is the only place that does.
func parse(typed string) parsed {
	lead, rest := cutInvisible(typed)
	first, n := utf8.DecodeRuneInString(rest)
	body := rest[n:]
	second, _ := utf8.DecodeRuneInString(body)
	switch {
	case isSlash(first) && isSlash(second):
		if wording.EscapesAction(body) {
			return parsed{message: "/" + body}
		}
		return parsed{message: lead + body}
	case isSlash(first):
		name, argument := cutWord(body)
		p := parsed{command: "/" + fold(name), argument: argument}
		if _, text := cutInvisible(argument); p.command == me && text != "" {
			return parsed{message: me + " " + argument}
		}
		return p
	case strings.ContainsRune(nearSlashes, first):
		name, _ := cutWord(body)
		if c := find("/" + fold(name)); c != nil {
			return parsed{command: c.name, mistyped: true}
		}
	}
	return parsed{message: typed}
}

func isSlash(r rune) bool { return r == '/' || r == '／' }

// nearSlashes are what people type or paste in place of a slash: the keys beside it, its
// key on a Chinese or Japanese keyboard, and characters that look like it.
const nearSlashes = `\＼、・･⁄∕⧸╱⟋`

// cutInvisible splits off the characters at the start that nobody sees.
func cutInvisible(text string) (lead, rest string) {
	rest = strings.TrimLeftFunc(text, invisible)
	return text[:len(text)-len(rest)], rest
}

// invisible reports whether a character at the start of a line shows nothing there:
// blanks, line ends, what has no width, and marks without a letter.
func invisible(r rune) bool {
	switch r {
	case '\u2800', '\U0001d159', utf8.RuneError: // empty braille, and an empty note
		return true
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// cutWord splits a line at its first blank, of whatever kind.
func cutWord(line string) (word, rest string) {
	at := strings.IndexFunc(line, func(r rune) bool { return r != '\n' && unicode.IsSpace(r) })
	if at < 0 {
		return line, ""
	}
	_, n := utf8.DecodeRuneInString(line[at:])
	return line[:at], line[at+n:]
}

// fold returns the name of a command in lower case and, if it was typed with fullwidth
// letters, in usual ones.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if '！' <= r && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, name)
}

// person returns the name that a command is given for a person: @ann is ann.
func person(word string) string {
	if at, n := utf8.DecodeRuneInString(word); at == '@' || at == '＠' {
		return word[n:]
	}
	return word
}

package sshapp

import (
	"slices"
	"strings"

	"github.com/anmitsu/go-shlex"
)

// ssh joins its arguments with blanks after the local shell has removed the quotes, so in
// the text of post and announce, and in the name of a file, an apostrophe opens no
// quotation, and a hyphen at its start makes no option of it. Only what is quoted as a
// whole, as some programs do, is unquoted.

// arguments splits a command into words as a shell does, except for a text or a name.
func arguments(command string) ([]string, error) {
	word, rest := cutWord(command)
	switch word {
	case "post":
		return append([]string{word}, postArguments(rest)...), nil
	case "put", "get", "rm":
		return append([]string{word}, fileArguments(rest)...), nil
	case "drop":
		args, err := shlex.Split(command, true)
		if err != nil { // the comment of a key may hold an apostrophe
			args = strings.Fields(command)
		}
		return joinKey(args), nil
	}
	return shlex.Split(command, true)
}

// operatorArguments is arguments for the commands of an operator.
func operatorArguments(command string) ([]string, error) {
	word, rest := cutWord(command)
	text := strings.TrimSpace(rest)
	if word != "announce" || text == "" || text == "-h" || text == "--help" {
		return shlex.Split(command, true)
	}
	args := []string{word}
	if option, rest := cutWord(text); option == "--json" {
		args, text = append(args, option), strings.TrimSpace(rest)
	}
	return append(args, "--", unquote(text)), nil
}

// fileArguments returns the arguments of put, get and rm: all that follows is the name of
// one file, with its apostrophes and blanks, unless it is quoted once more.
func fileArguments(after string) []string {
	name := strings.Trim(after, " \t\n")
	if name == "" || name == "-h" || name == "--help" {
		return strings.Fields(name)
	}
	if word, rest := cutWord(name); word == "--" {
		name = strings.TrimLeft(rest, " \t\n")
	}
	if plain := unquote(name); plain != name {
		name = plain
	} else if strings.Contains(name, `\`) { // no name has one, so it quotes
		if words, err := shlex.Split(name, true); err == nil {
			name = strings.Join(words, " ")
		}
	}
	return []string{"--", name}
}

// joinKey makes one argument of the words of a public key after --for: the client's shell
// has removed the quotes around them. The words end with the next flag.
func joinKey(args []string) []string {
	for i, arg := range args {
		if key, ok := strings.CutPrefix(arg, "--for="); ok {
			args = slices.Concat(args[:i], []string{"--for", key}, args[i+1:])
			break
		}
	}
	at := slices.Index(args, "--for") + 1
	if at == 0 || at == len(args) {
		return args
	}
	end := at + 1
	for end < len(args) && !strings.HasPrefix(args[end], "--") {
		end++
	}
	return slices.Concat(args[:at], []string{strings.Join(args[at:end], " ")}, args[end:])
}

// postArguments returns the arguments of post: its options, and all that follows as one.
func postArguments(after string) []string {
	options, text := postOptions(after)
	if text == "" {
		return options
	}
	return append(options, "--", unquote(text[1:]))
}

// postOptions returns the options at the start of what follows post, and the rest from
// the blank before the text on, or "" if there is no text. Only what post knows is an
// option, and a request for help only if no text follows.
func postOptions(after string) (options []string, text string) {
	help := false
	for text = after; ; {
		word, rest := cutWord(text)
		switch {
		case word == "--as":
			options = append(options, word)
			word, rest = cutWord(rest)
		case word == "--burn", word == "--to":
			value, after := cutWord(rest)
			if value = unquote(value); value != "" {
				word += "=" + value
			}
			rest = after
		case word == "--whole", strings.HasPrefix(word, "--as="), strings.HasPrefix(word, "--burn="), strings.HasPrefix(word, "--to="):
		case word == "-h", word == "--help":
			help = true
		case help && strings.TrimSpace(text) == "":
			return options, ""
		case help:
			return nil, after
		case word == "--" && rest == "":
			return append(options, word), ""
		case word == "--":
			return options, rest
		default:
			return options, text
		}
		options, text = append(options, word), rest
	}
}

// Programs quote a text in apostrophes, of which each one inside stands between others,
// or in double quotes, with backslashes inside.
var (
	apostrophes = strings.NewReplacer(`'"'"'`, "'", `'\''`, "'")
	escapes     = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

	withoutApostrophes = strings.NewReplacer(`'"'"'`, "", `'\''`, "")
	withoutEscapes     = strings.NewReplacer(`\"`, "", `\\`, "")
)

// unquote returns a text without its quotes, if it is quoted as a whole.
func unquote(text string) string {
	quoted := strings.TrimSpace(text)
	if len(quoted) < 2 || quoted[0] != quoted[len(quoted)-1] {
		return text
	}
	inner := quoted[1 : len(quoted)-1]
	switch {
	case quoted[0] == '\'' && !strings.Contains(withoutApostrophes.Replace(inner), "'"):
		return apostrophes.Replace(inner)
	case quoted[0] == '"' && !strings.Contains(withoutEscapes.Replace(inner), `"`):
		return escapes.Replace(inner)
	}
	return text
}

// cutWord returns the first word, and the rest from the blank after it on.
func cutWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t\n")
	if i := strings.IndexAny(s, " \t\n"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

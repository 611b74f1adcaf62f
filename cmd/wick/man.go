package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
)

type manCmd struct{}

// Run prints the manual page in the format of man(7), from the parser's model.
func (manCmd) Run(app *kong.Kong, o output) error {
	var p manPage
	p.line(".TH WICK 1 %q %q", built.date, "wick "+built.version)
	p.section("NAME", "wick \\- chat rooms over SSH that burn out")
	p.line(".SH SYNOPSIS")
	commands := commandsOf(app.Model)
	for i, c := range commands {
		name := "wick " + c.Name
		if c.Default {
			name = "wick [" + c.Name + "]"
		}
		if i > 0 {
			p.line(".br")
		}
		p.line(`\fB%s\fR %s[\fIflags\fR]`, name, arguments(c))
	}
	p.section("DESCRIPTION", escape(app.Model.Help))
	p.line(".SH COMMANDS")
	for _, c := range commands {
		p.line(".TP\n.B %s\n%s", c.Name, escape(c.Help))
	}
	shared := map[*kong.Flag]bool{}
	p.line(".SH FLAGS\nEach flag can also be set by an environment variable; the command line takes precedence.")
	for _, f := range app.Model.Flags {
		shared[f] = true
		p.flag(f)
	}
	for _, c := range commands {
		group, begun := "", false
		for _, f := range c.Flags {
			if shared[f] {
				continue
			}
			if title := titleOf(f); !begun || title != group {
				group, begun = title, true
				p.line(".SS %s", escape(strings.TrimSuffix("wick "+c.Name+": "+title, ": ")))
			}
			p.flag(f)
		}
	}
	p.section("EXIT STATUS", "0 success, 1 failure, 2 wrong usage. A second SIGINT or SIGTERM ends a draining server at once.")
	p.line(".SH FILES\n.TP\n.I ~/.local/state/wick/host_ed25519\nThe host key. Keep a copy: clients recognize the server by it.")
	p.line(".TP\n.I ~/.local/state/wick/secret\nThe secret that seals rooms in Redis. Servers that share rooms need the same secret.")
	p.section("SEE ALSO", ".BR ssh (1),\n.BR sshd (8)")
	_, err := p.WriteTo(o.out)
	return err
}

// manPage builds a manual page.
type manPage struct{ bytes.Buffer }

func (p *manPage) line(format string, a ...any) { fmt.Fprintf(p, format+"\n", a...) }

func (p *manPage) section(title, text string) { p.line(".SH %s\n%s", title, text) }

func (p *manPage) flag(f *kong.Flag) {
	value := ""
	if !f.IsBool() {
		value = `=\fI` + escape(f.FormatPlaceHolder()) + `\fR`
	}
	short := ""
	if f.Short != 0 {
		short = fmt.Sprintf(`\fB\-%c\fR, `, f.Short)
	}
	p.line(".TP\n%s\\fB\\-\\-%s\\fR%s", short, escape(f.Name), value)
	text := escape(f.Help)
	if len(f.Envs) > 0 {
		text += " [" + strings.Join(f.Envs, ", ") + "]"
	}
	p.line("%s", text)
}

func titleOf(f *kong.Flag) string {
	if f.Group == nil {
		return ""
	}
	return strings.TrimSuffix(f.Group.Title, ":")
}

func arguments(c command) string {
	var all string
	for _, a := range c.Args {
		all += escape(a.Summary()) + " "
	}
	return all
}

// escape escapes text for a manual page: hyphens, so that they can be copied,
// characters beyond ASCII, and a first character that would begin a request.
func escape(s string) string {
	var text strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			text.WriteString(`\e`)
		case r == '-':
			text.WriteString(`\-`)
		case r > unicode.MaxASCII:
			fmt.Fprintf(&text, `\[u%04X]`, r)
		default:
			text.WriteRune(r)
		}
	}
	s = text.String()
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

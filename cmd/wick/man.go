package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
)

type manCmd struct{}

// Run prints the manual in the format of man(7), from the struct that the
// command line is read by.
func (manCmd) Run(app *kong.Kong, o output) error {
	var p page
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
	p.line(".SH FLAGS\nEach can be given as an environment variable, too; the command line counts more.")
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
	p.section("EXIT STATUS", "0 fine, 1 failed, 2 wrong usage. A second SIGINT or SIGTERM ends a server that drains at once.")
	p.line(".SH FILES\n.TP\n.I ~/.local/state/wick/host_ed25519\nThe host key. Keep a copy: clients know the server by it.")
	p.line(".TP\n.I ~/.local/state/wick/secret\nThe secret that rooms in Redis are sealed with. Servers that share rooms share it.")
	p.section("SEE ALSO", ".BR ssh (1),\n.BR sshd (8)")
	_, err := p.WriteTo(o.out)
	return err
}

// page is a manual in the making.
type page struct{ bytes.Buffer }

func (p *page) line(format string, a ...any) { fmt.Fprintf(p, format+"\n", a...) }

func (p *page) section(title, text string) { p.line(".SH %s\n%s", title, text) }

func (p *page) flag(f *kong.Flag) {
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

// escape makes text of the flags text of a manual: hyphens that can be copied,
// what is not ASCII by its number, and no line that begins with a request.
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

package main

import (
	_ "embed"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"${enum}"`
}

//go:embed completion.tmpl
var completionText string

var completions = template.Must(template.New("").Funcs(template.FuncMap{
	"words": func(f *kong.Flag) string { return strings.Join(choices(f), " ") },
	// For text in single quotes, which all three shells accept.
	"quote": func(s string) string { return strings.NewReplacer(`\`, `\\`, `'`, `'\''`).Replace(s) },
	"zquote": func(s string) string {
		return strings.NewReplacer(`'`, `'\''`, `:`, `\:`, `[`, `(`, `]`, `)`).Replace(s)
	},
}).Parse(completionText))

// Run prints a completion script for the shell.
func (c completionCmd) Run(app *kong.Kong, o output) error {
	return completions.ExecuteTemplate(o.out, c.Shell, commandsOf(app.Model))
}

// command describes one of the program's commands, for completion scripts and
// the manual page.
type command struct {
	Name, Help string
	Default    bool // it runs if no command is named
	Flags      []*kong.Flag
	Args       []*kong.Positional
}

// commandsOf returns the commands of the parser's model.
func commandsOf(app *kong.Application) []command {
	var all []command
	for _, n := range app.Leaves(true) {
		c := command{n.Name, n.Help, app.DefaultCmd == n, nil, n.Positional}
		for _, group := range n.AllFlags(true) {
			c.Flags = append(c.Flags, group...)
		}
		all = append(all, c)
	}
	return all
}

// choices returns the values that the flag accepts, or nil if it has no enum.
func choices(f *kong.Flag) []string {
	if f.Enum == "" {
		return nil
	}
	return f.EnumSlice()
}

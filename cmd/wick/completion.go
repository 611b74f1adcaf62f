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
	// In single quotes, as all three shells read them.
	"quote": func(s string) string { return strings.NewReplacer(`\`, `\\`, `'`, `'\''`).Replace(s) },
	"zquote": func(s string) string {
		return strings.NewReplacer(`'`, `'\''`, `:`, `\:`, `[`, `(`, `]`, `)`).Replace(s)
	},
}).Parse(completionText))

// Run prints what makes a shell complete the command line of this program.
func (c completionCmd) Run(app *kong.Kong, o output) error {
	return completions.ExecuteTemplate(o.out, c.Shell, commandsOf(app.Model))
}

// command is one of the program's, as completions and the manual tell of it.
type command struct {
	Name, Help string
	Default    bool // it runs where none is named
	Flags      []*kong.Flag
	Args       []*kong.Positional
}

// commandsOf reads the struct that the command line itself is read by.
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

// choices are the words that the flag can have, if there are few.
func choices(f *kong.Flag) []string {
	if f.Enum == "" {
		return nil
	}
	return f.EnumSlice()
}

package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// build describes how the program was built. Go records it if it builds in the
// repository, and "unknown" stands for the rest.
type build struct{ version, commit, date, goVersion string }

// built describes this program.
var built = buildOf(debug.ReadBuildInfo())

func buildOf(info *debug.BuildInfo, ok bool) build {
	b := build{version: "unknown", commit: "unknown", goVersion: "unknown Go"}
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version // the tag, or a pseudo-version of the commit
	}
	b.goVersion = info.GoVersion
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.commit = s.Value
		case s.Key == "vcs.time":
			b.date, _, _ = strings.Cut(s.Value, "T")
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	b.commit += changed
	return b
}

func (b build) String() string {
	return fmt.Sprintf("wick %s (commit %s, %s)", b.version, b.commit, b.goVersion)
}

type versionCmd struct{}

func (versionCmd) Run(o output) error {
	_, err := fmt.Fprintln(o.out, built)
	return err
}

// versionFlag is --version, which does the same as the command.
type versionFlag bool

// BeforeReset is called by kong if the flag is given, before it validates the
// rest of the command line.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	_, err := fmt.Fprintln(app.Stdout, built)
	app.Exit(exitFine)
	return err
}

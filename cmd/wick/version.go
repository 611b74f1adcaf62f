package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// build says what the program was made of. Go puts it in where it finds the
// repository; what it does not find is unknown.
type build struct{ version, commit, date, goVersion string }

// built is this program.
var built = buildOf(debug.ReadBuildInfo())

func buildOf(info *debug.BuildInfo, ok bool) build {
	b := build{version: "unknown", commit: "unknown", goVersion: "unknown Go"}
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version // the tag, or made of the commit
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

// versionFlag is the version as people ask for it who know other programs.
type versionFlag bool

// BeforeReset is called by kong where the flag was given: what else there is on
// the command line does not matter.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	_, err := fmt.Fprintln(app.Stdout, built)
	app.Exit(exitFine)
	return err
}

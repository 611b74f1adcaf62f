package main

import (
	"io"
	"log/slog"

	"github.com/charmbracelet/log"
)

// logFlags say how the program logs.
type logFlags struct {
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Log this and what is worse (${enum})."`
	LogFormat string `default:"text" enum:"text,json,logfmt" help:"Log as ${enum}."`
}

// logger is the one place where a handler is chosen; all code logs through slog.
func (f logFlags) logger(w io.Writer) *slog.Logger {
	level, err := log.ParseLevel(f.LogLevel)
	if err != nil {
		level = log.InfoLevel // kong checked the enum
	}
	return slog.New(log.NewWithOptions(w, log.Options{
		ReportTimestamp: true,
		Level:           level,
		Formatter: map[string]log.Formatter{
			"text": log.TextFormatter, "json": log.JSONFormatter, "logfmt": log.LogfmtFormatter,
		}[f.LogFormat],
	}))
}

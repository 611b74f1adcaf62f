package main

import (
	"io"
	"log/slog"

	"github.com/charmbracelet/log"
)

// logFlags configure logging.
type logFlags struct {
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Log messages of this level and above (${enum})."`
	LogFormat string `default:"text" enum:"text,json,logfmt" help:"Format of the log (${enum})."`
}

// logger returns a logger that writes to w.
func (f logFlags) logger(w io.Writer) *slog.Logger {
	level, err := log.ParseLevel(f.LogLevel)
	if err != nil {
		level = log.InfoLevel // cannot happen: kong checks the enum
	}
	return slog.New(log.NewWithOptions(w, log.Options{
		ReportTimestamp: true,
		Level:           level,
		Formatter: map[string]log.Formatter{
			"text": log.TextFormatter, "json": log.JSONFormatter, "logfmt": log.LogfmtFormatter,
		}[f.LogFormat],
	}))
}

package main

import (
	"io"
	"log/slog"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/log"
)

// logFlags configure logging.
type logFlags struct {
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Log messages of this level and above (${enum})."`
	LogFormat string `default:"text" enum:"text,json,logfmt" help:"Format of the log (${enum})."`
}

// logger returns a logger that writes to w and waits for nobody, and a function that waits
// at the end until the log is written.
func (f logFlags) logger(w io.Writer) (_ *slog.Logger, flush func()) {
	level, err := log.ParseLevel(f.LogLevel)
	if err != nil {
		level = log.InfoLevel // cannot happen: kong checks the enum
	}
	var logger *slog.Logger
	queue := newLogQueue(w, func(lines uint64) { logger.Warn("whoever reads the log was too slow", "lost_lines", lines) })
	handler := log.NewWithOptions(queue, log.Options{
		ReportTimestamp: true,
		Level:           level,
		Formatter: map[string]log.Formatter{
			"text": log.TextFormatter, "json": log.JSONFormatter, "logfmt": log.LogfmtFormatter,
		}[f.LogFormat],
	})
	handler.SetColorProfile(lipgloss.NewRenderer(w).ColorProfile()) // of w, as the queue is no terminal
	logger = slog.New(handler)
	return logger, queue.flush
}

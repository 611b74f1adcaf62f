// Package wording holds the sentences that people read and what goes into them:
// errors, names, durations, counts, events, outcomes and the exit statuses that
// go with them. The screens and plain lines share it, so that both say the same.
// It knows nothing of terminals: colours, widths and line breaks are for whoever
// shows the text.
package wording

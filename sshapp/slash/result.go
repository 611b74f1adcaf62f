package slash

import (
	"context"
	"time"

	"wick/rooms"
)

// Result is what a command asks its caller to do. Zero fields ask for nothing.
type Result struct {
	// Problem is a sentence that says why nothing is done. The typed text should stay
	// where it is, to be corrected.
	Problem string

	Reply                   // to show at once
	Question *Question      // to ask before Action runs
	Action   Action         // to run
	Settings *Settings      // to replace those of the screen
	Zone     *time.Location // that times are shown in from now on; nil: as before
	QR       string         // a link to show as a QR code
	Message  int            // to copy: the newest is 1, the one before 2; 0: none
	Reveal   bool           // the person wants to see the message in view that burns
	Clear    bool           // the person's own view of the transcript is cleared
	Plain    bool           // the session goes on in plain lines
	Leave    bool           // the session ends
}

// Reply is what a command shows to the person who typed it.
type Reply struct {
	Copy string // a command for others; shown first, and copied to the clipboard if there is one
	Link string // what Copy does as a URL; may be empty
	Text string

	Forget rooms.Text // what was taken back, and must not be recalled
}

// Action asks the store. It may run on any goroutine, and ends with its context at the
// latest.
type Action func(context.Context) (Reply, error)

// Question is asked before something that cannot be undone. "y" means yes.
type Question struct {
	Why      string // shown before Text; may be empty
	Text     string
	Declined string // shown after any other answer
}

func problem(text string) Result { return Result{Problem: text} }

func show(text string) Result { return Result{Reply: Reply{Text: text}} }

// act returns the Result for an action that replies nothing if it succeeds.
func act(do func(context.Context) error) Result {
	return Result{Action: func(ctx context.Context) (Reply, error) { return Reply{}, do(ctx) }}
}

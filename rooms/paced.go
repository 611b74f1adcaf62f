package rooms

import (
	"context"
	"errors"
	"time"
)

// postPause is how long waits what came too fast.
const postPause = 100 * time.Millisecond

// PostPaced posts a text as soon as the member may. It returns the errors of Post except
// ErrTooFast.
func (m *Member) PostPaced(ctx context.Context, text string) error {
	return m.postPaced(ctx, text, Words{})
}

func (m *Member) postPaced(ctx context.Context, text string, w Words) error {
	return Paced(ctx, func() error { return m.post(ctx, text, w) })
}

// Paced calls do, and calls it again for as long as it returns ErrTooFast. It returns the
// error of do or, if ctx ends meanwhile, of ctx.
func Paced(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, ErrTooFast) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(postPause):
		}
	}
}

package rooms

import (
	"context"
	"errors"
	"time"
)

// postPause is how long a text waits that was posted too fast.
const postPause = 100 * time.Millisecond

// PostPaced posts a text as soon as the member may. It returns the errors of Post except
// ErrTooFast.
func (m *Member) PostPaced(ctx context.Context, text string) error {
	return m.postPaced(ctx, text, Words{})
}

func (m *Member) postPaced(ctx context.Context, text string, w Words) error {
	for {
		err := m.post(ctx, text, w)
		if !errors.Is(err, ErrTooFast) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(postPause):
		}
	}
}

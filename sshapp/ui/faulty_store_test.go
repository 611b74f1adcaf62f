package ui

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
)

// faulty is a store that fails on demand.
type faulty struct {
	rooms.Store
	append func(context.Context) error // called before adding a message; Append returns its error
	enter  func()                      // called after entering
}

func (f *faulty) Append(ctx context.Context, ref rooms.Ref, seat rooms.Seat, w rooms.Words) (uint64, error) {
	if f.append != nil {
		if err := f.append(ctx); err != nil {
			return 0, err
		}
	}
	return f.Store.Append(ctx, ref, seat, w)
}

func (f *faulty) Enter(ctx context.Context, n rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	e, err := f.Store.Enter(ctx, n, seat, lease, after)
	if f.enter != nil {
		f.enter()
	}
	return e, err
}

var errStrange = errors.New("dial tcp 10.1.2.3:6379: secret")

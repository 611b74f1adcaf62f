package redis

import (
	"fmt"
	"time"

	"wick/rooms"
)

// answer decodes a script's reply, value by value. A value that is missing or
// has another type makes err return an error.
type answer struct {
	op   string
	rest []any
	bad  bool
}

func errAnswer(op string) error {
	return fmt.Errorf("%s: unexpected reply from Redis", op)
}

// err reports what was wrong with the reply. It is called after all values were
// taken.
func (a *answer) err() error {
	if a.bad {
		return errAnswer(a.op)
	}
	return nil
}

func pop[T any](a *answer) (v T) {
	if len(a.rest) == 0 {
		a.bad = true
		return v
	}
	v, ok := a.rest[0].(T)
	a.bad = a.bad || !ok
	a.rest = a.rest[1:]
	return v
}

func (a *answer) int() int       { return int(pop[int64](a)) }
func (a *answer) uint() uint64   { return uint64(pop[int64](a)) }
func (a *answer) string() string { return pop[string](a) }

// millis takes a duration in ms.
func (a *answer) millis() time.Duration { return time.Duration(pop[int64](a)) * time.Millisecond }

// clock takes the time of Redis' clock.
func (a *answer) clock() rooms.Clock {
	return rooms.Clock{Store: a.time(), Here: rooms.Now()}
}

// time takes a time in ms since the epoch.
func (a *answer) time() time.Time { return time.UnixMilli(pop[int64](a)) }

// next reports whether the next value is that word. If so, it takes it.
func (a *answer) next(word string) bool {
	if len(a.rest) == 0 || a.rest[0] != word {
		return false
	}
	a.rest = a.rest[1:]
	return true
}

// strings takes all remaining values, which are strings.
func (a *answer) strings() []string {
	list := make([]string, len(a.rest))
	for i := range list {
		list[i] = a.string()
	}
	return list
}

// inner takes a nested reply. Errors in it are reported by the nested reply.
func (a *answer) inner() *answer { return &answer{op: a.op, rest: pop[[]any](a)} }

// list takes a list of strings, or nil.
func (a *answer) list() []string {
	if len(a.rest) > 0 && a.rest[0] == nil {
		a.rest = a.rest[1:]
		return nil
	}
	inner := answer{rest: pop[[]any](a)}
	list := inner.strings()
	a.bad = a.bad || inner.bad
	return list
}

package redis

import (
	"fmt"
	"time"

	"wick/rooms"
)

// reply decodes a script's reply, value by value. A value that is missing or
// has another type makes err return an error.
type reply struct {
	op   string
	rest []any
	bad  bool
}

func errBadReply(op string) error {
	return fmt.Errorf("%s: unexpected reply from Redis", op)
}

// err reports what was wrong with the reply. It is called after all values were
// taken.
func (a *reply) err() error {
	if a.bad {
		return errBadReply(a.op)
	}
	return nil
}

func pop[T any](a *reply) (v T) {
	if len(a.rest) == 0 {
		a.bad = true
		return v
	}
	v, ok := a.rest[0].(T)
	a.bad = a.bad || !ok
	a.rest = a.rest[1:]
	return v
}

func (a *reply) int() int       { return int(pop[int64](a)) }
func (a *reply) uint() uint64   { return uint64(pop[int64](a)) }
func (a *reply) string() string { return pop[string](a) }

// millis takes a duration in ms.
func (a *reply) millis() time.Duration { return time.Duration(pop[int64](a)) * time.Millisecond }

// clock takes the time of Redis' clock.
func (a *reply) clock() rooms.Clock {
	return rooms.Clock{Store: a.time(), Here: rooms.Now()}
}

// time takes a time in ms since the epoch.
func (a *reply) time() time.Time { return time.UnixMilli(pop[int64](a)) }

// next reports whether the next value is that word. If so, it takes it.
func (a *reply) next(word string) bool {
	if len(a.rest) == 0 || a.rest[0] != word {
		return false
	}
	a.rest = a.rest[1:]
	return true
}

// strings takes all remaining values, which are strings.
func (a *reply) strings() []string {
	list := make([]string, len(a.rest))
	for i := range list {
		list[i] = a.string()
	}
	return list
}

// inner takes a nested reply. Errors in it are reported by the nested reply.
func (a *reply) inner() *reply { return &reply{op: a.op, rest: pop[[]any](a)} }

// list takes a list of strings, or nil.
func (a *reply) list() []string {
	if len(a.rest) > 0 && a.rest[0] == nil {
		a.rest = a.rest[1:]
		return nil
	}
	inner := reply{rest: pop[[]any](a)}
	list := inner.strings()
	a.bad = a.bad || inner.bad
	return list
}

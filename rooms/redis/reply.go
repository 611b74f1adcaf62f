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

// err returns an error if a value was missing or of another type. Call it after
// all values have been taken.
func (r *reply) err() error {
	if r.bad {
		return errBadReply(r.op)
	}
	return nil
}

func pop[T any](r *reply) (v T) {
	if len(r.rest) == 0 {
		r.bad = true
		return v
	}
	v, ok := r.rest[0].(T)
	r.bad = r.bad || !ok
	r.rest = r.rest[1:]
	return v
}

func (r *reply) int() int       { return int(pop[int64](r)) }
func (r *reply) uint() uint64   { return uint64(pop[int64](r)) }
func (r *reply) string() string { return pop[string](r) }

// millis takes a duration in ms.
func (r *reply) millis() time.Duration { return time.Duration(pop[int64](r)) * time.Millisecond }

// clock takes the time of Redis' clock.
func (r *reply) clock() rooms.Clock {
	return rooms.Clock{Store: r.time(), Here: rooms.Now()}
}

// time takes a time in ms since the epoch.
func (r *reply) time() time.Time { return time.UnixMilli(pop[int64](r)) }

// next reports whether the next value is that word. If so, it takes it.
func (r *reply) next(word string) bool {
	if len(r.rest) == 0 || r.rest[0] != word {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// strings takes all remaining values, which are strings.
func (r *reply) strings() []string {
	list := make([]string, len(r.rest))
	for i := range list {
		list[i] = r.string()
	}
	return list
}

// inner takes a nested reply. Errors in it are reported by the nested reply.
func (r *reply) inner() *reply { return &reply{op: r.op, rest: pop[[]any](r)} }

// list takes a list of strings, or nil.
func (r *reply) list() []string {
	if len(r.rest) > 0 && r.rest[0] == nil {
		r.rest = r.rest[1:]
		return nil
	}
	inner := reply{rest: pop[[]any](r)}
	list := inner.strings()
	r.bad = r.bad || inner.bad
	return list
}

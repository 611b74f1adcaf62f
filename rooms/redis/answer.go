package redis

import (
	"fmt"
	"time"

	"wick/rooms"
)

// answer takes what a script answered apart, in order. A value that is not
// there, or is of another type, shows in err.
type answer struct {
	op   string
	rest []any
	bad  bool
}

func errAnswer(op string) error {
	return fmt.Errorf("%s: Redis gave an answer that no script of this program gives", op)
}

// err is to be asked after everything was taken.
func (a *answer) err() error {
	if a.bad {
		return errAnswer(a.op)
	}
	return nil
}

func take[T any](a *answer) (v T) {
	if len(a.rest) == 0 {
		a.bad = true
		return v
	}
	v, ok := a.rest[0].(T)
	a.bad = a.bad || !ok
	a.rest = a.rest[1:]
	return v
}

func (a *answer) int() int       { return int(take[int64](a)) }
func (a *answer) uint() uint64   { return uint64(take[int64](a)) }
func (a *answer) string() string { return take[string](a) }

func (a *answer) millis() time.Duration { return time.Duration(take[int64](a)) * time.Millisecond }

// now answers Redis' time, which the answer goes on with, and leaves it there.
func (a *answer) now() clock {
	ahead := *a
	return clock{redis: ahead.millis(), here: rooms.Now()}
}

// clock is one moment by Redis and here.
type clock struct {
	redis time.Duration // since 1970
	here  time.Time
}

// at is the moment of Redis' time in the time of this process.
func (c clock) at(ms int64) time.Time {
	return c.here.Add(time.Duration(ms)*time.Millisecond - c.redis)
}

// deadline takes Redis' time and a deadline in it, and answers the deadline
// in the time of this process: what is left counts from the answer's arrival.
func (a *answer) deadline() time.Time {
	now := a.millis()
	return rooms.Now().Add(a.millis() - now)
}

// next tells whether the answer goes on with that word, and takes it if so.
func (a *answer) next(word string) bool {
	if len(a.rest) == 0 || a.rest[0] != word {
		return false
	}
	a.rest = a.rest[1:]
	return true
}

// strings takes the rest, all of them strings.
func (a *answer) strings() []string {
	list := make([]string, len(a.rest))
	for i := range list {
		list[i] = a.string()
	}
	return list
}

// list takes a list of strings; nil where there is none.
func (a *answer) list() []string {
	if len(a.rest) > 0 && a.rest[0] == nil {
		a.rest = a.rest[1:]
		return nil
	}
	inner := answer{rest: take[[]any](a)}
	list := inner.strings()
	a.bad = a.bad || inner.bad
	return list
}

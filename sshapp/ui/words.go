package ui

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

// clock is a countdown as people read it: mm:ss up to an hour, else 1:05 h. It
// rounds up, as the room's own timer does, and is 00:00 only at the end.
func clock(left time.Duration) string {
	left = max(left, 0)
	if left > time.Hour {
		m := int((left + time.Minute - 1) / time.Minute)
		return fmt.Sprintf("%d:%02d h", m/60, m%60)
	}
	s := int((left + time.Second - 1) / time.Second)
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Span is a duration without what is zero: 90s is 1m30s, an hour 1h.
func Span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Places is a number of places.
func Places(n int) string { return count(uint64(n), "place") }

// count is a number with its noun: 1 message, 2 messages.
func count(n uint64, noun string) string {
	s := strconv.FormatUint(n, 10) + " " + noun
	if n != 1 {
		s += "s"
	}
	return s
}

// capital is a sentence from its first letter on.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Sentence makes an error plain. What is not known to be meant for people
// becomes one sentence that tells nothing.
func Sentence(err error) string {
	for _, known := range []error{
		rooms.ErrBadTTL, rooms.ErrBadName, rooms.ErrReservedName,
		rooms.ErrEmpty, rooms.ErrTooLong, rooms.ErrTooFast, rooms.ErrTooShort,
		rooms.ErrBadAlias, rooms.ErrReservedAlias, rooms.ErrTagAlias, rooms.ErrAliasTaken,
		rooms.ErrNoRoom, rooms.ErrFull, rooms.ErrNetworkFull, rooms.ErrNotSeated, rooms.ErrLonger,
		rooms.ErrLocked, rooms.ErrKicked, rooms.ErrSpent, rooms.ErrNotOwner,
		rooms.ErrDenied, rooms.ErrNobody, rooms.ErrAmbiguous, rooms.ErrYourself,
		rooms.ErrBadBurn, rooms.ErrNoneHidden, rooms.ErrBurnt,
		rooms.ErrStoreFull, rooms.ErrSourceFull, rooms.ErrRoomFull,
		rooms.ErrTooManyNames, rooms.ErrTooManyKicks, rooms.ErrTooManyInvites, rooms.ErrUnavailable, rooms.ErrNotSaid, rooms.ErrClosing,
	} {
		if errors.Is(err, known) {
			return capital(known.Error()) + "."
		}
	}
	if refusal, ok := errors.AsType[Refusal](err); ok {
		return strings.ToUpper(string(refusal[:1])) + string(refusal[1:]) + "."
	}
	switch {
	case errors.Is(err, rooms.ErrUnknown):
		return "The server's store did not confirm that: it may or may not have happened."
	case errors.Is(err, rooms.ErrSealed):
		return "This server cannot read the room: it was sealed with another secret. Tell whoever runs the server."
	case errors.Is(err, context.DeadlineExceeded):
		return "That took too long. Try again."
	default:
		return "That did not work: the server had a fault."
	}
}

package wording

import (
	"context"
	"errors"
	"strings"

	"wick/rooms"
)

// Refusal is an error that says in plain words what this server does not allow, and when
// it will.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// forPeople are the errors whose own text is meant for people.
var forPeople = []error{
	rooms.ErrBadTTL, rooms.ErrBadName, rooms.ErrReservedName,
	rooms.ErrEmpty, rooms.ErrTooLong, rooms.ErrTooFast, rooms.ErrTooShort,
	rooms.ErrBadAlias, rooms.ErrReservedAlias, rooms.ErrTagAlias, rooms.ErrAliasTaken, rooms.ErrAliasUsed,
	rooms.ErrNoRoom, rooms.ErrFull, rooms.ErrNetworkFull, rooms.ErrNotSeated, rooms.ErrLonger,
	rooms.ErrLocked, rooms.ErrKicked, rooms.ErrSpent, rooms.ErrNotOwner,
	rooms.ErrDenied, rooms.ErrNobody, rooms.ErrAmbiguous, rooms.ErrYourself,
	rooms.ErrBadBurn, rooms.ErrNoneHidden, rooms.ErrBurnt, rooms.ErrNoneYours,
	rooms.ErrNoDrop, rooms.ErrClaimed, rooms.ErrNoChunk, rooms.ErrNothing, rooms.ErrTooLarge, rooms.ErrNotForYou,
	rooms.ErrBadFileName, rooms.ErrFileExists, rooms.ErrNoFile, rooms.ErrFilesFull, rooms.ErrTooManyFiles,
	rooms.ErrStoreFull, rooms.ErrSourceFull, rooms.ErrRoomFull,
	rooms.ErrTooManyNames, rooms.ErrTooManyKicks, rooms.ErrTooManyInvites, rooms.ErrUnavailable, rooms.ErrNotSaid, rooms.ErrClosing,
}

// Sentence returns an error as a sentence for people. Errors whose text is not
// meant for people all become the same one, which gives nothing away.
func Sentence(err error) string {
	for _, known := range forPeople {
		if errors.Is(err, known) {
			return capital(known.Error()) + "."
		}
	}
	if refusal, ok := errors.AsType[Refusal](err); ok {
		return capital(refusal.Error()) + "."
	}
	switch {
	case errors.Is(err, rooms.ErrUnknown):
		return "The server's store did not confirm that: it may or may not have happened."
	case errors.Is(err, rooms.ErrSealed):
		return "This server cannot read the room: it was sealed with another secret. Tell the server's operator."
	case errors.Is(err, context.DeadlineExceeded):
		return "That took too long. Try again."
	default:
		return "That did not work: something went wrong on the server."
	}
}

// capital returns a sentence with a capital letter. The sentence must begin with an ASCII
// letter.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

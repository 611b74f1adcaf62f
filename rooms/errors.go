package rooms

import "errors"

// Errors that a store returns. Stores wrap them with the operation; callers use
// errors.Is. Any other error is a fault of the store.
var (
	ErrBurning     = errors.New("a room of that name is burning already")
	ErrNoRoom      = errors.New("no such room, or it burned out")
	ErrFull        = errors.New("the room is full")
	ErrNetworkFull = errors.New("your network has as many places in this room as one may have")
	ErrLocked      = errors.New("the room is locked")
	ErrKicked      = errors.New("you were shown out of this room")
	ErrSpent       = errors.New("that invitation was used already, or is too old")
	ErrAliasTaken  = errors.New("somebody here has that name")
	ErrNotSeated   = errors.New("the seat is gone")
	ErrLonger      = errors.New("a countdown can be shortened, never extended")
	ErrStoreFull   = errors.New("the server's memory is full")
	ErrUnavailable = errors.New("the store cannot be reached")                    // certainly not done
	ErrUnknown     = errors.New("the answer was lost")                            // done or not: nobody knows yet
	ErrNotSaid     = errors.New("that was not said: the server's store was away") // now certain, after ErrUnknown
	ErrBurnt       = errors.New("those words have burned")
	ErrSealed      = errors.New("what the store holds was sealed with another secret")

	ErrSourceFull = errors.New("this server keeps as much from your address as it may: wait until older messages or rooms are gone")
	ErrRoomFull   = errors.New("this room holds as much as it may at present")

	ErrTooManyNames   = errors.New("you have had as many names in this room as one may")
	ErrTooManyKicks   = errors.New("this room has shown out as many people as it can: lock it instead")
	ErrTooManyInvites = errors.New("this room has as many open invitations as it can: wait until one was used or ran out")
)

package rooms

import "errors"

// Errors that a store returns. Stores wrap them with the operation; callers use
// errors.Is. Any other error is a fault of the store.
var (
	ErrBurning     = errors.New("a room of that name is already burning")
	ErrNoRoom      = errors.New("no such room, or it burned out")
	ErrFull        = errors.New("the room is full")
	ErrNetworkFull = errors.New("too many people from your network are in this room")
	ErrLocked      = errors.New("the room is locked")
	ErrKicked      = errors.New("you were shown out of this room")
	ErrSpent       = errors.New("that invitation was already used, or has expired")
	ErrAliasTaken  = errors.New("somebody here already has that name")
	ErrAliasUsed   = errors.New("somebody else here had that name before")
	ErrSeated      = errors.New("you are in this room already")
	ErrNotSeated   = errors.New("the seat is gone")
	ErrLonger      = errors.New("a countdown can be shortened, never extended")
	ErrStoreFull   = errors.New("the server's memory is full")
	ErrUnavailable = errors.New("the store cannot be reached")                           // certainly not done
	ErrUnknown     = errors.New("the answer was lost")                                   // done or not: nobody knows yet
	ErrNotSaid     = errors.New("that was not said: the server's store was unavailable") // now certain, after ErrUnknown
	ErrBurnt       = errors.New("that message has burned")
	ErrNoChunk     = errors.New("a part of it is missing in the server's store")
	ErrDropped     = errors.New("something else was dropped in this room")
	ErrNoDrop      = errors.New("there is nothing to take in this room")
	ErrFileExists  = errors.New("a file of that name is here already")
	ErrNoFile      = errors.New("there is no file of that name here")
	ErrFilesFull   = errors.New("the files of this room take as much as this server keeps")
	ErrClaimed     = errors.New("somebody else is taking it: try again in a minute")
	ErrSealed      = errors.New("what the store holds was sealed with another secret")

	ErrSourceFull = errors.New("too much is kept from your address: wait until older messages or rooms are gone")
	ErrRoomFull   = errors.New("too much is kept in this room at present")

	ErrTooManyFiles   = errors.New("too many files are in this room")
	ErrTooManyNames   = errors.New("you have used too many names in this room")
	ErrTooManyKicks   = errors.New("too many people were shown out of this room: lock it instead")
	ErrTooManyInvites = errors.New("too many open invitations: wait until one is used or expires")
)

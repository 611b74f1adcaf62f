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
	ErrKicked      = errors.New("you were kicked from this room")
	ErrSpent       = errors.New("that invitation was already used, or has expired")
	ErrAliasTaken  = errors.New("somebody here already has that name")
	ErrAliasUsed   = errors.New("somebody else here had that name before")
	ErrSeated      = errors.New("you are already in this room")
	ErrNotSeated   = errors.New("you no longer have a seat in this room")
	ErrLonger      = errors.New("a countdown can be shortened, never extended")
	ErrStoreFull   = errors.New("the server's memory is full")
	ErrUnavailable = errors.New("the store cannot be reached")                           // certainly not done
	ErrUnknown     = errors.New("the reply was lost")                                    // done or not: nobody knows yet
	ErrNotSaid     = errors.New("that was not said: the server's store was unavailable") // now certain, after ErrUnknown
	ErrBurnt       = errors.New("that message has burned")
	ErrNoChunk     = errors.New("part of it is missing from the server's store")
	ErrDropped     = errors.New("something else was dropped in this room")
	ErrNoDrop      = errors.New("there is nothing to take in this room")
	ErrFileExists  = errors.New("there is already a file of that name here")
	ErrNoFile      = errors.New("there is no file of that name here")
	ErrFilesFull   = errors.New("the files in this room take up all the space this server allows")
	ErrClaimed     = errors.New("somebody else is taking it: try again in a minute")
	ErrSealed      = errors.New("what the store holds was sealed with another secret")

	ErrSourceFull = errors.New("your address has used up its share of this server: wait until older messages or rooms are gone")
	ErrRoomFull   = errors.New("this room has used up its share of this server for now")

	ErrTooManyFiles   = errors.New("this room has too many files")
	ErrTooManyNames   = errors.New("you have used too many names in this room")
	ErrTooManyKicks   = errors.New("too many people were kicked from this room: lock it instead")
	ErrTooManyInvites = errors.New("too many open invitations: wait until one is used or expires")
)

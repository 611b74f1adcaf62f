package rooms

import (
	"context"
	"time"
)

// Store keeps rooms. Every operation is atomic, decides by the store's own clock,
// and ends with its context. All methods are safe for concurrent use.
//
// A room past its deadline does not exist: whichever operation finds one deletes
// what is left of it and returns ErrNoRoom. Operations that take a Ref also
// return ErrNoRoom if the room was lit again meanwhile.
//
// To enter without missing or doubling anything: Watch, which returns once the
// store has acknowledged it; Enter; then drop what the feed buffered up to
// Entry.Seq. storetest holds the contract that every store passes.
type Store interface {
	LifetimeStore
	SeatStore
	HistoryStore
	DoorStore
	BlobStore
	FileStore
	DropStore
	WatchStore

	// Space returns how much memory rooms take, and may take, as far as the store
	// knows. It waits for nobody.
	Space() Space
	// Close ends every watch and whatever runs for the store, and waits.
	Close() error
}

// LifetimeStore is the part of a Store that lights rooms and ends them.
type LifetimeStore interface {
	// Light creates a room, or returns ErrBurning or ErrStoreFull.
	Light(ctx context.Context, l Lighting) (Room, error)
	// LitBy returns the rooms that were lit by a key (Lighting.Key), as far as this
	// process has heard of them and not of their end, the newest first and at most
	// MaxLit. It waits for nobody.
	LitBy(key string) []Lit
	// Find returns the room that burns under the name.
	Find(ctx context.Context, name Name) (Room, error)
	// Assert has the store adopt those of the promises that are tighter than its
	// own: a nearer deadline, a newer lock, kicks; and let in those who are
	// Welcome. It publishes what it adopts, and gives up the seats of all who
	// were shown out.
	Assert(ctx context.Context, ref Ref, p Promises) error
	// Shorten moves the deadline to left from now and publishes Shortened. It
	// returns ErrLonger if that is not before the deadline.
	Shorten(ctx context.Context, ref Ref, by Seat, left time.Duration) (Room, error)
	// Destroy wipes the room and publishes Destroyed, with the number of messages.
	Destroy(ctx context.Context, ref Ref, by Seat) error
	// Reap wipes the room if its deadline has passed by the store's clock;
	// otherwise it returns the time left. For a room that is gone it returns 0.
	Reap(ctx context.Context, ref Ref) (left time.Duration, err error)
	// Remains returns how many things the store still has of one burning of a
	// room, looked for one by one: 0 after its end.
	Remains(ctx context.Context, ref Ref) (int, error)
}

// SeatStore is the part of a Store that says who sits in a room.
type SeatStore interface {
	// Enter takes the seat in the room that burns under the name, as long as the
	// lease of seat.Node is renewed, and publishes Joined. A seat that is taken
	// already by the same ID is confirmed, not taken twice. Seats of nodes whose
	// lease ran out are given up first. If a seat is reserved for seat.Identity, that
	// one is taken instead, with its ID and alias, and Back is published; but not if
	// the seat is a Writer's, who is about to go.
	//
	// A locked room lets in only people who have been in it, or were admitted;
	// others get ErrLocked, and people who were kicked ErrKicked. Enter returns
	// ErrFull before ErrNetworkFull and ErrAliasTaken, and ErrStoreFull.
	// ErrNetworkFull is for new seats, whose Rev is 1 at most: somebody who takes
	// a lost one again had it before. With seat.Alone, it returns ErrSeated before
	// all these if the identity has seats, and an entry with the Room and, as its
	// Roster, those seats.
	//
	// With seat.Beside, for a Writer, the entry takes none of the room's seats. It is
	// for an identity that has one, in a room without a free one: if it has none, or
	// MaxBeside sit beside others already, that is ErrFull.
	//
	// If seat.Own, the identity gets the alias that it chose last by Rename, if it
	// still owns that and nobody has it; see MaxNames.
	//
	// The seat is Marked if the alias was another identity's before, who said
	// something under it, had it for NameHeld, or was kicked. If the seat's alias was
	// Chosen, that is ErrAliasUsed instead. The entry's History
	// holds the messages after the given number, and Unreadable ones in their
	// place.
	Enter(ctx context.Context, name Name, seat Seat, lease time.Duration, after uint64) (Entry, error)
	// Leave gives the seat up and publishes Left. A seat that is gone already is
	// no error.
	Leave(ctx context.Context, ref Ref, seat Seat) error
	// Reserve holds the seat for its identity's return and publishes Away; when the
	// time is over it is given up like one whose lease ran out. Entry.Seen will
	// be seat.Seen. A seat that is gone is not an error.
	Reserve(ctx context.Context, ref Ref, seat Seat, returnWithin time.Duration) error
	// Rename gives the seat another alias, atomically unique, and publishes
	// Renamed. With a key, Enter remembers the alias, unless it is seat.Own. It
	// returns ErrAliasTaken, ErrNotSeated and ErrTooManyNames.
	Rename(ctx context.Context, ref Ref, seat Seat, alias string) error
	// Beat renews the lease of all the node's seats in the room and gives up
	// those of nodes whose lease ran out, publishing Left for each. The roster is
	// returned only if it is not the known one, and so are the kicks.
	Beat(ctx context.Context, ref Ref, node string, lease time.Duration, known Known) (Pulse, error)
}

// HistoryStore is the part of a Store that keeps messages.
type HistoryStore interface {
	// Append adds a message to the history, drops the oldest beyond Room.History,
	// publishes it and returns its number. It returns ErrNotSeated, ErrStoreFull,
	// and ErrUnknown if the message may or may not have been added; it is not
	// added later than AppendLimit.
	Append(ctx context.Context, ref Ref, seat Seat, w Words) (uint64, error)
	// Since returns the messages after the given number, oldest first, and
	// Unreadable ones in their place. The history may have dropped some: then the
	// first is not the next number.
	Since(ctx context.Context, ref Ref, after uint64) ([]Event, error)
	// Resolve settles an Append that returned ErrUnknown: it returns the
	// message's number, or 0 if the history does not hold it, and from then on
	// never will, however late the Append arrives.
	Resolve(ctx context.Context, ref Ref, id string) (uint64, error)
	// Restore adds a message that the store once had and lost, as one that failed
	// over to a replica may, with its sender and words, and with its number until
	// then as Again. One that is Unsaid stays so. It adds nothing if the history
	// holds the ID or Resolve has ruled it out.
	Restore(ctx context.Context, ref Ref, e Event) error
	// Reveal has a message that burns, known by its ID, end in left from now,
	// unless it would end sooner, and returns when it ends, by the store's clock.
	// It publishes Revealed; at the end, the message in the history is replaced
	// by one that is Burnt, and that is published. It returns ErrBurnt if the
	// history does not hold the message, or its text is gone.
	//
	// Unless by is zero, that person has looked, which is added to the message's
	// Looks and published as Looked: once for each identity, and for the first
	// MaxLooks of them.
	Reveal(ctx context.Context, ref Ref, by Seat, e Event, left time.Duration) (time.Time, error)
	// Unsay replaces a message, known by its ID, by one that is Unsaid and keeps
	// its place, publishes that, and returns when, by the store's clock. A message
	// that the history does not hold is published with the number 0; if the store
	// lost it, it is ruled out as by Resolve. It returns ErrBurnt, and does
	// nothing to a message that is Unsaid.
	Unsay(ctx context.Context, ref Ref, e Event) (time.Time, error)
}

// DoorStore is the part of a Store that says who may enter a room.
type DoorStore interface {
	// Lock closes the room to newcomers, or opens it, and publishes Locked or
	// Unlocked.
	Lock(ctx context.Context, ref Ref, by Seat, locked bool) error
	// Knock reports whether seat.Identity may enter. If it may not, and with
	// ring, Knocked is published for it. It returns ErrKicked.
	Knock(ctx context.Context, name Name, seat Seat, ring bool) (open bool, err error)
	// Decide lets the guest into the locked room from now on and publishes
	// Admitted, or only publishes Denied.
	Decide(ctx context.Context, ref Ref, by, guest Seat, admit bool) error
	// Kick publishes Kicked, gives up all seats of the guest's identity, and
	// keeps it out for the room's life. It returns ErrTooManyKicks.
	Kick(ctx context.Context, ref Ref, by, guest Seat) error
	// Invite makes the token good for one Redeem while it is valid. It returns
	// ErrTooManyInvites.
	Invite(ctx context.Context, ref Ref, token string, valid time.Duration) error
	// Redeem consumes the token: the identity is let into the locked room from
	// now on. It returns ErrSpent to everybody else.
	Redeem(ctx context.Context, name Name, token, identity string) error
}

// BlobStore is the part of a Store that keeps bytes beside the messages of a room.
// They are put there in chunks under an ID that nobody else has, are read by that ID,
// and go with the room.
type BlobStore interface {
	// PutChunk keeps chunk n of a blob, counted from 0, of ChunkSize bytes at most.
	// To put it again is not an error. It returns ErrStoreFull. The caller may use data
	// again afterwards.
	PutChunk(ctx context.Context, ref Ref, blob string, n int, data []byte) error
	// Chunk returns chunk n of a blob. It returns ErrNoChunk for one that is not
	// there, or is not what was put there.
	Chunk(ctx context.Context, ref Ref, blob string, n int) ([]byte, error)
	// DeleteBlob deletes the first chunks of a blob, those that are there.
	DeleteBlob(ctx context.Context, ref Ref, blob string, chunks int) error
}

// FileStore is the part of a Store that gives blobs of a room names.
type FileStore interface {
	// AddFile makes a blob that is complete a file of the room, and publishes FilePut.
	// To add the same again is not an error. It returns ErrFileExists, ErrTooManyFiles
	// beyond MaxFiles, ErrFilesFull if the room's files would have more than limit
	// bytes together, and ErrStoreFull.
	AddFile(ctx context.Context, ref Ref, f File, limit int64) error
	// RemoveFile removes a file with its blob, and publishes FileRemoved. It returns
	// ErrNoFile.
	RemoveFile(ctx context.Context, ref Ref, by Seat, f File) error
	// Files returns the room's files, by name.
	Files(ctx context.Context, ref Ref) ([]File, error)
}

// DropStore is the part of a Store that hands one blob of a room to one person.
type DropStore interface {
	// Offer makes a blob that is complete the room's drop, and publishes Dropped.
	// To offer the same blob again is not an error. It returns ErrDropped if the room
	// has had another, and ErrStoreFull.
	Offer(ctx context.Context, ref Ref, d Drop) error
	// Claim keeps the drop for the holder of the claim, a random ID, as long as the
	// lease is renewed by further calls, and returns the drop. It returns ErrNoDrop,
	// and ErrClaimed while another claim holds.
	Claim(ctx context.Context, ref Ref, claim string, lease time.Duration) (Drop, error)
	// Unclaim gives a claim up. One that does not hold any more is not an error.
	Unclaim(ctx context.Context, ref Ref, claim string) error
	// Take wipes the room, whose drop the claim keeps, and publishes Taken. From then
	// on until the deadline that the room had, Taking tells of it, unless another room
	// is lit under the name. To call Take again with the same claim is not an error. It
	// returns ErrClaimed if another claim has held since, and ErrNoRoom if another has
	// taken the drop.
	Take(ctx context.Context, ref Ref, claim string, by Seat) error
	// Taking returns how the last room under the name was taken. It returns ErrNoRoom
	// if it was not, or its deadline has passed.
	Taking(ctx context.Context, name Name) (Taking, error)
}

// WatchStore is the part of a Store that publishes.
type WatchStore interface {
	// Watch returns a feed of everything published for the name from now on,
	// whichever room burns under it, until the feed is closed. There need not be
	// such a room yet.
	Watch(ctx context.Context, name Name) (*Feed, error)
	// Typing publishes Typing, and keeps nothing.
	Typing(ctx context.Context, ref Ref, seat Seat) error
	// Probe publishes Probed, and keeps nothing: processes that hold seats of
	// seat.Identity find out whether the clients are still there.
	Probe(ctx context.Context, ref Ref, seat Seat) error
	// Answer publishes Answered, and keeps nothing: the client in the seat is there.
	Answer(ctx context.Context, ref Ref, seat Seat) error
}

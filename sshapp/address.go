package sshapp

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

// NewWord is the SSH username that lights a room with a generated name.
const NewWord = "new"

// Options of an address.
const (
	inviteMark  = "i-"    // before the token of an invitation
	plainWord   = "plain" // lines in place of a screen
	keylessWord = "nokey" // let in without a key, see keyless
)

var (
	errBadOption   = errors.New("an address is ROOM, ROOM+30m, ROOM+2p or ROOM+30m+2p: a countdown such as 90s, 30m or 2h, and places such as 2p; +plain gives lines instead of a screen, +nokey connects without a key")
	errTwiceOption = errors.New("an address has at most one countdown and one number of places")
	errBadInvite   = errors.New("an invitation is ROOM+i-TOKEN, with nothing added but +plain and +nokey")
)

// Address is the meaning of an SSH username. A value.
type Address struct {
	New     bool          // light a room with a generated name
	Name    rooms.Name    // the room; zero with New or NotRoom
	NotRoom error         // why it names no room and leads to the lobby: rooms.ErrReservedName or rooms.ErrBadName
	TTL     time.Duration // 0: not given
	Seats   int           // 0: not given

	Invitation string // the token that lets its holder into Name though it is locked; no option but Plain and keylessWord goes with it
	Plain      bool   // lines in place of a screen
}

// ParseAddress parses an SSH username: a room's name or NewWord, and options after
// plus signs. It does not check whether the server offers what the options ask for.
// Any text that is not a room's name may be the login name of somebody who typed none, so
// it is not an error, and what follows it need not be options. The text of an error is a
// sentence for the person who typed the address.
func ParseAddress(user string) (Address, error) {
	word, options, hasOptions := strings.Cut(user, "+")
	a := Address{New: strings.EqualFold(word, NewWord)}
	if !a.New {
		a.Name, a.NotRoom = rooms.ParseName(word)
	}
	if !hasOptions {
		return a, nil
	}
	with, err := a.withOptions(strings.Split(options, "+"))
	if err != nil && errors.Is(a.NotRoom, rooms.ErrBadName) {
		return Address{NotRoom: a.NotRoom, Plain: plainly(user)}, nil
	}
	return with, err
}

// withOptions returns the address with options.
func (a Address) withOptions(list []string) (Address, error) {
	if len(list) == 1 && list[0] == "" {
		return Address{}, errBadOption
	}
	list, a.Plain = cutWordOption(list, plainWord)
	list, _ = cutWordOption(list, keylessWord)
	if len(list) > 0 {
		if token, ok := cutInviteMark(list[0]); ok {
			return a.withInvitation(token, list[1:])
		}
	}
	for _, option := range list {
		if err := a.set(option); err != nil {
			return Address{}, err
		}
	}
	return a, nil
}

// cutWordOption returns the options without one that is a word, and whether it was there.
func cutWordOption(options []string, word string) (others []string, found bool) {
	at := slices.IndexFunc(options, func(o string) bool { return strings.EqualFold(o, word) })
	if at < 0 {
		return options, false
	}
	return slices.Delete(options, at, at+1), true
}

// keyless reports whether an SSH username asks to be let in without a key: by the
// authentication method "none", which most clients try before they offer a key, and
// some try alone if they have none. It does so for addresses that are wrong, too:
// whoever gets in reads why.
func keyless(user string) bool { return hasOption(user, keylessWord) }

// plainly reports whether an SSH username asks for lines in place of a screen, also if
// it is wrong.
func plainly(user string) bool { return hasOption(user, plainWord) }

func hasOption(user, word string) bool {
	_, options, _ := strings.Cut(user, "+")
	_, found := cutWordOption(strings.Split(options, "+"), word)
	return found
}

// invitationAddress returns the SSH username that redeems an invitation.
func invitationAddress(name rooms.Name, token string) string {
	return name.String() + "+" + inviteMark + token
}

// cutInviteMark returns the token of an option that is an invitation.
func cutInviteMark(option string) (token string, ok bool) {
	n := min(len(inviteMark), len(option))
	return option[n:], strings.EqualFold(option[:n], inviteMark)
}

// otherName returns a name that can be a room's, for an SSH username that is reserved and
// has options, which show that a room was meant; otherwise "".
func (a Address) otherName(user string) string {
	if !errors.Is(a.NotRoom, rooms.ErrReservedName) || a.TTL == 0 && a.Seats == 0 {
		return ""
	}
	word, _, _ := strings.Cut(user, "+")
	return strings.ToLower(word) + "-room"
}

// withInvitation returns the address with the token of an invitation. It returns an
// error if there are other options.
func (a Address) withInvitation(token string, others []string) (Address, error) {
	switch {
	case a.NotRoom != nil:
		return Address{}, a.NotRoom
	case a.New, len(others) > 0:
		return Address{}, errBadInvite
	}
	var err error
	if a.Invitation, err = rooms.ParseToken(token); err != nil {
		return Address{}, err
	}
	return a, nil
}

// set sets the countdown or the number of places.
func (a *Address) set(option string) error {
	if _, ok := cutInviteMark(option); ok {
		return errBadInvite
	}
	if places, ok := strings.CutSuffix(option, "p"); ok {
		n, err := strconv.ParseUint(places, 10, 31)
		switch {
		case err != nil || n == 0:
			return errBadOption
		case a.Seats != 0:
			return errTwiceOption
		}
		a.Seats = int(n)
		return nil
	}
	ttl, err := rooms.ParseTTL(option)
	switch {
	case err != nil:
		return err
	case a.TTL != 0:
		return errTwiceOption
	}
	a.TTL = ttl
	return nil
}

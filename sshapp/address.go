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

// inviteMark stands before the token of an invitation, plainWord for lines in
// place of a screen.
const (
	inviteMark = "i-"
	plainWord  = "plain"
)

var (
	errBadOption   = errors.New("an address is ROOM, ROOM+30m, ROOM+2p or ROOM+30m+2p: a countdown such as 90s, 30m or 2h, and places such as 2p; +plain asks for lines in place of a screen")
	errTwiceOption = errors.New("an address has one countdown and one number of places at most")
	errBadInvite   = errors.New("an invitation is ROOM+i-TOKEN, with nothing else but +plain")
)

// Address is what an SSH username means. A value.
type Address struct {
	New      bool          // light a room with a generated name
	Name     rooms.Name    // the room; none with New or Reserved
	Reserved bool          // a login name that machines send by themselves: the lobby
	TTL      time.Duration // 0: not said
	Seats    int           // 0: not said

	Invitation string // a token that gets into Name though it is locked; only Plain comes beside it
	Plain      bool   // lines in place of a screen
}

// ParseAddress reads an SSH username: a room's name or NewWord, and options
// after plus signs. Whether this server allows the options is not its matter.
// An error is one plain sentence for whoever typed it.
func ParseAddress(user string) (Address, error) {
	word, options, _ := strings.Cut(user, "+")
	a := Address{New: strings.EqualFold(word, NewWord)}
	if !a.New {
		name, err := rooms.ParseName(word)
		switch {
		case errors.Is(err, rooms.ErrReservedName):
			a.Reserved = true
		case err != nil:
			return Address{}, err
		}
		a.Name = name
	}
	if options == "" {
		if strings.Contains(user, "+") {
			return Address{}, errBadOption
		}
		return a, nil
	}
	list := strings.Split(options, "+")
	if at := slices.IndexFunc(list, func(o string) bool { return strings.EqualFold(o, plainWord) }); at >= 0 {
		a.Plain = true
		list = slices.Delete(list, at, at+1)
	}
	if len(list) > 0 {
		if token, ok := cutInviteMark(list[0]); ok {
			return a.invite(token, list[1:])
		}
	}
	for _, option := range list {
		if err := a.set(option); err != nil {
			return Address{}, err
		}
	}
	return a, nil
}

// invitationAddress returns the SSH username that spends the token.
func invitationAddress(name rooms.Name, token string) string {
	return name.String() + "+" + inviteMark + token
}

// cutInviteMark returns the token of an option that is an invitation.
func cutInviteMark(options string) (token string, ok bool) {
	n := min(len(inviteMark), len(options))
	return options[n:], strings.EqualFold(options[:n], inviteMark)
}

// invite adds the token to the address of a room. Nothing else may stand
// beside it.
func (a Address) invite(token string, beside []string) (Address, error) {
	switch {
	case a.Reserved:
		return Address{}, rooms.ErrReservedName
	case a.New, len(beside) > 0:
		return Address{}, errBadInvite
	}
	var err error
	if a.Invitation, err = rooms.ParseToken(token); err != nil {
		return Address{}, err
	}
	return a, nil
}

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

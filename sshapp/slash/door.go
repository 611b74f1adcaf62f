package slash

import (
	"context"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

// This file has the commands that let people in and kick them.

// defaultInvitation is how long an invitation is valid if the command gives no time.
const defaultInvitation = 10 * time.Minute

func admit(r Room, who string) Result { return decide(r, who, true) }
func deny(r Room, who string) Result  { return decide(r, who, false) }

func decide(r Room, who string, in bool) Result {
	who = person(who)
	switch n := len(r.State.Knocks); {
	case n == 0:
		return problem("Nobody is knocking.")
	case n > 1 && who == "":
		return problem("Several people are knocking: give a name or a key tag.")
	}
	return act(func(ctx context.Context) error { return r.Member.Decide(ctx, who, in) })
}

func lock(r Room, _ string) Result   { return setLock(r, true) }
func unlock(r Room, _ string) Result { return setLock(r, false) }

func setLock(r Room, locked bool) Result {
	switch {
	case locked && r.State.Room.Locked:
		return problem("The room is already locked.")
	case !locked && !r.State.Room.Locked:
		return problem("The room is not locked.")
	}
	result := act(func(ctx context.Context) error { return r.Member.Lock(ctx, locked) })
	if you := r.State.You; locked && !you.Keyed && r.State.Room.OwnedBy(you.Identity) {
		result.Question = &Question{Why: wording.NoKeyToUnlock, Text: "Type y to lock it anyway.", Declined: "The room stays open."}
	}
	return result
}

func invite(r Room, argument string) Result {
	valid := defaultInvitation
	if argument != "" {
		var err error
		if valid, err = rooms.ParseTTL(strings.ToLower(argument)); err != nil {
			return problem(wording.Sentence(err))
		}
	}
	valid = min(valid, r.Member.Left())
	room := r.State.Room
	return Result{Action: func(ctx context.Context) (Reply, error) {
		token, err := r.Member.Invite(ctx, valid)
		if err != nil {
			return Reply{}, err
		}
		text := "It lets one person in, once, within " + wording.Span(valid.Truncate(time.Second)) + "."
		if !room.Locked {
			text += " Until you /lock, anybody who knows the room's name gets in without it."
		}
		return r.joinBy(Reply{Copy: r.Invite(room.Name, token), Text: text}), nil
	}}
}

// kick removes the person who has the name when the question is asked, even if somebody
// else has it when the reply comes. In a room that is not locked, its reply says how
// that person can come back.
func kick(r Room, name string) Result {
	name = person(name)
	if name == "" {
		return problem("Say who: /kick NAME.")
	}
	out, unknown := r.Member.Named(name)
	return Result{
		Question: &Question{Text: "Type y to kick " + rooms.CleanLine(name) + ".", Declined: "Nobody was kicked."},
		Action: func(ctx context.Context) (Reply, error) {
			err := unknown
			if err == nil {
				err = r.Member.Kick(ctx, out)
			}
			switch {
			case err != nil || r.Member.State().Room.Locked:
				return Reply{}, err
			case out.Keyed:
				return Reply{Text: wording.Alias(out) + "'s key stays out. Until you /lock, they can come back as somebody new, with another key or none."}, nil
			default:
				return Reply{Text: wording.Alias(out) + " has no key, and can come back as somebody new until you /lock: then newcomers have to knock."}, nil
			}
		},
	}
}

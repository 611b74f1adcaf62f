package redis

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

//go:embed lua/*.lua
var sources embed.FS

// script is one operation, executed by Redis in one go.
type script struct {
	op    string // names it in errors
	reads bool   // changes nothing, so that a lost answer leaves nothing unknown
	text  string
	sha   string
}

var (
	lightScript   = load("light")
	findScript    = reading(load("find"))
	enterScript   = load("enter", "names", "seats", "door", "history")
	leaveScript   = load("leave", "names", "seats")
	keepScript    = load("keep", "names", "seats")
	renameScript  = load("rename", "names", "seats", "door")
	beatScript    = load("beat", "names", "seats", "door")
	assertScript  = load("assert", "names", "seats", "door")
	appendScript  = load("append", "names", "seats", "history")
	resolveScript = load("resolve", "door", "history")
	restoreScript = load("restore", "history")
	lockScript    = load("lock", "door")
	knockScript   = load("knock", "door")
	decideScript  = load("decide", "door")
	kickScript    = load("kick", "names", "seats", "door")
	inviteScript  = load("invite", "door")
	redeemScript  = load("redeem", "door")
	remainsScript = reading(load("remains"))
	revealScript  = load("reveal", "history")
	typingScript  = load("typing")
	sinceScript   = reading(load("since", "history"))
	shortenScript = load("shorten")
	destroyScript = load("destroy")
	reapScript    = load("reap")
	indexScript   = load("index")
	advanceScript = load("index_advance")
	dueScript     = reading(load("index_due"))
	nextScript    = reading(load("index_next"))

	// These stand for themselves: what others begin with would fail where they
	// are to tell why.
	probeScript   = made("probe", source("probe"))
	expiredScript = made("expired", source("expired"))
	echoScript    = made("echo", source("echo"))
)

// load makes a script of the core, other parts that it needs, and its own text.
func load(op string, parts ...string) script {
	text := bounds + source("core")
	for _, part := range parts {
		text += source(part)
	}
	return made(op, text+source(op))
}

// bounds are those of package rooms, for scripts.
var bounds = fmt.Sprintf("local MAX_NAMES, MAX_NAMES_EACH, MAX_WELCOME, MAX_KICKS, MAX_INVITES, MAX_RULED_OUT = %d, %d, %d, %d, %d, %d\n"+
	"local HOUSEHOLD, NETWORK_SHARE, NAME_HELD = %d, %d, %d\n",
	rooms.MaxNames, rooms.MaxNamesEach, rooms.MaxWelcome, rooms.MaxKicks, rooms.MaxInvites, rooms.MaxRuledOut,
	rooms.Household, rooms.NetworkShare, rooms.NameHeld.Milliseconds())

func made(op, text string) script {
	sum := sha1.Sum([]byte(text)) // Redis knows scripts by it
	return script{op: op, text: text, sha: hex.EncodeToString(sum[:])}
}

func reading(s script) script {
	s.reads = true
	return s
}

func source(op string) string {
	text, err := sources.ReadFile("lua/" + op + ".lua")
	if err != nil {
		panic(err) // embedded: cannot fail at run time
	}
	return string(text)
}

// refusals are what scripts answer instead of a list.
var refusals = map[string]error{
	"burning":  rooms.ErrBurning,
	"gone":     rooms.ErrNoRoom,
	"full":     rooms.ErrFull,
	"network":  rooms.ErrNetworkFull,
	"locked":   rooms.ErrLocked,
	"spent":    rooms.ErrSpent,
	"taken":    rooms.ErrAliasTaken,
	"unseated": rooms.ErrNotSeated,
	"longer":   rooms.ErrLonger,
	"burnt":    rooms.ErrBurnt,
	"late":     rooms.ErrNotSaid,
	"names":    rooms.ErrTooManyNames,
	"kicks":    rooms.ErrTooManyKicks,
	"invites":  rooms.ErrTooManyInvites,
	"store":    rooms.ErrStoreFull,
	"moved":    errMoved,
}

// errMoved says that a kept seat is not kept any more.
var errMoved = errors.New("the seat is held by somebody else by now")

// run executes a script. The error is ready for the caller of the store.
func (s *Store) run(ctx context.Context, sc script, keys []string, args ...any) (*answer, error) {
	var cmd once
	err := s.persist(ctx, func() error {
		cmd = once{goredis.NewCmd(ctx, evaluation("evalsha", sc.sha, keys, args)...)}
		err := s.do(ctx, cmd)
		if goredis.HasErrorPrefix(err, "NOSCRIPT") { // Redis is new, or forgot: it has executed nothing
			cmd = once{goredis.NewCmd(ctx, evaluation("eval", sc.text, keys, args)...)}
			err = s.do(ctx, cmd)
		}
		return err
	})
	if err != nil {
		return nil, fault(ctx, sc, err)
	}
	return sc.answer(cmd.Val())
}

// answer is what the script said, or the error by which it refused.
func (sc script) answer(val any) (*answer, error) {
	switch v := val.(type) {
	case []any:
		return &answer{op: sc.op, rest: v}, nil
	case string:
		if err := refusals[v]; err != nil {
			return nil, wrap(sc.op, err)
		}
	}
	return nil, errAnswer(sc.op)
}

func evaluation(command, script string, keys []string, args []any) []any {
	all := make([]any, 0, 3+len(keys)+len(args))
	all = append(all, command, script, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	return append(all, args...)
}

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
var luaFiles embed.FS

// script is one operation, which Redis executes atomically.
type script struct {
	op    string // its name in errors
	reads bool   // it changes nothing, so a lost reply leaves nothing unknown
	text  string
	sha   string
}

var (
	lightScript   = loadScript("light")
	findScript    = readOnly(loadScript("find"))
	enterScript   = loadScript("enter", "names", "seats", "door", "history")
	leaveScript   = loadScript("leave", "names", "seats")
	keepScript    = loadScript("keep", "names", "seats")
	renameScript  = loadScript("rename", "names", "seats", "door")
	beatScript    = loadScript("beat", "names", "seats", "door")
	assertScript  = loadScript("assert", "names", "seats", "door")
	appendScript  = loadScript("append", "names", "seats", "history")
	resolveScript = loadScript("resolve", "door", "history")
	restoreScript = loadScript("restore", "history")
	lockScript    = loadScript("lock", "door")
	knockScript   = loadScript("knock", "door")
	decideScript  = loadScript("decide", "door")
	kickScript    = loadScript("kick", "names", "seats", "door")
	inviteScript  = loadScript("invite", "door")
	redeemScript  = loadScript("redeem", "door")
	remainsScript = readOnly(loadScript("remains"))
	revealScript  = loadScript("reveal", "history")
	typingScript  = loadScript("typing")
	sinceScript   = readOnly(loadScript("since", "history"))
	shortenScript = loadScript("shorten")
	destroyScript = loadScript("destroy")
	reapScript    = loadScript("reap")
	indexScript   = loadScript("index")
	advanceScript = loadScript("index_advance")
	dueScript     = readOnly(loadScript("index_due"))
	nextScript    = readOnly(loadScript("index_next"))

	// These scripts do without the core, which would fail before they could
	// find out why.
	probeScript   = newScript("probe", luaSource("probe"))
	expiredScript = newScript("expired", luaSource("expired"))
	echoScript    = newScript("echo", luaSource("echo"))
)

// loadScript returns a script that consists of the core, other parts and its
// own text.
func loadScript(op string, parts ...string) script {
	text := bounds + luaSource("core")
	for _, part := range parts {
		text += luaSource(part)
	}
	return newScript(op, text+luaSource(op))
}

// bounds defines the bounds of package rooms for scripts.
var bounds = fmt.Sprintf("local MAX_NAMES, MAX_NAMES_EACH, MAX_WELCOME, MAX_KICKS, MAX_INVITES, MAX_RULED_OUT = %d, %d, %d, %d, %d, %d\n"+
	"local HOUSEHOLD, NETWORK_SHARE, NAME_HELD = %d, %d, %d\n",
	rooms.MaxNames, rooms.MaxNamesEach, rooms.MaxWelcome, rooms.MaxKicks, rooms.MaxInvites, rooms.MaxRuledOut,
	rooms.Household, rooms.NetworkShare, rooms.NameHeld.Milliseconds())

func newScript(op, text string) script {
	sum := sha1.Sum([]byte(text)) // EVALSHA names scripts by it
	return script{op: op, text: text, sha: hex.EncodeToString(sum[:])}
}

func readOnly(s script) script {
	s.reads = true
	return s
}

func luaSource(op string) string {
	text, err := luaFiles.ReadFile("lua/" + op + ".lua")
	if err != nil {
		panic(err) // embedded: cannot fail at run time
	}
	return string(text)
}

// refusals are the words that scripts return instead of a list.
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

// errMoved says that a kept seat is no longer kept.
var errMoved = errors.New("somebody else holds the seat by now")

// run executes a script. The caller of the store may get its error as it is.
func (s *Store) run(ctx context.Context, sc script, keys []string, args ...any) (*reply, error) {
	var cmd noRetry
	err := s.retryRefused(ctx, func() error {
		cmd = noRetry{goredis.NewCmd(ctx, evalArgs("evalsha", sc.sha, keys, args)...)}
		err := s.do(ctx, cmd)
		if goredis.HasErrorPrefix(err, "NOSCRIPT") { // Redis does not know the script and executed nothing
			cmd = noRetry{goredis.NewCmd(ctx, evalArgs("eval", sc.text, keys, args)...)}
			err = s.do(ctx, cmd)
		}
		return err
	})
	if err != nil {
		return nil, fault(ctx, sc, err)
	}
	return sc.reply(cmd.Val())
}

// reply returns the script's reply, or the error of its refusal.
func (sc script) reply(val any) (*reply, error) {
	switch v := val.(type) {
	case []any:
		return &reply{op: sc.op, rest: v}, nil
	case string:
		if err := refusals[v]; err != nil {
			return nil, wrap(sc.op, err)
		}
	}
	return nil, errBadReply(sc.op)
}

// evalArgs returns the arguments of EVALSHA or EVAL: source is the SHA-1 or the
// text of the script.
func evalArgs(command, source string, keys []string, args []any) []any {
	all := make([]any, 0, 3+len(keys)+len(args))
	all = append(all, command, source, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	return append(all, args...)
}

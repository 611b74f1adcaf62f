package redis

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	lightScript   = roomScript("light")
	findScript    = readOnly(roomScript("find"))
	enterScript   = roomScript("enter", "aliases", "seat", "seats", "door", "messages")
	leaveScript   = roomScript("leave", "aliases", "seat", "seats")
	keepScript    = roomScript("keep", "aliases", "seat", "seats")
	renameScript  = roomScript("rename", "aliases", "seat", "seats")
	beatScript    = roomScript("beat", "aliases", "seat", "seats", "door")
	assertScript  = roomScript("assert", "aliases", "seat", "seats", "door")
	appendScript  = roomScript("append", "confirm_alias of aliases", "seat", "message")
	resolveScript = roomScript("resolve", "door", "messages")
	restoreScript = roomScript("restore", "message", "messages")
	lockScript    = roomScript("lock", "door")
	knockScript   = roomScript("knock", "door")
	decideScript  = roomScript("decide", "door")
	kickScript    = roomScript("kick", "aliases", "seat", "seats", "door")
	inviteScript  = roomScript("invite", "door")
	redeemScript  = roomScript("redeem", "door")
	remainsScript = readOnly(loadScript("remains", "core"))
	revealScript  = roomScript("reveal", "messages")
	unsayScript   = roomScript("unsay", "door", "messages")
	signalScript  = roomScript("signal")
	sinceScript   = readOnly(roomScript("since", "messages"))
	putScript     = roomScript("put")
	chunkScript   = readOnly(roomScript("chunk"))
	unputScript   = roomScript("unput")
	addFileScript = roomScript("addfile")
	rmFileScript  = roomScript("rmfile")
	filesScript   = readOnly(roomScript("files"))
	offerScript   = roomScript("offer")
	claimScript   = roomScript("claim")
	unclaimScript = roomScript("unclaim")
	takeScript    = roomScript("take")
	takingScript  = readOnly(loadScript("taking", "core"))
	shortenScript = roomScript("shorten")
	destroyScript = roomScript("destroy")
	reapScript    = roomScript("reap")
	indexScript   = loadScript("index", "core")
	fleetScript   = loadScript("fleet", "core")
	recordScript  = loadScript("record")
	retireScript  = loadScript("retire")
	advanceScript = loadScript("index_advance", "core")
	dueScript     = readOnly(loadScript("index_due", "core"))
	nextScript    = readOnly(loadScript("index_next", "core"))

	// These scripts do without the core, which would fail before they could
	// find out why.
	probeScript   = loadScript("probe")
	expiredScript = loadScript("expired")
	echoScript    = loadScript("echo")
)

// roomScript returns a script on a room that burns.
func roomScript(op string, parts ...string) script {
	fuses := "burn_due of fuses"
	if slices.Contains(parts, "messages") {
		fuses = "fuses"
	}
	return loadScript(op, slices.Concat([]string{"core", fuses, "room"}, parts)...)
}

// loadScript returns a script that consists of parts and its own text. A script
// has only the parts that it needs: Redis runs all of them at every call. For what it
// seldom needs, "function of part" gives it a function by the name that runs the part
// only when it is called.
func loadScript(op string, parts ...string) script {
	text := ""
	if len(parts) > 0 {
		text = bounds
	}
	for _, part := range parts {
		if function, from, ok := strings.Cut(part, " of "); ok {
			text += whenCalled(function, luaSource(from))
		} else {
			text += luaSource(part)
		}
	}
	return newScript(op, text+luaSource(op))
}

// whenCalled returns a function that runs the part that defines it, and then calls it.
func whenCalled(function, part string) string {
	return fmt.Sprintf("local function %s(...)\n%s\nreturn %[1]s(...)\nend\n", function, part)
}

// bounds defines the bounds of package rooms for the parts of scripts.
var bounds = fmt.Sprintf("local MAX_NAMES, MAX_NAMES_EACH, MAX_WELCOME, MAX_KICKS, MAX_INVITES, MAX_RULED_OUT, MAX_LOOKS = %d, %d, %d, %d, %d, %d, %d\n"+
	"local HOUSEHOLD, NETWORK_SHARE, MAX_BESIDE, NAME_HELD, MAX_FILES = %d, %d, %d, %d, %d\n",
	rooms.MaxNames, rooms.MaxNamesEach, rooms.MaxWelcome, rooms.MaxKicks, rooms.MaxInvites, rooms.MaxRuledOut, rooms.MaxLooks,
	rooms.Household, rooms.NetworkShare, rooms.MaxBeside, rooms.NameHeld.Milliseconds(), rooms.MaxFiles)

func newScript(op, text string) script {
	sum := sha1.Sum([]byte(text)) // EVALSHA names scripts by it
	return script{op: op, text: text, sha: hex.EncodeToString(sum[:])}
}

func readOnly(s script) script {
	s.reads = true
	return s
}

func luaSource(name string) string {
	text, err := luaFiles.ReadFile("lua/" + name + ".lua")
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
	"used":     rooms.ErrAliasUsed,
	"unseated": rooms.ErrNotSeated,
	"longer":   rooms.ErrLonger,
	"burnt":    rooms.ErrBurnt,
	"late":     rooms.ErrNotSaid,
	"nothing":  rooms.ErrNoDrop,
	"files":    rooms.ErrTooManyFiles,
	"filled":   rooms.ErrFilesFull,
	"nofile":   rooms.ErrNoFile,
	"claimed":  rooms.ErrClaimed,
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

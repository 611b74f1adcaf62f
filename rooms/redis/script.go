package redis

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"errors"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

//go:embed *.lua
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
	findScript    = loadReading("find")
	enterScript   = load("enter")
	leaveScript   = load("leave")
	keepScript    = load("keep")
	renameScript  = load("rename")
	beatScript    = load("beat")
	appendScript  = load("append")
	resolveScript = load("resolve")
	restoreScript = load("restore")
	lockScript    = load("lock")
	knockScript   = load("knock")
	decideScript  = load("decide")
	kickScript    = load("kick")
	inviteScript  = load("invite")
	redeemScript  = load("redeem")
	remainsScript = loadReading("remains")
	revealScript  = load("reveal")
	typingScript  = load("typing")
	sinceScript   = loadReading("since")
	shortenScript = load("shorten")
	destroyScript = load("destroy")
	reapScript    = load("reap")
	indexScript   = load("index")
	soonerScript  = load("sooner")
	overdueScript = loadReading("overdue")
	comingScript  = loadReading("upcoming")

	// These stand for themselves: the prelude would fail where they are to tell why,
	// or is about rooms.
	probeScript   = loadBare("probe")
	expiredScript = loadBare("expired")
	echoScript    = loadBare("echo")
)

func load(op string) script { return made(op, source("prelude")+source(op)) }

func loadBare(op string) script { return made(op, source(op)) }

func made(op, text string) script {
	sum := sha1.Sum([]byte(text)) // Redis knows scripts by it
	return script{op: op, text: text, sha: hex.EncodeToString(sum[:])}
}

func loadReading(op string) script {
	s := load(op)
	s.reads = true
	return s
}

func source(op string) string {
	text, err := sources.ReadFile(op + ".lua")
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
	"locked":   rooms.ErrLocked,
	"kicked":   rooms.ErrKicked,
	"spent":    rooms.ErrSpent,
	"taken":    rooms.ErrAliasTaken,
	"unseated": rooms.ErrNotSeated,
	"longer":   rooms.ErrLonger,
	"burnt":    rooms.ErrBurnt,
	"late":     rooms.ErrNotSaid,
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

package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// refusing are the codes of error replies by which Redis says that it does not
// execute commands at present.
var refusing = map[string]bool{
	"LOADING": true, "BUSY": true, "CLUSTERDOWN": true, "MASTERDOWN": true, "TRYAGAIN": true,
	"READONLY": true, "NOREPLICAS": true, "MISCONF": true, "NOAUTH": true, "WRONGPASS": true,
	"MOVED": true, "ASK": true,
}

// fault says what an error of the client library means for the operation. Its
// text is left out: an error reply can quote what was sent.
func fault(ctx context.Context, sc script, err error) error {
	lost := rooms.ErrUnknown
	if sc.reads || unsent(err) {
		lost = rooms.ErrUnavailable
	}
	var reply goredis.Error
	if errors.As(err, &reply) && !unsent(err) {
		switch {
		case goredis.IsOOMError(err):
			return wrap(sc.op, rooms.ErrStoreFull)
		case refusing[code(reply)], goredis.IsMaxClientsError(err):
			return fmt.Errorf("%s: %w: %s", sc.op, rooms.ErrUnavailable, meaning(reply))
		}
		return fmt.Errorf("%s: %s", sc.op, meaning(reply))
	}
	if ended := ended(ctx, err); ended != nil {
		return fmt.Errorf("%s: %w: %w", sc.op, lost, ended)
	}
	return wrap(sc.op, lost)
}

// guarded keeps a fault in the program from ending the process: what runs in
// the background fails, and is tried again. Of the fault only its type is told,
// for its value could hold what was said.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a fault in the program (%T)", r)
		}
	}()
	return f()
}

func wrap(op string, err error) error { return fmt.Errorf("%s: %w", op, err) }

// isFull tells whether Redis refused for want of memory.
func isFull(err error) bool { return errors.Is(err, rooms.ErrStoreFull) }

// ended is the context's error, where that is why the operation failed. The
// connection's deadline is the context's, and can pass a moment before it.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	deadline, ok := ctx.Deadline()
	var network net.Error
	if ok && !time.Now().Before(deadline) && errors.As(err, &network) && network.Timeout() {
		return context.DeadlineExceeded
	}
	return nil
}

// unsent tells whether the command certainly never left this process.
func unsent(err error) bool {
	var never notDialled
	return errors.As(err, &never) ||
		errors.Is(err, goredis.ErrPoolTimeout) ||
		errors.Is(err, goredis.ErrPoolExhausted) ||
		errors.Is(err, goredis.ErrClosed)
}

// code is the first word of an error reply, by which Redis classes it.
func code(reply goredis.Error) string {
	word, _, _ := strings.Cut(reply.Error(), " ")
	if strings.ToUpper(word) != word {
		return "ERR"
	}
	return word
}

// meaning says for a person what an error reply means.
func meaning(reply goredis.Error) string {
	switch code := code(reply); {
	case code == "NOAUTH":
		return "Redis wants a password"
	case goredis.IsAuthError(reply):
		return "Redis refused the user or the password"
	case code == "NOPERM":
		return "the Redis user may not " + forbidden(reply.Error()) + seeLog
	case strings.Contains(reply.Error(), "user executing the script can't"):
		return "the Redis user may not do all that rooms need" + seeLog
	case strings.HasPrefix(reply.Error(), "ERR unknown command"):
		return "Redis lacks a command that rooms need"
	case code == "MOVED":
		return "it is a node of a Cluster, which wants the URLs of some of its nodes, separated by commas"
	default:
		return "Redis answered " + code
	}
}

const (
	seeLog = ", see ACL LOG in Redis"
	prefix = "e2:" // of all keys and channels
)

// forbidden says what a NOPERM error forbids: its words differ among versions.
func forbidden(text string) string {
	_, rest, found := strings.Cut(text, "run the '")
	command, _, ended := strings.Cut(rest, "'")
	switch {
	case found && ended:
		return "use the command " + strings.ToUpper(command)
	case strings.Contains(text, "channel"):
		return "use channels that begin with " + prefix
	case strings.Contains(text, "key"):
		return "use keys that begin with " + prefix
	}
	return "do all that rooms need"
}

// explain says for a person why Redis could not be reached.
func explain(err error) string {
	var reply goredis.Error
	var network net.Error
	var name *net.DNSError
	var errno syscall.Errno
	switch {
	case errors.Is(err, goredis.Nil): // of all questions only that to a Sentinel is so answered
		return "the Sentinels know no server of that name"
	case errors.As(err, &reply) && unsent(err):
		return "its Sentinels: " + meaning(reply)
	case errors.As(err, &reply):
		return meaning(reply)
	case errors.As(err, &name):
		return "no address is known for that host"
	case errors.Is(err, context.Canceled):
		return "the attempt was cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "no answer in time"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

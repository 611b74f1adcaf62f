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

// unavailableCodes are the codes of error replies by which Redis says that it
// does not execute commands at present.
var unavailableCodes = map[string]bool{
	"LOADING": true, "BUSY": true, "CLUSTERDOWN": true, "MASTERDOWN": true, "TRYAGAIN": true,
	"READONLY": true, "NOREPLICAS": true, "MISCONF": true, "NOAUTH": true, "WRONGPASS": true,
	"MOVED": true, "ASK": true,
}

// fault returns what an error of the client library means for the operation.
// It leaves out the error's text: an error reply can quote the command.
func fault(ctx context.Context, sc script, err error) error {
	lost := rooms.ErrUnknown
	if sc.reads || notSent(err) {
		lost = rooms.ErrUnavailable
	}
	var redisErr goredis.Error
	if errors.As(err, &redisErr) && !notSent(err) {
		switch {
		case goredis.IsOOMError(err):
			return wrap(sc.op, rooms.ErrStoreFull)
		case unavailableCodes[errorCode(redisErr)], goredis.IsMaxClientsError(err):
			return fmt.Errorf("%s: %w: %s", sc.op, rooms.ErrUnavailable, describeError(redisErr))
		}
		return fmt.Errorf("%s: %s", sc.op, describeError(redisErr))
	}
	if ctxErr := contextError(ctx, err); ctxErr != nil {
		return fmt.Errorf("%s: %w: %w", sc.op, lost, ctxErr)
	}
	return wrap(sc.op, lost)
}

// withRecover calls f and turns a panic into an error, so that a bug in a
// background task does not end the process: the task fails and is tried again.
// The error names only the type of the panic's value, which may contain what
// people wrote.
func withRecover(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error (%T)", r)
		}
	}()
	return f()
}

func wrap(op string, err error) error { return fmt.Errorf("%s: %w", op, err) }

// isFull reports whether Redis refused because its memory is full.
func isFull(err error) bool { return errors.Is(err, rooms.ErrStoreFull) }

// contextError returns the context's error if that is why the operation failed.
// The connection has the same deadline, which can pass a moment earlier.
func contextError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) && isTimeout(err) {
		return context.DeadlineExceeded
	}
	return nil
}

// isTimeout reports whether the network took too long.
func isTimeout(err error) bool {
	network, ok := errors.AsType[net.Error](err)
	return ok && network.Timeout()
}

// notSent reports whether the command certainly never left this process.
func notSent(err error) bool {
	var e notSentError
	return errors.As(err, &e) ||
		errors.Is(err, goredis.ErrPoolTimeout) ||
		errors.Is(err, goredis.ErrPoolExhausted) ||
		errors.Is(err, goredis.ErrClosed)
}

// errorCode returns the first word of an error reply, which is its class.
func errorCode(redisErr goredis.Error) string {
	word, _, _ := strings.Cut(redisErr.Error(), " ")
	if strings.ToUpper(word) != word {
		return "ERR"
	}
	return word
}

// describeError returns a sentence for people about an error reply.
func describeError(redisErr goredis.Error) string {
	switch code := errorCode(redisErr); {
	case code == "NOAUTH":
		return "Redis requires a password"
	case goredis.IsAuthError(redisErr):
		return "Redis refused the user or the password"
	case code == "NOPERM":
		return "the Redis user may not " + describeNoPerm(redisErr.Error()) + seeLog
	case strings.Contains(redisErr.Error(), "user executing the script can't"):
		return "the Redis user may not do everything that rooms need" + seeLog
	case strings.HasPrefix(redisErr.Error(), "ERR unknown command"):
		return "Redis lacks a command that rooms need"
	case strings.HasPrefix(redisErr.Error(), "ERR This instance has cluster support disabled"):
		return "it is not a Cluster: give one URL"
	case strings.HasPrefix(redisErr.Error(), "ERR DB index is out of range"),
		strings.HasPrefix(redisErr.Error(), "ERR SELECT is not allowed in cluster mode"):
		return "it has no database of that number"
	case code == "READONLY":
		return "it is a replica, and rooms need its primary"
	case code == "MOVED":
		return "it is a node of a Cluster: give the URLs of some of its nodes, separated by commas"
	default:
		return "Redis replied " + code
	}
}

const (
	seeLog = ", see ACL LOG in Redis"
	prefix = "e4:" // of all keys and channels; its number changes with the format of what they hold
)

// describeNoPerm returns what a NOPERM error forbids. Its wording differs among
// versions of Redis.
func describeNoPerm(text string) string {
	_, rest, found := strings.Cut(text, "run the '")
	command, _, closed := strings.Cut(rest, "'")
	switch {
	case found && closed:
		return "use the command " + strings.ToUpper(command)
	case strings.Contains(text, "channel"):
		return "use channels that begin with " + prefix
	case strings.Contains(text, "key"):
		return "use keys that begin with " + prefix
	}
	return "do everything that rooms need"
}

// explain returns for people why Redis could not be reached.
func explain(err error) string {
	var redisErr goredis.Error
	var name *net.DNSError
	var errno syscall.Errno
	if why := explainTLS(err); why != "" {
		return why
	}
	switch {
	case errors.Is(err, errProtected):
		return "Redis is in protected mode, and serves its own machine only: give its user a password, or set protected-mode no if nobody else reaches it"
	case errors.Is(err, goredis.Nil): // only a Sentinel replies so
		return "the Sentinels know no server of that name"
	case errors.As(err, &redisErr) && notSent(err):
		return "its Sentinels: " + describeError(redisErr)
	case errors.As(err, &redisErr):
		return describeError(redisErr)
	case errors.As(err, &name):
		return "the host name cannot be resolved"
	case errors.Is(err, context.Canceled):
		return "the attempt was cancelled"
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "no reply in time"
	case errors.Is(err, net.ErrClosed): // by the connTracker
		return "it is no longer the primary"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

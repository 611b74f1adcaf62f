package fleet

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"wick/rooms"
)

var (
	// ErrNoServer means that no server, or more than one, has the number.
	ErrNoServer = errors.New("no server has that number now")
	// ErrBusy means that too many commands are on their way.
	ErrBusy = errors.New("too many commands of operators at once")
)

// Result is the outcome of a command.
type Result struct {
	Replies []Reply  // this server's first, then by ID
	Silent  []string // the IDs of servers that did not reply: what they did is unknown
}

// Reply is what one server replied.
type Reply struct {
	Server string // its ID
	Body   json.RawMessage
}

// ask is a command that waits for replies. Guarded by Fleet.mu.
type ask struct {
	to      string // a server's ID, or "" for all
	command message
	sent    map[string]bool // the servers that were sent the command, and have not replied
	replies chan Reply      // with room for all
	known   int             // servers that were sent the command
}

// Ask gives a command to all servers, or to the one whose ID begins with to. This server
// carries it out last, if it is one of them. An error beside a result says why others
// were not asked.
func (f *Fleet) Ask(ctx context.Context, to string, body json.RawMessage) (Result, error) {
	return f.ask(ctx, strings.ToLower(to), message{Body: body})
}

func (f *Fleet) ask(ctx context.Context, to string, c message) (Result, error) {
	servers, failed := []string(nil), error(nil)
	if f.cfg.Store != nil {
		servers, failed = f.renew(ctx)
	}
	servers = slices.DeleteFunc(servers, func(id string) bool { return id == f.id || !strings.HasPrefix(id, to) })
	here := strings.HasPrefix(f.id, to)
	var result Result
	switch {
	case failed != nil && !here:
		return result, failed
	case to == "":
	case here && len(servers) == 0, !here && len(servers) == 1:
		to = strings.Join(servers, "")
	default:
		return result, ErrNoServer
	}
	if len(servers) > 0 {
		var err error
		if result, err = f.askOthers(ctx, to, c, servers); err != nil {
			return result, err
		}
	}
	if here {
		own := Reply{Server: f.id}
		if c.Door == nil {
			own.Body = f.cfg.Do(c.Body, math.MaxInt)
		}
		result.Replies = slices.Insert(result.Replies, 0, own)
	}
	return result, failed
}

// askOthers gives a command to other servers: to the one with the ID to, or to all. It
// waits for those that are listed.
func (f *Fleet) askOthers(ctx context.Context, to string, c message, listed []string) (Result, error) {
	nonce := rand.Text()
	c.Kind, c.Nonce = command, nonce
	a := &ask{to: to, command: c, sent: map[string]bool{}, replies: make(chan Reply, rooms.MaxServers)}
	f.mu.Lock()
	if len(f.asks) >= maxAsks {
		f.mu.Unlock()
		return Result{}, ErrBusy
	}
	f.asks[nonce] = a
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.asks, nonce)
		f.mu.Unlock()
	}()
	result := Result{Silent: listed}
	limit := time.NewTimer(replyLimit)
	defer limit.Stop()
	f.send(ctx, message{Kind: hello, To: to, Nonce: nonce}) // if it fails, nobody replies
	for len(result.Silent) > 0 {
		select {
		case r := <-a.replies:
			result.Replies = append(result.Replies, r)
			result.Silent = slices.DeleteFunc(result.Silent, func(id string) bool { return id == r.Server })
			continue
		case <-limit.C:
		case <-ctx.Done():
		}
		break
	}
	slices.SortFunc(result.Replies, func(a, b Reply) int { return strings.Compare(a.Server, b.Server) })
	slices.Sort(result.Silent)
	return result, nil
}

// accept returns the command for the server that made an offer.
func (f *Fleet) accept(m message) (c message, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.asks[m.Nonce]
	if a == nil || a.to != "" && a.to != m.From || a.known >= rooms.MaxServers {
		return message{}, false
	}
	if _, again := a.sent[m.From]; again {
		return message{}, false
	}
	a.known++
	a.sent[m.From] = true
	c = a.command
	c.To, c.Token = m.From, m.Token
	return c, true
}

// collect passes on a server's reply, once.
func (f *Fleet) collect(m message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a := f.asks[m.Nonce]; a != nil && a.sent[m.From] {
		a.sent[m.From] = false
		a.replies <- Reply{Server: m.From, Body: m.Body} // has room: at most one for each sent
	}
}

package fleet

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"time"

	"wick/rooms"
)

// The kinds of messages, in the order in which they go back and forth.
const (
	hello   = "hello"   // an asker wants tokens
	offer   = "offer"   // a server offers one
	command = "command" // for the server whose token it has
	reply   = "reply"
)

type message struct {
	Kind  string          `json:"kind"`
	From  string          `json:"from"`
	To    string          `json:"to,omitempty"` // a server's ID [all servers]
	Nonce string          `json:"nonce"`        // the asker's, in all messages of one ask
	Token string          `json:"token,omitempty"`
	Door  *door           `json:"door,omitempty"` // of a command: adopt it
	Body  json.RawMessage `json:"body,omitempty"` // of a command, or of a reply
}

// send sends a message from this server. Once a command was carried out, its reply is
// sent also if ctx has ended.
func (f *Fleet) send(ctx context.Context, m message) error {
	m.From = f.id
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeLimit)
	defer cancel()
	return f.cfg.Store.Broadcast(ctx, b)
}

// handle handles one message. If it cannot send what follows, the asker is told that
// this server did not reply.
func (f *Fleet) handle(ctx context.Context, sealed []byte) {
	defer func() {
		if v := recover(); v != nil {
			f.cfg.Panicked(v)
		}
	}()
	var m message
	if json.Unmarshal(sealed, &m) != nil || m.From == f.id || m.To != "" && m.To != f.id {
		return
	}
	switch m.Kind {
	case hello:
		if token := f.newToken(); token != "" {
			f.send(ctx, message{Kind: offer, To: m.From, Nonce: m.Nonce, Token: token})
		}
	case offer:
		if c, ok := f.accept(m); ok {
			f.send(ctx, c)
		}
	case command:
		if !f.redeem(m.Token) {
			return
		}
		r := message{Kind: reply, To: m.From, Nonce: m.Nonce}
		if m.Door != nil {
			f.adopt(*m.Door)
		} else {
			r.Body = f.cfg.Do(m.Body, maxReply)
		}
		f.send(ctx, r)
	case reply:
		f.collect(m)
	}
}

// newToken returns a token for one command, or "" if too many were asked for.
func (f *Fleet) newToken() string {
	if !f.offers.Allow() {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := rooms.Now()
	maps.DeleteFunc(f.tokens, func(_ string, ends time.Time) bool { return !now.Before(ends) })
	if len(f.tokens) >= maxTokens {
		return ""
	}
	token := rand.Text()
	f.tokens[token] = now.Add(tokenLife)
	return token
}

// redeem uses a token up, and reports whether it was good.
func (f *Fleet) redeem(token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	ends, ok := f.tokens[token]
	delete(f.tokens, token)
	return ok && rooms.Now().Before(ends)
}

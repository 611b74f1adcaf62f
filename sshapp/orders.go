package sshapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/fleet"
	"wick/sshapp/wording"
)

// order is what an operator wants of each server.
type order struct {
	Want      string `json:"want"`           // one of the words below
	Text      string `json:"text,omitempty"` // to announce; the number of a session to end
	Addresses bool   `json:"addresses,omitempty"`
}

const (
	wantStatus   = "status"
	wantSessions = "sessions"
	wantEnd      = "end"
	wantAnnounce = "announce"
	wantDrain    = "drain"
)

// orderReply is what a server replies to an order.
type orderReply struct {
	server string // its number

	Done     bool            `json:"done,omitempty"` // the session was ended, or the server will be
	Told     int             `json:"told,omitempty"` // rooms
	Since    time.Time       `json:"since,omitzero"` // when the server was started
	Load     *load           `json:"load,omitempty"`
	Sessions []sessionRecord `json:"sessions,omitempty"`
	Left     int             `json:"left,omitempty"` // sessions that did not fit
}

// sessionRecord is a session in an orderReply.
type sessionRecord struct {
	Number  string    `json:"number"`
	Since   time.Time `json:"since"`
	Traffic traffic   `json:"traffic"`
	Address string    `json:"address,omitempty"`
}

// sessionRecordSize is the most that a sessionRecord takes in JSON, and well above what
// most take.
const sessionRecordSize = 256

// obey carries out an order on this server; see fleet.Config.
func (a *App) obey(command json.RawMessage, limit int) json.RawMessage {
	var o order
	if json.Unmarshal(command, &o) != nil {
		return nil
	}
	var out orderReply
	switch o.Want {
	case wantStatus:
		out.Since, out.Load = a.started, a.load()
	case wantSessions:
		all := a.sessions.records(o.Addresses)
		fit := min(len(all), limit/sessionRecordSize)
		out.Sessions, out.Left = all[:fit], len(all)-fit
	case wantEnd:
		if out.Done = a.sessions.end(o.Text); out.Done {
			a.cfg.Log.Info("the operator ended a session")
		}
	case wantAnnounce:
		out.Told = a.cfg.Hub.Announce(o.Text)
	case wantDrain:
		if out.Done = a.cfg.End != nil; out.Done {
			a.cfg.Log.Info("the operator ended the server")
			a.cfg.End()
		}
	}
	b, _ := json.Marshal(out) // it has nothing that could fail
	return b
}

func (a *App) load() *load {
	l := &load{Closed: a.fleet.Closed(), Memory: a.Memory().Total()}
	l.Rooms, l.Members = a.cfg.Hub.Load()
	l.Connections, l.Sessions = a.Load()
	return l
}

func (a *App) logDoor(closed bool) {
	if closed {
		a.cfg.Log.Info("the operator closed the server to new rooms")
	} else {
		a.cfg.Log.Info("the operator opened the server to new rooms")
	}
}

// records returns the sessions, the oldest first.
func (l *sessionList) records(addresses bool) []sessionRecord {
	all := []sessionRecord{}
	for _, s := range l.list() {
		in, out := s.term.Transferred()
		r := sessionRecord{Number: s.number, Since: s.since, Traffic: traffic{in, out}}
		if addresses {
			r.Address = s.ssh.RemoteAddr().String()
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b sessionRecord) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Number, b.Number))
	})
	return all
}

// command gives an order to all servers, or to the one with that number. incomplete is an
// error for people if not all of them replied, or could be asked.
func (a *App) command(ctx context.Context, to string, o order) (all []orderReply, incomplete error) {
	body, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	result, err := a.fleet.Ask(ctx, to, body)
	for _, r := range result.Replies {
		out := orderReply{server: serverNumber(r.Server)}
		if json.Unmarshal(r.Body, &out) != nil {
			result.Silent = append(result.Silent, r.Server) // another version of wick
			continue
		}
		all = append(all, out)
	}
	return all, incompleteness(result, err)
}

// incompleteness returns an error for people that says which servers did not reply.
func incompleteness(r fleet.Result, err error) error {
	switch {
	case errors.Is(err, fleet.ErrNoServer), errors.Is(err, fleet.ErrBusy):
		return failure{wording.ExitFailed, err.Error()}
	case err != nil:
		return failure{wording.ExitFailed, "the other servers were not reached: Redis does not reply"}
	case len(r.Silent) == 0:
		return nil
	}
	numbers := make([]string, len(r.Silent))
	for i, id := range r.Silent {
		numbers[i] = serverNumber(id)
	}
	servers := wording.Count(uint64(len(r.Silent)+len(r.Replies)), "server")
	return failure{wording.ExitFailed, fmt.Sprint(len(r.Silent)) + " of " + servers + " did not reply: " + strings.Join(numbers, ", ")}
}

// serverNumber returns the number of the server with an ID, by which operators name it.
func serverNumber(id string) string { return id[:min(numberLength, len(id))] }

// cleanAnnouncement returns what to announce as one line.
func (a *App) cleanAnnouncement(text string) (string, error) {
	text = rooms.CleanLine(text)
	switch {
	case text == "":
		return "", failure{wording.ExitUsage, "say what to announce"}
	case len([]rune(text)) > a.cfg.Limits.Text:
		return "", rooms.ErrTooLong
	}
	return text, nil
}

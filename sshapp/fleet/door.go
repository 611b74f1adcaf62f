package fleet

import (
	"context"
	"encoding/json"
	"time"
)

// door says whether new rooms are lit. The zero value is the door of servers that
// nobody has closed yet.
type door struct {
	Closed   bool  `json:"closed"`
	Revision int64 `json:"revision"` // grows
}

// newer reports whether d holds rather than other. Of two changes at the same time, the
// closing does.
func (d door) newer(other door) bool {
	if d.Revision != other.Revision {
		return d.Revision > other.Revision
	}
	return d.Closed && !other.Closed
}

// Closed reports whether an operator has closed the servers to new rooms.
func (f *Fleet) Closed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.door.Closed
}

// SetClosed closes the servers to new rooms, or opens them. That holds on this server in
// any case, and on another when it has replied or has read the record in the store, which
// each does every five seconds and when it starts. The error says that the store has no
// such record yet; a server that knows better puts it there as soon as it can.
func (f *Fleet) SetClosed(ctx context.Context, closed bool) (Result, error) {
	if f.cfg.Store != nil {
		f.renew(ctx) // the newest revision, if the store replies
	}
	f.mu.Lock()
	// The time exceeds the revisions from before, also if the store has lost them.
	d := door{Closed: closed, Revision: max(f.door.Revision+1, time.Now().UnixMilli())}
	f.mu.Unlock()
	f.adopt(d)
	if f.cfg.Store == nil {
		return Result{Replies: []Reply{{Server: f.id}}}, nil
	}
	err := f.put(ctx, d)
	result, asked := f.ask(ctx, "", message{Door: &d})
	if err == nil {
		err = asked
	}
	return result, err
}

// adopt goes by d if it is newer than what is known.
func (f *Fleet) adopt(d door) {
	f.mu.Lock()
	newer := d.newer(f.door)
	changed := newer && d.Closed != f.door.Closed
	if newer {
		f.door = d
	}
	f.mu.Unlock()
	if changed {
		f.cfg.Changed(d.Closed)
	}
}

// agree adopts the store's record, or replaces it if it is older than what this server
// knows, missing, or not sealed by a server.
func (f *Fleet) agree(ctx context.Context, record []byte) error {
	var stored door
	if record != nil && json.Unmarshal(record, &stored) == nil {
		f.adopt(stored)
	}
	f.mu.Lock()
	known := f.door
	f.mu.Unlock()
	if known.newer(stored) {
		return f.put(ctx, known)
	}
	return nil
}

func (f *Fleet) put(ctx context.Context, d door) error {
	record, err := json.Marshal(d)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	return f.cfg.Store.Put(ctx, record)
}

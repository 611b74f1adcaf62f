package rooms

import "hash/maphash"

// maxRemembered bounds the messages of a room by which copies are told from new
// ones. That is far more than a history mostly holds, and some 80 KB at most.
const maxRemembered = 2048

// replays remembers where messages stood, also those that the transcript has
// dropped. Somebody who can write to the store may copy or move a message: it then
// comes again under another number. The zero value is empty.
type replays struct {
	seed  maphash.Seed
	at    map[uint64]place // by a hash of the message's ID
	order []uint64         // the hashes, oldest first
}

// place is where a message stood, and see Event.Again.
type place struct{ seq, again uint64 }

func (r *replays) hash(id string) uint64 {
	if r.at == nil {
		r.seed, r.at = maphash.MakeSeed(), map[uint64]place{}
	}
	return maphash.String(r.seed, id)
}

// note remembers a message that is shown.
func (r *replays) note(e Event) {
	if e.ID == "" {
		return
	}
	h := r.hash(e.ID)
	if _, known := r.at[h]; !known {
		if len(r.order) == maxRemembered {
			delete(r.at, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, h)
	}
	r.at[h] = place{e.Seq, e.Again}
}

// find returns where the message of that ID stood.
func (r *replays) find(id string) (place, bool) {
	at, ok := r.at[r.hash(id)]
	return at, ok
}

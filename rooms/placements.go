package rooms

import "hash/maphash"

// maxPlacements bounds the messages of a room by which copies are told from new ones.
// That is far more than a history mostly holds, and some 80 KB at most.
const maxPlacements = 2048

// placements remembers the numbers of messages, also of those that the transcript has
// dropped. Somebody who can write to the store may copy or move a message: it then
// comes again under another number. The zero value is empty.
type placements struct {
	seed   maphash.Seed
	byHash map[uint64]placement // by a hash of the message's ID
	order  []uint64             // the hashes, oldest first
}

// placement is the number of a message, and its Event.Again.
type placement struct{ seq, again uint64 }

func (p *placements) hash(id string) uint64 {
	if p.byHash == nil {
		p.seed, p.byHash = maphash.MakeSeed(), map[uint64]placement{}
	}
	return maphash.String(p.seed, id)
}

// note remembers a message that is shown.
func (p *placements) note(e Event) {
	if e.ID == "" {
		return
	}
	h := p.hash(e.ID)
	if _, known := p.byHash[h]; !known {
		if len(p.order) == maxPlacements {
			delete(p.byHash, p.order[0])
			p.order = p.order[1:]
		}
		p.order = append(p.order, h)
	}
	p.byHash[h] = placement{e.Seq, e.Again}
}

// find returns the placement of the message with the ID.
func (p *placements) find(id string) (placement, bool) {
	at, ok := p.byHash[p.hash(id)]
	return at, ok
}

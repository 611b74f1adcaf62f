package rooms

import "hash/maphash"

// maxPlacements bounds the messages of a room by which copies are told from new ones, and
// by which those that were taken back stay so.
// That is far more than a history mostly holds, and some 80 KB at most.
const maxPlacements = 2048

// placements remembers the numbers of messages, also of those that the transcript has
// dropped. Somebody who can write to the store may copy or move a message: it then
// comes again under another number. The zero value is empty.
type placements struct {
	seed   maphash.Seed
	byHash map[uint64]placement // by a hash of the message's ID
	order  []uint64             // the hashes, oldest first
	taken  int                  // how many messages were taken back
}

// placement is the number of a message, its Event.Again, and whether it was taken back.
type placement struct {
	seq, again uint64
	unsaid     bool
}

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
	before, known := p.byHash[h]
	if !known {
		if len(p.order) == maxPlacements {
			if p.byHash[p.order[0]].unsaid {
				p.taken--
			}
			delete(p.byHash, p.order[0])
			p.order = p.order[1:]
		}
		p.order = append(p.order, h)
	}
	p.byHash[h] = placement{e.Seq, e.Again, before.unsaid}
	if e.Unsaid {
		p.unsay(e.ID)
	}
}

// unsay notes that a message was taken back, if it is known.
func (p *placements) unsay(id string) {
	h := p.hash(id)
	if at, ok := p.byHash[h]; ok && !at.unsaid {
		at.unsaid = true
		p.byHash[h] = at
		p.taken++
	}
}

// isUnsaid reports whether the message with the ID was taken back.
func (p *placements) isUnsaid(id string) bool {
	at, _ := p.find(id)
	return at.unsaid
}

// find returns the placement of the message with the ID.
func (p *placements) find(id string) (placement, bool) {
	at, ok := p.byHash[p.hash(id)]
	return at, ok
}

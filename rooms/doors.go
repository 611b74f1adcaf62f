package rooms

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	knockEvery = 4 * time.Second // a knock is told again, for those who came since
	knockLasts = 3 * knockEvery  // after the last one, nobody is at the door any more
	maxKnocks  = 32              // at one door, as a process sees it

	// knocksEach is how many of one network are at a door: nobody fills it alone.
	// Others of that network wait, and are not heard, until a place is free.
	knocksEach = 2

	// knockTurn is how long somebody keeps a place at the door for which another
	// waits.
	knockTurn = 2 * time.Minute

	// unheardEvery is how often somebody who is not heard asks whether the door is
	// open: mostly what is published tells.
	unheardEvery = 30 * time.Second

	// maxWaiting is how many wait at one door in turn. Further ones get no turn.
	maxWaiting = 1024

	// knockPause is how long a network is not heard after one of its own was denied
	// or stopped knocking. It doubles with each one denied, up to maxKnockPause.
	knockPause    = 10 * time.Second
	maxKnockPause = 5 * time.Minute

	maxRests = 256 // networks of which a room remembers that they pause
)

// doors are those at which somebody waits in this process. They decide who may
// knock, so that neither the store nor other processes carry what would not be
// heard. Safe for concurrent use.
type doors struct {
	pace *buckets // knocks of a network, also of those who come and go

	mu sync.Mutex
	at map[Name][]*waiting // in the order of their turns; no door is empty
}

// waiting is somebody who waits at a door.
type waiting struct {
	source string
	since  time.Time // when the turn came; zero: it has not
}

func newDoors() *doors {
	return &doors{pace: newBuckets(rate.Every(knockEvery/knocksEach), knocksEach), at: map[Name][]*waiting{}}
}

// source is what somebody at a door counts as: the network, or the identity alone
// if the network is not told.
func (s Seat) source() string {
	if s.Network != "" {
		return s.Network
	}
	return s.Identity
}

// mayKnock reports whether it is the turn of w, who is put in line if there is room.
func (d *doors) mayKnock(name Name, w *waiting) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	line := d.at[name]
	if !slices.Contains(line, w) {
		if len(line) >= maxWaiting {
			return false
		}
		line = append(line, w)
		d.at[name] = line
	}
	heard, wanted := turns(line, w)
	switch {
	case !heard:
		return false
	case w.since.IsZero():
		w.since = time.Now()
	case wanted && time.Since(w.since) >= knockTurn:
		w.since = time.Time{}
		i := slices.Index(line, w)
		d.at[name] = append(slices.Delete(line, i, i+1), w)
		return false
	}
	return d.pace.take(name.String() + "\x00" + w.source)
}

// turns reports whether w has a place at the door, and whether somebody waits who
// could have it.
func turns(line []*waiting, w *waiting) (heard, wanted bool) {
	all, each := 0, map[string]int{}
	for _, o := range line {
		switch {
		case each[o.source] == knocksEach:
			wanted = wanted || o.source == w.source
		case all == maxKnocks:
			wanted = true
		default:
			all++
			each[o.source]++
			heard = heard || o == w
		}
	}
	return heard, wanted
}

// leave ends the wait of w.
func (d *doors) leave(name Name, w *waiting) {
	d.mu.Lock()
	defer d.mu.Unlock()
	line := slices.DeleteFunc(d.at[name], func(o *waiting) bool { return o == w })
	if len(line) == 0 {
		delete(d.at, name)
		return
	}
	d.at[name] = line
}

// rest is how long a network, or an identity, is not heard at a door.
type rest struct {
	until time.Time
	pause time.Duration
}

// hears reports whether somebody who knocks may be heard. The caller holds mu.
func (l *live) hears(s Seat) bool {
	now, from := time.Now(), 0
	for _, k := range l.knocks {
		if k.seat.source() == s.source() {
			from++
		}
	}
	resting := func(key string) bool { return now.Before(l.rests[key].until) }
	return len(l.knocks) < maxKnocks && from < knocksEach && !resting(s.source()) && !resting(s.Identity)
}

// pause has a room not hear the network of somebody who left its door for a while,
// nor, if they were denied, the person from elsewhere. The caller holds mu.
func (l *live) pause(s Seat, denied bool) {
	now := time.Now()
	keys := []string{s.source()}
	if denied && s.Network != "" {
		keys = append(keys, s.Identity)
	}
	for _, key := range keys {
		r := rest{now.Add(knockPause), knockPause}
		if was, ok := l.rests[key]; ok && now.Before(was.until.Add(was.pause)) {
			if r.pause = was.pause; denied {
				r.pause = min(2*was.pause, maxKnockPause)
			}
			r.until = now.Add(r.pause)
		}
		if len(l.rests) >= maxRests {
			l.forgetRests(now)
		}
		l.rests[key] = r
	}
}

// forgetRests makes room among those that pause: of those whose pauses are over, or
// else of one. The caller holds mu.
func (l *live) forgetRests(now time.Time) {
	for key, r := range l.rests {
		if !now.Before(r.until.Add(r.pause)) {
			delete(l.rests, key)
		}
	}
	for key := range l.rests {
		if len(l.rests) < maxRests {
			break
		}
		delete(l.rests, key)
	}
}

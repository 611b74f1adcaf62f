//go:build linux

package sshapp_test

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/rooms/redis/redistest"
)

var (
	siegeFor     = flag.Duration("siege", 0, "how long each row of TestSiege attacks; 0 for a short run without goals for time and memory")
	siegeRest    = flag.Duration("siege.rest", time.Minute, "how long after an attack the memory is read again; not in the short run")
	siegeSources = flag.Int("siege.sources", 3, "from how many addresses; the first attacks alone for half of the time. One in the short run")
	siegeSeed    = flag.Uint64("siege.seed", 0, "what TestSiege does: a seed that it printed; 0 for a new one")
	siegeRedis   = flag.Bool("siege.redis", false, "keep the rooms in a Redis of the test's own")
)

// The short run: as long as shows what is counted.
const (
	shortAttack = time.Second
	shortBase   = 300 * time.Millisecond
	shortRest   = 100 * time.Millisecond
	shortAtOnce = 4 // rows
)

// Goals of the long run, each for one row.
const (
	maxSlower  = 5                     // times the base's p99
	noiseFloor = 25 * time.Millisecond // what a shared machine alone may take at p99
	maxCore    = 60                    // % of a core, above the base, for one address
	warnKinds  = 3                     // lines of the log at level WARN a minute: one of a kind
	maxRSS     = 768 << 20             // bytes at most: three quarters of the container of compose.yaml
	keptPart   = 10                    // % more than at the base may be left after the rest, and keptSlack
	keptSlack  = 16 << 20              // bytes: rooms that still burn, and the collector's head room
)

// TestSiege runs the attacks of strangers against a server in a process of its
// own, with default flags, beside twenty people who talk. Each row is another
// server. What is lost, doubled or shown to be wrong fails in every run; the
// goals for time, CPU and memory only where there is enough of it to measure.
func TestSiege(t *testing.T) {
	seed := *siegeSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	path := buildWick(t)
	var table table
	// In the short run nothing is timed, and most of it is waiting.
	places := make(chan struct{}, shortAtOnce)
	t.Run("rows", func(t *testing.T) {
		for _, r := range siegeRows() {
			t.Run(r.name, func(t *testing.T) {
				w := &siege{t: t, row: r, seed: seed}
				if !w.long() {
					t.Parallel()
					places <- struct{}{}
					defer func() { <-places }()
				}
				table.add(w.run(path))
			})
		}
	})
	table.print(seed)
}

// row is one kind of attack.
type row struct {
	name    string
	sources int           // in the long run; 0: as -siege.sources tells
	atOnce  bool          // all attack from the beginning, in the short run too
	keeps   bool          // rooms that burn on hold memory after it, rightly
	short   time.Duration // the attack in the short run, where shortAttack is not enough
	redis   []string      // options of a Redis of its own; nil: as -siege.redis tells

	setup  func(ctx context.Context, w *siege) error       // before anything is measured
	attack func(ctx context.Context, s *source)            // from one address, until ctx ends
	beside func(ctx context.Context, w *siege) error       // meanwhile, by the honest
	after  func(ctx context.Context, w *siege) (err error) // when it is over, while people still talk
}

// siege is one row under way.
type siege struct {
	t      *testing.T
	row    row
	seed   uint64
	server *process
	redis  *redistest.Server // nil: the embedded store
	crowd  *crowd

	accepted, refused atomic.Int64 // operations of the attackers

	mu      sync.Mutex
	faults  []string
	notes   []string
	reasons map[string]int // why attackers were refused, in the server's words
}

// source is one address of the attackers.
type source struct {
	*siege
	index int
	addr  string
	rand  *rand.Rand // for the goroutine of attack alone
}

// Attackers are in 127.0.0.0/24, the honest in 127.0.1.0/24: each address is
// another source to the server.
func attackAddr(i int) string { return "127.0.0." + strconv.Itoa(2+i) }
func honestAddr(i int) string { return "127.0.1." + strconv.Itoa(1+i) }

// visitorAddr is the household of those who come later.
var visitorAddr = honestAddr(100)

var generated = regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)

func (w *siege) long() bool { return *siegeFor > 0 }

// lasts is how long the attack goes on.
func (w *siege) lasts() time.Duration {
	if w.long() {
		return *siegeFor
	}
	return max(w.row.short, shortAttack)
}

// addresses is how many addresses attack.
func (w *siege) addresses() int {
	switch {
	case w.row.sources > 0 && (w.long() || w.row.atOnce):
		return w.row.sources
	case w.long():
		return *siegeSources
	default:
		return 1
	}
}

// dice is a generator that depends on the seed, the row and n.
func (w *siege) dice(n uint64) *rand.Rand {
	for _, c := range []byte(w.row.name) {
		n = n*31 + uint64(c)
	}
	return rand.New(rand.NewPCG(w.seed, n))
}

// key is the n-th key of the seed.
func (w *siege) key(n uint64) ssh.Signer {
	var seed [ed25519.SeedSize]byte
	binary.LittleEndian.PutUint64(seed[:], w.seed)
	binary.LittleEndian.PutUint64(seed[8:], n)
	key, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err) // an ed25519 key makes a signer
	}
	return key
}

// fault notes what is not as it has to be.
func (w *siege) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// note notes what was seen, for the table.
func (w *siege) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// count counts an operation of an attacker.
func (w *siege) count(accepted bool) {
	if accepted {
		w.accepted.Add(1)
	} else {
		w.refused.Add(1)
	}
}

var lineNumber = regexp.MustCompile(`line \d+`)

// refuse counts an operation that the server refused, and why. How often each of
// the first few reasons came is noted.
func (w *siege) refuse(why string) {
	const kept = 4
	why = lineNumber.ReplaceAllString(why, "line …")
	w.refused.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reasons == nil {
		w.reasons = map[string]int{}
	}
	if _, known := w.reasons[why]; known || len(w.reasons) < kept {
		w.reasons[why]++
	}
}

// run runs the row.
func (w *siege) run(path string) result {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	var args []string
	if w.row.redis != nil || *siegeRedis {
		w.redis = redistest.Start(w.t, w.row.redis...)
		args = []string{"--redis", w.redis.URL()}
	}
	w.server = startWick(w.t, path, args...)
	var err error
	if w.crowd, err = newCrowd(ctx, w); err != nil {
		w.t.Fatalf("the honest cannot come in: %v\n%s", err, w.server.logged())
	}
	if w.row.setup != nil {
		if err := w.row.setup(ctx, w); err != nil {
			w.t.Fatalf("before the attack: %v\n%s", err, w.server.logged())
		}
	}
	m := &measure{w: w}
	m.base(ctx)
	m.attack(ctx)
	if w.row.after != nil {
		if err := w.row.after(ctx, w); err != nil {
			w.fault("after the attack: %v", err)
		}
	}
	m.rest(ctx)
	sent, lost := w.crowd.end(ctx)
	w.faults = append(w.faults, lost...)
	if !w.server.runs() {
		w.fault("the server died: %s", w.server.logged())
	}
	for _, why := range slices.Sorted(maps.Keys(w.reasons)) {
		w.note("refused %d times: %q", w.reasons[why], why)
	}
	res := m.result(sent)
	for _, f := range w.faults {
		w.t.Error(f)
	}
	for _, f := range res.missed {
		if w.long() {
			w.t.Error(f)
		}
	}
	return res
}

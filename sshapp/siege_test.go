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

// The short run is long enough to find faults, and too short to measure anything.
const (
	shortAttack = time.Second
	shortBase   = 300 * time.Millisecond
	shortRest   = 100 * time.Millisecond
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

// TestSiege attacks a server with default flags while twenty people talk on it.
// The server and the people are processes of their own, new ones for each row. A
// lost, doubled or wrong message fails every run. The goals for time, CPU and
// memory apply to the long run only.
func TestSiege(t *testing.T) {
	long := *siegeFor > 0
	if !long { // it mostly waits, and measures no time that others could spoil
		t.Parallel()
	}
	seed := *siegeSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	path := buildWick(t)
	var table table
	t.Run("rows", func(t *testing.T) {
		for _, r := range siegeRows() {
			t.Run(r.name, func(t *testing.T) {
				w := &siege{t: t, row: r, generator: generator{seed, r.name}}
				if !long {
					t.Parallel()
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
	sources int           // in the long run; 0: see -siege.sources
	atOnce  bool          // all sources attack from the beginning, in the short run too
	keeps   bool          // rooms that still burn may hold memory after the attack
	short   time.Duration // the attack in the short run; at least shortAttack
	redis   []string      // options of a Redis of the row's own; nil: see -siege.redis

	setup  func(ctx context.Context, w *siege) error       // before anything is measured
	attack func(ctx context.Context, s *source)            // from one address, until ctx ends
	beside func(ctx context.Context, w *siege) error       // by honest people, during the attack
	after  func(ctx context.Context, w *siege) (err error) // after the attack, while people still talk
}

// siege is one row under way.
type siege struct {
	generator
	t      *testing.T
	row    row
	server *process
	redis  *redistest.Server // nil: the embedded store
	crowd  *crowdProcess

	accepted, refused atomic.Int64 // operations of the attackers

	mu      sync.Mutex
	faults  []string
	notes   []string
	reasons map[string]int // number of refusals by reason, in the server's words
}

// source is an address of the attackers.
type source struct {
	*siege
	index int
	addr  string
	rand  *rand.Rand // of the goroutine of attack alone
}

// Attackers are in 127.0.0.0/24 and the honest in 127.0.1.0/24. Each address is a
// source of its own to the server.
func attackAddr(i int) string { return "127.0.0." + strconv.Itoa(2+i) }
func honestAddr(i int) string { return "127.0.1." + strconv.Itoa(1+i) }

// visitorAddr is the address of honest people who come later.
var visitorAddr = honestAddr(100)

var generated = regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)

func (w *siege) long() bool { return *siegeFor > 0 }

// lasts returns the duration of the attack.
func (w *siege) lasts() time.Duration {
	if w.long() {
		return *siegeFor
	}
	return max(w.row.short, shortAttack)
}

// addresses returns how many addresses attack.
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

// generator makes the keys and the random numbers of a row, the same ones in
// every process.
type generator struct {
	seed    uint64
	rowName string
}

// dice returns the n-th source of random numbers of the seed and the row.
func (g generator) dice(n uint64) *rand.Rand {
	for _, c := range []byte(g.rowName) {
		n = n*31 + uint64(c)
	}
	return rand.New(rand.NewPCG(g.seed, n))
}

// key returns the n-th key of the seed.
func (g generator) key(n uint64) ssh.Signer {
	var seed [ed25519.SeedSize]byte
	binary.LittleEndian.PutUint64(seed[:], g.seed)
	binary.LittleEndian.PutUint64(seed[8:], n)
	key, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err) // an ed25519 key makes a signer
	}
	return key
}

// fault records a failure of the server or of the test.
func (w *siege) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// note adds a line below the table.
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

// refuse counts an operation that the server refused, and the reason if it is one
// of the first few.
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

// run runs the row and returns its result. It fails the test for faults, and in
// the long run for missed goals.
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
	if w.crowd, err = startCrowd(w.t, crowdConfig{w.server.addr, w.row.name, w.seed}); err != nil {
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
	crowd := w.crowd.end()
	w.faults = append(w.faults, crowd.Faults...)
	if !w.server.runs() {
		w.fault("the server died: %s", w.server.logged())
	}
	for _, why := range slices.Sorted(maps.Keys(w.reasons)) {
		w.note("refused %d times: %q", w.reasons[why], why)
	}
	res := m.result(crowd.Sent)
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

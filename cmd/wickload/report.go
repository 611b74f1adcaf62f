package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is the result of a run. Load is nil if no messages were to be sent, and
// Server if no processes were measured.
type report struct {
	plan       *plan
	connecting time.Duration
	sending    time.Duration
	empty      moment    // before the first session
	idle, load [2]moment // begin and end of each measurement

	Sessions  int     `json:"sessions"`
	Rooms     int     `json:"rooms"`
	Connected int     `json:"connected"`
	Failed    int     `json:"failed"` // failures to connect or to send
	Lost      int     `json:"lost"`   // sessions that ended before the run did
	ConnectsS float64 `json:"connects_per_second"`
	// Reasons are the first few distinct errors of Failed, with their number.
	Reasons map[string]int `json:"reasons,omitempty"`

	Idle   float64 `json:"idle_bytes_per_second_per_session"`
	Load   *load   `json:"load,omitempty"`
	Server *server `json:"server,omitempty"`
}

// load describes the deliveries of the measured messages.
type load struct {
	Sent      int     `json:"sent"`
	Rate      float64 `json:"sent_per_second"`
	Late      float64 `json:"sent_late_max_ms"` // largest delay behind the plan
	Expected  int64   `json:"expected"`         // deliveries, without the sender's own screen
	Delivered int64   `json:"delivered"`
	Strays    int     `json:"strays"` // messages seen in another room

	// Latency, from just before the Enter was written until the bytes were
	// read. The text was typed a moment before.
	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`

	// Bytes is the size of the reads that contained a message, as the terminal gets
	// them, without SSH's overhead.
	Bytes float64 `json:"bytes_per_delivery"`
}

// server describes what the measured processes used together.
type server struct {
	RSS        float64  `json:"rss_mib"` // at the end of the idle time
	PerSession float64  `json:"rss_kib_per_session"`
	Base       float64  `json:"rss_before_mib"`
	IdleCPU    float64  `json:"cpu_idle_percent"` // of one core
	LoadCPU    *float64 `json:"cpu_load_percent,omitempty"`
	Delivery   *float64 `json:"cpu_us_per_delivery,omitempty"` // without the CPU time of idling
	// Generator is what this process took under load, on the same machine.
	Generator *float64  `json:"cpu_generator_percent,omitempty"`
	Processes []process `json:"processes"` // in the order of --pid
}

// process is the CPU time of one measured process, in percent of one core.
type process struct {
	PID     int     `json:"pid"`
	IdleCPU float64 `json:"cpu_idle_percent"`
	LoadCPU float64 `json:"cpu_load_percent"`
}

// fill computes the figures of a run whose readers have ended.
func (rep *report) fill(r *run) {
	p := r.plan
	rep.Sessions, rep.Rooms = p.Sessions, p.Rooms
	rep.Connected, rep.Failed, rep.Lost = int(r.opened.Load()), int(r.failed.Load()), int(r.lost.Load())
	rep.ConnectsS = perSecond(float64(rep.Connected), rep.connecting)
	rep.Reasons = r.reasons
	idling := rep.idle[1].at.Sub(rep.idle[0].at)
	rep.Idle = perSecond(float64(rep.idle[1].bytes-rep.idle[0].bytes), idling) / float64(max(rep.Connected, 1))
	if !rep.load[1].at.IsZero() {
		rep.fillLoad(r)
	}
	if len(p.PIDs) > 0 && rep.Connected > 0 {
		rep.fillServer(idling)
	}
}

func (rep *report) fillLoad(r *run) {
	l := &load{
		Sent: r.counted, Rate: perSecond(float64(r.counted), rep.sending), Late: millis(r.late),
		Expected: r.expected, Delivered: r.delivered.Load(),
	}
	var received int64
	times := make([]time.Duration, 0, l.Delivered)
	for s := range r.sessions {
		l.Strays += s.strays
		received += s.deliveredBytes
		for _, t := range s.arrived {
			if t > 0 {
				times = append(times, t)
			}
		}
	}
	slices.Sort(times)
	l.P50, l.P90, l.P99, l.Max = millis(percentile(times, 50)), millis(percentile(times, 90)), millis(percentile(times, 99)), millis(percentile(times, 100))
	if l.Delivered > 0 {
		l.Bytes = float64(received) / float64(l.Delivered)
	}
	rep.Load = l
}

func (rep *report) fillServer(idling time.Duration) {
	const mib = 1 << 20
	p := rep.plan
	n := len(p.PIDs)
	served := func(m moment) usage { return total(m.usage[:n]) }
	at := served(rep.idle[1])
	idle := perSecond((at.cpu - served(rep.idle[0]).cpu).Seconds(), idling) // cores
	s := &server{
		RSS:        float64(at.rss) / mib,
		PerSession: float64(at.rss) / 1024 / float64(rep.Connected),
		Base:       float64(served(rep.empty).rss) / mib,
		IdleCPU:    100 * idle,
	}
	l := rep.Load
	for i, pid := range p.PIDs {
		proc := process{PID: pid, IdleCPU: percentOf(rep.idle, i)}
		if l != nil {
			proc.LoadCPU = percentOf(rep.load, i)
		}
		s.Processes = append(s.Processes, proc)
	}
	if l != nil {
		took := rep.load[1].at.Sub(rep.load[0].at)
		used := served(rep.load[1]).cpu - served(rep.load[0]).cpu
		percent, generator := 100*perSecond(used.Seconds(), took), percentOf(rep.load, n)
		s.LoadCPU, s.Generator = &percent, &generator
		if l.Delivered > 0 {
			perDelivery := 1e6 * (used.Seconds() - idle*took.Seconds()) / float64(l.Delivered)
			s.Delivery = &perDelivery
		}
	}
	rep.Server = s
}

// percentOf returns the CPU time of a process during a measurement, in percent of
// one core. i is its place in run.pids.
func percentOf(m [2]moment, i int) float64 {
	return 100 * perSecond((m[1].usage[i].cpu-m[0].usage[i].cpu).Seconds(), m[1].at.Sub(m[0].at))
}

// clean reports whether all sessions connected, stayed and got all messages.
func (rep *report) clean() bool {
	l := rep.Load
	return rep.Failed == 0 && rep.Lost == 0 && rep.Connected == rep.Sessions &&
		(l == nil || l.Delivered == l.Expected && l.Strays == 0)
}

func (rep *report) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(rep)
}

func (rep *report) text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "sessions\t%d in %d rooms, %s\n", rep.Sessions, rep.Rooms, strings.Join(rep.plan.Addrs, ", "))
	fmt.Fprintf(t, "connected\t%d, %.0f/s; %d failed, %d lost\n", rep.Connected, rep.ConnectsS, rep.Failed, rep.Lost)
	for _, reason := range slices.Sorted(maps.Keys(rep.Reasons)) {
		fmt.Fprintf(t, "\t%d × %s\n", rep.Reasons[reason], reason)
	}
	fmt.Fprintf(t, "idle\t%.1f bytes/s per session\n", rep.Idle)
	if l := rep.Load; l != nil {
		fmt.Fprintf(t, "sent\t%d, %.1f/s, at worst %.1f ms late\n", l.Sent, l.Rate, l.Late)
		fmt.Fprintf(t, "delivered\t%d of %d\n", l.Delivered, l.Expected)
		if l.Strays > 0 {
			fmt.Fprintf(t, "misdelivered\t%d shown in other rooms\n", l.Strays)
		}
		fmt.Fprintf(t, "latency\tp50 %.2f  p90 %.2f  p99 %.2f  max %.2f ms\n", l.P50, l.P90, l.P99, l.Max)
		fmt.Fprintf(t, "bytes\t%.0f per delivery\n", l.Bytes)
	}
	if s := rep.Server; s != nil {
		fmt.Fprintf(t, "memory\t%.0f KiB per session (%.1f MiB; %.1f MiB before)\n", s.PerSession, s.RSS, s.Base)
		fmt.Fprintf(t, "cpu\t%.1f %% of a core idle", s.IdleCPU)
		if s.LoadCPU != nil {
			fmt.Fprintf(t, ", %.1f %% under load", *s.LoadCPU)
		}
		if s.Delivery != nil {
			fmt.Fprintf(t, ", %.0f µs per delivery", *s.Delivery)
		}
		fmt.Fprintln(t)
		if s.Generator != nil {
			for _, p := range s.Processes {
				if len(s.Processes) > 1 {
					fmt.Fprintf(t, "\t%.1f %% process %d\n", p.LoadCPU, p.PID)
				}
			}
			fmt.Fprintf(t, "\t%.1f %% wickload itself\n", *s.Generator)
		}
	}
	return t.Flush()
}

// percentile returns the p-th percentile of sorted times by nearest rank, or 0 if
// there are none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// perSecond returns n per second, or 0 if no time passed.
func perSecond(n float64, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return n / took.Seconds()
}

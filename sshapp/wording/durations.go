package wording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock returns a countdown as a clock shows it: mm:ss up to an hour, otherwise h:mm as
// in "1:05 h". It rounds up, as the room's own timer does, so that 00:00 comes only at
// the end.
func Clock(left time.Duration) string {
	left = max(left, 0)
	if left > time.Hour {
		m := int((left + time.Minute - 1) / time.Minute)
		return fmt.Sprintf("%d:%02d h", m/60, m%60)
	}
	s := int((left + time.Second - 1) / time.Second)
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// QuietClock is Clock for people whom every change disturbs, as it does those who have
// their screen read out. It changes by the minute and, in the last one, at 30 and at 10
// seconds. It returns the time that is shown, which is not shorter than what is left.
func QuietClock(left time.Duration) (shown time.Duration, text string) {
	switch {
	case left > time.Minute:
		shown = (left + time.Minute - 1).Truncate(time.Minute)
	case left > 30*time.Second:
		shown = time.Minute
	case left > 10*time.Second:
		shown = 30 * time.Second
	default:
		shown = 10 * time.Second
	}
	switch {
	case left > time.Hour:
		text = Clock(shown)
	case left > 30*time.Second:
		text = strconv.Itoa(int(shown/time.Minute)) + " min"
	default:
		text = strconv.Itoa(int(shown/time.Second)) + " s"
	}
	return shown, "within " + text
}

// Span returns a duration without its zero units: 90 s is 1m30s, an hour 1h.
func Span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Spell returns a duration in words, such as "1 hour 5 minutes". It rounds up to
// seconds, and above an hour to minutes.
func Spell(d time.Duration) string {
	unit := time.Second
	if d > time.Hour {
		unit = time.Minute
	}
	d = (max(d, 0) + unit - 1) / unit * unit
	var words []string
	add := func(n time.Duration, noun string) {
		if n > 0 {
			words = append(words, Count(uint64(n), noun))
		}
	}
	add(d/time.Hour, "hour")
	add(d%time.Hour/time.Minute, "minute")
	add(d%time.Minute/time.Second, "second")
	if words == nil {
		return "0 seconds"
	}
	return strings.Join(words, " ")
}

// Count returns a number with its noun: 1 message, 2 messages.
func Count(n uint64, noun string) string {
	s := strconv.FormatUint(n, 10) + " " + noun
	if n != 1 {
		s += "s"
	}
	return s
}

// Places returns a number of places.
func Places(n int) string { return Count(uint64(n), "place") }

package rooms

import (
	"testing"
	"time"
)

func TestLimitsDefaultToOneAnother(t *testing.T) {
	standard := Limits{TTL: 10 * time.Minute, MaxTTL: 24 * time.Hour, Seats: 16, MaxSeats: 256, History: 200, Text: 2000, File: 1 << 20, Files: 8 << 20}
	with := func(change func(*Limits)) Limits {
		l := standard
		change(&l)
		return l
	}
	for _, row := range []struct {
		set, want Limits
	}{
		{Limits{}, standard},
		{standard, standard},
		{Limits{History: 7, Text: 50, File: -1}, with(func(l *Limits) { l.History, l.Text, l.File = 7, 50, -1 })},
		{Limits{MaxTTL: time.Minute, MaxSeats: 2}, with(func(l *Limits) { l.TTL, l.MaxTTL, l.Seats, l.MaxSeats = time.Minute, time.Minute, 2, 2 })},
		{Limits{TTL: 48 * time.Hour, Seats: 300}, with(func(l *Limits) { l.TTL, l.MaxTTL, l.Seats, l.MaxSeats = 48*time.Hour, 48*time.Hour, 300, 300 })},
	} {
		if got := row.set.WithDefaults(); got != row.want {
			t.Errorf("%+v has the defaults %+v, want %+v", row.set, got, row.want)
		}
	}
}

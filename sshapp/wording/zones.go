package wording

import (
	"fmt"
	"time"
)

// SetZone says how a person gets times in their own zone.
const SetZone = " For yours: /tz Europe/Berlin, or SendEnv TZ."

// TimesIn says in which zone times are shown. time.Local is the server's.
func TimesIn(zone *time.Location, now time.Time) string {
	if zone == time.Local {
		return "Times are this server's, " + offset(zone, now) + "."
	}
	name := zone.String()
	if utc := offset(zone, now); utc != name {
		name += " (" + utc + ")"
	}
	return "Times are in " + name + "."
}

// ServerTimes is TimesIn for the server's zone, for the edge of a screen.
func ServerTimes(now time.Time) string {
	return "times are the server's, " + offset(time.Local, now) + ": /tz"
}

// ServerTimesOfCommand is TimesIn for the server's zone, for the output of a command.
func ServerTimesOfCommand(now time.Time) string {
	return "times are this server's, " + offset(time.Local, now) + "; for yours: ssh -o SendEnv=TZ"
}

// offset returns how far a zone is from UTC: UTC, UTC+1 or UTC-3:30.
func offset(zone *time.Location, now time.Time) string {
	_, seconds := now.In(zone).Zone()
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	switch hours, minutes := seconds/3600, seconds/60%60; {
	case hours == 0 && minutes == 0:
		return "UTC"
	case minutes == 0:
		return fmt.Sprintf("UTC%c%d", sign, hours)
	default:
		return fmt.Sprintf("UTC%c%d:%02d", sign, hours, minutes)
	}
}

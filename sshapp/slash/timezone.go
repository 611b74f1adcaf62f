package slash

import (
	"encoding/binary"
	"errors"
	"path"
	"regexp"
	"strings"
	"time"

	"wick/sshapp/wording"
)

// maxZone bounds the text of a time zone, in bytes.
const maxZone = 128

// ErrBadZone is returned for text that is not a time zone.
var ErrBadZone = errors.New("no such time zone")

// timezone is /tz.
func timezone(r Room, argument string) Result {
	if argument == "" {
		text := wording.TimesIn(r.Zone, time.Now())
		if r.Zone == time.Local {
			text += wording.SetZone
		}
		return show(text)
	}
	zone, err := ParseZone(argument)
	if err != nil {
		return problem("There is no such time zone. Write it as in /tz Europe/Berlin.")
	}
	return Result{Zone: zone, Reply: Reply{Text: wording.TimesIn(zone, time.Now())}}
}

// ParseZone returns the time zone that the environment variable TZ names: by its name in
// the zone database, by the path of its file there, or by POSIX rules, in each case perhaps
// after a colon. No other file is read. The error is ErrBadZone.
func ParseZone(tz string) (*time.Location, error) {
	tz = strings.TrimPrefix(tz, ":")
	if len(tz) > maxZone || !zoneText.MatchString(tz) {
		return nil, ErrBadZone
	}
	if name := zoneName(tz); name != "" {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc, nil
		}
	}
	return posixZone(tz)
}

// zoneText matches the characters of zones.
var zoneText = regexp.MustCompile(`^[A-Za-z0-9<>+,./:_-]+$`)

// zoneFolder is where the zone database is, below any folder.
const zoneFolder = "/zoneinfo/"

// zoneName returns the name in the zone database that a TZ stands for, or "".
func zoneName(tz string) string {
	name := tz
	if at := strings.LastIndex(tz, zoneFolder); strings.HasPrefix(tz, "/") && at >= 0 {
		name = tz[at+len(zoneFolder):]
	}
	// The same zones are there twice more, the second time with leap seconds.
	name = strings.TrimPrefix(strings.TrimPrefix(name, "posix/"), "right/")
	// "Local" is the server's own.
	if strings.HasPrefix(name, "/") || path.Clean("/"+name) != "/"+name || name == "Local" {
		return ""
	}
	return name
}

// rulesStart matches the beginning of POSIX rules: a name and an offset.
var rulesStart = regexp.MustCompile(`^([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?[0-9]`)

// badRules is the name of the zone that posixZone falls back to.
const badRules = "?"

// posixZone returns the zone of POSIX rules, such as CET-1CEST,M3.5.0,M10.5.0/3. Package
// time reads those at the end of a file of the zone database (RFC 9636, section 3.3), so
// they are put into one that has nothing else.
func posixZone(rules string) (*time.Location, error) {
	if !rulesStart.MatchString(rules) {
		return nil, ErrBadZone
	}
	header := append([]byte("TZif2"), make([]byte, 15)...)
	counts := func(zones, chars uint32) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 16), zones), chars)
	}
	var file []byte
	file = append(append(file, header...), counts(0, 0)...)
	file = append(append(file, header...), counts(1, uint32(len(badRules)+1))...)
	file = append(file, make([]byte, 6)...) // a zone: UTC, and where its name begins
	file = append(file, badRules+"\x00\n"+rules+"\n"...)
	loc, err := time.LoadLocationFromTZData(rules, file)
	if err != nil {
		return nil, ErrBadZone
	}
	if name, _ := time.Now().In(loc).Zone(); name == badRules {
		return nil, ErrBadZone
	}
	return loc, nil
}

package slash

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestTimeZonesAsClientsSendThem(t *testing.T) {
	for tz, want := range map[string][2]string{ // in January, in July
		"Europe/Berlin":                           {"+0100", "+0200"},
		":Europe/Berlin":                          {"+0100", "+0200"},
		"/usr/share/zoneinfo/Europe/Berlin":       {"+0100", "+0200"},
		":/usr/share/zoneinfo/Europe/Berlin":      {"+0100", "+0200"},
		"/usr/share/zoneinfo/posix/Asia/Tokyo":    {"+0900", "+0900"},
		"/var/db/timezone/zoneinfo/right/Etc/UTC": {"+0000", "+0000"},
		"posix/Asia/Tokyo":                        {"+0900", "+0900"},
		"UTC":                                     {"+0000", "+0000"},
		"Etc/GMT+3":                               {"-0300", "-0300"},
		"America/Argentina/Buenos_Aires":          {"-0300", "-0300"},
		"CET-1CEST,M3.5.0,M10.5.0/3":              {"+0100", "+0200"},
		":CET-1CEST,M3.5.0,M10.5.0/3":             {"+0100", "+0200"},
		"NZST-12NZDT,M9.5.0,M4.1.0/3":             {"+1300", "+1200"},
		"<+03>-3":                                 {"+0300", "+0300"},
		"<-0330>3:30<-0230>,M3.2.0,M11.1.0":       {"-0330", "-0230"},
		"UTC0":                                    {"+0000", "+0000"},
		"EST5EDT":                                 {"-0500", "-0400"},
		"EST5EDT,M3.2.0,M11.1.0":                  {"-0500", "-0400"},
		"JST-9":                                   {"+0900", "+0900"},
	} {
		loc, err := ParseZone(tz)
		if err != nil {
			t.Errorf("%s: %v", tz, err)
			continue
		}
		for i, month := range []time.Month{time.January, time.July} {
			if got := time.Date(2026, month, 15, 12, 0, 0, 0, time.UTC).In(loc).Format("-0700"); got != want[i] {
				t.Errorf("%s in %v is %s, want %s", tz, month, got, want[i])
			}
		}
	}
}

// An unknown time zone is not taken for the server's own, and names no other file.
func TestWhatIsNoTimeZone(t *testing.T) {
	for _, tz := range []string{
		"", ":", "Local", ":Local", "Nowhere", "Europe", "Europe/", "/etc/localtime", ":/etc/localtime", "/etc/passwd", "../../etc/passwd", "Europe/../../passwd",
		"/usr/share/zoneinfo/../../../etc/passwd", "/usr/share/zoneinfo//etc/passwd", "/usr/share/zoneinfo/", "/etc/zoneinfo/Nowhere1", `..\..\x`, "zone.tab", "tzdata.zi", "leapseconds",
		"CET-", "C-1", "CET-1CEST,", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "<+03", "<>0", "<+03>", "<\x1b[2J>-3", "CET-1\n", "CET-1\x00", "Привет-3",
		"CET-1CEST,M3.5.0,M10.5.0/3" + strings.Repeat("0", maxZone),
	} {
		if loc, err := ParseZone(tz); !errors.Is(err, ErrBadZone) {
			t.Errorf("%q is %v, %v", tz, loc, err)
		}
	}
}

func TestTheTimeZoneIsSetAndTold(t *testing.T) {
	r := enter(t, Lines)
	r.Zone = time.Local
	if got := Run("/tz", r).Text; !strings.HasPrefix(got, "Times are this server's, UTC") {
		t.Errorf("the server's: %q", got)
	}
	set := Run("/tz Asia/Kolkata", r)
	if set.Zone == nil || set.Text != "Times are in Asia/Kolkata (UTC+5:30)." {
		t.Fatalf("set: %+v", set)
	}
	r.Zone = set.Zone
	if got := Run("/tz", r).Text; got != set.Text {
		t.Errorf("then: %q", got)
	}
	if got := Run("/tz Nowhere", r); got.Zone != nil || got.Problem == "" {
		t.Errorf("an unknown zone: %+v", got)
	}
	r.Zone = time.UTC
	if got := Run("/tz", r).Text; got != "Times are in UTC." {
		t.Errorf("UTC: %q", got)
	}
}

package sshapp

import (
	"strconv"
	"strings"
	"testing"
	_ "time/tzdata"

	"wick/keys"
	"wick/sshapp/sshtest"
)

func TestTimesAreInTheClientsZoneOrSaidToBeTheServers(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for tz, says := range map[string]string{
		":Europe/Berlin":             "Times are in Europe/Berlin (UTC+",
		"CET-1CEST,M3.5.0,M10.5.0/3": "Times are in CET-1CEST,M3.5.0,M10.5.0/3 (UTC+",
		"<+0530>-5:30":               "Times are in <+0530>-5:30 (UTC+5:30).",
	} {
		p := sit(t, sshtest.Dial(t, addr, "new"), sshtest.Pty(80, 24), sshtest.Variable{Name: "TZ", Value: tz})
		p.room()
		p.seesNoMore("the server's")
		p.says("/tz")
		p.sees(says)
	}
	for _, env := range [][]sshtest.Variable{nil, {{Name: "TZ", Value: "../../etc/passwd"}}, {{Name: "TZ", Value: ":/etc/localtime"}}} {
		p := sit(t, sshtest.Dial(t, addr, "new"), sshtest.Pty(80, 24), env...)
		p.sees("times are the server's, UTC")
		p.says("/tz Asia/Tokyo")
		p.sees("Times are in Asia/Tokyo (UTC+9).")
		p.seesNoMore("the server's")
	}
}

func TestFollowOnATerminalSaysThatTimesAreTheServers(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	room := join(t, addr, "new", 80, 24).room()
	const says = "times are this server's, UTC; for yours: ssh -o SendEnv=TZ."
	for _, pty := range []sshtest.PtyRequest{{}, sshtest.Pty(80, 24)} {
		p, err := sshtest.Start(sshtest.Dial(t, addr, room), sshtest.Options{Command: "follow --for 1ms", Pty: pty})
		if err != nil {
			t.Fatal(err)
		}
		p.Ends(t)
		if told := strings.Contains(p.Out.String()+p.Err.String(), says); told != (pty.Width > 0) {
			t.Errorf("on a terminal %d wide: %q, %q", pty.Width, p.Out.String(), p.Err.String())
		}
	}
}

func TestTheTimeZoneIsChangedInTheRoom(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann, bob := readLines(t, addr, "plans+10m", wide), readLines(t, addr, "plans+10m", wide)
	ann.line(`\* Times are this server's, UTC.*`)
	ann.says("/tz Nowhere")
	ann.line(`\* There is no such time zone\..*`)
	ann.says("/tz UTC")
	ann.line(`\* Times are in UTC\.`)
	bob.says("/tz <+0530>-5:30")
	bob.line(`\* Times are in <\+0530>-5:30 \(UTC\+5:30\)\.`)
	bob.says("what time is it?")
	minutes := func(r *reader) int {
		found := r.line(`(\d\d):(\d\d) \S+: what time is it\?`)
		hour, _ := strconv.Atoi(found[1])
		minute, _ := strconv.Atoi(found[2])
		return 60*hour + minute
	}
	if apart := (minutes(bob) - minutes(ann) + 24*60) % (24 * 60); apart != 5*60+30 {
		t.Errorf("the times are %d minutes apart", apart)
	}
}

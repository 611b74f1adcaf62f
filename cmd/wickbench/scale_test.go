package main

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestCostIsWhatAMessageAddsToIdling(t *testing.T) {
	site := &site{pids: []int{1, 2}, redis: []int{3}}
	var r result
	r.Load.Rate = 200
	r.Server.Processes = []process{{PID: 1, IdleCPU: 1, LoadCPU: 6}, {PID: 2, IdleCPU: 1, LoadCPU: 8}, {PID: 3, IdleCPU: 0.5, LoadCPU: 1.5}}
	if got, want := costOf(7, r, site), (cost{x: 7, servers: 600, redis: 50}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.Load.Rate = 0
	if got := costOf(7, r, site); got.servers != 0 || got.redis != 0 {
		t.Errorf("without messages: %+v", got)
	}
}

func TestEachRunFitsItsServersAndRooms(t *testing.T) {
	for _, p := range costPlots {
		for _, r := range p.runs {
			if r.sessions%r.rooms != 0 || r.servers > scaleServers || r.rooms > r.sessions {
				t.Errorf("%s: %+v", p.against, r)
			}
		}
	}
	for _, l := range ladders {
		for i, rate := range l.rates[1:] {
			if rate <= l.rates[i] {
				t.Errorf("%s: the rate falls from %g to %g", l.name, l.rates[i], rate)
			}
		}
	}
}

func TestPartsOfScalingOutAreChosenByName(t *testing.T) {
	for only, want := range map[string]int{"": 3, "scale out": 3, "scale out, cost": 1, "1,000 in": 2, "one room": 1, "pair": 0} {
		if got := scaleParts(only); len(got) != want {
			t.Errorf("%q: %q", only, got)
		}
	}
}

func TestAPlotIsAnSVGWithAllPoints(t *testing.T) {
	svg := plot(costs{costPlot{against: "members & rooms"}, []cost{{2, 500, 40}, {1000, 61_400, 0}}})
	circles, texts := 0, ""
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "circle" {
				continue
			}
			circles++
			for _, a := range token.Attr {
				v, _ := strconv.ParseFloat(a.Value, 64)
				if a.Name.Local == "cy" && (v < marginTop || v > plotHeight-marginBottom) || a.Name.Local == "cx" && (v < marginLeft || v > plotWidth-marginRight) {
					t.Errorf("a point is outside: %s=%s", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			texts += string(token) + "|"
		}
	}
	if circles != 3 { // what was too little to measure has none
		t.Errorf("%d points", circles)
	}
	for _, want := range []string{"members & rooms", "|2|", "|1000|", "500µs", "40µs", "61ms", "10µs", "100ms"} {
		if !strings.Contains(texts, want) {
			t.Errorf("%q is missing: %q", want, texts)
		}
	}
}

// See https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio.
func TestPlotsCanBeReadOnAnyPage(t *testing.T) {
	luminance := func(colour string) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(v) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	for _, page := range []string{"#ffffff", "#0d1117"} {
		for _, colour := range []string{inkColour, serversColour, redisColour} {
			a, b := luminance(page)+0.05, luminance(colour)+0.05
			if ratio := max(a, b) / min(a, b); ratio < 4 {
				t.Errorf("%s on %s has a contrast of %.1f", colour, page, ratio)
			}
		}
	}
}

func TestAClusterServesAsSoonAsItIsReturned(t *testing.T) {
	program, err := findRedis()
	if err != nil {
		t.Fatal(err)
	}
	b, s := bench{dir: t.TempDir()}, &site{}
	defer s.stop()
	url, err := b.cluster(t.Context(), s, program)
	if err != nil {
		t.Fatal(err)
	}
	nodes := strings.Split(url, ",")
	if len(nodes) != clusterNodes || len(s.redis) != clusterNodes {
		t.Fatalf("%s, processes %v", url, s.redis)
	}
	for _, node := range nodes {
		if !serves(t.Context(), strings.TrimPrefix(node, "redis://")) {
			t.Errorf("%s does not serve", node)
		}
	}
}

func TestRedisRepliesAreParsed(t *testing.T) {
	for _, c := range []struct{ reply, want string }{
		{"+PONG\r\n", "PONG"},
		{"$7\r\nab\r\ncde\r\n", "ab\r\ncde"},
		{"$0\r\n\r\n", ""},
	} {
		if got, err := parseReply(bufio.NewReader(strings.NewReader(c.reply))); err != nil || got != c.want {
			t.Errorf("%q: %q, %v", c.reply, got, err)
		}
	}
	for _, reply := range []string{"", "-ERR unknown command\r\n", "$-1\r\n", "$x\r\n", ":1\r\n"} {
		if got, err := parseReply(bufio.NewReader(strings.NewReader(reply))); err == nil {
			t.Errorf("%q: %q", reply, got)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// watched returns the URL of the server's --metrics.
func (p *process) watched() string {
	p.t.Helper()
	for start := time.Now(); time.Since(start) < sshtest.Patience; <-time.After(time.Millisecond) {
		if m := regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`).FindStringSubmatch(p.log.String()); m != nil {
			return "http://" + m[1]
		}
	}
	p.t.Fatalf("the log does not name the address of the metrics:\n%s", p.log)
	return ""
}

// get returns the status and the body; the status is 0 if nobody replies.
func get(url string) (int, string) {
	client := http.Client{Timeout: sshtest.Patience, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

// scrape returns the metrics, as text and parsed as Prometheus does.
func scrape(t *testing.T, at string) (text string, families map[string]*dto.MetricFamily) {
	t.Helper()
	status, text := get(at + "/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if status != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v:\n%s", status, err, text)
	}
	return text, families
}

// value returns the value of the metric with those label values; for a histogram,
// its count.
func value(t *testing.T, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	for _, m := range families[name].GetMetric() {
		var got []string
		for _, l := range m.GetLabel() {
			got = append(got, l.GetValue())
		}
		if strings.Join(got, ",") == strings.Join(labels, ",") {
			return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	t.Fatalf("there is no %s%q", name, labels)
	return 0
}

func TestMetricsCountWithoutNames(t *testing.T) {
	t.Parallel()
	db := redistest.Start(t)
	p := serve(t, t.TempDir(), "--redis", db.URL(), "--metrics", "127.0.0.1:0", "--memory", "512MiB")
	at := p.watched()
	ann := sit(t, p.port, "new+2p", 80, 24)
	room := ann.room()
	bob := sit(t, p.port, room, 80, 24)
	ann.sees("2/2")
	bob.sees("2/2") // what he finds there is not delivered
	ann.Type("hello there\r")
	bob.sees("hello there")
	ann.sees("hello there")
	full := sit(t, p.port, room, 80, 24)
	if status, _ := full.leaves(); status != 4 {
		t.Errorf("the third in a room of two: status %d", status)
	}
	var text string
	var families map[string]*dto.MetricFamily
	for start := time.Now(); ; <-time.After(20 * time.Millisecond) {
		text, families = scrape(t, at)
		gone := value(t, families, "wick_sessions") == 2 && value(t, families, "wick_connections") == 2
		if gone && value(t, families, "wick_paint_seconds") == 2 || time.Since(start) > sshtest.Patience {
			break
		}
	}
	for _, tt := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{2, "wick_sessions", nil}, {2, "wick_connections", nil}, {2, "wick_members", nil}, {1, "wick_rooms", nil},
		{1, "wick_messages_total", nil}, {1, "wick_append_seconds", nil}, {2, "wick_deliveries_total", nil}, {2, "wick_paint_seconds", nil},
		{1, "wick_refusals_total", []string{"full"}}, {0, "wick_refusals_total", []string{"greeting_timeout"}},
		{1, "wick_redis_up", nil}, {0, "wick_redis_lost_total", nil},
		{512 << 20, "wick_memory_budget_bytes", nil}, {0, "wick_memory_cuts_total", nil},
	} {
		if got := value(t, families, tt.name, tt.labels...); got != tt.want {
			t.Errorf("%s%q is %v, want %v", tt.name, tt.labels, got, tt.want)
		}
	}
	if n := value(t, families, "wick_memory_held_bytes", "inputs"); n > 8<<10 { // the estimate may be a packet too high
		t.Errorf("input that nobody has read is %v bytes", n)
	}
	for _, class := range []string{"rooms", "connections", "screens"} {
		if value(t, families, "wick_memory_held_bytes", class) == 0 {
			t.Errorf("%s hold nothing", class)
		}
	}
	board, err := os.ReadFile("../../deploy/grafana.json")
	if err != nil || !json.Valid(board) {
		t.Fatalf("the dashboard is not JSON: %v", err)
	}
	alerts, err := os.ReadFile("../../deploy/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`\b(wick|go|process)_[a-z_]+`).FindAllString(string(board)+string(alerts), -1) {
		if families[strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum")] == nil {
			t.Errorf("the dashboard or an alert needs %s, which does not exist", name)
		}
	}
	for _, name := range []string{"go_goroutines", "process_resident_memory_bytes", "wick_build_info"} {
		if families[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
	for _, secret := range []string{room, "hello", "127.0.0.1", "::1"} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics contain %q", secret)
		}
	}
	problems, err := promlint.New(bytes.NewReader([]byte(text))).Lint()
	if err != nil {
		t.Error(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// Profiles are there for whoever asks for them, without the command line and what it
// may hold.
func TestProfilesAreOffByDefault(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want map[string]int
	}{
		{nil, map[string]int{"heap": http.StatusNotFound, "": http.StatusNotFound}},
		{[]string{"--pprof"}, map[string]int{"heap": http.StatusOK, "goroutine?debug=2": http.StatusOK, "profile?seconds=1": http.StatusOK, "cmdline": http.StatusNotFound}},
	} {
		at := serve(t, t.TempDir(), append(tt.args, "--metrics", "127.0.0.1:0")...).watched()
		for profile, want := range tt.want {
			if status, _ := get(at + "/debug/pprof/" + profile); status != want {
				t.Errorf("%q: %q returns %d, want %d", tt.args, profile, status, want)
			}
		}
	}
	if status, _, stderr := once(t, t.TempDir(), "--pprof"); status != exitUsage || !strings.Contains(stderr, "--metrics") {
		t.Errorf("without an address: status %d, %q", status, stderr)
	}
}

func TestReadinessFollowsTheStoreAndDraining(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t, redistest.Start(t).Addr())
	p := serve(t, t.TempDir(), "--redis", proxy.URL(), "--metrics", "127.0.0.1:0", "--grace", "1m")
	at := p.watched()
	becomes := func(path string, want int, says string) {
		t.Helper()
		for start := time.Now(); ; <-time.After(20 * time.Millisecond) {
			status, body := get(at + path)
			if status == want && strings.Contains(body, says) {
				return
			}
			if time.Since(start) > sshtest.Patience {
				t.Fatalf("%s returns %d %q, want %d %q", path, status, body, want, says)
			}
		}
	}
	becomes("/readyz", 200, "ready")
	proxy.Down()
	becomes("/readyz", 503, "Redis does not reply")
	becomes("/healthz", 200, "up")
	proxy.Up()
	becomes("/readyz", 200, "ready")
	becomes("/", 404, "")
	if resp, err := http.Post(at+"/metrics", "text/plain", strings.NewReader("x")); err != nil || resp.StatusCode != 405 {
		t.Errorf("a POST: %v, %v", resp, err)
	}

	ann := sit(t, p.port, "new", 80, 24)
	ann.room()
	if err := redistest.Stop(ann.Process); err != nil { // draining waits for this client
		t.Fatal(err)
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	becomes("/readyz", 503, "going down")
	becomes("/healthz", 200, "up")
	ann.Process.Signal(syscall.SIGCONT)
	if status := p.ends(); status != exitFine {
		t.Errorf("status %d", status)
	}
	if status, _ := get(at + "/healthz"); status != 0 {
		t.Errorf("after the end: %d", status)
	}
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

const metricsLimit = 5 * time.Second // for a server to tell its metrics

// collectorShare returns how much of its CPU time a server of wick has spent on the
// garbage collector so far, in percent. addr is that of its metrics.
func collectorShare(ctx context.Context, addr string) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, metricsLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	reply, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer reply.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(reply.Body)
	if err != nil {
		return 0, err
	}
	var seconds [2]float64
	for i, name := range [...]string{"go_cpu_classes_gc_total_cpu_seconds_total", "process_cpu_seconds_total"} {
		family := all[name]
		if len(family.GetMetric()) != 1 {
			return 0, fmt.Errorf("the server has no metric %s", name)
		}
		seconds[i] = family.GetMetric()[0].GetCounter().GetValue()
	}
	return 100 * seconds[0] / seconds[1], nil
}

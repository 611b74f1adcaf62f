package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"
)

// The size of a plot and of the margins around its axes, in pixels.
const (
	plotWidth, plotHeight = 320, 220
	marginLeft            = 48
	marginRight           = 20
	marginTop             = 36
	marginBottom          = 40
)

// The colours can be read on white and on dark pages alike; a plot has no
// background.
const (
	inkColour     = "#767e89"
	gridColour    = "#767e8955"
	serversColour = "#b9641a"
	redisColour   = "#3b7fd4"
)

// plot draws what a message costs as an SVG, against a logarithmic axis of time.
// The points are at even distances.
func plot(c costs) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui,sans-serif" font-size="11" fill="%s">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight, inkColour)
	fmt.Fprintf(&b, "<title>CPU time of a message against %s</title>\n", html.EscapeString(c.against))
	text := func(x, y float64, anchor, colour, s string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, colour, html.EscapeString(s))
	}
	text(marginLeft, 16, "start", serversColour, "● servers")
	text(marginLeft+70, 16, "start", redisColour, "● Redis")
	text(plotWidth-marginRight, 16, "end", inkColour, "CPU time of a message")
	text((marginLeft+plotWidth-marginRight)/2, plotHeight-8, "middle", inkColour, c.against)

	axis := axisOf(c.points)
	for d := axis.first; d <= axis.last; d++ {
		y := axis.y(math.Pow10(d))
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="%s"/>`+"\n", marginLeft, y, plotWidth-marginRight, gridColour)
		text(marginLeft-6, y+4, "end", inkColour, microseconds(math.Pow10(d)))
	}
	for i, p := range c.points {
		text(pointX(i, len(c.points)), plotHeight-marginBottom+16, "middle", inkColour, fmt.Sprint(p.x))
	}
	for _, series := range []struct {
		colour string
		of     func(cost) float64
	}{
		{serversColour, func(p cost) float64 { return p.servers }},
		{redisColour, func(p cost) float64 { return p.redis }},
	} {
		var line []string
		for i, p := range c.points {
			v := series.of(p)
			if v <= 0 {
				continue // less than was measured
			}
			x, y := pointX(i, len(c.points)), axis.y(v)
			line = append(line, fmt.Sprintf("%.1f,%.1f", x, y))
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x, y, series.colour)
			text(x, y-7, "middle", series.colour, microseconds(v))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", strings.Join(line, " "), series.colour)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// pointX returns the horizontal place of point i of n.
func pointX(i, n int) float64 {
	const inset = 16 // from the axis to the first point
	return marginLeft + inset + float64(i)*float64(plotWidth-marginLeft-marginRight-2*inset)/float64(max(n-1, 1))
}

// logAxis is a logarithmic vertical axis of whole powers of ten.
type logAxis struct{ first, last int }

// axisOf returns the shortest axis that has room for the points.
func axisOf(points []cost) logAxis {
	var values []float64
	for _, p := range points {
		for _, v := range [...]float64{p.servers, p.redis} {
			if v > 0 {
				values = append(values, v)
			}
		}
	}
	if len(values) == 0 {
		return logAxis{0, 1}
	}
	first := int(math.Floor(math.Log10(slices.Min(values))))
	last := int(math.Ceil(math.Log10(slices.Max(values))))
	return logAxis{first, max(last, first+1)}
}

func (a logAxis) y(v float64) float64 {
	const height = plotHeight - marginTop - marginBottom
	return marginTop + height*(1-(math.Log10(v)-float64(a.first))/float64(a.last-a.first))
}

// microseconds returns a time of v µs with two digits.
func microseconds(v float64) string {
	digits := math.Pow10(int(math.Floor(math.Log10(cmp.Or(v, 1)))) - 1)
	return time.Duration(math.Round(math.Round(v/digits) * digits * 1000)).String()
}

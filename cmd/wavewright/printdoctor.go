package main

// What a cluster has, for people, by the rules of print.go.

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/generator"
)

// printDoctor prints findings by part of the world, then how many there are of each kind.
func (c *console) printDoctor(report *generator.DoctorReport) {
	part := ""
	for _, f := range report.Findings {
		if f.Part != part {
			part = f.Part
			c.printf("%s (context %s)\n", part, report.Context)
		}
		c.printFinding(f)
	}
	var counts []string
	for _, status := range []struct {
		name   string
		number int
	}{
		{"ok", report.Counts[generator.DoctorOK]}, {"failed", report.Counts[generator.DoctorFailed]},
		{"with a warning", report.Counts[generator.DoctorWarning]}, {"unknown", report.Counts[generator.DoctorUnknown]},
	} {
		if status.number > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", status.number, status.name))
		}
	}
	c.printf("%s: %s\n", count(len(report.Findings), "check"), strings.Join(counts, ", "))
}

func (c *console) printFinding(f generator.DoctorFinding) {
	word, colour := string(f.Status), green
	if f.Status != generator.DoctorOK {
		colour = red
	}
	line := fmt.Sprintf("%s: %s", f.Subject, f.Found)
	if f.Status != generator.DoctorOK {
		line += " [" + f.Code + "]"
	}
	c.printf("  %s %s\n", c.paint(colour, fmt.Sprintf("%-7s", word)), line)
	if f.Do != "" {
		c.printf("          %s\n", f.Do)
	}
}

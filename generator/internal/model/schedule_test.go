package model

import (
	"testing"

	"github.com/wavewright/wavewright/schema"
)

func TestRuns(t *testing.T) {
	tests := []struct {
		name     string
		schedule schema.Schedule
		want     int
	}{
		{"one at a time by default", schema.Schedule{Cron: "* * * * *"}, 1},
		{"the old one stops while the new one starts", schema.Schedule{Cron: "* * * * *", ConcurrencyPolicy: "Replace"}, 2},
		{"allowed, but never together", schema.Schedule{Cron: "0 3 * * *", ConcurrencyPolicy: "Allow"}, 1},
		{"every quarter of an hour, an hour long", schema.Schedule{Cron: "*/15 * * * *", ConcurrencyPolicy: "Allow"}, 5},
		{"the shortest pause counts", schema.Schedule{Cron: "0,50 3 * * *", ConcurrencyPolicy: "Allow"}, 2},
		{"once in four years", schema.Schedule{Cron: "0 0 29 2 *", ConcurrencyPolicy: "Allow"}, 1},
		{"a deadline of its own", schema.Schedule{Cron: "@hourly", ConcurrencyPolicy: "Allow", Attempts: schema.Attempts{ActiveDeadlineSeconds: 7200}}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &Workload{Workload: schema.Workload{Kind: scheduled, Schedule: &test.schedule}}
			if got := w.pods(); got != test.want {
				t.Errorf("got %d pods, want %d", got, test.want)
			}
		})
	}
}

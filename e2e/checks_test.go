package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
)

// wanted are findings, by case, that the spec of the case asks for. Each says, as the spec
// does, what is given up; the value is the end of the finding.
var wanted = map[string][]string{
	"odd":      {"Deployment odd-live/api: a rollout takes pods away before there are new ones"},
	"guarded":  {"edge: no policy judges service-types", "does not say what it is for, or what it evicts", "-dev: a sync is not tried again, or without pauses"},
	"pipeline": {"the quota of pipeline-live permits other services.loadbalancers than the 0 that exist", "the quota of pipeline-live permits other services.nodeports than the 0 that exist"},
	"clusters": {"dev: Deployment payments-dev/ledger: its user or group may be one of the node's", "cart: its pods may be in one zone", "cart: its pods may be on one node"},
}

// TestChecks runs our own checks on every case.
func TestChecks(t *testing.T) {
	forEach(t, func(t *testing.T, c *testCase) {
		used := map[string]bool{}
		for _, check := range checks.All {
			t.Run(check.Name, func(t *testing.T) {
				for _, finding := range check.Run(c.repo) {
					i := slices.IndexFunc(wanted[c.name], func(end string) bool { return strings.HasSuffix(finding, end) })
					if i < 0 {
						t.Error(finding)
						continue
					}
					used[wanted[c.name][i]] = true
				}
			})
		}
		for _, end := range wanted[c.name] {
			if !used[end] {
				t.Errorf("nothing ends in %q any more", end)
			}
		}
	})
}

package e2e

import (
	"testing"

	"github.com/wavewright/wavewright/e2e/internal/checks"
)

// TestChecks runs our own checks on every case.
func TestChecks(t *testing.T) {
	forEach(t, func(t *testing.T, c *testCase) {
		for _, check := range checks.All {
			t.Run(check.Name, func(t *testing.T) {
				for _, finding := range check.Run(c.repo) {
					t.Error(finding)
				}
			})
		}
	})
}

package model

import (
	"strings"
	"testing"
)

// TestQuotaSumsAreSorted wants the largest demand first, and says how many are left out.
func TestQuotaSumsAreSorted(t *testing.T) {
	d := demands{"limits.cpu": {{"idle", 1, 0}, {"small", 1, 100}, {"large", 2, 4000}, {"middle", 1, 500}, {"other", 1, 500}}}
	want := "large: 2 pods, 4\nmiddle: 1 pod, 500m\nother: 1 pod, 500m\nsmall: 1 pod, 100m"
	if got := d.sum("limits.cpu"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for range 20 {
		d["pods"] = append(d["pods"], demand{"web", 1, 1})
	}
	if got := d.sum("pods"); strings.Count(got, "\n") != 12 || !strings.HasSuffix(got, "\n… and 8 more") {
		t.Errorf("got:\n%s", got)
	}
}

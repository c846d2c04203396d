package rename

import "testing"

// TestRenamedTakesTheLongestName renames two environments of which one's name begins, or
// ends, with the other's: whatever order a map has, the closest one is meant.
func TestRenamedTakesTheLongestName(t *testing.T) {
	for range 50 {
		n := &Renames{
			values: map[string]map[string]string{"env": {"prod": "live", "prod-eu": "europe"}},
			last:   map[string]map[string]string{"namespace": {"-eu": "-europe", "-prod-eu": "-live"}},
		}
		if got := n.ID("x?target=prod-eu-a"); got != "x?target=europe-a" {
			t.Fatal(got)
		}
		if got := n.ID("x?namespace=shop-prod-eu"); got != "x?namespace=shop-live" {
			t.Fatal(got)
		}
	}
}

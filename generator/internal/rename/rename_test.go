package rename

import (
	"io/fs"
	"testing"

	"github.com/wavewright/wavewright/templates"
)

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

// TestMovedTemplates holds moved.txt of the built-in templates to those that there are.
func TestMovedTemplates(t *testing.T) {
	there := func(path string) bool {
		_, err := fs.Stat(templates.FS(), path+".tmpl")
		return err == nil
	}
	n := &Renames{Templates: map[string]string{}, Gone: map[string]bool{}}
	n.readTemplates(nil)
	for old, now := range n.Templates {
		if there(old) || n.Gone[old] || !there(now) {
			t.Errorf("%s cannot have moved to %s", old, now)
		}
	}
	for old := range n.Gone {
		if there(old) {
			t.Errorf("%s is there", old)
		}
	}
	if len(n.Templates) == 0 || len(n.Gone) == 0 {
		t.Error("moved.txt was not read")
	}
}

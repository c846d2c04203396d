package rename

import (
	"io/fs"
	"testing"

	"github.com/wavewright/wavewright/templates"
)

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

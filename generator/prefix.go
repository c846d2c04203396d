package generator

import (
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/tree"
)

// FrozenError says that the spec gives the platform another prefix than it has had.
type FrozenError struct{ Old, New string }

// Error says what would happen.
func (e *FrozenError) Error() string {
	return "the prefix of this platform is " + e.Old + " and would become " + e.New +
		": Argo CD would delete every Application, with what it deployed, and create it anew under another name"
}

// Hint says how the prefix stays.
func (e *FrozenError) Hint() string {
	return "write prefix: " + e.Old + " in environments.yaml; the name of the platform may be another one beside it"
}

// frozen compares the prefix of a platform with the recorded one.
func frozen(scan *tree.Scan, prefix string) error {
	for _, file := range scan.Recorded("repository") {
		if was := strings.TrimSpace(string(file.Base)); file.Path == layout.Prefix && was != prefix {
			return &FrozenError{was, prefix}
		}
	}
	return nil
}

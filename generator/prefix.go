package generator

import (
	"strings"

	"github.com/wavewright/wavewright/generator/internal/tree"
)

// prefixPath is a generated file that holds the prefix of the platform. Its entry in the
// state says which one the names in the cluster begin with, whatever becomes of the file.
const prefixPath = ".wavewright/prefix"

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

// frozen compares the prefix of a tree with the recorded one.
func frozen(repository *tree.Repository, rendered tree.Tree) error {
	recorded, err := repository.Recorded("repository", ReadBuild().Version)
	if err != nil {
		return err
	}
	for _, file := range recorded {
		was, is := strings.TrimSpace(string(file.Base)), strings.TrimSpace(string(rendered[prefixPath].Content))
		if file.Path == prefixPath && was != is {
			return &FrozenError{was, is}
		}
	}
	return nil
}

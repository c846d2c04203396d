package schema

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

//go:embed profiles/*.yaml
var profileFiles embed.FS

// BuiltinProfiles lists the names of the built-in profiles, from the most relaxed to the strictest.
func BuiltinProfiles() []string { return []string{"development", "staging", "production"} }

// profileFile is the name under which a built-in profile shows in positions.
func profileFile(name string) string { return builtinPrefix + name }

const builtinPrefix = "built-in profile "

// IsBuiltin reports whether a file name in a position is a built-in profile.
func IsBuiltin(file string) bool { return strings.HasPrefix(file, builtinPrefix) }

// BuiltinProfile returns the settings of a built-in profile as a layer, or nil
// when there is none of this name. Its bytes are added to sources.
func BuiltinProfile(name string, sources diag.Sources) *yamltree.Node {
	src, err := fs.ReadFile(profileFiles, "profiles/"+name+".yaml")
	if err != nil {
		return nil
	}
	node, faults := yamltree.Parse(profileFile(name), src)
	if faults.HasErrors() {
		panic(fmt.Sprintf("built-in profile %s: %s", name, faults[0].Summary))
	}
	if sources != nil {
		sources[profileFile(name)] = src
	}
	return node
}

package tree

import "github.com/wavewright/wavewright/generator/internal/merge"

// Options are what one comparison goes by, beside the tree. Functions and sets may be
// nil: then they say nothing about any path.
type Options struct {
	// Version is the semantic version of this wavewright, for the state.
	Version string
	// Policy returns the user's rule for a path.
	Policy func(path string) Policy
	// Accept returns whose lines win at a path where both sides changed the same ones.
	Accept func(path string) merge.Side
	// Markers writes conflicts into the files, to be resolved there.
	Markers bool
	// Renamed returns the ID that a file of the state has now: ids carry the names of
	// templates and of instances, which the user and we may change.
	Renamed func(id string) string
	// Formerly returns the paths that a file had under the names before, by its ID.
	Formerly func(id string) []string
	// Swaps are the circles of names that the user declares, done or not.
	Swaps []Swap
	// Swap returns the ID that a file has after names have changed places.
	Swap func(names map[string]string, id string) string
	// Place returns the path at which a run wrote the file of an ID.
	Place func(id string) string
	// Adopt are foreign files that are ours from now on, as edited by the user.
	Adopt map[string]bool
	// Restore are files that get their pure rendering, deleted or edited as they are.
	Restore map[string]bool
	// Drop are files that are no longer generated and the user's own from now on.
	Drop map[string]bool
	// LeftOut returns, of some files that are not on disk, those that Git has and a sparse
	// checkout leaves out, with their texts; nil when nothing can be left out.
	LeftOut func(paths []string) (map[string][]byte, error)
	// Rewrites are files that people write, in the order in which they are written. None
	// is a file of the tree.
	Rewrites []Rewrite
}

// Policy is the user's rule for generated files.
type Policy string

const (
	// PolicyMerge keeps edits and merges new renderings into them. It is the default.
	PolicyMerge Policy = ""
	// PolicyKeep leaves the file as it is on disk, or absent.
	PolicyKeep Policy = "keep"
	// PolicyCreateOnly writes the file once; afterwards it is the user's.
	PolicyCreateOnly Policy = "createOnly"
	// PolicyOverwrite writes every rendering, whatever is on disk.
	PolicyOverwrite Policy = "overwrite"
)

// rename gives the entries of the state the IDs that their files have now.
func (o *Options) rename(records []*record) {
	if o.Renamed == nil {
		return
	}
	for _, r := range records {
		if r.entry == nil || r.want != nil && r.want.ID == r.entry.id {
			continue
		}
		renamed := *r.entry
		renamed.id = o.Renamed(r.entry.id)
		r.entry = &renamed
	}
}

func (o *Options) place(id string) string {
	if o.Place == nil {
		return ""
	}
	return o.Place(id)
}

func (o *Options) policy(path string) Policy {
	if o.Policy == nil {
		return PolicyMerge
	}
	return o.Policy(path)
}

func (o *Options) accept(path string) merge.Side {
	if o.Accept == nil {
		return merge.Neither
	}
	return o.Accept(path)
}

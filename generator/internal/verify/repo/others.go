package repo

import (
	"fmt"
	"path"
)

// Other is another repository that shares clusters or the Argo CD with the one that is judged.
type Other struct {
	// Name is the folder as a person named it.
	Name string
	*Repository
}

// Place is a place in it, as a person finds it.
func (o *Other) Place(at Origin) string {
	return fmt.Sprintf("%s:%d", path.Join(o.Name, at.File), max(at.Line, 1))
}

// AllTargets are the targets of a repository, whoever made it.
func (r *Repository) AllTargets() []*Target {
	var all []*Target
	for _, e := range r.Environments {
		all = append(all, e.Targets...)
	}
	return append(all, r.Targets...)
}

package checks

import (
	"bytes"
	"encoding/json"

	"github.com/wavewright/wavewright/generator/internal/change"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// newTransition compares a repository with its base; without a base nothing has changed.
func newTransition(r *repo.Repository, now []*target) *transition {
	if r.Before == nil {
		return &transition{}
	}
	unknown := map[string]bool{}
	for _, side := range []*repo.Repository{r, r.Before} {
		for _, p := range side.Problems {
			unknown[p.Application] = true
		}
		for _, s := range side.Skipped {
			unknown[s.Application] = true
		}
	}
	return compared(targets(r.Before), now, unknown)
}

// fieldsOf are the fields of an object in the namespace that it goes to.
func fieldsOf(o *repo.Object) change.Object {
	fields := change.Object{}
	decoder := json.NewDecoder(bytes.NewReader(o.JSON))
	decoder.UseNumber()
	_ = decoder.Decode(&fields) // which was read before
	metadata, _ := fields["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
	}
	fields["metadata"] = metadata
	if o.Namespace != "" {
		metadata["namespace"] = o.Namespace
	}
	return fields
}

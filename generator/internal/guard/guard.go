// Package guard looks for what is probably not meant by a plan that nothing else blocks: much
// of the repository deleted, Applications of a protected environment that would vanish, changes
// that Kubernetes would refuse, edits that only this folder has. A guard that cannot know refuses.
package guard

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/change"
	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/impact"
	"github.com/wavewright/wavewright/generator/internal/running"
	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Guard is a reason not to write a plan that nothing else blocks.
type Guard struct {
	// Reason in words: lower case, no full stop.
	Reason string `json:"reason"`
	// Paths or names that it is about.
	About []string `json:"about"`
	// Flag that goes on all the same.
	Flag string `json:"flag"`
	// Hint says what else can be done; empty for nothing.
	Hint string `json:"hint,omitempty"`
}

// Flags that answer guards.
const (
	AllowDelete  = "--allow-delete"
	AllowDirty   = "--allow-dirty"
	AllowReplace = "--allow-replace"
)

// A plan that deletes more files than both of these is taken for a mistake: a spec that
// lost most of its text, or the wrong branch.
const (
	manyDeletions = 10
	largeShare    = 4 // one file in so many
)

// Deletions guards against a plan that deletes much of the repository, and against Applications
// and namespaces that would vanish from environments that run pins or that are protected.
func Deletions(plan *tree.Plan, rows []impact.Row, protected func(environment string) bool) []Guard {
	return append(deletions(plan), vanishing(rows, protected)...)
}

// deletions guards against a plan that deletes much of the repository.
func deletions(plan *tree.Plan) []Guard {
	var paths []string
	for _, c := range plan.Changes() {
		if c.State == tree.StateOrphan {
			paths = append(paths, c.Path)
		}
	}
	if len(paths) <= manyDeletions || len(paths)*largeShare <= plan.Owned() {
		return nil
	}
	return []Guard{{
		Reason: fmt.Sprintf("%d of %d generated files would be deleted", len(paths), plan.Owned()), About: paths, Flag: AllowDelete,
		Hint: "is this all of environments.yaml, and the right branch? What a deleted file deployed is deleted in the cluster",
	}}
}

// vanishing guards the Applications and namespaces that run a pin, or whose environment is
// protected.
func vanishing(rows []impact.Row, protected func(environment string) bool) []Guard {
	var names []string
	for _, row := range rows {
		if !row.Pinned && !protected(row.Environment) {
			continue
		}
		switch row.Effect {
		case impact.Deleted:
			names = append(names, row.Application)
		case impact.Renamed:
			names = append(names, row.From)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return []Guard{{
		Reason: "Applications would be deleted from a protected environment", About: names, Flag: AllowDelete,
		Hint: "Argo CD deletes what they deployed, unless their environment preserves resources",
	}}
}

// Returns guards carriage returns in files whose content the user states: git would drop them in
// the next commit, and what runs would not be what the spec says. exact reports for which paths
// they count.
func Returns(dir string, plan *tree.Plan, exact func(path string) bool) []Guard {
	var paths []string
	for _, c := range plan.Changes() {
		if c.Path == attributes && c.Action != tree.ActionNone && c.Action != tree.ActionRecord {
			return nil // which unsets the attribute
		}
		if exact(c.Path) && c.Action != tree.ActionDelete {
			paths = append(paths, c.Path)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	repo, err := git.Find(dir)
	if errors.Is(err, git.ErrNoRepository) {
		return nil
	}
	if err == nil {
		paths, err = repo.Converted(paths)
	}
	switch {
	case err != nil:
		return []Guard{{Reason: "nobody knows whether git would drop carriage returns: " + err.Error(), About: paths, Flag: AllowDirty, Hint: "make git status work here, and run this again"}}
	case len(paths) == 0:
		return nil
	}
	return []Guard{{
		Reason: "git would drop carriage returns of these configuration files in the next commit", About: paths, Flag: AllowDirty,
		Hint: keepReturns(repo, paths[0]),
	}}
}

// keepReturns says what makes git keep the carriage returns of a file.
func keepReturns(repo *git.Repo, path string) string {
	place, rule, err := repo.TextRule(path)
	if err != nil || place == "" {
		return "write **/config/** -text into .gitattributes, and run this again"
	}
	pattern := "**/config/**"
	if strings.Contains(place, "/config/") {
		pattern = "*"
	}
	return fmt.Sprintf("%s decides, which is %s: write %s -text below it in that file, and run this again", place, rule, pattern)
}

// attributes is the file that tells git which files have line ends to convert.
const attributes = ".gitattributes"

// Unsaved guards edits that git does not know yet in files that are about to be merged,
// migrated or overwritten: there would be no way back to them. Where there is certainly no
// repository, nobody expects a way back; where git cannot answer, the edits are taken for unsaved.
func Unsaved(dir string, plan *tree.Plan) []Guard {
	var paths []string
	for _, c := range plan.Changes() {
		if c.TakesEdits() {
			paths = append(paths, cmp.Or(c.From, c.Path))
		}
	}
	if len(paths) == 0 {
		return nil
	}
	repo, err := git.Find(dir)
	if errors.Is(err, git.ErrNoRepository) {
		return nil
	}
	edited, unwatched := paths, []string(nil)
	if err == nil {
		edited, err = repo.Unsaved(paths)
	}
	if err == nil {
		unwatched, err = repo.Unwatched(paths)
	}
	switch {
	case err != nil:
		return []Guard{{
			Reason: "nobody knows whether git has the edits that would be merged or overwritten: " + err.Error(), About: paths, Flag: AllowDirty,
			Hint: "make git status work here, and run this again",
		}}
	case len(unwatched) > 0:
		return []Guard{{
			Reason: "files would be merged or overwritten in which git does not look for edits (git ls-files -v marks them S, or with a lower-case letter)", About: unwatched, Flag: AllowDirty,
			Hint: "git update-index --no-skip-worktree --no-assume-unchanged PATH, and run this again",
		}}
	case len(edited) == 0:
		return nil
	}
	return []Guard{{
		Reason: "edits that git does not have would be merged or overwritten, and there would be no way back", About: edited, Flag: AllowDirty,
		Hint: "git add them, or commit them, and run this again",
	}}
}

// Replacements guards against changes that the API server refuses, or that leave data behind: of
// what holds data where it would be refused, and of everything in protected environments. A change
// that is in the files already was decided about when it was written; a pin that moves is
// decided about in the pin. patterns are those of objects that a person has decided about.
func Replacements(hazards []running.Hazard, patterns []string, protected func(environment string) bool) []Guard {
	var about []string
	for _, h := range hazards {
		if NeedsDecision(h, protected(h.Environment)) && !h.Allowed && (h.Fresh || h.Pinned) {
			about = append(about, h.Environment+": "+h.Object)
		}
	}
	if len(about) == 0 {
		return nil
	}
	slices.Sort(about)
	hint := "each line above says what can be done; the flag also takes a pattern of objects, as in " + AllowReplace + "=StatefulSet/db"
	if idle := idle(patterns, hazards); len(idle) > 0 {
		_, first, _ := strings.Cut(about[0], ": ")
		hint = fmt.Sprintf("%s matches no object above; a pattern is a kind and a name, as in %s=%s, and * does not match a slash", strings.Join(idle, " and "), AllowReplace, first)
	}
	return []Guard{{
		Reason: "Kubernetes would not carry out these changes, or data would stay behind", About: slices.Compact(about), Flag: AllowReplace, Hint: hint,
	}}
}

// idle returns the patterns that match no object.
func idle(patterns []string, hazards []running.Hazard) []string {
	var idle []string
	for _, pattern := range patterns {
		if !slices.ContainsFunc(hazards, func(h running.Hazard) bool { return Allowed([]string{pattern}, h.Object) }) {
			idle = append(idle, AllowReplace+"="+pattern)
		}
	}
	return idle
}

// NeedsDecision reports whether a person has to decide about a hazard.
func NeedsDecision(h running.Hazard, protected bool) bool {
	return h.Blocks() && !h.Gone && (protected || h.Effect != change.LeftBehind && h.Stateful)
}

// Allowed reports whether one of the patterns matches an object, as in StatefulSet/db.
func Allowed(patterns []string, object string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, object) })
}

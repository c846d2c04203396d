package generator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

// Side is whose lines win where both changed the same ones.
type Side = merge.Side

// Sides of a conflict.
const (
	Mine   = merge.Mine
	Theirs = merge.Theirs
)

// Accepted answers conflicts in advance: at paths that match, a side wins.
type Accepted struct {
	Side Side
	// Pattern of paths; empty for all.
	Pattern string
}

// WriteOptions say how a plan deals with conflicts and doubts.
type WriteOptions struct {
	// Accept answers conflicts; of several that match a path, the last wins.
	Accept []Accepted
	// Markers writes conflicts into the files, to be resolved there.
	Markers bool
	// AllowDelete and AllowDirty answer guards.
	AllowDelete, AllowDirty bool
	// AllowReplace are patterns of objects, as in StatefulSet/db, whose change a person has decided
	// about although Kubernetes refuses it or leaves data behind.
	AllowReplace []string
	// Judge is how much of what would be written is judged; nothing by default.
	Judge Judging
	// DryRun is for commands that plan or write by themselves.
	DryRun bool

	adopt, restore, drop map[string]bool
	// merging says that what differs from the commit which is checked out is committed on the other side.
	merging bool
	// compare names the only environment whose pins are compared with those that run.
	compare string
}

// Judging says how much of what is about to be written is judged, as verify does.
type Judging struct {
	// Day is the day by which excuses end. Without it nothing is judged.
	Day time.Time
	// All judges everything. Otherwise it is what Argo CD itself reads, which needs no build.
	All bool
	// Progress is told how far the judgement of everything is; nil for nobody.
	Progress func(step string, done, total int)
}

// ParseAccepted reads SIDE or SIDE=GLOB, where SIDE is mine or theirs.
func ParseAccepted(text string) (Accepted, error) {
	side, pattern, _ := strings.Cut(text, "=")
	a := Accepted{Pattern: pattern}
	switch side {
	case "mine":
		a.Side = Mine
	case "theirs":
		a.Side = Theirs
	default:
		return a, fmt.Errorf("%s: it is mine or theirs, or one of them with =GLOB", side)
	}
	if !IsPattern(pattern) {
		return a, fmt.Errorf("%s: this is not a pattern of paths", pattern)
	}
	return a, nil
}

// IsPattern reports whether a text is a pattern of paths or objects.
func IsPattern(text string) bool { return doublestar.ValidatePattern(text) }

// accept returns the side that wins at a path.
func (o *WriteOptions) accept(path string) Side {
	for _, a := range slices.Backward(o.Accept) {
		if a.Pattern == "" || doublestar.MatchUnvalidated(a.Pattern, path) {
			return a.Side
		}
	}
	return merge.Neither
}

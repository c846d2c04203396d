package merge

import (
	"bytes"
	"unicode/utf8"
)

// maxSize is the size above which no side is merged line by line.
const maxSize = 5 << 20

// Side is the side whose version wins where both changed the same lines.
type Side uint8

const (
	// Neither leaves a conflict a conflict.
	Neither Side = iota
	// Mine is the user's version, the file on disk.
	Mine
	// Theirs is the generator's version, the new rendering.
	Theirs
)

// Input holds the texts to merge.
type Input struct {
	// Path determines the format: only files that end in .yaml or .yml are verified as YAML, and only
	// their lists are joined.
	Path string
	// Base is the last rendering, Mine the file on disk and Theirs the new
	// rendering, all with LF line ends and without byte order mark.
	Base, Mine, Theirs []byte
	// Accept is the side that wins where both changed the same lines.
	Accept Side
}

// Conflict is one place where both sides changed the same lines, or the reason why a clean
// merge failed verification.
type Conflict struct {
	// Reason names the conflict: lower case, no full stop.
	Reason string
	// Base, Mine and Theirs are the place in the three versions. They are empty for
	// a conflict that is about the whole file.
	Base, Mine, Theirs Excerpt
}

// Excerpt is a run of whole lines of one version.
type Excerpt struct {
	// Line is the number of the first line, from 1. With an empty Text it is the line before which the
	// other versions have their text.
	Line int
	// Text is the lines, each with its line end.
	Text []byte
}

// Outcome is the result of a merge.
type Outcome struct {
	// Text is the merge; nil when there are conflicts.
	Text []byte
	// Conflicts are in the order of the file; none when the merge is clean.
	Conflicts []Conflict
	// Marked is the merge with markers in the style of diff3 around each conflict:
	// <<<<<<< yours, ||||||| last rendering, =======, >>>>>>> new rendering. It is
	// nil when there are no conflicts and when they have no place.
	Marked []byte
}

// Merge joins the changes that Mine and Theirs made to Base.
func Merge(in Input) Outcome {
	if text, ok := in.trivial(); ok {
		return clean(text)
	}
	if reason := in.unmergeable(); reason != "" {
		return in.whole(reason)
	}
	return newMerger(in).run()
}

// trivial returns the result when at most one side changed the text, or both equally. Such
// a result needs no verification.
func (in Input) trivial() ([]byte, bool) {
	switch {
	case bytes.Equal(in.Mine, in.Theirs), bytes.Equal(in.Base, in.Theirs):
		return in.Mine, true
	case bytes.Equal(in.Base, in.Mine):
		return in.Theirs, true
	}
	return nil, false
}

// unmergeable returns why the sides cannot be merged line by line, if so.
func (in Input) unmergeable() string {
	for _, side := range [][]byte{in.Base, in.Mine, in.Theirs} {
		switch {
		case len(side) > maxSize:
			return "it is larger than 5 MiB"
		case bytes.IndexByte(side, 0) >= 0 || !utf8.Valid(side):
			return "it is not a text"
		}
	}
	return ""
}

// whole is the outcome for a file that is not merged line by line.
func (in Input) whole(reason string) Outcome {
	switch in.Accept {
	case Mine:
		return clean(in.Mine)
	case Theirs:
		return clean(in.Theirs)
	}
	return Outcome{Conflicts: []Conflict{{Reason: reason}}}
}

// clean is the outcome of a merge without conflicts. An empty text is a text.
func clean(text []byte) Outcome {
	if text == nil {
		text = []byte{}
	}
	return Outcome{Text: text}
}

package merge

import (
	"bytes"
	"strings"
)

// text is a file as lines without their ends. Whether the last line has one is kept
// apart, so that an editor that drops it does not change the last line.
type text struct {
	lines []string
	// open is whether the last line lacks its end.
	open bool
}

func split(content []byte) text {
	if len(content) == 0 {
		return text{}
	}
	s, ended := strings.CutSuffix(string(content), "\n")
	return text{lines: strings.Split(s, "\n"), open: !ended}
}

func (t text) bytes() []byte {
	joined := join(t.lines)
	if t.open {
		joined = bytes.TrimSuffix(joined, []byte("\n"))
	}
	return joined
}

// join returns the lines, each with its end.
func join(lines []string) []byte {
	var joined []byte
	for _, line := range lines {
		joined = append(append(joined, line...), '\n')
	}
	return joined
}

// mergeOpen merges whether the last line lacks its end. Two changes of a bit are the
// same change.
func mergeOpen(base, mine, theirs text) bool {
	if mine.open != base.open {
		return mine.open
	}
	return theirs.open
}

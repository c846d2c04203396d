package tree

import (
	"bytes"
	"errors"
	"fmt"
)

// migration takes the text of an archive from one format to the next one.
type migration struct {
	// does says in words what changes: lower case, no full stop.
	does string
	// text is a pure function from the old text, its first line included, to the new one.
	text func(text []byte) ([]byte, error)
}

// migrations are all steps there are, the oldest first: the first one leads from format
// 1 to format 2. The format that is written follows from their number.
//
// To change the format:
//
//   - Before anything else, copy testdata/sample.state to testdata/sample.N.state, where
//     N is the format that was written so far. TestOldFormats then holds that every old
//     format is read as what it was written from.
//   - Append a step, and change what appends and decodes archives. The step also raises
//     the number in the first line, and leaves the version in it alone.
//   - Four things are the same in all formats: the first line, the last line, that no line
//     begins like a conflict marker of git, and that a carriage return occurs nowhere.
//     A step is only given archives of which they hold.
//   - Git may merge a block of the old format into an archive of the new one. Choose the new
//     format so that such a block is refused, and not taken for something else.
//   - The journal about an unfinished run (journal.go) is an archive, and comes through the same
//     steps.
func migrations() []migration { return nil }

// Migration is a step of the state's format that a plan takes.
type Migration struct {
	From, To int
	// Does says in words what changes: lower case, no full stop.
	Does string
}

// format is how archives are written, and from which older formats they are read.
type format struct {
	version string // of this wavewright
	steps   []migration
}

func (r *Repository) format(version string) format { return format{version, r.migrations} }

// number is that of the format that is written.
func (f format) number() int { return 1 + len(f.steps) }

// migrate returns the text that an archive has in this format, and the number of the
// format that it was in when that is an older one, else 0.
func (f format) migrate(file string, text []byte) ([]byte, int, error) {
	d := decoder{file: file, rest: text}
	found, err := d.header(f)
	if err != nil || found == f.number() {
		return text, 0, err
	}
	if err := d.frame(); err != nil {
		return nil, 0, err
	}
	for n := found; n < f.number(); n++ {
		if text, err = f.step(text, n); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", file, err)
		}
	}
	return text, found, nil
}

// step takes the text of an archive from format n to the next one.
func (f format) step(text []byte, n int) ([]byte, error) {
	taken := f.steps[n-1]
	text, err := taken.text(text)
	if err == nil {
		d := decoder{rest: text}
		if number, fault := d.header(f); fault != nil || number != n+1 {
			err = errors.New("what comes out is of another format")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("migrate the state from format %d to %d (%s): %w", n, n+1, taken.does, err)
	}
	return text, nil
}

// frame checks, after the first line, what holds in every format.
func (d *decoder) frame() error {
	for {
		line, err := d.next()
		switch {
		case err != nil:
			return err
		case bytes.IndexByte(line, '\r') >= 0:
			return d.errorf("a carriage return in an archive; restore the file from git")
		case string(line) == lastLine:
			return d.end()
		}
	}
}

// taken are the steps that bring the oldest of some archives to this format.
func (f format) taken(archives []*archive) []Migration {
	oldest := f.number()
	for _, a := range archives {
		if a.outdated > 0 {
			oldest = min(oldest, a.outdated)
		}
	}
	var out []Migration
	for n := oldest; n < f.number(); n++ {
		out = append(out, Migration{From: n, To: n + 1, Does: f.steps[n-1].does})
	}
	return out
}

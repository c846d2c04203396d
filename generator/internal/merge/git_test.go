package merge

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// golden returns the text of real files, of each text one.
func golden(t testing.TB) []string {
	t.Helper()
	var texts []string
	err := filepath.WalkDir("../../../golden", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" || !strings.Contains(path, "/want/") {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil && len(content) < 20_000 {
			texts = append(texts, string(content))
		}
		return err
	})
	if err != nil || len(texts) < 500 {
		t.Fatalf("%d files, %v", len(texts), err)
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// edit makes a random edit of lines.
func edit(r *rand.Rand, lines []string) []string {
	at := r.IntN(len(lines) + 1)
	to := min(len(lines), at+1+r.IntN(4))
	some := slices.Clone(lines[at:to])
	switch r.IntN(7) {
	case 0: // a new line
		return slices.Insert(lines, at, fmt.Sprintf("  new%d: %d", r.IntN(3), r.IntN(5)))
	case 1: // a line that is elsewhere already
		return slices.Insert(lines, at, lines[r.IntN(len(lines))])
	case 2: // a block for the second time, as one adds a container
		return slices.Insert(lines, at, some...)
	case 3, 4: // another value
		if at < len(lines) {
			lines[at] += strconv.Itoa(r.IntN(3))
		}
		return lines
	case 5:
		if len(some) < len(lines) {
			return slices.Delete(lines, at, to)
		}
		return lines
	}
	if to-at > 1 {
		lines[at], lines[to-1] = lines[to-1], lines[at]
	}
	return lines
}

// edited makes up to so many edits, and now and then one of the end of the last line.
func edited(r *rand.Rand, base string, edits int) string {
	lines := strings.Split(strings.TrimSuffix(base, "\n"), "\n")
	for range 1 + r.IntN(edits) {
		lines = edit(r, lines)
	}
	text := strings.Join(lines, "\n")
	if r.IntN(20) > 0 {
		text += "\n"
	}
	return text
}

// gitMerge merges with git, in a folder of its own.
func gitMerge(t *testing.T, dir, base, mine, theirs string) (text string, conflicts int) {
	for name, content := range map[string]string{"base": base, "mine": mine, "theirs": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Error(err)
		}
	}
	cmd := exec.Command("git", "merge-file", "--diff3", "-p", "mine", "base", "theirs")
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) && failed.ExitCode() < 128 {
		return out.String(), failed.ExitCode()
	} else if err != nil {
		t.Error(err)
	}
	return out.String(), 0
}

// TestAgainstGit merges random edits of real files as git does. Verdicts and texts
// must be the same, but for the classes that are listed here.
func TestAgainstGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	texts, pairs := golden(t), 2000
	if testing.Short() {
		pairs = 200
	}
	if n, err := strconv.Atoi(os.Getenv("MERGE_PAIRS")); err == nil {
		pairs = n
	}
	classes := &tally{counts: map[string]int{}}
	var wg sync.WaitGroup
	const workers = 2
	for worker := range workers {
		dir := t.TempDir()
		wg.Go(func() {
			for i := worker; i < pairs; i += workers {
				r := rand.New(rand.NewPCG(7, uint64(i)))
				p := randomPair(r, texts)
				p.git, p.conflicts = gitMerge(t, dir, ended(p.base), ended(p.mine), ended(p.theirs))
				p.out = merge(p.base, p.mine, p.theirs)
				class := p.class()
				classes.add(class)
				if strings.HasPrefix(class, "unexplained") {
					t.Errorf("pair %d: %s\n--- base\n%s--- mine\n%s--- theirs\n%s--- git\n%s--- ours\n%s%s", i, class,
						p.base, p.mine, p.theirs, p.git, p.out.Text, p.out.Marked)
				}
			}
		})
	}
	wg.Wait()
	for _, class := range slices.Sorted(maps.Keys(classes.counts)) {
		t.Logf("%6d %s", classes.counts[class], class)
	}
	// One in a hundred is a share that only many merges show.
	if n := classes.counts["stricter: the structure"]; n*100 > pairs && !testing.Short() {
		t.Errorf("%d of %d merges are in doubt", n, pairs)
	}
}

type tally struct {
	sync.Mutex
	counts map[string]int
}

func (c *tally) add(class string) {
	c.Lock()
	defer c.Unlock()
	c.counts[class]++
}

// pair is one pair of edits and what came of it.
type pair struct {
	base, mine, theirs string
	git                string
	conflicts          int // of git's
	out                Outcome
}

// randomPair edits one text, or now and then many in a row at many places.
func randomPair(r *rand.Rand, texts []string) pair {
	base, edits := texts[r.IntN(len(texts))], 4
	if r.IntN(20) == 0 {
		for range r.IntN(50) {
			base += "---\n" + texts[r.IntN(len(texts))]
		}
		edits = 40
	}
	return pair{base: base, mine: edited(r, base, edits), theirs: edited(r, base, edits)}
}

// ended gives the last line an end. Git takes a line without for another line, and we
// merge the end by itself: the one thing that git is not asked about.
func ended(text string) string { return strings.TrimSuffix(text, "\n") + "\n" }

// class says how the two outcomes compare.
func (p pair) class() string {
	switch {
	case p.out.Text == nil && p.conflicts > 0 && len(p.out.Conflicts) != p.conflicts && p.out.Marked != nil:
		return p.why()
	case p.out.Text == nil && p.conflicts > 0:
		return "the same: conflicts"
	case p.out.Text == nil && p.out.Marked == nil:
		return "stricter: the structure"
	case p.out.Text == nil:
		return "unexplained: only we see a conflict"
	case p.conflicts > 0:
		return p.why()
	case ended(string(p.out.Text)) == p.git:
		return "the same: clean"
	}
	return "unexplained: both are clean and different"
}

// why says why there are conflicts for git only.
func (p pair) why() string {
	m := newMerger(Input{Path: "a.yaml", Base: []byte(p.base), Mine: []byte(p.mine), Theirs: []byte(p.theirs)})
	switch {
	case slices.ContainsFunc(m.settle(true), piece.isJoined):
		return "milder: a list was joined"
	case slices.ContainsFunc(m.regions, func(r region) bool {
		return r.byMine && r.byTheirs && slices.Equal(r.mine.of(m.mine.lines), r.theirs.of(m.theirs.lines))
	}):
		return "milder: both made the same change, in pieces that differ"
	}
	return "unexplained: git sees another number of conflicts"
}

package merge

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
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

func edited(r *rand.Rand, base string) string {
	lines := strings.Split(strings.TrimSuffix(base, "\n"), "\n")
	for range 1 + r.IntN(4) {
		lines = edit(r, lines)
	}
	text := strings.Join(lines, "\n")
	if r.IntN(20) > 0 {
		text += "\n"
	}
	return text
}

// gitMerge merges with git, in a folder of its own.
func gitMerge(t *testing.T, dir, base, mine, theirs string) (text string, conflict bool) {
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
		return out.String(), true
	} else if err != nil {
		t.Error(err)
	}
	return out.String(), false
}

func TestAgainstGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	pairs := 2000
	if n, err := strconv.Atoi(os.Getenv("MERGE_PAIRS")); err == nil {
		pairs = n
	}
	texts := golden(t)
	var mu sync.Mutex
	classes := map[string]int{}
	shown := map[string]int{}
	var wg sync.WaitGroup
	for worker := range 2 {
		wg.Go(func() {
			dir := t.TempDir()
			for i := worker; i < pairs; i += 2 {
				r := rand.New(rand.NewPCG(7, uint64(i)))
				base := texts[r.IntN(len(texts))]
				mine, theirs := edited(r, base), edited(r, base)
				want, conflict := gitMerge(t, dir, base, mine, theirs)
				out := merge(base, mine, theirs)
				c := classify(out, want, conflict)
				mu.Lock()
				classes[c]++
				if shown[c]++; shown[c] <= 3 && os.Getenv("MERGE_SHOW") == c {
					os.MkdirAll(fmt.Sprintf("/tmp/mg/%d", i), 0o755)
					for n, s := range map[string]string{"base": base, "mine": mine, "theirs": theirs, "git": want, "ours": string(out.Text) + string(out.Marked), "why": fmt.Sprint(out.Conflicts)} {
						os.WriteFile(fmt.Sprintf("/tmp/mg/%d/%s", i, n), []byte(s), 0o644)
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for c, n := range classes {
		t.Logf("%6d %s", n, c)
	}
}

func classify(out Outcome, want string, conflict bool) string {
	ours := out.Text == nil
	switch {
	case ours && conflict && out.Marked == nil:
		return "both conflict, ours structure"
	case ours && conflict:
		return "both conflict"
	case !ours && !conflict && string(out.Text) == want:
		return "same"
	case !ours && !conflict && strings.TrimSuffix(string(out.Text), "\n") == strings.TrimSuffix(want, "\n"):
		return "newline only"
	case !ours && !conflict:
		return "DIFFERENT"
	case !ours:
		return "git conflicts"
	case out.Marked == nil:
		return "structure"
	}
	return "ours conflicts"
}

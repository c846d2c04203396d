package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// breakagesFolder holds what verify says of repositories with one change each, a file for each sort of change.
const breakagesFolder = "../golden/verify/breakages"

// breakable is a copy of a generated repository that is broken in one place at a time.
type breakable struct {
	t    *testing.T
	c    *testCase
	dir  string
	sane map[string]bool
}

func broken(t *testing.T, c *testCase) *breakable {
	t.Helper()
	d := &breakable{t: t, c: c, dir: t.TempDir()}
	if err := copyTree(c.dir, d.dir); err != nil {
		t.Fatal(err)
	}
	d.sane = map[string]bool{}
	for _, line := range d.verify() {
		d.sane[line] = true
	}
	return d
}

// ownCache keeps what verify caches out of the user's folder. The go command, which builds the tools, has
// its cache there too: they have to be built before.
func ownCache(t *testing.T) { t.Setenv("XDG_CACHE_HOME", t.TempDir()) }

// verify lists what verify finds on disk, a line for each finding.
func (d *breakable) verify() []string {
	d.t.Helper()
	platform, err := generator.Load(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	report, plan, err := platform.Verify(generator.VerifyRequest{Disk: true})
	if err != nil {
		d.t.Fatal(err)
	}
	if report == nil {
		d.t.Fatalf("verify refuses: %v", plan)
	}
	var lines []string
	for _, f := range report.Findings {
		if f.File == "" || f.Line == 0 {
			d.t.Errorf("%s: %s stands nowhere", f.Code, f.Message)
		}
		lines = append(lines, fmt.Sprintf("%s: %s: %s %s", f.Severity, f.Code, strings.TrimSpace(f.Application+" "+f.Object), oneLine(f.Message)))
	}
	for _, s := range report.Skipped {
		lines = append(lines, "not judged: "+strings.TrimSpace(s.Application+" "+oneLine(s.Reason)))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// found lists what verify finds in the broken repository and not in the whole one.
func (d *breakable) found() []string {
	d.t.Helper()
	return slices.DeleteFunc(d.verify(), func(line string) bool { return d.sane[line] })
}

// lay puts a text into the place of what a folder builds to, and returns how to take it back.
func (d *breakable) lay(folder string, objects []byte) (undo func()) {
	d.t.Helper()
	at := filepath.Join(d.dir, filepath.FromSlash(folder))
	files := map[string][]byte{"objects.yaml": objects}
	if _, err := os.Stat(filepath.Join(at, "kustomization.yaml")); err == nil {
		files["kustomization.yaml"] = []byte("resources: [objects.yaml]\n")
	}
	was, err := filepath.Glob(filepath.Join(at, "*.yaml"))
	if err != nil {
		d.t.Fatal(err)
	}
	texts := map[string][]byte{}
	for _, name := range was {
		if texts[name], err = os.ReadFile(name); err != nil {
			d.t.Fatal(err)
		}
	}
	d.replace(slices.Values(was), at, files)
	return func() { d.replace(slices.Values([]string{filepath.Join(at, "objects.yaml")}), "", texts) }
}

// replace removes files and writes others, whose names are below a folder.
func (d *breakable) replace(removed func(func(string) bool), folder string, written map[string][]byte) {
	d.t.Helper()
	for name := range removed {
		if err := os.Remove(name); err != nil {
			d.t.Fatal(err)
		}
	}
	for name, text := range written {
		if err := write(filepath.Join(folder, name), text); err != nil {
			d.t.Fatal(err)
		}
	}
}

// mutate makes one change and lists what verify says of it.
func (d *breakable) mutate(m mutation) []string {
	d.t.Helper()
	if folder, built := strings.CutSuffix(m.place, "/"); built {
		defer d.lay(folder, m.replace(d.t, d.c.builds[folder].Output))()
		return d.found()
	}
	name := filepath.Join(d.dir, filepath.FromSlash(m.place))
	was, err := os.ReadFile(name)
	if err == nil {
		defer d.replace(slices.Values[[]string](nil), "", map[string][]byte{name: was})
	} else {
		defer os.RemoveAll(filepath.Dir(name)) // a folder that is only there broken
	}
	if err := write(name, m.replace(d.t, was)); err != nil {
		d.t.Fatal(err)
	}
	return d.found()
}

// TestVerifyOfMutations records what verify says of each mutation: what the cluster takes, and only our
// conventions forbid, it leaves alone.
func TestVerifyOfMutations(t *testing.T) {
	for in := range mutations {
		namedCase(t, in)
	}
	ownCache(t)
	var out strings.Builder
	for _, in := range slices.Sorted(maps.Keys(mutations)) {
		d := broken(t, namedCase(t, in))
		for _, m := range mutations[in] {
			fmt.Fprintf(&out, "%s: %s: %s → %s\n", in, m.place, strconv.Quote(m.old), strconv.Quote(m.new))
			noteFound(&out, d.mutate(m))
		}
	}
	agreesWith(t, "mutations.txt", out.String())
}

// noteFound writes findings below the change that they are of.
func noteFound(out *strings.Builder, found []string) {
	if len(found) == 0 {
		found = []string{"silent"}
	}
	for _, line := range found {
		fmt.Fprintf(out, "\t%s\n", line)
	}
}

// agreesWith compares what was found with a file. GOLDIE_UPDATE=true writes it: read the difference.
func agreesWith(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join(breakagesFolder, name)
	if os.Getenv("GOLDIE_UPDATE") != "" {
		if err := write(file, []byte(got)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s holds something else than\n%s", file, got)
	}
}

// TestVerifyOfRemovals records what verify says when one part of one object of production is missing. It tries
// an eighth of the parts, and all of them where time is no matter.
func TestVerifyOfRemovals(t *testing.T) {
	c := namedCase(t, "minimal")
	ownCache(t)
	r := &partless{breakable: broken(t, c), recorded: entries(t, "removals.txt"), every: 8}
	if os.Getenv("WAVEWRIGHT_NIGHTLY") != "" || os.Getenv("GOLDIE_UPDATE") != "" {
		r.every = 1
	}
	for _, folder := range slices.Sorted(maps.Keys(c.builds)) {
		if !strings.HasPrefix(folder, "overlays/prod/") && folder != "argocd/prod" {
			continue
		}
		documents := strings.Split(string(c.builds[folder].Output), "\n---\n")
		for i, document := range documents {
			for _, o := range parsed(t, document) {
				r.remove(folder, o, func(rest string) []byte {
					return []byte(strings.Join(slices.Concat(documents[:i], []string{rest}, documents[i+1:]), "\n---\n"))
				})
			}
		}
	}
	agreesWith(t, "removals.txt", r.out.String())
}

// partless tries what is left of objects without each of their parts.
type partless struct {
	*breakable
	out strings.Builder
	// recorded are the entries of the file, and every says which of them are tried.
	recorded     []string
	every, tried int
}

// entries are those of a file: a change, and what was found.
func entries(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(breakagesFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "\t") && len(all) > 0 {
			all[len(all)-1] += line
		} else {
			all = append(all, line)
		}
	}
	return all
}

func parsed(t *testing.T, document string) []*repo.Object {
	t.Helper()
	objects, err := repo.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// remove takes each part of an object away, and the object as a whole.
func (r *partless) remove(folder string, o *repo.Object, with func(rest string) []byte) {
	r.t.Helper()
	for _, cut := range append([]cut{{path: "all of it"}}, cuts(o, false)...) {
		title := fmt.Sprintf("%s: %s: %s\n", folder, o, cut.path)
		i := r.tried
		r.tried++
		if i%r.every != 0 && i < len(r.recorded) && strings.HasPrefix(r.recorded[i], title) {
			r.out.WriteString(r.recorded[i])
			continue
		}
		undo := r.lay(folder, with(string(cut.yaml)))
		r.out.WriteString(title)
		noteFound(&r.out, r.found())
		undo()
	}
}

package generator_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator"
)

// branchSpec is a specification as the person sees it who merges two of them.
type branchSpec struct {
	tags  map[string]string // application → tag
	max   int
	prod  string   // the name of that environment
	moved []string // lines
	omit  []string // paths
}

func (s *branchSpec) clone() *branchSpec {
	return &branchSpec{maps.Clone(s.tags), s.max, s.prod, slices.Clone(s.moved), slices.Clone(s.omit)}
}

func (s *branchSpec) text() string {
	var b strings.Builder
	b.WriteString("apiVersion: wavewright.dev/v1alpha1\nkind: Environments\nmetadata: {name: shop}\n" +
		"repository: {url: https://git.example.com/acme/shop.git}\nenvironments:\n  - {name: dev, profile: development}\n" +
		"  - {name: " + s.prod + ", profile: production}\napplications:\n")
	for _, app := range slices.Sorted(maps.Keys(s.tags)) {
		fmt.Fprintf(&b, "  %s:\n    image: ghcr.io/acme/%s:%s\n    ports: {http: 8080}\n    probes: {readiness: {http: /ready}}\n    environments: {%s: {scale: {max: %d}}}\n", app, app, s.tags[app], s.prod, s.max)
	}
	if len(s.moved) > 0 {
		b.WriteString("moved:\n" + strings.Join(s.moved, ""))
	}
	if len(s.omit) > 0 {
		b.WriteString("files: {omit: [" + strings.Join(s.omit, ", ") + "]}\n")
	}
	return b.String()
}

// joined is the specification that a person makes of two that came from one.
func joined(base, ours, theirs *branchSpec, random *rand.Rand) *branchSpec {
	out := ours.clone()
	for app, tag := range theirs.tags {
		if was, known := base.tags[app]; !known || was != tag {
			if _, here := ours.tags[app]; here || !known {
				out.tags[app] = tag
			}
		}
	}
	for app := range base.tags {
		if _, there := theirs.tags[app]; !there && random.IntN(4) > 0 {
			delete(out.tags, app)
		}
	}
	if len(out.tags) == 0 {
		out.tags["web"] = "1.0.0"
	}
	if theirs.max != base.max {
		out.max = theirs.max
	}
	if ours.prod == base.prod {
		out.prod = theirs.prod
	}
	from := func(line string) string { return line[:strings.Index(line, "to:")] }
	for _, line := range theirs.moved {
		if !slices.ContainsFunc(out.moved, func(ours string) bool { return from(ours) == from(line) }) {
			out.moved = append(out.moved, line)
		}
	}
	out.moved = slices.DeleteFunc(out.moved, func(line string) bool {
		if _, env, is := strings.Cut(strings.TrimSuffix(line, "}\n"), "to: environments/"); is {
			return env != out.prod
		}
		_, to, _ := strings.Cut(strings.TrimSuffix(line, "}\n"), "to: applications/")
		_, there := out.tags[to]
		old, _, _ := strings.Cut(strings.TrimPrefix(line, "  - {from: applications/"), ",")
		_, stays := out.tags[old]
		return !there || stays
	})
	for _, path := range theirs.omit {
		if !slices.Contains(out.omit, path) {
			out.omit = append(out.omit, path)
		}
	}
	return out
}

// branches is a repository in which two branches are made and merged.
type branches struct {
	t      *testing.T
	dir    string
	random *rand.Rand
	tokens int
	log    []string
}

func (b *branches) git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "core.autocrlf=false", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "rerere.enabled=false", "-c", "core.editor=true"}, args...)...)
	cmd.Dir = b.dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (b *branches) must(args ...string) string {
	out, err := b.git(args...)
	if err != nil {
		b.t.Fatalf("git %v: %v\n%s\n%v", args, err, out, b.log)
	}
	return out
}

func (b *branches) write(name, text string) {
	path := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *branches) generate() error {
	platform, err := generator.Load(b.dir)
	if err != nil {
		return err
	}
	if platform.Diagnostics.HasErrors() {
		return fmt.Errorf("%v", platform.Diagnostics)
	}
	plan, err := platform.Write(generator.WriteOptions{
		AllowDelete: true, AllowDirty: true, AllowReplace: []string{"**"}, Accept: []generator.Accepted{{Side: generator.Mine}},
	})
	if err == nil && plan.Stopped() {
		conflicts, refusals := plan.Blocked()
		return fmt.Errorf("stopped: %v %v %v", conflicts, refusals, plan.Guards)
	}
	return err
}

func (b *branches) token() string {
	b.tokens++
	return fmt.Sprintf("TOKEN-%d-", b.tokens)
}

// generated lists the files that people edit here.
func (b *branches) generated() []string {
	var files []string
	for _, folder := range []string{"base", "overlays", "components", "argocd", "README.md"} {
		filepath.WalkDir(filepath.Join(b.dir, folder), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (filepath.Ext(path) == ".yaml" || filepath.Base(path) == "README.md") {
				name, _ := filepath.Rel(b.dir, path)
				files = append(files, filepath.ToSlash(name))
			}
			return nil
		})
	}
	slices.Sort(files)
	return files
}

// edit writes a comment of a person's into a file, at its end or above a line at its margin.
func (b *branches) edit(name string) {
	src, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(name)))
	if err != nil {
		b.t.Fatal(err)
	}
	lines := strings.SplitAfter(string(src), "\n")
	var places []int
	for i, line := range lines {
		if i > 0 && (line == "" || line[0] >= 'a' && line[0] <= 'z') {
			places = append(places, i)
		}
	}
	at := places[b.random.IntN(len(places))]
	b.write(name, strings.Join(lines[:at], "")+"# "+b.token()+" by hand\n"+strings.Join(lines[at:], ""))
}

// change makes one change of a person's on a branch.
func (b *branches) change(s *branchSpec) {
	apps := slices.Sorted(maps.Keys(s.tags))
	app := apps[b.random.IntN(len(apps))]
	switch kind := b.random.IntN(14); kind {
	case 0, 1:
		b.log = append(b.log, "bump "+app)
		s.tags[app] = fmt.Sprintf("1.%d.0", 1+b.random.IntN(3))
	case 2:
		to := []string{"front", "shop", "site"}[b.random.IntN(3)]
		if _, taken := s.tags[to]; taken || len(s.moved) > 0 || slices.Contains([]string{"front", "shop", "site", "extra"}, app) {
			return
		}
		b.log = append(b.log, "rename "+app+" to "+to)
		s.tags[to] = s.tags[app]
		delete(s.tags, app)
		s.moved = append(s.moved, "  - {from: applications/"+app+", to: applications/"+to+"}\n")
	case 3:
		if len(apps) > 1 && len(s.moved) == 0 {
			b.log = append(b.log, "drop "+app)
			delete(s.tags, app)
		}
	case 4:
		b.log = append(b.log, "add extra")
		if _, there := s.tags["extra"]; !there {
			s.tags["extra"] = fmt.Sprintf("2.%d.0", b.random.IntN(2))
		}
	case 5:
		if !slices.Contains(s.omit, "README.md") {
			b.log = append(b.log, "a README of their own")
			s.omit = append(s.omit, "README.md")
			b.write("README.md", "# "+b.token()+" our own\n")
		}
	case 6:
		b.log = append(b.log, "max")
		s.max = 7 + b.random.IntN(4)
	case 7:
		if s.prod == "prod" {
			s.prod = []string{"live", "real"}[b.random.IntN(2)]
			b.log = append(b.log, "rename prod to "+s.prod)
			s.moved = append(s.moved, "  - {from: environments/prod, to: environments/"+s.prod+"}\n")
		}
	case 8:
		b.promote(s)
	case 9:
		files := slices.DeleteFunc(b.generated(), func(name string) bool {
			return filepath.Base(name) == "kustomization.yaml" || strings.HasPrefix(name, "components/") || strings.HasPrefix(name, "argocd/")
		})
		name := files[b.random.IntN(len(files))]
		b.log = append(b.log, "delete "+name)
		if err := os.Remove(filepath.Join(b.dir, filepath.FromSlash(name))); err != nil {
			b.t.Fatal(err)
		}
	case 10:
		name := "overlays/" + s.prod + "/apps/" + app + "/custom/" + []string{"kustomization", "own"}[b.random.IntN(2)] + ".yaml"
		b.log = append(b.log, "write "+name)
		b.write(name, "# "+b.token()+"\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n")
	default:
		files := b.generated()
		name := files[b.random.IntN(len(files))]
		if name == "README.md" && slices.Contains(s.omit, name) {
			return
		}
		b.log = append(b.log, "edit "+name)
		b.edit(name)
	}
}

// promote commits what was done, pretends that it was pushed, and moves the pins; and a person says
// why.
func (b *branches) promote(s *branchSpec) {
	b.log = append(b.log, "promote")
	b.must("add", "--all")
	b.must("commit", "-q", "--allow-empty", "-m", "before the promotion")
	b.must("update-ref", "refs/remotes/origin/main", "HEAD")
	moved, err := generator.Promote(b.dir, generator.PromoteRequest{To: s.prod}, generator.When{At: time.Unix(1e9, 0), AllowReplace: []string{"**"}})
	if err != nil {
		b.log = append(b.log, err.Error())
		return
	}
	if b.log = append(b.log, fmt.Sprint(moved.Written, moved.Refusals)); !moved.Written {
		return
	}
	name := "releases/" + s.prod + ".yaml"
	src, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(name)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.write(name, string(src)+"# "+b.token()+" released\n")
}

// branch commits some changes on a new branch.
func (b *branches) branch(name, from string, base *branchSpec) *branchSpec {
	b.must("checkout", "-q", "-b", name, from)
	s := base.clone()
	b.log = append(b.log, "-- "+name)
	for range 1 + b.random.IntN(3) {
		b.change(s)
		b.write("environments.yaml", s.text())
		if err := b.generate(); err != nil {
			b.t.Fatalf("%v\n%v", err, b.log)
		}
		if slices.Contains(s.omit, "README.md") {
			platform, err := generator.Load(b.dir)
			if err != nil {
				b.t.Fatal(err)
			}
			// What it says of a README that was given up before does not matter.
			_, _ = platform.Drop([]string{"README.md"}, generator.WriteOptions{AllowDelete: true, AllowDirty: true, AllowReplace: []string{"**"}})
		}
	}
	b.must("add", "--all")
	b.must("reset", "-q", "--soft", from) // promotions have committed
	b.must("commit", "-q", "--allow-empty", "-m", name)
	return s
}

var tokenPattern = regexp.MustCompile(`TOKEN-[0-9]+-`)

// tokensOf returns the tokens in a text of git.
func (b *branches) tokensAt(commit string) []string {
	out, _ := b.git("grep", "-h", "-o", "-E", tokenPattern.String(), commit)
	return tokenPattern.FindAllString(out, -1)
}

// reachable returns the tokens on disk and in the stages of the index.
func (b *branches) reachable() map[string]bool {
	found := map[string]bool{}
	filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && (d.Name() == ".git" || d.Name() == "state") {
				return filepath.SkipDir
			}
			return err
		}
		src, err := os.ReadFile(path)
		for _, token := range tokenPattern.FindAllString(string(src), -1) {
			found[token] = true
		}
		return err
	})
	for line := range strings.Lines(b.must("ls-files", "--unmerged")) {
		for _, token := range tokenPattern.FindAllString(b.must("cat-file", "blob", strings.Fields(line)[1]), -1) {
			found[token] = true
		}
	}
	return found
}

// fastDir is a folder in memory where there is one: branches write very much.
func fastDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "wavewright-test-") //nolint:usetesting // in memory, where t.TempDir is not
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestBranches merges random branches with real Git, by a merge of two or of three, a rebase, a cherry-pick, a patch,
// a revert or a stash: 20 pairs, 100 in .ci/run and 2,000 in task
// nightly, as WAVEWRIGHT_PAIRS says; WAVEWRIGHT_FIRST_PAIR begins with another one. Whatever people wrote on either of them is on
// disk afterwards, in a conflict, or in a stage of Git's index.
func TestBranches(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	pairs, first := 20, 0
	for name, number := range map[string]*int{"WAVEWRIGHT_PAIRS": &pairs, "WAVEWRIGHT_FIRST_PAIR": &first} {
		if text := os.Getenv(name); text != "" {
			var err error
			if *number, err = strconv.Atoi(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if testing.Short() {
		pairs = 5
	}
	base := &branchSpec{tags: map[string]string{"web": "1.0.0", "db": "1.0.0"}, max: 6, prod: "prod"}
	seed := &branches{t: t, dir: fastDir(t)}
	seed.must("init", "-q", "-b", "main")
	seed.write("environments.yaml", base.text())
	if err := seed.generate(); err != nil {
		t.Fatal(err)
	}
	seed.must("add", "--all")
	seed.must("commit", "-q", "-m", "first")
	seed.must("remote", "add", "origin", "https://git.example.com/acme/shop.git")
	for _, i := range append(once(), numbers(first, first+pairs)...) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			b := &branches{t: t, dir: filepath.Join(fastDir(t), "r"), random: rand.New(rand.NewPCG(uint64(i), 1))}
			if err := os.CopyFS(b.dir, os.DirFS(seed.dir)); err != nil {
				t.Fatal(err)
			}
			b.merge(base)
		})
	}
}

// once are pairs in which something got lost before it was mended.
func once() []int {
	return []int{
		1158, // of what a merge of three leaves nothing on disk, nobody has deleted
	}
}

func numbers(from, to int) []int {
	var all []int
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// merge makes branches, joins them, and looks for every token.
func (b *branches) merge(base *branchSpec) {
	switch b.random.IntN(7) {
	case 0:
		b.octopus(base)
	case 1:
		b.revert(base)
	default:
		b.pair(base)
	}
}

// octopus merges three branches at once. Git undoes such a merge when another branch than the last one conflicts: a
// person merges them one after the other then.
func (b *branches) octopus(base *branchSpec) {
	one, three, two := b.branch("one", "main", base), b.branch("three", "main", base), b.branch("two", "main", base)
	want := slices.Concat(b.tokensAt("one"), b.tokensAt("two"), b.tokensAt("three"))
	operation := []string{"merge", "--no-edit", "one", "three"}
	b.log = append(b.log, "-- "+strings.Join(operation, " "))
	_, stopped := b.git(operation...)
	if _, err := b.git("rev-parse", "--verify", "-q", "MERGE_HEAD"); stopped != nil && err != nil {
		return
	}
	b.finish(stopped, joined(base, joined(base, two, one, b.random), three, b.random), want)
}

// revert takes the changes of branch one back on a branch that went on from it: what was written there later stays.
func (b *branches) revert(base *branchSpec) {
	one := b.branch("one", "main", base)
	two := b.branch("two", "one", one)
	reverted := b.tokensAt("one")
	want := slices.DeleteFunc(b.tokensAt("two"), func(token string) bool { return slices.Contains(reverted, token) })
	b.log = append(b.log, "-- revert one")
	_, stopped := b.git("revert", "--no-edit", "one")
	if _, err := b.git("rev-parse", "--verify", "-q", "REVERT_HEAD"); stopped != nil && err != nil {
		return // there is nothing to revert
	}
	b.finish(stopped, joined(one, two, base, b.random), want)
}

// pair makes two branches and joins them.
func (b *branches) pair(base *branchSpec) {
	ours, theirs := b.branch("one", "main", base), b.branch("two", "main", base)
	want := append(b.tokensAt("one"), b.tokensAt("two")...)
	operation := [][]string{
		{"merge", "--no-edit", "one"}, {"rebase", "one"}, {"cherry-pick", "--keep-redundant-commits", "one"}, {"stash", "pop"}, {"am", "-3", "-q", filepath.Join(b.dir, "..", "0001-one.patch")},
	}[b.random.IntN(5)]
	b.begin(operation[0])
	b.log = append(b.log, "-- "+strings.Join(operation, " "))
	ours, theirs = theirs, ours // on branch two
	_, stopped := b.git(operation...)
	if operation[0] == "am" && stopped != nil && b.must("ls-files", "--unmerged") == "" {
		_, begun := os.Stat(filepath.Join(b.dir, ".git", "rebase-apply")) // it is not when the patch is empty
		if _, err := generator.Remerge(b.dir, generator.WriteOptions{}); err == nil && begun == nil {
			b.t.Errorf("the patch was not applied, and nobody was told\n%s", strings.Join(b.log, "\n"))
		}
		return
	}
	if operation[0] == "rebase" {
		ours, theirs = theirs, ours
	}
	b.finish(stopped, joined(base, ours, theirs, b.random), want)
}

// finish resolves the specification as a person does, generates, and looks for every token.
func (b *branches) finish(stopped error, resolved *branchSpec, want []string) {
	b.write("environments.yaml", resolved.text())
	if stopped == nil {
		b.log = append(b.log, "clean: "+errorText(b.generate()))
		b.check(want)
		return
	}
	b.must("add", "environments.yaml")
	for range 2 {
		out, err := generator.Remerge(b.dir, generator.WriteOptions{AllowDelete: true, AllowReplace: []string{"**"}})
		if err != nil && !errors.Is(err, generator.ErrInvalid) {
			b.t.Fatalf("remerge: %v\n%s", err, strings.Join(b.log, "\n"))
		}
		b.log = append(b.log, fmt.Sprintf("left %v, stopped %v", out.Left, out.Plan != nil && out.Plan.Plan != nil && out.Plan.Stopped()))
		b.check(want)
	}
}

// begin prepares an operation that takes the changes of branch one from elsewhere.
func (b *branches) begin(operation string) {
	switch operation {
	case "stash":
		b.must("checkout", "-q", "one")
		b.must("reset", "-q", "--soft", "main")
		b.git("stash", "-q") // there may be nothing to stash
		b.must("checkout", "-q", "-f", "two")
	case "am":
		b.must("format-patch", "-q", "--binary", "-1", "-o", "..", "one")
	}
}

func errorText(err error) string {
	if err == nil {
		return "generated"
	}
	return err.Error()
}

func (b *branches) check(want []string) {
	found := b.reachable()
	for _, token := range want {
		if !found[token] {
			b.t.Errorf("%s is gone", token)
		}
	}
	if b.t.Failed() {
		b.t.Fatalf("%s\n%s", strings.Join(b.log, "\n"), b.must("status", "--short"))
	}
}

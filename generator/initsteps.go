package generator

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
)

// NextSteps are the commands that bring a new repository to life, for a shell in the
// folder where dir is seen from.
func (out *Initialized) NextSteps(dir string) []string {
	var steps []string
	if filepath.Clean(dir) != "." {
		steps = append(steps, "cd "+shellWord(dir))
	}
	url := string(out.platform.model.Repository.URL)
	if url == ExampleURL {
		steps = append(steps, "$EDITOR "+schema.FileName+"  # set repository.url", "wavewright generate")
		url = "URL"
	}
	branch := out.platform.model.Repository.Branch
	repo, err := git.Find(dir)
	if err != nil {
		steps = append(steps, "git init --initial-branch="+shellWord(branch))
	}
	if !hasOrigin(repo) {
		steps = append(steps, "git remote add origin "+shellWord(url))
	}
	steps = append(steps, "git add "+out.written(dir), `git commit -m "Start with wavewright"`, push(repo, branch))
	return append(steps, out.firstRun()...)
}

// written is what git add is to take: all of the folder only when all of it is ours.
func (out *Initialized) written(dir string) string {
	ours := []string{schema.FileName, ".wavewright"}
	for path := range out.files {
		top, _, _ := strings.Cut(path, "/")
		ours = append(ours, top)
	}
	slices.Sort(ours)
	ours = slices.Compact(ours)
	entries, err := os.ReadDir(dir)
	other := func(e os.DirEntry) bool { return e.Name() != ".git" && !slices.Contains(ours, e.Name()) }
	if err == nil && !slices.ContainsFunc(entries, other) {
		return "."
	}
	for i := range ours {
		ours[i] = shellWord(ours[i])
	}
	return strings.Join(ours, " ")
}

// hasOrigin reports whether a repository, if there is one, has the remote origin.
func hasOrigin(repo *git.Repo) bool {
	if repo == nil {
		return false
	}
	origin, err := repo.Origin()
	return err == nil && origin != ""
}

// push is how the commit reaches the branch. A branch that exists is not written to
// from another one: that is what pull requests are for.
func push(repo *git.Repo, branch string) string {
	if repo != nil {
		current, err := repo.Branch()
		exists, unknown := repo.OnOrigin(branch)
		if err == nil && unknown == nil && exists && current != "" && current != branch {
			return "git push -u origin HEAD  # then merge it into " + branch
		}
	}
	return "git push -u origin HEAD:" + shellWord(branch)
}

// firstRun is what brings the environments into a cluster, in their order.
func (out *Initialized) firstRun() []string {
	var steps []string
	for i, root := range out.Roots {
		step := "kubectl apply --server-side --field-manager=" + string(out.platform.model.FieldManager()) + " -f " + root
		if i == 0 {
			step += "  # Argo CD is installed there and may read the repository"
		}
		steps = append(steps, step)
	}
	if envs := out.platform.model.Environments; len(envs) > 1 {
		steps = append(steps, "wavewright promote --to "+string(envs[1].Name)+"  # when "+string(envs[0].Name)+" is well")
	}
	return steps
}

// shellWord quotes a path for a shell when it has to be.
func shellWord(s string) string {
	if otherThanPath.MatchString(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// otherThanPath matches what a shell might not take as it is.
var otherThanPath = lazyregexp.New(`[^A-Za-z0-9._/:@%+=,-]`)

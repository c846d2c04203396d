package generator

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/tree"
)

// SettleError says that a path is not in the state that a command is about.
type SettleError struct {
	Path, Reason string
	hint         string
}

// Error names the path and says what it is.
func (e *SettleError) Error() string { return e.Path + " " + e.Reason }

// Hint says what to do instead.
func (e *SettleError) Hint() string { return e.hint }

// Adopt makes generated files of files that are in their place, as edited by the user.
func (p *Platform) Adopt(paths []string, o WriteOptions) (*Plan, error) {
	return p.settle(paths, o, func(c *Change, wanted bool) (reason, hint string) {
		switch {
		case !wanted:
			return "is not generated", "it is yours already; a template of your own, in the folder that templates: names, can generate such a file"
		case c == nil || c.State != tree.StateAdopted:
			return "is a generated file already", "edit it as you like: new renderings are merged into it"
		}
		return "", ""
	}, func(o *WriteOptions, set map[string]bool) { o.adopt = set })
}

// Restore writes the pure rendering of files that the user deleted or edited.
func (p *Platform) Restore(paths []string, o WriteOptions) (*Plan, error) {
	return p.settle(paths, o, func(c *Change, wanted bool) (reason, hint string) {
		switch {
		case !wanted:
			return "is not generated", "restore writes only what wavewright generates; the commits that have such a file: git log -- PATH"
		case c != nil && c.State == tree.StateForeign:
			return "is not a generated file", "move it away, or take it into generation: wavewright adopt PATH"
		}
		return "", ""
	}, func(o *WriteOptions, set map[string]bool) { o.restore = set })
}

// Drop gives files that are no longer generated, and edited, to the user.
func (p *Platform) Drop(paths []string, o WriteOptions) (*Plan, error) {
	return p.settle(paths, o, func(c *Change, wanted bool) (reason, hint string) {
		switch {
		case wanted:
			return "is generated", "to stop that: files: {omit: [PATH]} in environments.yaml; to keep it as it is: files: {keep: [PATH]}"
		case c == nil || c.State != tree.StateDropped:
			return "was not left behind by wavewright", "wavewright generate lists such files as kept with your edits, no longer generated"
		}
		return "", ""
	}, func(o *WriteOptions, set map[string]bool) { o.drop = set })
}

// settle writes with an option about some paths, each of which has to be fit for it.
// check gets what the plan says about the path, nil for nothing. All else that is
// pending is written too: a repository is generated as a whole.
func (p *Platform) settle(paths []string, o WriteOptions, check func(c *Change, wanted bool) (reason, hint string), set func(*WriteOptions, map[string]bool)) (*Plan, error) {
	chosen := map[string]bool{}
	for i, name := range paths {
		if name == "" {
			return p.unplanned(), &SettleError{"a path", "is empty", "name the files that you mean, as seen from the folder of environments.yaml"}
		}
		paths[i] = path.Clean(filepath.ToSlash(name))
		chosen[paths[i]] = true
	}
	set(&o, chosen)
	open := p.locked
	if o.DryRun {
		open = p.in
	}
	return open(func(repository *tree.Repository) (*Plan, error) {
		files, plan, err := p.plan(repository, &o)
		for i := 0; err == nil && i < len(paths); i++ {
			err = plan.fit(files, paths[i], p.fromHere(paths[i]), check)
		}
		if err != nil || o.DryRun {
			return plan, err
		}
		return plan, plan.apply(repository)
	})
}

// fromHere is a path, as it is seen from the working directory, as seen from the folder of
// environments.yaml.
func (p *Platform) fromHere(name string) string {
	folder, err := filepath.Abs(p.folder.dir)
	if err != nil {
		return name
	}
	file, err := filepath.Abs(filepath.FromSlash(name))
	if err != nil {
		return name
	}
	if file, err = filepath.Rel(folder, file); err != nil {
		return name
	}
	return filepath.ToSlash(file)
}

// fit returns the reason why a path is not what a command is for. here is where it leads from the
// working directory.
func (p *Plan) fit(files tree.Tree, name, here string, check func(c *Change, wanted bool) (reason, hint string)) error {
	_, wanted := files[name]
	reason, hint := check(p.find(name), wanted)
	switch {
	case reason == "" && filepath.IsLocal(filepath.FromSlash(name)):
		return nil
	case here != name && p.knows(files, here):
		hint = "paths begin at the folder of environments.yaml: " + here
	case !filepath.IsLocal(filepath.FromSlash(name)):
		reason, hint = "is outside of the folder of environments.yaml", "write the path as seen from there"
	case holds(files, name):
		reason, hint = "is a folder", "name the files in it that you mean"
	}
	return &SettleError{name, reason, strings.ReplaceAll(hint, "PATH", name)}
}

// knows reports whether a path is generated, or was.
func (p *Plan) knows(files tree.Tree, name string) bool {
	_, wanted := files[name]
	return wanted || p.find(name) != nil
}

// holds reports whether generated files are in a folder.
func holds(files tree.Tree, folder string) bool {
	for name := range files {
		if folder == "." || strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return false
}

// find returns what a plan says about a path, nil for nothing.
func (p *Plan) find(name string) *Change {
	changes := p.Changes()
	i := slices.IndexFunc(changes, func(c Change) bool { return c.Path == name })
	if i < 0 {
		return nil
	}
	return &changes[i]
}

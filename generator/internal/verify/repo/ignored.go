package repo

import (
	"path"
	"regexp"
	"strings"
)

// missing notes a file that a kustomization names and the repository lacks. Where no Application builds the
// kustomization, who builds it may make the file first, and then nothing is known of it.
func (p *product) missing(d *discovery, at Origin, folder, name string, stands bool) {
	made := path.Join(folder, name)
	if ending := path.Ext(name); ending != "" && !d.extensions[ending] {
		p.fail(at, "", "the kustomization names %s, which is not here, and no other file with the ending %s is", name, ending)
		return
	}
	if !stands {
		p.fail(at, "build/failed", "the kustomization names %s, which is not in the repository", name)
		return
	}
	pattern := d.patternOf(made)
	switch {
	case d.ignored(made):
		p.fail(at, "", "the kustomization names %s, which Git ignores: it is made where somebody builds it", name)
	case pattern != "":
		p.fail(at, "", "the kustomization names %s, which is made of %s where somebody builds it", name, pattern)
	case path.Base(made) == "flux-system":
		p.fail(at, "", "the kustomization names %s, which flux bootstrap makes", name)
	default:
		p.fail(at, "build/failed", "the kustomization names %s, which is not in the repository", name)
	}
}

// patternOf is the file beside a missing one that it is made of, by a script or by hand; empty without one.
func (d *discovery) patternOf(name string) string {
	for _, ending := range []string{"_template", ".template", ".tmpl", ".tpl", ".j2", ".example", ".sample", ".dist"} {
		if _, err := d.reader.Text(name + ending); err == nil {
			return name + ending
		}
	}
	return ""
}

// ignored reports whether a file .gitignore leaves a path out of the repository: who builds the folder makes
// it there.
func (d *discovery) ignored(name string) bool {
	ignored := false
	for _, folder := range parents(name) {
		text, err := d.reader.Text(path.Join(folder, ".gitignore"))
		if err != nil {
			continue
		}
		relative := strings.TrimPrefix(name, folder+"/")
		for line := range strings.Lines(string(text)) {
			pattern, negated := strings.CutPrefix(strings.TrimSpace(line), "!")
			if leftOut(pattern, relative) {
				ignored = !negated
			}
		}
	}
	return ignored
}

// parents are the folders around a path, the root first.
func parents(name string) []string {
	var all []string
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		all = append([]string{folder}, all...)
	}
	return append([]string{"."}, all...)
}

// leftOut reports whether a pattern of .gitignore fits a path, or a folder around it.
func leftOut(pattern, name string) bool {
	if pattern == "" || strings.HasPrefix(pattern, "#") {
		return false
	}
	folders := strings.HasSuffix(pattern, "/")
	pattern = strings.TrimSuffix(pattern, "/")
	anchored := strings.Contains(pattern, "/")
	fits := ignoreGlob(strings.TrimPrefix(pattern, "/"))
	if folders {
		name = path.Dir(name)
	}
	for ; name != "."; name = path.Dir(name) {
		if fits.MatchString(name) || !anchored && fits.MatchString(path.Base(name)) {
			return true
		}
	}
	return false
}

// ignoreGlob is a pattern of .gitignore: one star stands for a part of a name, two for any folders.
func ignoreGlob(pattern string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(pattern)
	for _, change := range [][2]string{{`\*\*/`, "\x00"}, {`\*\*`, "\x01"}, {`\*`, `[^/]*`}, {`\?`, `[^/]`}, {"\x00", `(.*/)?`}, {"\x01", `.*`}} {
		quoted = strings.ReplaceAll(quoted, change[0], change[1])
	}
	return regexp.MustCompile(`^` + quoted + `$`)
}

package repo

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
)

// directory reads a folder of manifests as Argo CD does.
func (d *discovery) directory(p *product, o order) *product {
	settings := o.source.Directory
	if settings == nil {
		settings = &DirectorySource{}
	}
	include, exclude := glob(settings.Include), glob(settings.Exclude)
	for _, name := range d.below(o.source.Path) {
		if !within(name, o.source.Path) || !settings.Recurse && path.Dir(name) != o.source.Path {
			continue
		}
		relative := strings.TrimPrefix(strings.TrimPrefix(name, o.source.Path), "/")
		if settings.Exclude != "" && exclude.MatchString(relative) || settings.Include != "" && !include.MatchString(relative) {
			continue
		}
		switch path.Ext(name) {
		case ".jsonnet":
			p.fail(Origin{File: name, Line: 1}, "", "Jsonnet is not evaluated")
		case ".yaml", ".yml", ".json":
			d.manifests(p, name, o.stand)
		}
	}
	if len(p.objects) == 0 && len(p.faults) == 0 {
		p.omit("%s holds no manifests", o.source.Path)
	}
	return p
}

// below are the files of the repository, or those of what was fetched, that may lie below a folder.
func (d *discovery) below(folder string) []string {
	root := d.root(folder)
	names, _ := d.listing(root)
	if root == "." {
		return names
	}
	var all []string
	for _, name := range names {
		all = append(all, path.Join(root, name))
	}
	return all
}

// manifests takes the objects of a file.
func (d *discovery) manifests(p *product, name string, stand bool) {
	f := d.files[name]
	if f == nil { // inside a chart
		f = d.parse(name)
	}
	p.read = append(p.read, name)
	if f.skipped {
		return
	}
	if f.unreadable != nil && stand && d.holdsTags(name) {
		p.fail(Origin{File: name, Line: f.line}, "", "the file is a template of another tool: it is no YAML as it stands")
		return
	}
	if errors.Is(f.unreadable, errEncrypted) {
		p.fail(Origin{File: name, Line: f.line}, "", "%v", f.unreadable)
	} else if f.unreadable != nil && (f.resembles || len(f.objects) > 0) {
		p.fail(Origin{File: name, Line: f.line}, "build/unreadable", "%v", f.unreadable)
		return
	}
	p.objects = append(p.objects, slices.DeleteFunc(slices.Clone(f.objects), tooling)...)
}

// holdsTags reports whether a file has what templates of many tools have.
func (d *discovery) holdsTags(name string) bool {
	content, err := d.reader.Text(name)
	return err == nil && slices.ContainsFunc([]string{"{{", "{%", "<#", "<%"}, func(tag string) bool { return bytes.Contains(content, []byte(tag)) })
}

// tooling reports whether an object is the configuration of a tool on a person's machine, such
// as a kustomization.
func tooling(o *Object) bool { return !manifest(o) && o.Name != "" || o.Name == "" && !generated(o) }

// generated reports whether the API server gives an object its name.
func generated(o *Object) bool { return strings.Contains(string(o.YAML), "generateName") }

// glob is a pattern of Argo CD, in which a star stands for slashes too; that of an empty text
// fits nothing.
func glob(pattern string) *regexp.Regexp {
	var out strings.Builder
	out.WriteString(`^(?:`)
	depth := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			out.WriteString(`.*`)
		case '?':
			out.WriteString(`.`)
		case '{':
			depth++
			out.WriteString(`(?:`)
		case '}':
			depth--
			out.WriteString(`)`)
		case ',':
			if depth > 0 {
				out.WriteString(`|`)
			} else {
				out.WriteString(`,`)
			}
		case '[':
			out.WriteString(`[`)
			if i+1 < len(pattern) && pattern[i+1] == '!' {
				out.WriteString(`^`)
				i++
			}
		case ']', '-':
			out.WriteByte(c)
		default:
			out.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	compiled, err := regexp.Compile(out.String() + `)$`)
	if err != nil || pattern == "" {
		return regexp.MustCompile(`^[^\s\S]$`)
	}
	return compiled
}

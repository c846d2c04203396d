package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// file is a file that may hold manifests.
type file struct {
	objects []*Object
	// unreadable says what of it is no YAML, and where; it is a finding only where the file is
	// read as a manifest.
	unreadable error
	line       int
	// resembles says that it looks like a manifest, in the way that Argo CD decides whether a
	// file that it cannot read matters.
	resembles bool
	// skipped says that a marker asks Argo CD to pass the file over.
	skipped bool
}

// marker is the comment by which Argo CD passes a file over.
var marker = []byte("+argocd:skip-file-rendering")

// scan reads the tree: the manifests, the kustomizations and the charts.
func (d *discovery) scan() error {
	return fs.WalkDir(d.source, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			d.skip(Origin{File: name}, "", "it cannot be read: "+err.Error())
			if entry == nil || name == "." {
				return err
			}
			return fs.SkipDir
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".wavewright"):
			return fs.SkipDir
		case entry.IsDir():
			d.folders = append(d.folders, name)
		case entry.Type()&fs.ModeSymlink != 0 && d.leadsOut(name):
			d.problem(Origin{File: name, Line: 1}, "", "build/unreadable", "the link "+name+" leads out of the repository: Argo CD builds nothing of a repository with such a link")
		default:
			d.enter(name)
		}
		return nil
	})
}

// enter notes a file by what its name says.
func (d *discovery) enter(name string) {
	d.extensions[path.Ext(name)] = true
	d.names = append(d.names, name)
	base, folder := path.Base(name), path.Dir(name)
	switch {
	case slices.Contains(konfig.RecognizedKustomizationFileNames(), base):
		d.kustomizations[folder] = name
	case base == "Chart.yaml":
		d.charts[folder] = true
	case slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(base)):
		d.candidates = append(d.candidates, name)
	}
}

// leadsOut reports whether a link leads out of the repository. Argo CD does not look where an
// absolute one leads.
func (d *discovery) leadsOut(name string) bool {
	to, err := fs.ReadLink(d.source, name)
	if err != nil {
		return false
	}
	return path.IsAbs(to) || !fs.ValidPath(path.Join(path.Dir(name), to))
}

// read parses the candidates in parallel, those inside charts excepted.
func (d *discovery) read() {
	var names []string
	for _, name := range d.candidates {
		if d.chartAround(path.Dir(name)) == "" {
			names = append(names, name)
		}
	}
	parsed := make([]*file, len(names))
	d.options.Progress.parallel("read files", len(names), func(i int) { parsed[i] = d.parse(names[i]) })
	for i, name := range names {
		d.files[name] = parsed[i]
	}
}

// parse reads a file.
func (d *discovery) parse(name string) *file {
	text, err := d.reader.Text(name)
	if err != nil {
		return &file{unreadable: err, line: 1, resembles: errors.Is(err, kustomize.ErrTooLarge)}
	}
	f := &file{skipped: bytes.Contains(text, marker), resembles: bytes.Contains(text, []byte("apiVersion")) && bytes.Contains(text, []byte("kind")) && bytes.Contains(text, []byte("metadata"))}
	if !bytes.Contains(text, []byte("apiVersion")) && !bytes.Contains(text, []byte("kind")) {
		return f // values, workflows and the like
	}
	for _, part := range documents(text) {
		objects, err := part.read(name)
		if err != nil && f.unreadable == nil && !errors.Is(err, errNoObject) {
			f.unreadable, f.line = err, part.firstLine()
			if in := (*unreadableError)(nil); errors.As(err, &in) {
				f.line = in.line
			}
		}
		f.objects = append(f.objects, objects...)
	}
	return f
}

// chartAround is the chart that a folder belongs to; empty for none. A kustomization beside
// Chart.yaml makes it no chart.
func (d *discovery) chartAround(folder string) string {
	for {
		if d.charts[folder] && d.kustomizations[folder] == "" {
			return folder
		}
		if folder == "." {
			return ""
		}
		folder = path.Dir(folder)
	}
}

// kustomization is what a kustomization names.
type kustomization struct {
	component bool
	// folders and files are what it names and the repository holds.
	folders, files []string
	// missing are local names that the repository does not hold; remote are those of other
	// repositories; outside those that lead out of this one.
	missing, remote, outside []string
	// why are the reasons for which remote names could not be fetched.
	why map[string]error
	// helm says that it renders charts.
	helm []map[string]any
	// chartHome is the folder of the charts; empty for the usual one.
	chartHome string
}

// analyse reads what every kustomization names.
func (d *discovery) analyse() {
	folders := slices.Sorted(maps.Keys(d.kustomizations))
	read := make([]*kustomization, len(folders))
	parallel(len(folders), func(i int) { read[i] = d.contents(folders[i]) })
	for i, folder := range folders {
		d.named[folder] = read[i]
		d.reaching = d.reaching || len(read[i].remote) > 0
	}
	for _, k := range read {
		for _, folder := range k.folders {
			d.used[folder] = true
		}
		for _, name := range k.files {
			d.used[name] = true
		}
	}
}

// contents reads what the kustomization of a folder names.
func (d *discovery) contents(folder string) *kustomization {
	k := &kustomization{why: map[string]error{}}
	source, err := d.reader.Text(d.kustomizations[folder])
	var fields map[string]any
	if err != nil || yaml.Unmarshal(source, &fields) != nil {
		return k // kustomize says what is wrong with it
	}
	k.component = fields["kind"] == "Component"
	k.helm = append(mapsOf(fields["helmCharts"]), mapsOf(fields["helmChartInflationGenerator"])...)
	if globals, ok := fields["helmGlobals"].(map[string]any); ok {
		k.chartHome = text(globals["chartHome"])
	}
	for _, name := range kustomize.Named(fields) {
		d.sort(k, folder, name)
	}
	for _, chart := range k.helm {
		for _, name := range append(textsOf(chart["additionalValuesFiles"]), textsOf(chart["valuesFile"])...) {
			d.sort(k, folder, name)
		}
	}
	return k
}

// sort puts a name to its like.
func (d *discovery) sort(k *kustomization, folder, name string) {
	at := path.Join(folder, name)
	info, err := fs.Stat(d.source, at)
	switch {
	case strings.Contains(name, "\n"):
	case remote(name) && err != nil:
		k.remote = append(k.remote, name)
	case !within(at, d.root(folder)):
		k.outside = append(k.outside, name)
	case err == nil && info.IsDir() && !path.IsAbs(name):
		k.folders = append(k.folders, at)
	case err == nil && !path.IsAbs(name):
		k.files = append(k.files, at)
	case path.IsAbs(name) || !fs.ValidPath(at):
		k.outside = append(k.outside, name)
	default:
		k.missing = append(k.missing, name)
	}
}

// remote reports whether a name that is no path here is one that kustomize fetches.
func remote(name string) bool {
	host, rest, found := strings.Cut(name, "/")
	return strings.Contains(name, "://") || strings.HasPrefix(name, "git::") || strings.HasPrefix(name, "git@") ||
		found && rest != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.HasPrefix(name, ".")
}

// closure are the folder and all kustomizations that it uses, itself first.
func (d *discovery) closure(folder string) []string {
	found, seen := []string{folder}, map[string]bool{folder: true}
	for i := 0; i < len(found); i++ {
		k := d.named[found[i]]
		if k == nil {
			continue
		}
		for _, next := range k.folders {
			if !seen[next] {
				seen[next] = true
				found = append(found, next)
			}
		}
	}
	return found
}

// mapsOf are the maps of a list, or a map alone.
func mapsOf(value any) []map[string]any {
	var all []map[string]any
	switch v := value.(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		for _, item := range v {
			if fields, ok := item.(map[string]any); ok {
				all = append(all, fields)
			}
		}
	}
	return all
}

// textsOf are the texts of a list, or a text alone.
func textsOf(value any) []string {
	if s, ok := value.(string); ok {
		return []string{s}
	}
	var all []string
	list, _ := value.([]any)
	for _, item := range list {
		all = append(all, fmt.Sprint(item))
	}
	return all
}

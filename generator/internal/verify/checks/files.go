package checks

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// deprecated are fields of kustomizations that kustomize still reads but warns about or
// will drop.
var deprecated = []string{
	"bases", "commonLabels", "patchesStrategicMerge", "patchesJson6902", "vars", "imageTags",
	"helmChartInflationGenerator",
}

// kustomization holds the fields that name files and folders.
type kustomization struct {
	Resources, Components, Configurations []string
	Patches                               []struct{ Path string }
	ConfigMapGenerator                    []struct{ Files, Envs []string }
	Replacements                          []struct{ Path string }
}

// checkKustomizations wants no deprecated field, and no folder or file beside a
// kustomization that nothing uses.
func checkKustomizations(r *repo.Repository, out *report) {
	used := map[string]bool{}
	for folder := range r.Builds {
		used[folder] = true
	}
	used["bootstrap/argocd-settings"] = true // by people whose Argo CD is another's
	files := os.DirFS(r.Dir)
	folders := kustomizationFolders(files)
	for _, folder := range folders {
		k := readKustomization(files, folder, out)
		for _, name := range k.references() {
			used[path.Join(folder, name)] = true
		}
	}
	for _, folder := range folders {
		if !used[folder] {
			out.add("%s: nothing uses this kustomization", folder)
		}
		entries, _ := fs.ReadDir(files, folder)
		for _, entry := range entries {
			name := path.Join(folder, entry.Name())
			if !entry.IsDir() && entry.Name() != "kustomization.yaml" && !used[name] {
				out.add("%s: its kustomization does not use this file", name)
			}
		}
	}
}

func kustomizationFolders(files fs.FS) []string {
	var folders []string
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "kustomization.yaml" {
			folders = append(folders, path.Dir(name))
		}
		return nil
	})
	return folders
}

func readKustomization(files fs.FS, folder string, out *report) kustomization {
	name := path.Join(folder, "kustomization.yaml")
	source, err := fs.ReadFile(files, name)
	if err != nil {
		out.add("%v", err)
	}
	var fields map[string]any
	var k kustomization
	for _, into := range []any{&fields, &k} {
		err = yaml.Unmarshal(source, into)
		if err != nil {
			out.add("%s: %v", name, err)
		}
	}
	for _, field := range deprecated {
		if _, found := fields[field]; found {
			out.add("%s: %s is deprecated", name, field)
		}
	}
	return k
}

func (k kustomization) references() []string {
	names := slices.Concat(k.Resources, k.Components, k.Configurations)
	for _, patch := range k.Patches {
		names = append(names, patch.Path)
	}
	for _, replacement := range k.Replacements {
		names = append(names, replacement.Path)
	}
	for _, generator := range k.ConfigMapGenerator {
		for _, file := range slices.Concat(generator.Files, generator.Envs) {
			_, value, found := strings.Cut(file, "=")
			if !found {
				value = file
			}
			names = append(names, value)
		}
	}
	return names
}

// unfinished are words that say that somebody has to come back, and what templates
// leave when they fail quietly.
var unfinished = regexp.MustCompile(`(?i)\b(TODO|FIXME|XXX|CHANGE[-_ ]?ME|REPLACE[-_ ]?ME|example-placeholder|lorem ipsum)\b|<no value>|<nil>|%!\w\(|\[\[[-.$]`)

// machine are traces of the machine that generated.
var machine = regexp.MustCompile(`(?:^|[^a-z0-9])/(?:root|home|tmp|work|Users)/`)

// upstream holds what was written by others.
const upstream = "bootstrap/argocd/install/upstream/"

// checkFiles wants text that is finished: no placeholder, no leftover of a template, a
// newline at the end and no space at the end of a line.
func checkFiles(r *repo.Repository, out *report) {
	files := os.DirFS(r.Dir)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !r.Generated[name] || strings.HasPrefix(name, upstream) {
			return err
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		checkText(name, string(source), out)
		return nil
	})
	if err != nil {
		out.add("%v", err)
	}
}

func checkText(name, text string, out *report) {
	for _, pattern := range []*regexp.Regexp{unfinished, machine} {
		if found := pattern.FindString(text); found != "" {
			out.add("%s: holds %q", name, found)
		}
	}
	if !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") {
		out.add("%s: does not end in one newline", name)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.TrimRight(line, " \t\r") != line {
			out.add("%s: space at the end of the line %q", name, line)
		}
	}
}

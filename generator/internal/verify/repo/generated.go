package repo

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// Generated reads a repository that wavewright generated: the candidates of every environment,
// which are what promotion of this commit would run, and what Argo CD runs today. The error is the
// world's: mistakes in the repository are Problems.
func (o Options) Generated(files fs.FS) (*Repository, error) {
	beyond := newElsewhere(files, o.Fetcher)
	r := &Repository{files: files, Builds: map[string]*Build{}, Given: o.Definitions, elsewhere: beyond}
	r.Problems = lockProblems(files)
	folders, err := r.folders()
	if err != nil {
		return nil, err
	}
	read := beyond.reader(beyond)
	overlays, rest := apart(folders)
	r.buildAll(read, rest, o)
	if err := r.load(); err != nil {
		r.Problems = append(r.Problems, Problem{Origin{File: cmp.Or(r.reading, "environments.yaml")}, "", "build/unreadable", err.Error()})
	}
	r.broken(rest)
	r.follow(read)
	r.locate()
	r.divide(o.Shard)
	if r.share != nil && !r.share.first {
		r.Problems = nil // which belong to no part
	}
	r.buildAll(read, r.needed(overlays, read), o)
	r.finish()
	return r, nil
}

// apart are the folders of Applications, and those of Argo CD itself, which say what Applications there are.
func apart(folders []string) (overlays, rest []string) {
	for _, folder := range folders {
		if strings.HasPrefix(folder, "overlays/") {
			overlays = append(overlays, folder)
		} else {
			rest = append(rest, folder)
		}
	}
	return overlays, rest
}

// locate says to which cluster each target goes.
func (r *Repository) locate() {
	for _, t := range r.AllTargets() {
		for _, d := range t.Applications {
			t.Cluster = cmp.Or(t.Cluster, d.Spec.Destination.Name, d.Spec.Destination.Server)
		}
	}
}

// needed are the overlays that are judged here or hold what all are judged by.
func (r *Repository) needed(overlays []string, read *kustomize.Files) []string {
	if r.share == nil {
		return overlays
	}
	own := map[string]bool{}
	for _, t := range r.AllTargets() {
		for _, d := range t.Applications {
			own[d.Overlay] = own[d.Overlay] || r.Owns(d)
		}
	}
	marks := &marked{files: r.files, read: read, known: map[string]bool{}}
	return slices.DeleteFunc(slices.Clone(overlays), func(folder string) bool {
		return !own[folder] && (r.has(folder+"/Chart.yaml") || !marks.kustomization(folder, map[string]bool{}))
	})
}

// folders are those that Argo CD or kubectl builds; a file in the place of one is none.
func (r *Repository) folders() ([]string, error) {
	found, err := buildable(r.files)
	return slices.DeleteFunc(found, func(name string) bool {
		info, err := fs.Stat(r.files, name)
		return err != nil || !info.IsDir()
	}), err
}

// buildAll builds folders, as many at a time as there are processors.
func (r *Repository) buildAll(read *kustomize.Files, folders []string, o Options) {
	builder := kustomize.NewBuilder(read).Remember(o.Cache)
	results := make([]*Build, len(folders))
	o.Progress.parallel("build folders", len(folders), func(i int) { results[i] = r.buildOne(builder, read, folders[i]) })
	for _, result := range results {
		r.Builds[result.Folder] = result
	}
}

func (r *Repository) buildOne(builder *kustomize.Builder, read *kustomize.Files, folder string) *Build {
	result := &Build{Folder: folder}
	switch {
	case r.has(folder + "/Chart.yaml"):
		result.Chart = true
	case r.has(folder + "/kustomization.yaml"):
		built, err := builder.Build(folder)
		if err != nil {
			result.Err = err
			return result
		}
		among := &Files{built.Read}
		for _, one := range built.Resources {
			o, err := builtObject(&one, Origin{File: one.Origin, Original: one.Original, Among: among})
			if err != nil {
				result.Err = fmt.Errorf("%s: %w", folder, err)
				return result
			}
			result.Objects = append(result.Objects, o)
		}
	default:
		result.Objects, result.Err = r.plain(read, folder)
	}
	return result
}

func (r *Repository) has(name string) bool {
	_, err := fs.Stat(r.files, name)
	return err == nil
}

// plain reads the manifests of a folder without a kustomization.
func (r *Repository) plain(read *kustomize.Files, folder string) ([]*Object, error) {
	names, err := fs.Glob(r.files, folder+"/*.yaml")
	var all []*Object
	var broken []error
	for _, name := range names {
		text, failed := read.Text(name)
		if failed != nil {
			broken = append(broken, &placedError{Origin{File: name, Line: 1}, failed})
		}
		for _, part := range documents(text) {
			objects, malformed := part.read(name)
			if malformed != nil {
				broken = append(broken, &placedError{Origin{File: name, Line: part.firstLine()}, malformed})
			}
			all = append(all, objects...)
		}
	}
	return all, errors.Join(append(broken, err)...)
}

// finish reports the builds that failed, and puts each object to its Application.
func (r *Repository) finish() {
	for _, e := range r.Environments {
		r.Management = slices.Concat(r.Management, e.Root, e.Argo)
		for _, t := range e.Targets {
			for _, d := range t.Applications {
				r.settle(d)
			}
		}
	}
}

// settle gives an Application what its folder makes, and says why it makes nothing.
func (r *Repository) settle(d *Deployed) {
	build := r.Builds[d.Overlay]
	if build != nil {
		d.Objects, d.Chart = build.Objects, build.Chart
	}
	for _, o := range d.Objects {
		o.Application = d
	}
	if r.Owns(d) {
		r.report(d, build)
	}
}

// report notes what keeps an Application from being judged.
func (r *Repository) report(d *Deployed, build *Build) {
	switch {
	case build == nil:
		r.Problems = append(r.Problems, Problem{d.Made, d.Name, "build/failed", fmt.Sprintf("the path of the Application is %s, which is no folder", d.Overlay)})
	case build.Chart:
		r.Skipped = append(r.Skipped, Skipped{Origin{File: d.Overlay + "/Chart.yaml"}, d.Name, "the chart is not in the repository"})
	case build.Err != nil:
		if beyond, is := errors.AsType[*kustomize.OutsideError](build.Err); is {
			r.lacking(d, outside(r.elsewhere.naming(beyond.Folder, beyond.Name), beyond))
			return
		}
		r.Problems = append(r.Problems, Problem{Origin{File: d.Overlay + "/kustomization.yaml"}, d.Name, "build/failed", build.Err.Error()})
	}
}

// lacking notes what an Application is built of and is not here.
func (r *Repository) lacking(d *Deployed, f fault) {
	if f.code != "" {
		r.Problems = append(r.Problems, Problem{f.at, d.Name, f.code, f.message})
		return
	}
	r.Skipped = append(r.Skipped, Skipped{f.at, d.Name, f.message})
}

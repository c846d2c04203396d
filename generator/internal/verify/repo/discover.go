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

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// Discover reads a repository that wavewright need not have generated: it finds the
// Applications, builds their sources and groups them by the cluster that they go to. In a
// repository without Applications each kustomization that no other uses, and each folder of
// manifests that no kustomization uses, is taken for one. The error is the world's: mistakes in
// the repository are Problems.
func Discover(source fs.FS) (*Repository, error) {
	files := kustomize.NewFiles(source)
	d := &discovery{Repository: &Repository{}, source: source, files: files, builder: kustomize.NewBuilder(files)}
	if err := d.scan(); err != nil {
		return nil, err
	}
	d.applications()
	return d.Repository, nil
}

// discovery is a repository as far as it has been found.
type discovery struct {
	*Repository
	source  fs.FS
	files   *kustomize.Files
	builder *kustomize.Builder
	// manifests are the objects of each file outside charts and kustomizations.
	manifests map[string][]*Object
	// kustomizations are the folders that have one.
	kustomizations []string
}

// scan reads the manifests.
func (d *discovery) scan() error {
	d.manifests = map[string][]*Object{}
	return fs.WalkDir(d.source, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".wavewright"):
			return fs.SkipDir
		case slices.Contains(konfig.RecognizedKustomizationFileNames(), entry.Name()):
			d.kustomizations = append(d.kustomizations, path.Dir(name))
		case entry.Type().IsRegular() && slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)):
			d.manifest(name)
		}
		return nil
	})
}

// manifest reads the objects of a file.
func (d *discovery) manifest(name string) {
	text, err := d.files.Text(name)
	if err != nil {
		d.problem(Origin{File: name}, "", "build/unreadable", err.Error())
		return
	}
	line := 1
	for document := range bytes.SplitSeq(text, []byte("\n---")) {
		o, err := NewObject(document, Origin{File: name, Line: line})
		if err == nil && o != nil {
			o.Original = o.Name
			d.manifests[name] = append(d.manifests[name], o)
		}
		line += bytes.Count(document, []byte("\n")) + 1
	}
}

func (d *discovery) problem(at Origin, application, code, message string) {
	d.Problems = append(d.Problems, Problem{at, application, code, message})
}

// applications builds what the Applications deploy.
func (d *discovery) applications() {
	var found []*Deployed
	for _, name := range slices.Sorted(maps.Keys(d.manifests)) {
		for _, o := range d.manifests[name] {
			switch typed := o.Typed.(type) {
			case *Application:
				found = append(found, d.deployed(typed, o.Origin))
				d.Management = append(d.Management, o)
			case *AppProject, *ApplicationSet:
				d.Management = append(d.Management, o)
			}
		}
	}
	if len(found) == 0 {
		found = d.folders()
	}
	for _, deployed := range found {
		d.place(deployed)
	}
}

// deployed builds the source of an Application.
func (d *discovery) deployed(application *Application, at Origin) *Deployed {
	return d.folder(&Deployed{Application: application, Overlay: application.Spec.Source.Path, Made: at})
}

// folder fills in the objects that a folder builds.
func (d *discovery) folder(deployed *Deployed) *Deployed {
	built, err := d.builder.Build(path.Clean(deployed.Overlay))
	var outside *kustomize.OutsideError
	switch {
	case errors.As(err, &outside):
		d.Skipped = append(d.Skipped, Skipped{deployed.Made, deployed.Name, err.Error()})
		return deployed
	case err != nil:
		d.problem(deployed.Made, deployed.Name, "build/failed", err.Error())
		return deployed
	}
	among := &Files{built.Read}
	for _, r := range built.Resources {
		at := Origin{File: r.Origin, Original: r.Original, Among: among}
		o, err := NewObject(r.JSON, at)
		if err != nil || o == nil {
			d.problem(at, deployed.Name, "build/unreadable", fmt.Sprintf("%s holds no object: %v", at.File, err))
			continue
		}
		d.add(deployed, o)
	}
	return deployed
}

// add puts an object into the Application, in its namespace unless it says another.
func (d *discovery) add(deployed *Deployed, o *Object) {
	o.Application = deployed
	deployed.Objects = append(deployed.Objects, o)
}

// folders are what stands for Applications in a repository that has none.
func (d *discovery) folders() []*Deployed {
	var found []*Deployed
	for _, folder := range d.kustomizations {
		found = append(found, d.folder(&Deployed{Application: named(folder), Overlay: folder, Made: Origin{File: path.Join(folder, "kustomization.yaml")}}))
	}
	byFolder := map[string]*Deployed{}
	for _, name := range slices.Sorted(maps.Keys(d.manifests)) {
		folder := path.Dir(name)
		if slices.ContainsFunc(d.kustomizations, func(k string) bool { return folder == k || strings.HasPrefix(folder, k+"/") }) {
			continue
		}
		if byFolder[folder] == nil {
			byFolder[folder] = &Deployed{Application: named(folder), Overlay: folder, Made: Origin{File: name}}
			found = append(found, byFolder[folder])
		}
		for _, o := range d.manifests[name] {
			d.add(byFolder[folder], o)
		}
	}
	return found
}

// named is an Application that stands for a folder.
func named(folder string) *Application {
	application := &Application{}
	application.Name = folder
	return application
}

// place puts an Application to those that go to the same cluster.
func (d *discovery) place(deployed *Deployed) {
	cluster := deployed.Spec.Destination.Name
	if cluster == "" {
		cluster = deployed.Spec.Destination.Server
	}
	for _, t := range d.Targets {
		if t.Cluster == cluster {
			t.Applications = append(t.Applications, deployed)
			return
		}
	}
	d.Targets = append(d.Targets, &Target{Name: cluster, Cluster: cluster, Applications: []*Deployed{deployed}})
}

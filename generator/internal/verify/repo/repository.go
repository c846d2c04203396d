// Package repo reads a repository the way Argo CD does: it finds the Applications, expands
// the ApplicationSets, builds their sources and puts each Application's objects beside it. It
// knows nothing of the generator: all facts come from the files, so that checks judge what is
// there and not what was meant. Whatever it cannot read is a [Problem], whatever it does not
// look at is [Skipped]; nothing is passed over in silence.
package repo

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Repository is a repository with everything that Argo CD would deploy from it.
type Repository struct {
	Name string
	Dir  string
	// files are those of the repository.
	files fs.FS
	// elsewhere is what it uses of other places; nil for nothing.
	elsewhere *elsewhere
	// reading is the file that is being read, for messages.
	reading string
	// Kubernetes is the version of the clusters that declare none, such as 1.36; empty when it
	// is unknown.
	Kubernetes string
	// Definitions are the CustomResourceDefinitions that stand anywhere in the repository.
	Definitions []*Object
	// Given are CustomResourceDefinitions that a person names beside the repository.
	Given []*Object
	// share is what of it is judged here; nil for everything.
	share *share
	// Others are repositories that share clusters or the Argo CD with this one.
	Others []*Other
	// Targets are the clusters of a repository that wavewright did not generate, with what
	// its Applications deploy there. Those of a generated one are in Environments.
	Targets []*Target
	// Projects that the repository holds; Applications and ApplicationSets as they stand in it.
	Management []*Object
	// Before is the base that the repository is compared with; nil for none.
	Before *Repository
	// Problems are what Argo CD could not read or build either.
	Problems []Problem
	// Skipped are what was not judged.
	Skipped      []Skipped
	Environments []*Environment
	// Self is Argo CD when it manages itself, with its own root; nil otherwise.
	Self *Environment
	// Builds holds the result of every kustomization by its folder.
	Builds map[string]*Build
	// Generated are the paths that the generator wrote, not its user.
	Generated map[string]bool
	// Granted are what administrators of a shared Argo CD are asked for; without one, there
	// are none.
	Granted []*Object
	// External names what the repository refers to and does not hold, "Kind/name": what
	// the cluster or a person provides.
	External []string
	// Standing says that the repository holds no Application that can be judged, and that each
	// kustomization, chart and folder of manifests was taken for one.
	Standing bool
	// Configuration is Argo CD's own, the data of argocd-cm; nil when the repository does not
	// hold it.
	Configuration map[string]string
}

// Environment is one environment with its own root.
type Environment struct {
	Name, Profile string
	// Root is the bootstrap file, Argo what it deploys.
	Root, Argo []*Object
	// Targets are where the environment's candidates go.
	Targets []*Target
	// Live are the Applications that Argo CD makes of this commit: of the branch or of
	// pins. A pinned path need not exist in this commit any more.
	Live []*Application
	// prefix is the folder of the repository that wavewright's own folders are in; empty for its root.
	prefix string
	// made are the objects and elements that Live are made of, in the same order.
	made []elementOf
}

// Problem is a mistake that keeps Argo CD from reading or building something.
type Problem struct {
	Origin
	Application string
	// Code is that of the finding, such as build/failed.
	Code, Message string
}

// Skipped is something that was not judged, and why.
type Skipped struct {
	Origin
	Application string
	Reason      string
}

// Target is an environment on one cluster, or all that goes to one: what has to fit together.
type Target struct {
	Name string
	// Instance tells the Argo CDs of a repository apart, when there are several.
	Instance string
	// Cluster is the destination: its name or address.
	Cluster string
	// Kubernetes is the version that the cluster is declared to have; empty when none is.
	Kubernetes   string
	Applications []*Deployed
	// Granted are what administrators of its cluster are asked for.
	Granted []*Object
	// Declared are the connections that the spec declares; none in a repository without one.
	Declared []Connection
	// External names what the cluster or a person provides, as External of the repository does.
	External []string
}

// Deployed is an Application with the objects of its overlay at this commit.
type Deployed struct {
	*Application
	// Overlay is the folder inside the repository.
	Overlay string
	// Element is what the ApplicationSet makes the Application of.
	Element map[string]any
	// Set is the ApplicationSet that makes the Application; nil for one that stands by itself.
	Set *Object
	// Assumed says that nobody knows here which cluster it goes to: Argo CD chooses clusters.
	Assumed bool
	// Chart says that a chart makes the objects, which are its authors' affair.
	Chart   bool
	Objects []*Object
	// Made is where the Application, or the element that it is made of, stands.
	Made Origin
	// Declared is where the spec of a generated repository declares it.
	Declared Origin
}

// Objects are all objects of a target.
func (t *Target) Objects() []*Object {
	var all []*Object
	for _, application := range t.Applications {
		all = append(all, application.Objects...)
	}
	return append(all, t.Granted...)
}

// Deployed are the candidates of all targets.
func (e *Environment) Deployed() []*Deployed {
	var all []*Deployed
	for _, target := range e.Targets {
		all = append(all, target.Applications...)
	}
	return all
}

// candidates is overlays/<env>/applications.yaml.
type candidates struct {
	APIVersion, Kind, Environment string
	Targets                       map[string]struct {
		Cluster                  map[string]any `json:"_cluster"`
		Namespaces, Applications map[string]map[string]any
	}
}

// Load reads a generated repository whose kustomizations have been built.
func Load(name, dir string, builds map[string]*Build) (*Repository, error) {
	r := &Repository{Name: name, Dir: dir, files: os.DirFS(dir), Builds: builds}
	return r, r.load()
}

func (r *Repository) load() error {
	roots, err := fs.Glob(r.files, "bootstrap/roots/*.yaml")
	if err != nil || len(roots) == 0 {
		return errors.Join(errors.New("the repository has no roots"), err)
	}
	r.Granted, err = r.request("argocd")
	if err != nil {
		return err
	}
	profiles, err := r.profiles()
	if err != nil {
		return err
	}
	versions := r.versions()
	environments, errs := make([]*Environment, len(roots)), make([]error, len(roots))
	parallel(len(roots), func(i int) {
		name := strings.TrimSuffix(path.Base(roots[i]), ".yaml")
		if name == "argocd" {
			environments[i], errs[i] = r.self()
			return
		}
		environments[i], errs[i] = r.environment(name, profiles[name], versions)
	})
	for i, root := range roots {
		r.reading = root
		switch e := environments[i]; {
		case errs[i] != nil:
			return errs[i]
		case e.Name == "argocd":
			r.Self = e
		default:
			r.Environments = append(r.Environments, e)
		}
	}
	return nil
}

// self reads Argo CD's own root and what it deploys.
func (r *Repository) self() (*Environment, error) {
	root, err := r.root("argocd")
	if err != nil {
		return nil, err
	}
	argo, err := r.objects("bootstrap/argocd")
	return &Environment{Name: "argocd", Root: root, Argo: argo}, err
}

// root reads the root of an environment with what stands beside it.
func (r *Repository) root(name string) ([]*Object, error) {
	file := "bootstrap/roots/" + name + ".yaml"
	source, err := fs.ReadFile(r.files, file)
	if err != nil {
		return nil, err
	}
	objects, err := Parse(source)
	for _, o := range objects {
		o.File = file
	}
	return objects, err
}

// request is a part of what administrators are asked for; nothing without a shared Argo CD.
func (r *Repository) request(part string) ([]*Object, error) {
	folder := "bootstrap/request/" + part
	if r.Builds[folder] == nil {
		return nil, nil
	}
	return r.objects(folder)
}

// Projects are the AppProjects that the Applications of an environment can use, and those
// of its roots.
func (r *Repository) Projects(own []*Object) []*AppProject {
	return append(Typed[AppProject](own), Typed[AppProject](r.Granted)...)
}

// Roots are the environments and, when it manages itself, Argo CD.
func (r *Repository) Roots() []*Environment {
	if r.Self == nil {
		return r.Environments
	}
	return append(slices.Clone(r.Environments), r.Self)
}

// environment reads what the root of an environment deploys, and the candidates.
func (r *Repository) environment(name, profile string, versions map[string]string) (*Environment, error) {
	e := &Environment{Name: name, Profile: profile}
	err := r.fill(e)
	if err != nil {
		return nil, fmt.Errorf("environment %s: %w", name, err)
	}
	e.declare(versions)
	return e, nil
}

func (r *Repository) fill(e *Environment) error {
	name := e.Name
	var err error
	if e.Root, err = r.root(name); err != nil {
		return err
	}
	root := Typed[Application](e.Root)
	if len(root) != 1 {
		return fmt.Errorf("%d root Applications", len(root))
	}
	var found bool
	if e.prefix, found = strings.CutSuffix(root[0].Spec.Source.Path, "argocd/"+name); !found {
		return fmt.Errorf("the root's path is %s", root[0].Spec.Source.Path)
	}
	if e.Argo, err = r.objects("argocd/" + name); err != nil {
		return err
	}
	if err := e.live(); err != nil {
		return err
	}
	return r.targets(e)
}

// live expands the elements that the ApplicationSets hold. A tenant may have Applications
// instead.
func (e *Environment) live() error {
	for _, o := range e.Argo {
		if a, ok := o.Typed.(*Application); ok {
			e.Live, e.made = append(e.Live, a), append(e.made, elementOf{o, nil})
		}
	}
	for _, o := range e.Argo {
		set, ok := o.Typed.(*ApplicationSet)
		if !ok {
			continue
		}
		for _, generator := range set.Spec.Generators {
			for _, element := range generator["list"].Elements {
				application, err := expand(set, element)
				if err != nil {
					return err
				}
				e.Live, e.made = append(e.Live, application), append(e.made, elementOf{o, element})
			}
		}
	}
	return nil
}

// elementOf is an Application's object, or an ApplicationSet with one of its elements.
type elementOf struct {
	object  *Object
	element map[string]any
}

// targets expands the candidates: what promotion of this commit would run.
func (r *Repository) targets(e *Environment) error {
	source, err := fs.ReadFile(r.files, "overlays/"+e.Name+"/applications.yaml")
	if err != nil {
		return err
	}
	var file candidates
	err = yaml.UnmarshalStrict(source, &file)
	if err != nil {
		return fmt.Errorf("read the candidates: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(file.Targets)) {
		target := &Target{Name: name}
		target.Granted, err = r.request("clusters/" + name)
		if err != nil {
			return err
		}
		if cluster := file.Targets[name].Cluster; cluster != nil {
			deployed, err := r.deploy(e, clusterWide(cluster))
			if err != nil {
				return fmt.Errorf("cluster-wide candidate of %s: %w", name, err)
			}
			target.Applications = append(target.Applications, deployed)
		}
		for _, elements := range []map[string]map[string]any{file.Targets[name].Namespaces, file.Targets[name].Applications} {
			for _, key := range slices.Sorted(maps.Keys(elements)) {
				deployed, err := r.deploy(e, elements[key])
				if err != nil {
					return fmt.Errorf("candidate %s of %s: %w", key, name, err)
				}
				target.Applications = append(target.Applications, deployed)
			}
		}
		e.Targets = append(e.Targets, target)
	}
	return nil
}

// clusterWide completes the element of what has no namespace as the ApplicationSets do.
func clusterWide(element map[string]any) map[string]any {
	element = maps.Clone(element)
	for _, field := range []string{"namespace", "podSecurityEnforce", "podSecurityWarn", "podSecurityAudit", "podSecurityVersion"} {
		element[field] = ""
	}
	return element
}

// deploy makes the Application of a candidate with its ApplicationSet, the one whose
// project is the element's.
func (r *Repository) deploy(e *Environment, element map[string]any) (*Deployed, error) {
	element = maps.Clone(element)
	overlay, _ := element["path"].(string)
	element["path"] = path.Join(e.prefix, overlay)
	element["revision"] = "0000000000000000000000000000000000000000"
	application, err := e.application(element)
	if err != nil {
		return nil, err
	}
	objects, err := r.objects(overlay)
	return &Deployed{
		Application: application, Overlay: overlay, Element: element, Made: Origin{File: "overlays/" + e.Name + "/applications.yaml", Original: application.Name},
		Chart: r.Builds[overlay] != nil && r.Builds[overlay].Chart, Objects: objects,
	}, err
}

// application expands the one ApplicationSet that has the project of an element. Where
// all have one project, that of namespaces is called so. Where there is none, it is the
// Application of the element at the revision of the candidate.
func (e *Environment) application(element map[string]any) (*Application, error) {
	if len(Typed[ApplicationSet](e.Argo)) == 0 {
		return e.written(element)
	}
	var found []*Application
	shared := len(Typed[AppProject](e.Argo)) == 0
	infra := strings.Contains(fmt.Sprint(element["path"]), "/infra/")
	for _, set := range Typed[ApplicationSet](e.Argo) {
		if project(set) != element["project"] || shared && infra != strings.HasSuffix(set.Name, "-infra") {
			continue
		}
		application, err := expand(set, element)
		if err != nil {
			return nil, err
		}
		found = append(found, application)
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d ApplicationSets have the project %v", len(found), element["project"])
	}
	return found[0], nil
}

// written is an Application that stands in the repository itself.
func (e *Environment) written(element map[string]any) (*Application, error) {
	for _, own := range Typed[Application](e.Argo) {
		if own.Name != element["name"] {
			continue
		}
		application := *own
		application.Spec.Source.Path, _ = element["path"].(string)
		application.Spec.Source.TargetRevision, _ = element["revision"].(string)
		return &application, nil
	}
	return nil, fmt.Errorf("there is no Application %v", element["name"])
}

// Expand makes the Applications again after a change of the ApplicationSets or elements.
func (e *Environment) Expand() error {
	for _, d := range e.Deployed() {
		application, err := e.application(d.Element)
		if err != nil {
			return err
		}
		d.Application = application
	}
	e.Live, e.made = nil, nil
	return e.live()
}

func project(set *ApplicationSet) any {
	spec, _ := set.Spec.Template["spec"].(map[string]any)
	return spec["project"]
}

func (r *Repository) objects(folder string) ([]*Object, error) {
	build := r.Builds[folder]
	switch {
	case build != nil && build.Output == nil && r.Dir == "": // which was built in process
		return build.Objects, nil
	case build == nil && r.Dir == "":
		return nil, nil
	case build == nil || build.Err != nil:
		return nil, fmt.Errorf("%s has not been built", folder)
	}
	return Parse(build.Output)
}

// profiles maps each environment to the built-in profile that its own one
// extends.
func (r *Repository) profiles() (map[string]string, error) {
	source, err := fs.ReadFile(r.files, "environments.yaml")
	if err != nil {
		return nil, err
	}
	var spec struct {
		Profiles     map[string]struct{ Extends string }
		Environments []struct{ Name, Profile string }
	}
	err = yaml.Unmarshal(source, &spec)
	profiles := map[string]string{}
	for _, e := range spec.Environments {
		profile := e.Profile
		for spec.Profiles[profile].Extends != "" {
			profile = spec.Profiles[profile].Extends
		}
		profiles[e.Name] = profile
	}
	return profiles, err
}

func newReader(source []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(source)) }

// withoutComments drops what a document may hold beside an object.
func withoutComments(document []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(document) {
		trimmed := bytes.TrimSpace(line)
		if !bytes.HasPrefix(trimmed, []byte("#")) && !bytes.Equal(trimmed, []byte("---")) {
			kept = append(kept, line...)
		}
	}
	return kept
}

package repo

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// Options are what the files of a repository do not say.
type Options struct {
	// Remotes are the addresses of the repository, as git knows them. When no Application names
	// one of them, the repository is the one that most of its Applications name: a clone may be
	// that of a fork.
	Remotes []string
	// Clusters are those that Argo CD knows, for the clusters generator.
	Clusters []Cluster
	// Helm is the path of the helm command; empty when there is none.
	Helm string
	// Kubernetes is the version of the clusters, such as 1.36; empty when it is unknown.
	Kubernetes string
	// Cache has what was built before; nil for none.
	Cache *cache.Cache
	// Shard is the share that is judged.
	Shard Shard
	// Progress is told how far the reading is; nil for nobody.
	Progress Progress
	// Definitions are CustomResourceDefinitions beside the repository, of [ReadDefinitions].
	Definitions []*Object
	// Fetcher has what the repository uses of other places; nil when nothing of it is to be had.
	Fetcher *fetch.Fetcher
}

// Cluster is a cluster that Argo CD knows.
type Cluster struct {
	Name, Server, Project string
	Labels, Annotations   map[string]string
}

// Local are the options of a machine: its helm command, when it has one.
func Local() Options {
	helm, err := exec.LookPath("helm")
	if err != nil {
		return Options{}
	}
	return Options{Helm: helm}
}

// Discover reads a repository that wavewright need not have generated: it finds the
// Applications, builds their sources and groups them by the cluster that they go to. In a
// repository without Applications each kustomization that no other uses, each chart and each
// folder of manifests is taken for one. The error is the world's: mistakes in the repository
// are Problems.
func Discover(source fs.FS) (*Repository, error) { return Options{}.Discover(source) }

// Discover reads a repository.
func (o Options) Discover(source fs.FS) (*Repository, error) {
	d := newDiscovery(source, o)
	defer d.close()
	if err := d.scan(); err != nil {
		return nil, fmt.Errorf("read the repository: %w", err)
	}
	for _, p := range lockProblems(source) {
		d.problem(p.Origin, "", p.Code, p.Message)
	}
	d.read()
	d.readOptions()
	d.analyse()
	d.scope()
	entries := d.entries()
	if !d.holdsApplications(entries) {
		entries, d.Standing = d.standIns(), true
	}
	d.follow(entries)
	if !d.Standing && !d.anything() {
		more := slices.DeleteFunc(d.standIns(), func(e *entry) bool { return d.covered[e.name] })
		d.follow(more)
		entries, d.Standing = append(entries, more...), true
	}
	d.group(entries)
	d.divide(o.Shard)
	d.buildLate()
	if d.share == nil || d.share.first {
		d.leftovers()
	} else {
		d.Problems, d.Skipped = nil, nil // which belong to no part
	}
	d.settleFaults()
	return d.Repository, nil
}

// anything reports whether any Application has an object. In a divided repository, those that wait are built
// until one has some, because all machines have to come to the same answer.
func (d *discovery) anything() bool {
	for _, n := range d.nodes {
		if len(n.Objects) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(d.late, d.makes)
}

// makes builds the sources of an Application, and reports whether they make an object.
func (d *discovery) makes(n *node) bool {
	d.build([]*node{n})
	orders, _ := d.orders(n, n.stands())
	return slices.ContainsFunc(orders, func(o order) bool { return len(d.products[o.key()].objects) > 0 })
}

// discovery is a repository as far as it has been found.
type discovery struct {
	*Repository
	options Options
	source  fs.FS
	reader  *kustomize.Files
	builder *kustomize.Builder
	disk    *disk

	// names are the paths of all files, folders those of all folders, candidates those of the files that
	// may hold manifests; extensions are the endings that occur.
	names, folders, candidates []string
	extensions                 map[string]bool
	files                      map[string]*file
	// kustomizations are the files by their folders, named what they name.
	kustomizations map[string]string
	named          map[string]*kustomization
	charts         map[string]bool
	// reaching says that some kustomization names something elsewhere.
	reaching bool
	// used are the files and folders that a kustomization names.
	used map[string]bool
	// clusterWide are the kinds whose objects have no namespace, "group/Kind".
	clusterWide map[string]bool
	// own are the addresses of the repository itself.
	own map[string]bool
	// votes count the Applications that name an address and a path that is here.
	votes map[string]int
	// buildOptions are those of the kustomize command that argocd-cm asks for.
	buildOptions string
	// lenient says that the values of some chart let kustomize read everywhere, and flux that Flux is in use.
	lenient, flux bool

	marked *marked
	// late are the Applications that are built at the end, if at all, and pending what is wrong with those
	// that were built before.
	late    []*node
	pending []pending

	// large are the large objects that were read, by the hashes of their texts.
	large sync.Map

	products map[string]*product
	nodes    map[string]*node
	// managed are the objects of Management that were noted.
	managed map[string]bool
	// reported are the problems and omissions that were noted.
	reported map[string]bool
	// deployed are the folders that an Application deploys.
	deployed map[string]bool
	// assumed are the ApplicationSets for which clusters were assumed; deputies are the selectors
	// by the names of the clusters that stand for what they choose.
	assumed  []Origin
	deputies map[string]string
	// covered are the folders and files that were built or read for an Application.
	covered map[string]bool
}

func newDiscovery(source fs.FS, o Options) *discovery {
	beyond := newElsewhere(source, o.Fetcher)
	source = beyond
	reader := beyond.reader(source)
	d := &discovery{
		Repository: &Repository{Given: o.Definitions, Kubernetes: o.Kubernetes, elsewhere: beyond}, options: o, source: source, reader: reader, builder: kustomize.NewBuilder(reader).Remember(o.Cache), disk: &disk{source: source, fetched: map[string]bool{}, supplied: map[string]bool{}}, marked: &marked{files: source, read: reader, known: map[string]bool{}},
		extensions: map[string]bool{}, files: map[string]*file{}, kustomizations: map[string]string{}, named: map[string]*kustomization{},
		charts: map[string]bool{}, used: map[string]bool{}, votes: map[string]int{},
		products: map[string]*product{}, nodes: map[string]*node{}, managed: map[string]bool{}, reported: map[string]bool{}, deputies: map[string]string{}, covered: map[string]bool{}, deployed: map[string]bool{},
	}
	d.decide()
	return d
}

// problem notes a mistake, once.
func (d *discovery) problem(at Origin, application, code, message string) {
	if key := fmt.Sprint(at, application, code, message); !d.reported[key] {
		d.reported[key] = true
		d.Problems = append(d.Problems, Problem{at, application, code, message})
	}
}

// skip notes what is not judged, once.
func (d *discovery) skip(at Origin, application, reason string) {
	if key := fmt.Sprint("skip", at, application, reason); !d.reported[key] {
		d.reported[key] = true
		d.Skipped = append(d.Skipped, Skipped{at, application, reason})
	}
}

// node is an Application.
type node struct {
	*Deployed
	key string
	// children are the Applications among its objects.
	children []*node
	// clusters are those that the Argo CD of the Application knows.
	clusters []Cluster
	// loose says that a chart makes it which no Application names: its values are not all known.
	loose bool
}

// entry is where Argo CD is told to begin: what a person applies by hand.
type entry struct {
	// name is the folder or file.
	name string
	at   Origin
	// source is built to get the objects; nil when they stand in a file.
	source  *Source
	objects []*Object
	nodes   []*node
	// faults are what is wrong with the source.
	faults []fault
	// stand says that it stands for an Application in a repository without any.
	stand bool
}

// follow builds all Applications that can be reached from the entries, wave by wave. Each is
// built once, so that a cycle ends.
func (d *discovery) follow(entries []*entry) {
	var wave []*node
	for _, e := range entries {
		if e.stand {
			e.nodes = []*node{d.standIn(e)}
			wave = append(wave, e.nodes...)
		}
		d.poll(e.objects)
	}
	for _, e := range entries {
		if !e.stand {
			found, fresh := d.applications(e.objects, d.options.Clusters)
			loosen(fresh, e.source != nil && d.tool(e.source.Path) == helmed)
			e.nodes, wave = append(e.nodes, found...), append(wave, fresh...)
		}
	}
	for len(wave) > 0 {
		d.prefetch(wave)
		wave = d.earlyOf(wave)
		d.build(wave)
		var next []*node
		for _, n := range wave {
			d.complete(n)
		}
		for _, n := range wave { // which may change what is known of the repository's address
			found, fresh := d.applications(n.Objects, n.clusters)
			loosen(fresh, n.loose)
			n.children, next = found, append(next, fresh...)
		}
		wave = next
	}
	for _, e := range entries {
		if e.source != nil && !d.deployed[e.source.Path] {
			for _, f := range e.faults {
				d.fault(&node{Deployed: &Deployed{Application: &Application{}, Made: e.at}}, f)
			}
		}
	}
}

// loosen notes that the values of what makes some Applications are not all known.
func loosen(nodes []*node, loose bool) {
	for _, n := range nodes {
		n.loose = n.loose || loose
	}
}

// applications are the Applications that objects are or make in an Argo CD that knows clusters;
// fresh are those that were not known.
func (d *discovery) applications(objects []*Object, clusters []Cluster) (found, fresh []*node) {
	d.poll(objects)
	clusters = declared(objects, clusters)
	enter := func(a *Application, at Origin, element map[string]any, set *Object, assumed bool) {
		n, known := d.node(a, at, element)
		if !known {
			n.Set, n.Assumed = set, assumed
		}
		found = append(found, n)
		if !known {
			n.clusters, fresh = clusters, append(fresh, n)
		}
	}
	for _, o := range objects {
		switch typed := o.Typed.(type) {
		case *Application:
			d.manage(o)
			enter(typed, o.Origin, nil, nil, false)
		case *ApplicationSet:
			d.manage(o)
			for _, made := range d.expandSet(o, typed, clusters) {
				enter(made.application, made.at, made.params, o, made.assumed)
			}
		case *AppProject:
			d.manage(o)
		}
	}
	return found, fresh
}

// node is the Application with its key; known says that it was there.
func (d *discovery) node(a *Application, at Origin, element map[string]any) (n *node, known bool) {
	spec, err := json.Marshal(a.Spec)
	key := a.Name + " " + string(spec)
	if err != nil {
		key = fmt.Sprintf("%s %+v", a.Name, a.Spec)
	}
	if n, known = d.nodes[key]; known {
		return n, true
	}
	n = &node{Deployed: &Deployed{Application: a, Overlay: path.Clean(a.sources()[0].Path), Made: at, Element: element}, key: key}
	d.nodes[key] = n
	return n, false
}

// manage notes an object that Argo CD itself reads, once.
func (d *discovery) manage(o *Object) {
	spec := fmt.Sprint(o.Kind, o.Name, string(o.YAML))
	if !d.managed[spec] {
		d.managed[spec] = true
		d.Management = append(d.Management, o)
	}
}

// poll counts which address the Applications and generators among objects name for paths that
// are here, and learns the address of the repository and the build options.
func (d *discovery) poll(objects []*Object) {
	for _, o := range objects {
		switch typed := o.Typed.(type) {
		case *Application:
			for _, s := range typed.sources() {
				d.vote(s.RepoURL, s.Chart == "" && (s.Ref != "" || d.isFolder(s.Path)))
			}
		case *ApplicationSet:
			for _, url := range urls(o) {
				d.vote(url, true)
			}
		default:
			d.learn(o)
		}
	}
	d.decide()
}

// decide says which addresses are those of the repository.
func (d *discovery) decide() {
	d.own = map[string]bool{}
	named := false
	for _, remote := range d.options.Remotes {
		address := sameRepository(remote)
		d.own[address], named = true, named || d.votes[address] > 0
	}
	best := ""
	for _, url := range slices.Sorted(maps.Keys(d.votes)) {
		if d.votes[url] > d.votes[best] {
			best = url
		}
	}
	if !named && best != "" {
		d.own[best] = true
	}
}

func (d *discovery) vote(url string, here bool) {
	if here && url != "" && !strings.Contains(url, "{{") {
		d.votes[sameRepository(url)]++
	}
}

// isFolder reports whether a path is a folder of the repository.
func (d *discovery) isFolder(name string) bool {
	info, err := fs.Stat(d.source, path.Clean(name))
	return name != "" && err == nil && info.IsDir()
}

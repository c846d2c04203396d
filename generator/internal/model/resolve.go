package model

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	psa "k8s.io/pod-security-admission/policy"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Input is what Resolve works on: a spec and the pins of each environment that has
// any.
type Input struct {
	Spec *schema.Spec
	// Version of wavewright, which pipelines install.
	Version string
	// Pins by environment; they are nil before the first promotion.
	Pins map[string]*release.Releases
	// ArgoCD is the release that can be installed.
	ArgoCD ArgoCDRelease
	// Sources receives the built-in profiles, so that findings can show them.
	Sources diag.Sources
}

// Resolve merges all layers and derives the platform, which is usable only when neither the
// spec nor the list has errors. In a spec with errors Resolve finds further mistakes: it
// treats faulty values as unknown, and reports no mere consequence of them.
func Resolve(in Input) (*Platform, diag.List) {
	r := &resolver{
		spec: in.Spec, sources: in.Sources, pins: in.Pins, release: in.ArgoCD,
		builtins: map[string]*yamltree.Node{}, guide: schema.Guide(),
		decoder: yamltree.NewDecoder(yamltree.DecodeOptions{}),
		p:       &Platform{Version: Path(in.Version)}, standards: sync.OnceValue(podSecurityStandards),
	}
	r.platform()
	r.environments()
	r.applications()
	r.testJobs()
	r.networkExceptions()
	r.monitoring()
	r.teamAccess()
	r.flattened()
	r.removals()
	r.routes()
	r.network()
	r.quotas()
	r.bases()
	r.objects()
	r.argocd()
	return r.p, withPlace(r.list)
}

// resolver carries one run of Resolve.
type resolver struct {
	spec     *schema.Spec
	sources  diag.Sources
	pins     map[string]*release.Releases
	release  ArgoCDRelease
	builtins map[string]*yamltree.Node
	decoder  *yamltree.Decoder
	guide    func(typ, key string, known []string) string
	p        *Platform
	clusters map[string]*Cluster
	teams    map[string]*Team
	list     diag.List
	// standards returns what judges pods by the Pod Security Standards. It is made once, for the first pod that needs it.
	standards func() psa.Evaluator
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m)) // slices.Sorted grows it key by key, a million times
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (r *resolver) platform() {
	spec := r.spec
	r.p.Name, r.p.Prefix = Name(spec.Metadata.Name), Name(cmp.Or(spec.Prefix, spec.Metadata.Name))
	r.p.Repository = Repository{URL: URL(spec.Repository.URL), Branch: cmp.Or(spec.Repository.Branch, "main")}
	r.p.Repository.SSH = !strings.Contains(spec.Repository.URL, "://") || strings.HasPrefix(spec.Repository.URL, "ssh://")
	if spec.Repository.Path != "" {
		r.p.Repository.Prefix = spec.Repository.Path + "/"
	}
	if spec.CI != nil {
		r.p.Pipeline = Name(spec.CI.Provider)
	}
	r.install()
	r.p.DNS = nameServer(spec.Platform.DNS)
	r.p.argocdUsers = r.argocdUsers(spec.Platform.ArgoCDUsers)
	r.facts()
	r.mirrors()
	r.teams = map[string]*Team{}
	for _, name := range sortedKeys(spec.Teams) {
		team := &Team{Name: Name(name), Owners: owners(spec.Teams[name].Owners), access: spec.Teams[name].Access, at: spec.Node.KeyAt("teams", name, "access")}
		r.teams[name] = team
		r.p.Teams = append(r.p.Teams, team)
	}
	r.clusters = map[string]*Cluster{}
	for _, name := range sortedKeys(spec.Clusters) {
		r.clusters[name] = r.cluster(name, spec.Clusters[name])
		r.ways(r.clusters[name])
	}
	if len(spec.Clusters) == 0 {
		r.clusters[schema.DefaultCluster] = r.cluster(schema.DefaultCluster, schema.Cluster{})
		r.ways(r.clusters[schema.DefaultCluster])
	}
}

// cluster completes what a cluster says of itself with what the platform says of
// all. Each fact is replaced as a whole: half a selector would select the wrong pods.
func (r *resolver) cluster(name string, c schema.Cluster) *Cluster {
	facts, platform := c.Platform, r.spec.Platform
	if facts.LoadBalancers = fact(c, "loadBalancers", facts.LoadBalancers, platform.LoadBalancers); facts.LoadBalancers == nil {
		facts.LoadBalancers = &schema.LoadBalancers{}
	}
	facts.DNS = fact(c, "dns", facts.DNS, platform.DNS)
	facts.Secrets = fact(c, "secrets", facts.Secrets, platform.Secrets)
	facts.Metrics = fact(c, "metrics", facts.Metrics, platform.Metrics)
	if facts.ArgoCDUsers == nil {
		facts.ArgoCDUsers = platform.ArgoCDUsers
	}
	if facts.PriorityClasses == nil {
		facts.PriorityClasses = platform.PriorityClasses
	}
	cluster := &Cluster{
		Name: Name(name), PodSecurityVersion: "latest", Nodes: c.Nodes, Zones: c.Zones,
		Ways: ways(c, platform), LoadBalancers: *facts.LoadBalancers, DNS: nameServer(facts.DNS), Secrets: facts.Secrets, Metrics: facts.Metrics,
		Networks: c.Networks, APIServer: c.APIServer, ArgoCDUsers: r.argocdUsers(facts.ArgoCDUsers),
		PriorityClasses: facts.PriorityClasses,
		mirror:          c.RegistryMirror, MirrorAt: c.Node.KeyAt("registryMirror"),
	}
	if c.APIServer != nil {
		cluster.Networks = slices.Concat(c.Networks, c.APIServer.CIDRs)
	}
	if c.Kubernetes != "" {
		cluster.PodSecurityVersion = "v" + c.Kubernetes
	}
	cluster.OwnDNS = !slices.EqualFunc(cluster.DNS.Peers(), r.p.DNS.Peers(), func(a, b yamltree.Ordered) bool { return reflect.DeepEqual(a, b) })
	return cluster
}

// fact is what a cluster has: its own fact, or the platform's unless null removes it.
func fact[T any](c schema.Cluster, key string, own, platform *T) *T {
	if entry, stated := c.Node.Entry(key); own != nil || stated && entry.Value.Kind == yamltree.Null {
		return own
	}
	return platform
}

// decode fills into from a merged tree.
func (r *resolver) decode(node *yamltree.Node, into any, o yamltree.DecodeOptions) {
	o.Guide = r.guide
	d := r.decoder.With(o)
	d.Decode(node, into)
	r.list = append(r.list, d.Findings()...)
}

func (r *resolver) environments() {
	for i := range r.spec.Environments {
		declared := &r.spec.Environments[i]
		if r.spec.Faults.Any && !r.resolvable(declared) {
			continue
		}
		env := &Environment{tenancy: r.p.ArgoCD.Tenancy, Name: Name(declared.Name), Profile: Name(declared.Profile), ArgoCD: Name(cmp.Or(declared.ArgoCD, schema.DefaultArgoCD)), Prefix: r.p.Prefix, at: declared.Node.At("name"), declared: declared}
		r.p.Environments = append(r.p.Environments, env)
		env.From = r.predecessor(i)
		env.InfraWave = i
		if declared.Wave != nil {
			env.InfraWave = *declared.Wave
		}
		r.settings(env, declared)
		if !r.faulty(r.spec.Node, "teams") && len(r.p.Teams) == 0 {
			expander{{"team", ""}}.warnEmpty(&r.list, declared.Node.At("namespace"), declared.Namespace)
		}
		r.environmentAccess(env, declared)
		r.steps(env)
		env.PromotionMode = cmp.Or(declared.Promotion.Mode, ByPullRequest)
		env.Subscriptions = subscriptions(declared.Notifications)
		env.Windows, env.Owners = windows(declared.Windows), owners(declared.Owners)
		for _, target := range declared.Targets() {
			env.Targets = append(env.Targets, &Target{Name: Name(target.Name), Env: env, Cluster: r.clusterOf(target), faulty: map[Name]bool{}})
		}
	}
	last := 0
	for _, env := range r.p.Environments {
		last = max(last, env.InfraWave)
	}
	for _, env := range r.p.Environments {
		env.AppsWave = env.InfraWave + last + 1
	}
	r.instances()
}

func (r *resolver) predecessor(i int) *Environment {
	if i == 0 {
		return nil
	}
	before := &r.spec.Environments[i-1]
	from := r.p.Environment(cmp.Or(r.spec.Environments[i].Promotion.From, before.Name))
	if from == nil { // the environment before this one has errors, which are reported
		from = &Environment{Name: Name(before.Name)}
	}
	return from
}

// settings merges the profile chain and the environment.
func (r *resolver) settings(env *Environment, declared *schema.Environment) {
	chain := r.profileChain(declared.Profile)
	own := declared.Node.Without("name", "profile", "cluster", "clusters", "namespace", "wave", "promotion", "access", "windows", "owners", "network", "notifications", "argocd")
	layers := append(r.everywhere(chain), Layer{"environment " + declared.Name, own})
	oneQuota(layers)
	env.Node, env.SettingLayers = merge(layers), layers
	r.decode(env.Node, &env.Settings, yamltree.DecodeOptions{})
	env.profiles, env.WorkloadLayers = chain, workloads(layers)
	env.node = merge(env.WorkloadLayers)
	r.limitRange(env)
	r.budget(env)
	r.alerts(env)
	r.sync(env)
	r.admission(env)
	r.podSecurity(env)
	r.priorityClasses(env)
	env.Floor = floor(merge(workloads(chain)))
	var defaults schema.Workload
	r.decoder.With(yamltree.DecodeOptions{Partial: true}).Decode(env.node, &defaults)
	env.Defaults = &Workload{Workload: defaults}
}

// everywhere inserts the defaults of all environments behind the built-in profile: what users state overrides
// what they did not.
func (r *resolver) everywhere(chain []Layer) []Layer {
	entry, stated := r.spec.Node.Entry("workload")
	if !stated || len(chain) == 0 {
		return slices.Clone(chain)
	}
	node := &yamltree.Node{Kind: yamltree.Map, Range: entry.Value.Range, Entries: []yamltree.Entry{entry}}
	return slices.Insert(slices.Clone(chain), 1, Layer{"all environments", node})
}

// oneQuota takes the quotas of earlier layers out where one of two states all amounts: half of one and half
// of another would be neither. Changes of an automatic quota add up.
func oneQuota(layers []Layer) {
	whole := func(n *yamltree.Node) bool { return n.Get("hard") != nil }
	for i := range layers {
		quota := layers[i].Node.Get("quota")
		for j := range i {
			if earlier := layers[j].Node.Get("quota"); quota != nil && earlier != nil && (whole(quota) || whole(earlier)) {
				layers[j].Node = layers[j].Node.Without("quota")
			}
		}
	}
}

// floor is the least number of replicas that a profile accepts.
func floor(profile *yamltree.Node) int {
	n, _ := profile.Get("scale").Get("min").Int()
	return int(n)
}

func (r *resolver) applications() {
	for _, name := range sortedKeys(r.spec.Applications) {
		declared := r.spec.Applications[name]
		if declared.Node.Kind != yamltree.Map || declared.Node.Faulty {
			continue
		}
		app := &Application{Name: Name(name), At: declared.Name, Team: r.teamOf(declared), spec: declared}
		app.layer = app.own()
		app.selector = map[string]string{NameLabel: name}
		r.p.Applications = append(r.p.Applications, app)
	}
	apps, targets := r.p.Applications, r.p.Targets()
	all := make([]placement, len(targets)*len(apps))
	r.each(len(apps), func(r *resolver, i int) {
		var shared yamltree.Shared // the targets of an application mostly share their values
		for k, target := range targets {
			all[k*len(apps)+i] = r.instance(apps[i], target, &shared)
		}
	})
	for i, target := range targets {
		r.target(target, all[i*len(apps):(i+1)*len(apps)])
	}
	for _, in := range instancesOn(targets) {
		in.App.Instances = append(in.App.Instances, in)
		in.brings()
		in.Images = in.swaps()
	}
	for _, app := range r.p.Applications {
		r.kind(app)
		r.phases(app)
	}
	r.names()
}

// placement is the instance of an application on a target, or nothing when it does not run there.
type placement struct {
	instance  *Instance
	namespace string
	faulty    bool // set when errors of the application hide whether it runs on the target
}

// target makes the namespaces of a target and puts the applications of the platform, placed
// in their order, into them.
func (r *resolver) target(target *Target, placed []placement) {
	namespaces := map[string]*Namespace{}
	for i, app := range r.p.Applications {
		in, name := placed[i].instance, placed[i].namespace
		if placed[i].faulty {
			target.faulty[app.Name] = true
		}
		if in == nil {
			continue
		}
		ns := namespaces[name]
		if ns == nil {
			ns = r.namespace(target, name, app)
			namespaces[name] = ns
		}
		if ns.Team != app.Team && !ns.faulty {
			ns.Team = nil
		}
		in.Namespace = ns
		ns.Instances = append(ns.Instances, in)
		target.Instances = append(target.Instances, in)
	}
	for _, name := range sortedKeys(namespaces) {
		target.Namespaces = append(target.Namespaces, namespaces[name])
	}
}

func (p *Platform) namespaceName(app *Application, target *Target) string {
	pattern := target.Env.declared.Namespace
	if pattern == "" {
		pattern = "{name}-{env}"
		if len(p.Teams) > 0 {
			pattern = "{team}-{env}"
		}
	}
	named := expander{{"name", string(p.Name)}}.expand(pattern)
	return scopeOf(app, target, "").expand(named)
}

func (r *resolver) namespace(target *Target, name string, app *Application) *Namespace {
	ns := &Namespace{Name: Name(name), Target: target, Team: app.Team, faulty: r.faultyNamespace(app, target)}
	if ns.faulty {
		return ns
	}
	declared := target.Env.declared
	if !schema.IsName(name) {
		at := declared.Node.At("name")
		if declared.Namespace != "" {
			at = declared.Node.At("namespace")
		}
		r.list.Error(at, "namespace/invalid", fmt.Sprintf("%q cannot be a namespace", name)).Hint =
			"A namespace has lower-case letters, digits and hyphens, begins with a letter and has at most 63 characters. Placeholders: " + strings.Join(namespacePlaceholders(), " ") + "."
	}
	if owner := r.reservedNamespace(name, target.Cluster); owner != "" {
		d := r.list.Error(target.Env.at, "namespace/reserved", fmt.Sprintf("namespace %q belongs to %s", name, owner))
		d.Detail = fmt.Sprintf("%s would give it a quota, limits and default-deny policies, and deploy applications to it.", target.Name)
		d.Hint = "Choose another namespace pattern."
	}
	return ns
}

// instance resolves one application on one target. Instances of other applications have
// another shared.
func (r *resolver) instance(app *Application, target *Target, shared *yamltree.Shared) placement {
	env, namespace := target.Env, r.p.namespaceName(app, target)
	own := applicationLayers(app, target, env.profiles)
	// Layers merge from left to right, and env.node is the merge of the first ones: a later layer must
	// not bring back what an earlier one removed.
	node := ownFirst(merge(append([]Layer{{Node: env.node}}, own...)), "ports", app.layer)
	if node.Faulty || r.faulty(node, "deploy") || r.illegible(node, "source") || r.overridesFaulty(app) {
		return placement{faulty: true}
	}
	if deploy := node.Get("deploy"); deploy != nil && deploy.Kind == yamltree.Bool && strings.EqualFold(deploy.Text, "false") {
		return placement{}
	}
	w, scope := &Workload{}, scopeOf(app, target, namespace)
	r.decode(node, &w.Workload, yamltree.DecodeOptions{Expand: r.expanding(scope), Shared: shared})
	w.Node, w.validation = node, env.Validation
	w.ports = w.listPorts()
	w.onNodes(target.Cluster.Nodes, own...)
	if w.Source != nil {
		w.Workload = sourced(w.Workload)
		w.ports = w.listPorts()
	}
	in := &Instance{App: app, Target: target, Layers: own, Workload: w}
	in.Runs = in.runs()
	r.check(in, scope)
	in.classify()
	return placement{instance: in, namespace: namespace}
}

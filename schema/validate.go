package schema

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// validate checks the rules that need only the files: names, references, uniqueness. The
// spec may have faults already.
func validate(spec *Spec) diag.List {
	v := validator{spec: spec}
	v.identity()
	v.repository()
	v.ci()
	v.argocd()
	v.platform(spec.Node.Get("platform"))
	v.clusters()
	v.teams()
	v.profiles()
	v.environments()
	v.applications()
	v.excuses()
	return v.list
}

// validator collects findings. It reads names from the tree, so that a faulty declaration
// still counts as declared and causes one finding, not many.
type validator struct {
	spec *Spec
	list diag.List
}

// keys returns the sorted names that a map at the root declares.
func (v *validator) keys(field string) []string {
	var names []string
	if n := v.spec.Node.Get(field); n != nil {
		for _, e := range n.Entries {
			names = append(names, e.Key)
		}
	}
	slices.Sort(names)
	return names
}

// faulty reports whether the names that a map at the root declares are not known.
func (v *validator) faulty(field string) bool {
	n := v.spec.Node.Get(field)
	return n != nil && n.Faulty
}

// stated reports whether a map has a value for the key.
func stated(n *yamltree.Node, key string) bool {
	value := n.Get(key)
	return value != nil && value.Kind != yamltree.Null
}

// isText reports whether n is a text: the decoder reports any other value.
func isText(n *yamltree.Node) bool { return n != nil && n.Kind == yamltree.String }

// filled reports required texts that are empty.
func (v *validator) filled(n *yamltree.Node, keys ...string) {
	for _, key := range keys {
		if value := n.Get(key); isText(value) && value.Text == "" {
			v.list.Error(value.Range, "spec/missing", quoted(key)+" is empty").Hint = "Write a value between the quotes."
		}
	}
}

// unknown reports a reference to an undeclared name.
func (v *validator) unknown(at diag.Range, what, name string, known []string) {
	unknownName(&v.list, at, what, name, known, fmt.Sprintf("Declare it under %ss, or take this out.", what))
}

func unknownName(list *diag.List, at diag.Range, what, name string, known []string, hint string) {
	d := list.Error(at, "reference/unknown", fmt.Sprintf("there is no %s %s", what, quoted(name)))
	known = slices.DeleteFunc(slices.Clone(known), func(s string) bool { return s == "" })
	d.Detail = "None is declared."
	if len(known) > 0 {
		d.Detail = "Declared: " + strings.Join(known, ", ") + "."
	}
	d.Hint = hint
	if near := yamltree.Suggest(name, known); near != "" {
		d.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}

// once reports the second use of a name and is false then.
func (v *validator) once(seen map[string]diag.Range, what, name string, at diag.Range) bool {
	first, twice := seen[name]
	if twice {
		d := v.list.Error(at, "name/duplicate", fmt.Sprintf("%s %s exists already", what, quoted(name)))
		d.Detail = fmt.Sprintf("The first one is in line %d.", first.Line)
		d.Hint = "Rename one of them."
		return false
	}
	seen[name] = at
	return true
}

var (
	// repositoryURL is deliberately narrow: the URL is printed in shell examples.
	repositoryURL = lazyregexp.New(`^((https?|ssh|git|file)://[A-Za-z0-9._~:/@%+-]+|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[A-Za-z0-9._~/+-]+)$`)
	// branchName is a safe subset of what git check-ref-format accepts.
	branchName = lazyregexp.New(`^[A-Za-z0-9_][A-Za-z0-9._/-]*$`)
)

func (v *validator) identity() {
	root := v.spec.Node
	v.filled(root.Get("metadata"), "name")
	if name := v.spec.Metadata.Name; name != "" {
		checkName(&v.list, root.At("metadata", "name"), "the platform", name, maxEnvironment)
	}
	v.prefix()
	if n := root.Get("argocd").Get("namespace"); isText(n) {
		checkName(&v.list, n.Range, "the namespace of Argo CD", n.Text, maxLabel)
	}
	if t := v.spec.Templates; t != "" && !IsFolder(t) {
		v.list.Error(root.At("templates"), "templates/path", "this is not a folder beside the spec").Hint =
			"Write a relative path such as templates, without .. and without a slash at either end."
	}
}

// IsRepositoryURL reports whether a spec can state the address of a Git repository.
func IsRepositoryURL(url string) bool {
	return repositoryURL.MatchString(url) && !hasCredentials(url)
}

// hasCredentials reports whether a URL has a password, or a token as its user or in its query.
func hasCredentials(url string) bool { return diag.RedactValue(url) != url }

func (v *validator) repository() {
	node, repository := v.spec.Node.Get("repository"), v.spec.Repository
	v.filled(node, "url")
	switch url := repository.URL; {
	case url == "":
	case hasCredentials(url):
		v.list.Error(node.At("url"), "repository/url", "the URL holds a password or a token").Hint =
			"Take it out, and give Argo CD a repository credential: everybody who reads the repository would see it. One that was committed is known: revoke it."
	case !repositoryURL.MatchString(url):
		v.list.Error(node.At("url"), "repository/url", "this is not a Git URL that Argo CD can read").Hint =
			"Write https://host/path.git, ssh://git@host/path.git or git@host:path.git, without spaces, a query or a fragment."
	}
	if branch := repository.Branch; branch != "" && !validBranch(branch) {
		v.list.Error(node.At("branch"), "repository/branch", "this is not a branch name").Hint =
			"Write the short name, for example main."
	}
	if p := repository.Path; p != "" && !IsFolder(p) {
		d := v.list.Error(node.At("path"), "repository/path", "this is not a folder within the repository")
		d.Hint = "Write a relative path such as deploy/gitops, without .. and without a slash at either end."
		if r, unsafe := UnsafeCharacter(p); unsafe {
			d.Detail = fmt.Sprintf("It has the character %q. Letters, digits and . _ - / are allowed.", r)
		}
	}
}

func validBranch(s string) bool {
	return branchName.MatchString(s) && !strings.Contains(s, "..") && !strings.Contains(s, "//") &&
		!strings.HasSuffix(s, "/") && !strings.HasSuffix(s, ".lock") && !strings.HasSuffix(s, ".")
}

// IsFolder reports whether p, as it is written, stays below its folder on every system
// and has nothing but safe characters.
func IsFolder(p string) bool {
	_, unsafe := UnsafeCharacter(p)
	return p == path.Clean(p) && p != "." && !path.IsAbs(p) && !slices.Contains(strings.Split(p, "/"), "..") && !unsafe
}

// UnsafeCharacter returns the first character of a path that the path of a repository's folder
// cannot have, and whether there is one: such paths stand in shell commands and in URLs.
func UnsafeCharacter(p string) (rune, bool) {
	i := strings.IndexFunc(p, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/", r)
	})
	if i < 0 {
		return 0, false
	}
	r, _ := utf8.DecodeRuneInString(p[i:])
	return r, true
}

// kubernetesVersion is a minor version, as in the Pod Security labels.
var kubernetesVersion = lazyregexp.New(`^1\.[0-9]{1,3}$`)

func (v *validator) clusters() {
	checkDeclared(&v.list, v.spec.Node, "clusters", "{}")
	for _, name := range v.keys("clusters") {
		checkName(&v.list, v.spec.Node.KeyAt("clusters", name), "a cluster", name, maxEnvironment)
		cluster := v.spec.Clusters[name]
		if k := cluster.Node.Get("kubernetes"); isText(k) && !kubernetesVersion.MatchString(k.Text) {
			v.list.Error(k.Range, "spec/value", "this is not a Kubernetes version").Hint =
				`Write the minor version in quotes, for example "1.36".`
		}
		if minor, ok := minorVersion(cluster.Kubernetes); ok && minor < OldestKubernetes {
			d := v.list.Error(cluster.Node.At("kubernetes"), "spec/value", "this version of Kubernetes is too old")
			d.Detail = "The oldest supported version is 1." + strconv.Itoa(OldestKubernetes) + ": anti-affinity needs matchLabelKeys, which older versions do not have by default."
			d.Hint = "Upgrade the cluster."
		}
		if n, ok := cluster.Node.Get("nodes").Int(); ok && n < 1 {
			v.list.Error(cluster.Node.At("nodes"), "spec/value", "a cluster has at least one node").Hint =
				"Write the number of nodes that can run applications, or take it out."
		}
		v.zones(cluster)
		v.platform(cluster.Node)
	}
}

// zones checks that each has a node.
func (v *validator) zones(cluster Cluster) {
	n, ok := cluster.Node.Get("zones").Int()
	switch {
	case !ok:
	case n < 1:
		v.list.Error(cluster.Node.At("zones"), "spec/value", "a cluster has at least one zone").Hint = "Write the number of zones, or take it out."
	case cluster.Nodes > 0 && int(n) > cluster.Nodes:
		v.list.Error(cluster.Node.At("zones"), "spec/value", "there are more zones than nodes").Hint = "Correct one of the numbers: each zone has a node."
	}
}

// platform checks the facts that the platform or a cluster states.
func (v *validator) platform(n *yamltree.Node) {
	v.way(n.Get("gateway"), "name")
	v.way(n.Get("ingress"), "class")
	v.ways(n, "gateways", "a gateway", "name")
	v.ways(n, "ingresses", "an ingress controller", "class")
	v.namespace(n.Get("metrics").Get("namespace"))
	v.filled(n.Get("secrets").Get("store"), "name")
	v.namespace(n.Get("dns").Get("namespace"))
}

// ways checks ways in from the outside that have names, and the names.
func (v *validator) ways(n *yamltree.Node, key, what, object string) {
	ways := n.Get(key)
	if ways == nil {
		return
	}
	for _, entry := range ways.Entries {
		checkName(&v.list, entry.KeyRange, what, entry.Key, maxName, "gateway", "ingress")
		v.way(entry.Value, object)
	}
}

// way checks a way in from the outside, whose object has its name at a key.
func (v *validator) way(n *yamltree.Node, object string) {
	v.filled(n, object)
	v.namespace(n.Get("namespace"))
}

// namespace checks the name of a namespace of others.
func (v *validator) namespace(n *yamltree.Node) {
	if isText(n) {
		checkObject(&v.list, n.Range, "a namespace", n.Text)
	}
}

func (v *validator) teams() {
	checkDeclared(&v.list, v.spec.Node, "teams", "{}")
	for _, name := range v.keys("teams") {
		checkName(&v.list, v.spec.Node.KeyAt("teams", name), "a team", name, maxName, reservedTeams()...)
		v.access(v.spec.Node.Get("teams").Get(name))
		v.owners(v.spec.Node.Get("teams").Get(name).Get("owners"))
	}
}

func (v *validator) applications() {
	for _, name := range sortedKeys(v.spec.Applications) {
		app := v.spec.Applications[name]
		checkName(&v.list, app.Name, "an application", name, maxApplication, reservedApplications()...)
		if strings.HasPrefix(name, reservedPrefix) {
			v.list.Error(app.Name, "name/reserved", quoted(name)+" is reserved").Hint =
				"The Argo CD Applications of namespaces are called PREFIX-infra-…. Choose another name."
		}
		v.team(app)
		v.overrides(app)
	}
}

func (v *validator) team(app Application) {
	teams := v.keys("teams")
	switch {
	case app.teamUnclear || app.Node.Faulty || v.faulty("teams"):
	case app.Team == "" && len(teams) > 0:
		d := v.list.Error(app.teamAt, "team/missing", "this application belongs to no team")
		d.Detail = "Teams: " + strings.Join(teams, ", ") + "."
		d.Hint = "Write team: NAME, or move it into the team's own file."
	case app.Team != "" && !slices.Contains(teams, app.Team):
		v.unknown(app.teamAt, "team", app.Team, teams)
	}
}

// overrides checks the names of an application's layers: a layer for an undeclared name
// would have no effect.
func (v *validator) overrides(app Application) {
	var environments, clusters []string
	for i := range v.spec.Environments {
		environments = append(environments, v.spec.Environments[i].Name)
		for _, target := range v.spec.Environments[i].Targets() {
			clusters = append(clusters, target.Cluster)
		}
	}
	slices.Sort(clusters)
	if !v.unclear("name") {
		v.layers(app, "environments", app.Environments, environments)
	}
	if !v.unclear("cluster", "clusters") && !v.faulty("clusters") {
		v.layers(app, "clusters", app.Clusters, slices.Compact(clusters))
	}
	if !v.faulty("profiles") {
		v.layers(app, "profiles", app.Profiles, v.profileNames())
	}
}

// unclear reports whether one of the keys has an error in an environment, so that its
// absence from all environments is not known.
func (v *validator) unclear(keys ...string) bool {
	list := v.spec.Node.Get("environments")
	if list == nil || list.Kind != yamltree.List {
		return true // which was reported
	}
	return slices.ContainsFunc(list.Items, func(env *yamltree.Node) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return env.FaultyAt(key) })
	})
}

func (v *validator) layers(app Application, field string, layers map[string]*yamltree.Node, known []string) {
	for _, name := range sortedKeys(layers) {
		at := app.Node.KeyAt(field, name)
		switch {
		case slices.Contains(known, name):
		case field == "clusters" && slices.Contains(v.keys(field), name):
			d := v.list.Error(at, "reference/unknown", "no environment runs on "+quoted(name))
			d.Detail = "The cluster is declared, but this block would never be used."
			d.Hint = "Name the cluster in an environment, or take the block out."
		default:
			v.unknown(at, strings.TrimSuffix(field, "s"), name, known)
		}
	}
}

// OldestKubernetes is the first minor version with matchLabelKeys in pod affinity and
// the sleep action for preStop, both of which generated workloads rely on.
const OldestKubernetes = 31

// minorVersion returns the minor number of a version such as 1.36.
func minorVersion(version string) (int, bool) {
	_, minor, found := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	return n, found && err == nil
}

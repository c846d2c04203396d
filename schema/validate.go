package schema

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// validate checks what can be read off the files alone: names, references,
// uniqueness. It works on a spec that may have faults already and adds its own.
func validate(spec *Spec) diag.List {
	v := validator{spec: spec}
	v.identity()
	v.clusters()
	v.teams()
	v.profiles()
	v.environments()
	v.applications()
	return v.list
}

type validator struct {
	spec *Spec
	list diag.List
}

// repositoryURL is deliberately narrow: the URL is printed in shell examples.
var repositoryURL = regexp.MustCompile(`^((https?|ssh|git|file)://[A-Za-z0-9._~:/@%+-]+|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[A-Za-z0-9._~/+-]+)$`)

// branchName is a safe subset of what git check-ref-format accepts.
var branchName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/-]*$`)

func (v *validator) identity() {
	root := v.spec.Node
	if name := v.spec.Metadata.Name; name != "" {
		checkName(&v.list, root.At("metadata", "name"), "the platform", name, maxEnvironment)
	}
	if url := v.spec.Repository.URL; url != "" && !repositoryURL.MatchString(url) {
		v.list.Error(root.At("repository", "url"), "repository/url", "this is not a Git URL that Argo CD can read").Hint =
			"Write https://host/path.git, ssh://git@host/path.git or git@host:path.git, without credentials or spaces."
	}
	if branch := v.spec.Repository.Branch; branch != "" && !validBranch(branch) {
		v.list.Error(root.At("repository", "branch"), "repository/branch", "this is not a branch name").Hint =
			"Write the short name, for example main."
	}
	if p := v.spec.Repository.Path; p != "" && (p != path.Clean(p) || !filepathIsLocal(p)) {
		v.list.Error(root.At("repository", "path"), "repository/path", "this is not a folder within the repository").Hint =
			"Write a relative path such as deploy/gitops, without .. and without a slash at either end."
	}
	if t := v.spec.Templates; t != "" && (t != path.Clean(t) || !filepathIsLocal(t)) {
		v.list.Error(root.At("templates"), "templates/path", "this is not a folder beside the spec").Hint =
			"Write a relative path such as templates, without .. and without a slash at either end."
	}
}

func validBranch(s string) bool {
	return branchName.MatchString(s) && !strings.Contains(s, "..") && !strings.Contains(s, "//") &&
		!strings.HasSuffix(s, "/") && !strings.HasSuffix(s, ".lock") && !strings.HasSuffix(s, ".")
}

// filepathIsLocal reports whether p stays below its folder on every system and
// has nothing but safe characters.
func filepathIsLocal(p string) bool {
	return p != "." && !path.IsAbs(p) && !slices.Contains(strings.Split(p, "/"), "..") &&
		!strings.ContainsFunc(p, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/", r)
		})
}

func (v *validator) clusters() {
	for _, name := range sortedKeys(v.spec.Clusters) {
		checkName(&v.list, v.spec.Node.KeyAt("clusters", name), "a cluster", name, maxEnvironment)
		cluster := v.spec.Clusters[name]
		if k := cluster.Kubernetes; k != "" && !regexp.MustCompile(`^1\.[0-9]{1,3}$`).MatchString(k) {
			v.list.Error(cluster.Node.At("kubernetes"), "spec/value", "this is not a Kubernetes version").Hint =
				`Write the minor version in quotes, for example "1.36".`
		}
	}
}

func (v *validator) teams() {
	for _, name := range sortedKeys(v.spec.Teams) {
		checkName(&v.list, v.spec.Node.KeyAt("teams", name), "a team", name, maxName, "infra", "root", "apps")
	}
}

func (v *validator) profiles() {
	for _, name := range sortedKeys(v.spec.Profiles) {
		at := v.spec.Node.KeyAt("profiles", name)
		checkName(&v.list, at, "a profile", name, maxName)
		if slices.Contains(BuiltinProfiles(), name) {
			v.list.Error(at, "name/duplicate", "a built-in profile has this name").Hint =
				"Choose another name and write extends: " + name + "."
			continue
		}
		v.extends(name)
	}
}

// extends follows the chain from one profile to a built-in one.
func (v *validator) extends(name string) {
	seen := []string{name}
	for next := v.spec.Profiles[name].Extends; next != "" && !slices.Contains(BuiltinProfiles(), next); {
		at := v.spec.Node.At("profiles", seen[len(seen)-1], "extends")
		profile, ok := v.spec.Profiles[next]
		if !ok {
			v.unknown(at, "profile", next, v.profileNames())
			return
		}
		if slices.Contains(seen, next) {
			v.list.Error(at, "profile/cycle", "these profiles extend each other in a circle").Detail =
				strings.Join(append(seen, next), " → ")
			return
		}
		seen = append(seen, next)
		next = profile.Extends
	}
}

func (v *validator) profileNames() []string {
	return append(BuiltinProfiles(), sortedKeys(v.spec.Profiles)...)
}

// unknown reports a reference to something that is not declared.
func (v *validator) unknown(at diag.Range, what, name string, known []string) {
	d := v.list.Error(at, "reference/unknown", fmt.Sprintf("there is no %s %s", what, quoted(name)))
	if len(known) == 0 {
		d.Detail = "None is declared."
		return
	}
	d.Detail = "Declared: " + strings.Join(known, ", ") + "."
	if near := yamltree.Suggest(name, known); near != "" {
		d.Hint = "Did you mean " + near + "?"
	}
}

func (v *validator) environments() {
	root := v.spec.Node
	if list := root.Get("environments"); list != nil && list.Kind == yamltree.List && len(list.Items) == 0 {
		v.list.Error(list.Range, "spec/missing", "there is no environment").Hint =
			"Add one, for example - {name: dev, profile: development}."
	}
	names, targets := map[string]diag.Range{}, map[string]diag.Range{}
	for i := range v.spec.Environments {
		env := &v.spec.Environments[i]
		if env.Name == "" {
			continue
		}
		at := env.Node.At("name")
		checkName(&v.list, at, "an environment", env.Name, maxEnvironment)
		v.once(names, env.Name, "environment", at)
		v.placement(env)
		for _, target := range env.Targets() {
			v.once(targets, target.Name, "target", at)
		}
		v.references(i)
	}
}

// once reports the second use of a name.
func (v *validator) once(seen map[string]diag.Range, name, what string, at diag.Range) {
	if first, ok := seen[name]; ok {
		v.list.Error(at, "name/duplicate", fmt.Sprintf("another %s is called %s", what, quoted(name))).Detail =
			fmt.Sprintf("It is declared in line %d.", first.Line)
		return
	}
	seen[name] = at
}

func (v *validator) placement(env *Environment) {
	if env.Cluster != "" && env.Clusters != nil {
		v.list.Error(env.Node.KeyAt("clusters"), "environment/clusters", "cluster and clusters exclude each other").Hint =
			"cluster: NAME gives the target " + env.Name + "; clusters: [NAME …] gives one target for each."
	}
	if env.Clusters != nil && len(env.Clusters) == 0 {
		v.list.Error(env.Node.At("clusters"), "environment/clusters", "an environment needs a cluster").Hint =
			"Name one, or take this line out to use in-cluster."
	}
	known := sortedKeys(v.spec.Clusters)
	if len(known) == 0 {
		known = []string{DefaultCluster}
	}
	for i, name := range env.Clusters {
		v.cluster(env.Node.At("clusters", i), name, known)
		if slices.Contains(env.Clusters[:i], name) {
			v.list.Error(env.Node.At("clusters", i), "name/duplicate", "this cluster is listed twice")
		}
	}
	if env.Cluster != "" {
		v.cluster(env.Node.At("cluster"), env.Cluster, known)
	}
	if len(v.spec.Clusters) > 0 && env.Cluster == "" && env.Clusters == nil {
		v.cluster(env.Node.At("name"), DefaultCluster, known)
	}
}

func (v *validator) cluster(at diag.Range, name string, known []string) {
	if !slices.Contains(known, name) {
		v.unknown(at, "cluster", name, known)
	}
}

func (v *validator) references(i int) {
	env := &v.spec.Environments[i]
	if env.Profile != "" && !slices.Contains(v.profileNames(), env.Profile) {
		v.unknown(env.Node.At("profile"), "profile", env.Profile, v.profileNames())
	}
	from := env.Promotion.From
	if from == "" {
		return
	}
	var earlier []string
	for _, other := range v.spec.Environments[:i] {
		earlier = append(earlier, other.Name)
	}
	if !slices.Contains(earlier, from) {
		d := v.list.Error(env.Node.At("promotion", "from"), "promotion/from", "promotions come from an earlier environment")
		d.Detail = "Earlier in the list: " + strings.Join(append(earlier, "none")[:max(1, len(earlier))], ", ") + "."
	}
}

func (v *validator) applications() {
	for _, name := range sortedKeys(v.spec.Applications) {
		app := v.spec.Applications[name]
		checkName(&v.list, app.Name, "an application", name, maxApplication, "infra", "root", "cluster", "internet")
		if strings.HasPrefix(name, "infra-") {
			v.list.Error(app.Name, "name/reserved", quoted(name)+" is reserved").Hint =
				"Applications of namespaces are called infra-…. Choose another name."
		}
		v.team(app)
		v.overrides(app)
	}
}

func (v *validator) team(app Application) {
	at := app.Name
	if app.Node.Get("team") != nil {
		at = app.Node.At("team")
	}
	teams := sortedKeys(v.spec.Teams)
	switch {
	case app.Team == "" && len(teams) > 0:
		v.list.Error(at, "team/missing", "this application belongs to no team").Hint =
			"Write team: NAME, or move it into the team's own file. Teams: " + strings.Join(teams, ", ") + "."
	case app.Team != "" && !slices.Contains(teams, app.Team):
		v.unknown(at, "team", app.Team, teams)
	}
}

func (v *validator) overrides(app Application) {
	var environments, clusters []string
	for i := range v.spec.Environments {
		environments = append(environments, v.spec.Environments[i].Name)
		for _, target := range v.spec.Environments[i].Targets() {
			clusters = append(clusters, target.Cluster)
		}
	}
	slices.Sort(clusters)
	check := func(field, what string, layers map[string]*yamltree.Node, known []string) {
		for _, name := range sortedKeys(layers) {
			if !slices.Contains(known, name) {
				v.unknown(app.Node.KeyAt(field, name), what, name, known)
			}
		}
	}
	check("environments", "environment", app.Environments, environments)
	check("clusters", "cluster", app.Clusters, slices.Compact(clusters))
	check("profiles", "profile", app.Profiles, v.profileNames())
}

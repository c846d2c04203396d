// Argocd asks Argo CD's own code what projects permit, when windows let it sync and which objects have two owners, and prints the
// answers, a line of JSON for each project: what testdata/argocd.jsonl of package checks holds, by which
// TestArgoCDAgrees tests the rules there. The cases are random, and the same on every run.
//
//	go run . > ../../../generator/internal/verify/checks/testdata/argocd.jsonl
package main

import (
	"encoding/json"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// projects is how many projects there are of each sort.
const projects = 90

// entry is a project with questions about it. Answer has a character for each question.
type entry struct {
	Sort    string `json:"sort"`
	Project any    `json:"project"`
	Asked   []any  `json:"asked"`
	Answer  string `json:"answer"`
}

func main() {
	logrus.SetOutput(io.Discard) // Argo CD tells of each pattern and zone that it cannot read
	r := &drawer{rand.New(rand.NewPCG(35, 7))}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, make := range []func() *entry{r.sources, r.destinations, r.kinds, r.namespaces, r.matches, r.syncs, r.windows, r.repeats, r.owners} {
		for range projects {
			if err := out.Encode(make()); err != nil {
				log.Fatal(err)
			}
		}
	}
}

type drawer struct{ *rand.Rand }

// ask adds a question with its answer.
func (e *entry) ask(question any, yes bool) {
	answer := "0"
	if yes {
		answer = "1"
	}
	e.Asked, e.Answer = append(e.Asked, question), e.Answer+answer
}

// questions is how many there are about a project.
const questions = 8

func pick[T any](r *drawer, of ...T) T { return of[r.IntN(len(of))] }

// some draws up to as many values.
func some[T any](r *drawer, most int, draw func() T) []T {
	var all []T
	for range r.IntN(most + 1) {
		all = append(all, draw())
	}
	return all
}

func project(spec v1alpha1.AppProjectSpec) v1alpha1.AppProject {
	return v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Name: "shop", Namespace: "argocd"}, Spec: spec}
}

func (r *drawer) address() string {
	return pick(r,
		"https://git.example.com/acme/shop.git", "https://git.example.com/acme/shop", "https://git.example.com/acme/shop/", "https://GIT.example.com/Acme/shop.git", "https://git.example.com/acme/other.git",
		"git@git.example.com:acme/shop.git", "ssh://git@git.example.com/acme/shop.git", "ssh://git@git.example.com:22/acme/shop", "git.example.com:acme/shop.git", "https://git@git.example.com/acme/shop",
		"registry.example.com/charts", "oci://registry.example.com/charts", "https://charts.example.com/stable", "https://charts.example.com", " https://git.example.com/acme/shop ", "https://git.example.com/acme/shop.git/",
		"https://git.example.com/acme/group/shop.git", "", "%zz", "org-1@git.example.com:acme/shop.git", "https://git.example.com/acme/shop?x=1")
}

func (r *drawer) addresses() string {
	if r.IntN(3) == 0 {
		return r.address()
	}
	return pick(r,
		"*", "**", "!*", "https://git.example.com/*", "https://git.example.com/**", "https://git.example.com/acme/*", "https://git.example.com/*/shop.git", "https://git.example.com/acme/sh?p", "https://git.example.com/{acme,other}/*",
		"https://git.example.com/acme/shop*", "git@git.example.com:acme/*", "git@git.example.com:*", "ssh://git@git.example.com/acme/*", "!https://git.example.com/acme/other*", "!https://git.example.com/acme/shop.git", "!git@git.example.com:acme/*",
		"https://*.example.com/**", "*://git.example.com/**", "registry.example.com/*", "oci://registry.example.com/*", "https://git.example.com/[a-b]cme/*", "https://git.example.com/[", "", "!", "https://charts.example.com*", "!!https://git.example.com/*", "http*")
}

func (r *drawer) sources() *entry {
	p := project(v1alpha1.AppProjectSpec{SourceRepos: some(r, 4, r.addresses)})
	e := &entry{Sort: "source", Project: &p.Spec}
	for range questions {
		address := r.address()
		e.ask(address, p.IsSourcePermitted(v1alpha1.ApplicationSource{RepoURL: address}))
	}
	return e
}

func (r *drawer) place() v1alpha1.ApplicationDestination {
	d := v1alpha1.ApplicationDestination{Namespace: r.patterns("shop", "shop-prod", "other", "", "kube-system")}
	switch r.IntN(3) {
	case 0:
		d.Name = r.patterns("prod", "prod-eu", "in-cluster", "staging")
	case 1:
		d.Server = r.patterns("https://prod.example.com", "https://prod.example.com:6443", "https://kubernetes.default.svc", "https://staging.example.com")
	default:
		d.Name, d.Server = r.patterns("prod", "prod-eu", "in-cluster"), r.patterns("https://prod.example.com", "https://kubernetes.default.svc")
	}
	return d
}

// patterns makes a pattern of one of some texts.
func (r *drawer) patterns(texts ...string) string {
	text := pick(r, texts...)
	half := text[:len(text)/2]
	return pick(r, text, text, text, "*", "", half+"*", "!"+text, "!"+half+"*", "*"+text[len(text)/2:], text+"/", "**", "!*", "{"+text+",x}", half+"?"+text[min(len(text), len(text)/2+1):])
}

func (r *drawer) destinations() *entry {
	p := project(v1alpha1.AppProjectSpec{Destinations: some(r, 4, r.place)})
	e := &entry{Sort: "destination", Project: &p.Spec}
	for range questions {
		d := v1alpha1.ApplicationDestination{
			Name: pick(r, "prod", "prod-eu", "staging", "in-cluster"), Server: pick(r, "https://prod.example.com", "https://prod.example.com:6443", "https://staging.example.com"),
			Namespace: pick(r, "shop", "shop-prod", "other", "kube-system", ""),
		}
		if d.Name == "in-cluster" {
			d.Server = v1alpha1.KubernetesInternalAPIServerAddr
		}
		yes, err := p.IsDestinationPermitted(&v1alpha1.Cluster{Name: d.Name, Server: d.Server}, d.Namespace, nil)
		if err != nil {
			log.Fatal(err)
		}
		e.ask(d, yes)
	}
	return e
}

func (r *drawer) kind() metav1.GroupKind {
	return pick(r,
		metav1.GroupKind{Kind: "Namespace"}, metav1.GroupKind{Kind: "Service"}, metav1.GroupKind{Group: "apps", Kind: "Deployment"}, metav1.GroupKind{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"},
		metav1.GroupKind{Group: "networking.k8s.io", Kind: "NetworkPolicy"}, metav1.GroupKind{Group: "argoproj.io", Kind: "Application"}, metav1.GroupKind{Kind: "Secret"})
}

func (r *drawer) kindPattern() metav1.GroupKind {
	k := r.kind()
	switch r.IntN(6) {
	case 0:
		k.Group = pick(r, "*", "*.k8s.io", "app?", "[a-z]*", "[", "")
	case 1:
		k.Kind = pick(r, "*", "Cluster*", "?*", "*Policy", "[A-Z]*", "deployment", "")
	case 2:
		k = metav1.GroupKind{Group: "*", Kind: "*"}
	}
	return k
}

func (r *drawer) namedPattern() v1alpha1.ClusterResourceRestrictionItem {
	k := r.kindPattern()
	return v1alpha1.ClusterResourceRestrictionItem{Group: k.Group, Kind: k.Kind, Name: pick(r, "", "", "shop", "shop-*", "*", "sh?p", "[", "other")}
}

// named is a question about an object.
type named struct {
	Group      string `json:"group,omitempty"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Namespaced bool   `json:"namespaced,omitempty"`
}

func (r *drawer) kinds() *entry {
	p := project(v1alpha1.AppProjectSpec{
		ClusterResourceWhitelist: some(r, 3, r.namedPattern), ClusterResourceBlacklist: some(r, 1, r.namedPattern),
		NamespaceResourceWhitelist: some(r, 3, r.kindPattern), NamespaceResourceBlacklist: some(r, 1, r.kindPattern),
	})
	e := &entry{Sort: "kind", Project: &p.Spec}
	if p.Spec.NamespaceResourceWhitelist == nil && r.IntN(2) == 0 {
		p.Spec.NamespaceResourceWhitelist = []metav1.GroupKind{}
		e.Project = withEmptyList(p.Spec)
	}
	for range questions {
		k := r.kind()
		o := named{k.Group, k.Kind, pick(r, "shop", "shop-prod", "other", "x/y"), r.IntN(2) == 0}
		e.ask(o, p.IsGroupKindNamePermitted(schema.GroupKind{Group: k.Group, Kind: k.Kind}, o.Name, o.Namespaced))
	}
	return e
}

// withEmptyList is a project with an empty list of permitted kinds, which is not the same as none, and
// which the JSON of the Go type leaves out.
func withEmptyList(spec v1alpha1.AppProjectSpec) map[string]any {
	return map[string]any{
		"clusterResourceWhitelist": spec.ClusterResourceWhitelist, "clusterResourceBlacklist": spec.ClusterResourceBlacklist,
		"namespaceResourceWhitelist": []any{}, "namespaceResourceBlacklist": spec.NamespaceResourceBlacklist,
	}
}

func (r *drawer) namespaces() *entry {
	p := project(v1alpha1.AppProjectSpec{SourceNamespaces: some(r, 3, func() string {
		return pick(r, "*", "team-*", "team-a", "/team-[ab]/", "/^team-a$/", "team-?", "{team-a,team-b}", "!team-a", "/a/", "//", "/", "te[a-z]m-a", "", "argocd")
	})})
	e := &entry{Sort: "namespace", Project: &p.Spec}
	for range questions {
		namespace := pick(r, "team-a", "team-b", "team-ab", "argocd", "other", "")
		e.ask(namespace, p.IsAppNamespacePermitted(&v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}}, "argocd"))
	}
	return e
}

func (r *drawer) window() *v1alpha1.SyncWindow {
	w := &v1alpha1.SyncWindow{
		Kind:     pick(r, "allow", "allow", "deny"),
		Schedule: pick(r, "0 22 * * *", "* * * * *", "0 8 * * 1-5", "30 2 1 * *", "0 0 31 2 *", "0 0 29 2 *", "0 0 1 1 *", "*/20 * * * *", "0 0 * * 0", "15 10 ? * MON"),
		Duration: pick(r, "1h", "8h", "24h", "30m", "0s", "-1h", "90m", "744h", "1m"), TimeZone: pick(r, "", "", "UTC", "Asia/Tokyo", "Asia/Kolkata", "Nowhere/Atall"),
		ManualSync: r.IntN(2) == 0, UseAndOperator: r.IntN(2) == 0,
	}
	patterns := func(texts ...string) func() string { return func() string { return r.patterns(texts...) } }
	w.Applications = some(r, 1, patterns("shop", "shop-web", "blog"))
	w.Namespaces = some(r, 1, patterns("shop", "blog", "default"))
	w.Clusters = some(r, 1, patterns("prod", "in-cluster", "https://prod.example.com"))
	return w
}

// deployed is a question about an Application, at a time.
type deployed struct {
	Name        string                          `json:"name"`
	Destination v1alpha1.ApplicationDestination `json:"destination"`
	Window      int                             `json:"window"`
}

func (r *drawer) matches() *entry {
	p := project(v1alpha1.AppProjectSpec{SyncWindows: some(r, 3, r.window)})
	e := &entry{Sort: "matches", Project: &p.Spec}
	if len(p.Spec.SyncWindows) == 0 {
		p.Spec.SyncWindows = v1alpha1.SyncWindows{r.window()}
	}
	for range questions {
		d := deployed{Name: pick(r, "shop", "shop-web", "blog"), Window: r.IntN(len(p.Spec.SyncWindows))}
		d.Destination.Namespace = pick(r, "shop", "blog", "default", "")
		if r.IntN(2) == 0 {
			d.Destination.Name = pick(r, "prod", "in-cluster", "staging")
		} else {
			d.Destination.Server = pick(r, "https://prod.example.com", "https://kubernetes.default.svc")
		}
		app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Name: d.Name}, Spec: v1alpha1.ApplicationSpec{Destination: d.Destination}}
		only := v1alpha1.SyncWindows{p.Spec.SyncWindows[d.Window]}
		e.ask(d, only.Matches(app).HasWindows())
	}
	return e
}

// Argo CD asks its clock; these take the time.
//
//go:linkname active github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1.(*SyncWindows).active
func active(w *v1alpha1.SyncWindows, now time.Time) (*v1alpha1.SyncWindows, error)

//go:linkname inactiveAllows github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1.(*SyncWindows).inactiveAllows
func inactiveAllows(w *v1alpha1.SyncWindows, now time.Time) (*v1alpha1.SyncWindows, error)

// canSync is SyncWindows.CanSync for a sync that nobody asked for.
func canSync(w v1alpha1.SyncWindows, now time.Time) bool {
	if !w.HasWindows() {
		return true
	}
	open, err := active(&w, now)
	if err != nil {
		return false
	}
	allowed := false
	if open.HasWindows() {
		for _, o := range *open {
			if o.Kind == "deny" {
				return false
			}
			allowed = allowed || o.Kind == "allow"
		}
	}
	if allowed {
		return true
	}
	closed, err := inactiveAllows(&w, now)
	return err == nil && !closed.HasWindows()
}

func (r *drawer) syncs() *entry {
	var p v1alpha1.AppProject
	p.Spec.SyncWindows = some(r, 4, r.window)
	e := &entry{Sort: "sync", Project: &p.Spec}
	start := time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC)
	for range questions {
		now := start.Add(time.Duration(r.IntN(365*24*60)) * time.Minute)
		e.ask(now.Format(time.RFC3339), canSync(p.Spec.SyncWindows, now))
	}
	return e
}

// windows are those that Argo CD reads or does not.
func (r *drawer) windows() *entry {
	var p v1alpha1.AppProject
	e := &entry{Sort: "window", Project: &p.Spec}
	for range questions {
		w := &v1alpha1.SyncWindow{
			Kind:     pick(r, "allow", "deny", "allow", "Allow", ""),
			Schedule: pick(r, "0 22 * * *", "0 22 * * * *", "* * * *", "60 * * * *", "@daily", "0 0 31 2 *", "TZ=UTC 0 0 * * *", "0 22 * * 7", "0 22 * * SUN", "0-10/3 * * * *", "", "CRON_TZ=Asia/Tokyo 0 0 * * *", "0 0 L * *"),
			Duration: pick(r, "1h", "1d", "90", "1h30m", "", "-1h", "1.5h", "1 h"),
		}
		e.ask(w, w.Validate() == nil)
	}
	return e
}

package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wavewright/wavewright/schema/diag"
)

// faultCase is a spec with exactly the findings in want, as "line:column code".
type faultCase struct {
	name  string
	src   string
	want  string
	extra map[string]string // further files
}

// environment is minimal with more fields in its first environment.
func environment(more string) string {
	return strings.Replace(minimal(""), "development}", "development, "+more+"}", 1)
}

// replaced is minimal with one part replaced.
func replaced(old, with string) string { return strings.Replace(minimal(""), old, with, 1) }

func faultCases() []faultCase {
	return slices.Concat(rootFaults(), argocdFaults(), environmentFaults(), profileFaults(), applicationFaults(), commonFaults(), includeFaults())
}

func commonFaults() []faultCase {
	common := func(groups, uses string) string {
		return minimal("common: {" + groups + "}\napplications: {web: {image: 'web:1', " + uses + "}}\n")
	}
	const two = "a: {env: {X: '1', Y: y}, args: [a]}, b: {env: {X: '2', Y: y}, args: [a]}"
	return []faultCase{
		{name: "group", src: common("a: {env: {X: x}}", "uses: [a]"), want: ""},
		{name: "group used twice", src: common("a: {env: {X: x}}", "uses: [a, a]"), want: ""},
		{name: "groups that agree", src: common("a: {env: {X: x}, args: [v]}, b: {env: {X: x, Y: y}, args: [v]}", "uses: [a, b]"), want: ""},
		{name: "groups that disagree", src: common(two, "uses: [a, b]"), want: "7:60 common/conflict"},
		{name: "the application decides", src: common(two, "uses: [a, b], env: {X: '3'}"), want: ""},
		{name: "the application decides on the whole", src: common(two, "uses: [a, b], env: ~"), want: ""},
		{name: "a null disagrees", src: common("a: {env: {X: x}}, b: {env: {X: }}", "uses: [a, b]"), want: "7:41 common/conflict"},
		{name: "a map disagrees", src: common("a: {probes: {liveness: {tcp: true}}}, b: {probes: {liveness: ~}}", "uses: [a, b], probes: {liveness: {http: /x}}"), want: "7:71 common/conflict"},
		{name: "unused group", src: common("a: {}, b: {}", "uses: [a]"), want: "7:17 common/unused"},
		{name: "unknown group", src: common("rails: {}", "uses: [rials]"), want: "8:45 reference/unknown"},
		{name: "no group", src: minimal("applications: {web: {image: 'web:1', uses: [rails]}}\n"), want: "7:45 reference/unknown"},
		{name: "group in no list", src: common("a: {}", "uses: a"), want: "8:44 spec/type"},
		{name: "group that is no map", src: common("a: x", "uses: [a, b]"), want: "7:13 spec/type, 8:48 reference/unknown"},
		{name: "name of a group", src: common("A: {}", "uses: [A]"), want: "7:10 name/invalid"},
		{name: "group of nothing", src: common("a: ~", "uses: [a]"), want: "7:10 spec/type, 8:45 reference/unknown"},
		{name: "field of a group", src: common("a: {envv: {}}", "uses: [a]"), want: "7:14 spec/unknown-key"},
		{name: "group twice", src: minimal("include: [t.yaml]\ncommon: {a: {}}\napplications: {web: {image: 'web:1', uses: [a]}}\n"), want: "1:10 name/duplicate",
			extra: map[string]string{"t.yaml": "common: {a: {}, b: {}}\napplications: {api: {image: 'api:1', uses: [b]}}\n"}},
		{name: "group of another file", src: minimal("include: [t.yaml]\napplications: {web: {image: 'web:1', uses: [b]}}\n"), want: "8:45 reference/unknown",
			extra: map[string]string{"t.yaml": "common: {b: {}}\napplications: {api: {image: 'api:1', uses: [b]}}\n"}},
	}
}

func argocdFaults() []faultCase {
	argocd := func(more string) string { return minimal("argocd: {install: vendored, " + more + "}\n") }
	const oidc = "settings: {admin.enabled: 'false', oidc.config: 'issuer: x'}"
	return []faultCase{
		{name: "vendored", src: argocd("ha: true, admins: [a b], settings: {url: 'https://x'}, params: {x.y: z}"), want: ""},
		{name: "not vendored", src: minimal("argocd: {ha: true, params: {}}\n"), want: "7:10 argocd/unused, 7:20 argocd/unused"},
		{name: "tenant", src: minimal("argocd: {mode: tenant, project: p, namespace: ns, controlPlane: argocd-system, objects: applicationSets, admins: [g]}\n"), want: ""},
		{name: "tenant of nothing", src: minimal("argocd: {mode: tenant}\n"), want: "7:10 argocd/tenant, 7:10 argocd/tenant"},
		{name: "tenant at home", src: minimal("argocd: {mode: tenant, project: default, namespace: a, controlPlane: a}\n"), want: "7:33 argocd/tenant, 7:53 argocd/tenant"},
		{name: "tenant with Argo CD", src: minimal("argocd: {mode: tenant, project: p, namespace: ns, install: vendored}\n"), want: "7:51 argocd/tenant"},
		{name: "tenant of two", src: "argocd: {mode: tenant, project: p, namespace: ns}\n" + replaced("profile: development", "profile: development, argocd: other"), want: "7:37 argocd/tenant"},
		{name: "no tenant", src: minimal("argocd: {project: p, controlPlane: c, objects: applications}\n"), want: "7:10 argocd/unused, 7:22 argocd/unused, 7:39 argocd/unused"},
		{name: "administrators", src: argocd("admins: ['system:masters']"), want: "7:38 access/group"},
		{name: "own setting", src: argocd("settings: {application.resourceTrackingMethod: label}"), want: "7:40 argocd/setting"},
		{name: "own parameter", src: argocd("params: {redis.server: x}"), want: "7:38 argocd/setting"},
		{name: "no key", src: argocd("params: {'a b': x}"), want: "7:38 argocd/setting"},
		{name: "secret", src: argocd("settings: {dex.config: 'bindPW: x'}"), want: "7:40 secret/literal"},
		{name: "reference", src: argocd("settings: {dex.config: 'bindPW: $x'}"), want: ""},
		{name: "no login", src: argocd("settings: {admin.enabled: 'false'}"), want: "7:40 argocd/lockout"},
		{name: "no administrator", src: argocd(oidc), want: "7:40 argocd/lockout"},
		{name: "administrators log in", src: argocd("admins: [x], " + oidc), want: ""},
		{name: "instance", src: environment("argocd: A"), want: "6:45 name/invalid"},
		{name: "environment argocd", src: replaced("name: dev", "name: argocd"), want: "6:10 name/reserved"},
	}
}

func rootFaults() []faultCase {
	return []faultCase{
		{name: "platform name", src: replaced("name: shop", "name: My_Shop"), want: "3:18 name/invalid"},
		{name: "empty platform name", src: replaced("name: shop", `name: ""`), want: "3:18 spec/missing"},
		{name: "platform name too long", src: replaced("name: shop", "name: shopshopshopshopshopshop"), want: "3:18 name/long"},
		{name: "platform name that is no prefix", src: replaced("name: shop", "name: my-shop"), want: "3:18 name/prefix"},
		{name: "platform name with a prefix beside it", src: replaced("name: shop", "name: my-shop") + "prefix: shop\n", want: ""},
		{name: "prefix with a hyphen", src: minimal("prefix: my-shop\n"), want: "7:9 name/prefix"},
		{name: "prefix that is a word of YAML", src: minimal("prefix: 'off'\n"), want: "7:9 name/prefix"},
		{name: "empty prefix", src: minimal("prefix: ''\n"), want: "7:9 name/prefix"},
		{name: "url", src: replaced("https://git.example.com/acme/shop.git", "'https://x/y z'"), want: "4:19 repository/url"},
		{name: "empty url", src: replaced("https://git.example.com/acme/shop.git", "''"), want: "4:19 spec/missing"},
		{name: "url with a password", src: replaced("https://", "https://me:secret@"), want: "4:19 repository/url"},
		{name: "url with a user", src: replaced("https://", "https://me@"), want: ""},
		{name: "branch", src: replaced(".git}", ".git, branch: a..b}"), want: "4:66 repository/branch"},
		{name: "path", src: replaced(".git}", ".git, path: ../x}"), want: "4:64 repository/path"},
		{name: "pipeline below the root", src: replaced(".git}", ".git, path: x}\nci: {provider: github}"), want: "5:1 ci/path"},
		{name: "steps without a pipeline", src: minimal("profiles: {a: {extends: production, validation: {b: {uses: lint}, c: {uses: job}, d: ~}}}\n"), want: "7:50 ci/missing"},
		{name: "mode without a pipeline", src: minimal("- {name: b, profile: staging, promotion: {mode: commit}}\n"), want: "7:43 ci/missing"},
		{name: "mode of the first", src: environment("promotion: {mode: commit}") + "ci: {provider: github}\n", want: "6:49 promotion/mode"},
		{name: "name of a step", src: environment("validation: {A: {uses: lint}}") + "ci: {provider: github}\n", want: "6:50 name/invalid"},
		{name: "path with a slash", src: replaced(".git}", ".git, path: x/}"), want: "4:64 repository/path"},
		{name: "templates", src: minimal("templates: /etc\n"), want: "7:12 templates/path"},
		{name: "namespace of Argo CD", src: minimal("argocd: {namespace: Argo CD}\n"), want: "7:21 name/invalid"},
		{name: "gateway", src: minimal("platform: {gateway: {name: '', namespace: a.b, podLabels: {}}}\n"), want: "7:28 spec/missing, 7:43 name/invalid"},
		{name: "name server", src: minimal("platform: {dns: {namespace: '', podLabels: {}}}\n"), want: "7:29 name/invalid"},
		{name: "store", src: minimal("platform: {secrets: {provider: external-secrets, store: {name: ''}}}\n"), want: "7:64 spec/missing"},
		{name: "team name", src: minimal("teams: {apps: {}}\n"), want: "7:9 name/reserved"},
		{name: "empty team", src: minimal("teams:\n  shop:\n"), want: "8:3 spec/type"},
		{name: "cluster name", src: minimal("clusters: {in-cluster: {}, nul: {}}\n"), want: "7:28 name/reserved"},
		{name: "empty cluster", src: minimal("clusters:\n  in-cluster: ~\n"), want: "8:3 spec/type"},
		{name: "kubernetes", src: minimal("clusters: {in-cluster: {kubernetes: v1.36}}\n"), want: "7:37 spec/value"},
		{name: "nodes", src: minimal("clusters: {in-cluster: {nodes: 0}}\n"), want: "7:32 spec/value"},
		{name: "excuse", src: minimal("verify: {ignore: [{code: a/b, reason: c, expires: 2027-02-28}]}\n"), want: ""},
		{name: "excuse without code", src: minimal("verify: {ignore: [{code: '', reason: c, expires: 2027-02-28}]}\n"), want: "7:26 spec/missing"},
		{name: "excuse without reason", src: minimal("verify: {ignore: [{code: a/b, reason: ' ', expires: 2027-02-28}]}\n"), want: "7:39 reason/missing"},
		{name: "excuse without end", src: minimal("verify: {ignore: [{code: a/b, reason: c, expires: 2027-02-29}]}\n"), want: "7:51 spec/value"},
		{name: "facts of a cluster", src: minimal("clusters: {in-cluster: {dns: {namespace: A, podLabels: {}}}}\n"), want: "7:42 name/invalid"},
	}
}

func environmentFaults() []faultCase {
	return []faultCase{
		{name: "exception", src: environment("network: {shop-dev: {reason: old, expires: 2027-02-28}}"), want: ""},
		{name: "exception without reason", src: environment("network: {shop-dev: {reason: ' ', expires: 2027-02-28}}"), want: "6:66 reason/missing"},
		{name: "exception without end", src: environment("network: {shop-dev: {reason: old, expires: 2027-02-29}}"), want: "6:80 spec/value"},
		{name: "no environment", src: strings.Replace(minimal(""), "\n- {name: dev, profile: development}", " []", 1), want: "5:15 spec/missing"},
		{name: "name", src: replaced("name: dev", "name: Dev"), want: "6:10 name/invalid"},
		{name: "reserved name", src: replaced("name: dev", "name: promote"), want: "6:10 name/reserved"},
		{name: "empty name", src: replaced("name: dev", `name: ""`), want: "6:10 spec/missing"},
		{name: "empty profile", src: replaced("profile: development", `profile: ""`), want: "6:24 spec/missing"},
		{name: "faults beside a missing name", src: replaced("name: dev, profile: development", "profile: x"), want: "6:3 spec/missing, 6:13 reference/unknown"},
		{name: "twice", src: minimal("- {name: dev, profile: staging}\n"), want: "7:10 name/duplicate"},
		{name: "target twice", src: strings.Replace(minimal("- {name: dev-eu, profile: staging, cluster: eu}\nclusters: {eu: {}}\n"), "development}", "development, clusters: [eu]}", 1), want: "7:10 name/duplicate"},
		{name: "project twice", src: minimal("- {name: dev-a, profile: staging}\nteams: {a-b: {}, b: {}}\n"), want: "7:10 name/duplicate"},
		{name: "cluster and clusters", src: environment("cluster: in-cluster, clusters: [in-cluster]"), want: "6:58 environment/clusters"},
		{name: "no clusters", src: environment("clusters: []"), want: "6:47 environment/clusters"},
		{name: "clusters of the wrong type", src: environment("clusters: eu") + "clusters: {eu: {}}\n", want: "6:47 spec/type"},
		{name: "empty item in clusters", src: environment("clusters: [~]"), want: "6:48 spec/type"},
		{name: "cluster is not named", src: minimal("clusters: {eu: {}}\n"), want: "6:10 environment/clusters"},
		{name: "unknown cluster", src: environment("cluster: us") + "clusters: {eu: {}}\n", want: "6:46 reference/unknown"},
		{name: "no clusters are declared", src: environment("cluster: us"), want: "6:46 reference/unknown"},
		{name: "unknown cluster in a list", src: environment("clusters: [eu, us]") + "clusters: {eu: {}}\n", want: "6:52 reference/unknown"},
		{name: "cluster listed twice", src: environment("clusters: [eu, eu]") + "clusters: {eu: {}}\n", want: "6:52 name/duplicate"},
		{name: "unknown profile", src: replaced("profile: development", "profile: develop"), want: "6:24 reference/unknown"},
		{name: "promotion of the first", src: environment("promotion: {from: dev}"), want: "6:55 promotion/from"},
		{name: "promotion from later", src: minimal("- {name: a, profile: staging, promotion: {from: b}}\n- {name: b, profile: staging}\n"), want: "7:49 promotion/from"},
		{name: "duration", src: environment("sync: {retry: {backoff: {duration: 5 s, maxDuration: 3}}}"), want: "6:72 spec/value, 6:90 spec/type"},
		{name: "sync option", src: environment("sync: {options: [PruneLast], infraOptions: [A=true, b=]}"), want: "6:54 spec/value, 6:89 spec/value"},
		{name: "access for nobody", src: environment("access: {}"), want: "6:37 access/empty"},
		{name: "no group", src: environment("access: {view: []}"), want: "6:46 access/empty"},
		{name: "groups", src: environment("access: {debug: ['system:masters', ' a', a, a]}"), want: "6:54 access/group, 6:72 access/group, 6:81 name/duplicate"},
		{name: "groups of the wrong type", src: environment("access: {debug: [1], view: a}"), want: "6:54 spec/type, 6:64 spec/type"},
		{name: "group of a team", src: minimal("teams: {a: {access: {breakGlass: ['*']}}}\n"), want: "7:35 access/group"},
		{name: "owners", src: environment("owners: [acme/web, '@acme/web', a@example.com, '@a b', 1]"), want: "6:46 owner/invalid, 6:84 owner/invalid, 6:92 spec/type"},
		{name: "owners of a team", src: minimal("teams: {a: {owners: []}}\n"), want: "7:21 owner/invalid"},
		{name: "notifications", src: environment("notifications: {On: [slack:a], on-x: [slack, 'slack:a;b', 'slack:a'], on-y: []}"), want: "6:53 notification/invalid, 6:75 notification/invalid, 6:82 notification/invalid, 6:107 notification/invalid"},
		{name: "window of no kind", src: environment("windows: {a: {duration: 1h}, b: {allow: 0 8 * * *, deny: 0 9 * * *, duration: 1h}}"), want: "6:47 window/kind, 6:66 window/kind"},
		{name: "window without duration", src: environment("windows: {a: {deny: 0 8 * * *}}"), want: "6:47 spec/missing"},
		{name: "facts of a window", src: environment("windows: {A: {deny: '8', duration: 1d, timeZone: Local}}"), want: "6:47 name/invalid, 6:57 window/schedule, 6:72 spec/value, 6:86 spec/value"},
		{name: "window of the wrong type", src: environment("windows: {a: x}"), want: "6:50 spec/type"},
		{name: "window that never opens", src: environment("windows: {a: {allow: 0 0 30 2 *, duration: 1h}}"), want: "6:58 window/schedule"},
		{name: "window on leap days", src: environment("windows: {a: {allow: 0 0 29 2 *, duration: 1h}}"), want: ""},
		{name: "zone in a schedule", src: environment("windows: {a: {deny: 'TZ=UTC 0 0 1 1 *', duration: 1h}}"), want: "6:57 window/schedule"},
		{name: "always denied", src: environment("windows: {a: {deny: 0 * * * *, duration: 1h}}"), want: "6:37 window/closed"},
		{name: "allowed only when denied", src: environment("windows: {a: {allow: 0 8 * * *, duration: 1h}, b: {deny: 0 5 * * *, duration: 12h}}"), want: "6:37 window/closed"},
		{name: "another zone opens", src: environment("windows: {a: {allow: 0 8 * * *, duration: 1h, timeZone: Asia/Tokyo}, b: {deny: 0 5 * * *, duration: 12h}}"), want: ""},
		{name: "minutes between denials", src: environment("windows: {a: {deny: 30 * * * *, duration: 59m}}"), want: ""},
		{name: "quota", src: environment("quota: manual"), want: "6:44 spec/type"},
		{name: "quota of two kinds", src: environment("quota: {hard: {cpu: 1}, budget: {cpu: 1}}"), want: "6:44 spec/value"},
		{name: "amount", src: environment("limitRange: {max: {cpu: true}}"), want: "6:61 spec/type"},
		{name: "layer", src: environment("workload: {replicas: 3}"), want: "6:48 spec/unknown-key"},
	}
}

func profileFaults() []faultCase {
	return []faultCase{
		{name: "chain", src: minimal("profiles:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: production}\n"), want: ""},
		{name: "name of a built-in profile", src: minimal("profiles: {staging: {extends: production}}\n"), want: "7:12 name/duplicate"},
		{name: "profile name", src: minimal("profiles: {Big: {extends: production}}\n"), want: "7:12 name/invalid"},
		{name: "empty profile entry", src: minimal("profiles:\n  big:\n"), want: "8:3 spec/type"},
		{name: "empty extends", src: minimal("profiles: {big: {extends: ''}}\n"), want: "7:27 spec/missing"},
		{name: "unknown extends", src: minimal("profiles:\n  a: {extends: b}\n  b: {extends: prod}\n"), want: "9:16 reference/unknown"},
		{name: "extends itself", src: minimal("profiles: {a: {extends: a}}\n"), want: "7:25 profile/cycle"},
		{name: "circle", src: minimal("profiles:\n  b: {extends: c}\n  c: {extends: b}\n  a: {extends: b}\n"), want: "8:16 profile/cycle"},
		{name: "layer of a profile", src: minimal("profiles: {a: {extends: staging, workload: {kind: Pod}}}\n"), want: "7:51 spec/value"},
		{name: "duration of a profile", src: minimal("profiles: {a: {extends: staging, sync: {retry: {backoff: {duration: x}}}}}\n"), want: "7:69 spec/value"},
	}
}

func applicationFaults() []faultCase {
	return []faultCase{
		{name: "application name", src: minimal("applications: {Web App: {}}\n"), want: "7:16 name/invalid"},
		{name: "application name too long", src: minimal("applications: {" + strings.Repeat("a", 41) + ": {}}\n"), want: "7:16 name/long"},
		{name: "reserved application", src: minimal("applications: {internet: {}}\n"), want: "7:16 name/reserved"},
		{name: "reserved prefix", src: minimal("applications: {infra-web: {}}\n"), want: "7:16 name/reserved"},
		{name: "empty application", src: minimal("applications:\n  web:\n"), want: "8:3 spec/type"},
		{name: "no team", src: minimal("teams: {shop: {}}\napplications: {web: {}}\n"), want: "8:16 team/missing"},
		{name: "unknown team", src: workload("team: shop"), want: "9:11 reference/unknown"},
		{name: "a team without a value is declared", src: minimal("teams: {shop: ~}\napplications: {web: {team: shop}}\n"), want: "7:9 spec/type"},
		{name: "unknown environment", src: workload("environments: {prod: {}}"), want: "9:20 reference/unknown"},
		{name: "unknown profile of a layer", src: workload("profiles: {prod: {}}"), want: "9:16 reference/unknown"},
		{name: "unknown cluster of a layer", src: workload("clusters: {eu: {}}"), want: "9:16 reference/unknown"},
		{name: "unused cluster of a layer", src: workload("clusters: {eu: {}}") + "clusters: {in-cluster: {}, eu: {}}\n", want: "9:16 reference/unknown"},
		{name: "port", src: workload("ports: {http: 0, admin: {port: 80, container: 65536}}"), want: "9:19 spec/value, 9:51 spec/value"},
		{name: "container port 0", src: workload("ports: {http: {port: 80, container: 0}}"), want: "9:41 spec/value"},
		{name: "port as text", src: workload(`ports: {http: "80"}`), want: "9:19 spec/type"},
		{name: "port with two readings", src: workload("ports: {http: 010}"), want: "9:19 spec/value"},
		{name: "only the container port", src: workload("environments: {dev: {ports: {http: {container: 8080}}}}"), want: ""},
		{name: "layers of all kinds", src: workload("{profiles: {staging: {x: 1}}, environments: {dev: {y: 1}}, clusters: {in-cluster: {z: 1}}}"), want: "9:27 spec/unknown-key, 9:56 spec/unknown-key, 9:88 spec/unknown-key"},
	}
}

func includeFaults() []faultCase {
	team := map[string]string{"teams/a.yaml": "team: shop\napplications:\n  web: {team: shop}\n"}
	return []faultCase{
		{name: "no file", src: minimal("include: [teams/*.yaml]\n"), want: "7:11 include/empty"},
		{name: "double star", src: minimal("include: ['**.yml']\n"), want: "7:11 include/empty"},
		{name: "a folder is no file", src: minimal("include: [teams]\nteams: {shop: {}}\n"), extra: team, want: "7:11 include/empty"},
		{name: "bad pattern", src: minimal("include: ['[']\n"), want: "7:11 include/pattern"},
		{name: "outside", src: minimal("include: [../*.yaml]\n"), want: "7:11 include/pattern"},
		{name: "itself", src: minimal("include: ['*.yaml']\n"), want: "7:11 include/pattern"},
		{name: "team twice", src: minimal("include: [teams/*.yaml]\nteams: {shop: {}}\n"), extra: team, want: "3:9 team/twice"},
		{
			name: "application twice", src: minimal("include: [teams/*.yaml]\nteams: {shop: {}}\napplications: {web: {team: shop}}\n"),
			extra: map[string]string{"teams/a.yaml": "team: shop\napplications: {web: {}}\n"}, want: "2:16 name/duplicate",
		},
		{
			name: "no applications", src: minimal("include: [teams/*.yaml]\nteams: {shop: {}}\n"),
			extra: map[string]string{"teams/a.yaml": "team: shop\n"}, want: "1:1 spec/missing",
		},
	}
}

func TestFaults(t *testing.T) {
	for _, c := range faultCases() {
		t.Run(c.name, func(t *testing.T) {
			fsys := files(c.extra)
			fsys[FileName] = files(map[string]string{FileName: c.src})[FileName]
			_, sources, list, err := loadFrom(fsys, FileName)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range list.Sorted() {
				got = append(got, fmt.Sprintf("%d:%d %s", d.Subject.Line, d.Subject.Column, d.Code))
				checkWording(t, d)
			}
			if joined := strings.Join(got, ", "); joined != c.want {
				t.Errorf("got %q, want %q", joined, c.want)
				var text strings.Builder
				_ = diag.WriteText(&text, list, sources)
				t.Log("\n" + c.src + text.String())
			}
		})
	}
}

// checkWording holds findings to the style: a short summary, full sentences below it,
// and always something that helps.
func checkWording(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	first, _ := utf8.DecodeRuneInString(d.Summary)
	if unicode.IsUpper(first) && !strings.HasPrefix(d.Summary, "AppProject") || strings.HasSuffix(d.Summary, ".") || utf8.RuneCountInString(d.Summary) > 60 {
		t.Errorf("summary %q", d.Summary)
	}
	for _, sentence := range []string{d.Detail, d.Hint} {
		if sentence != "" && !strings.ContainsAny(sentence[len(sentence)-1:], ".?") {
			t.Errorf("%q is no sentence", sentence)
		}
	}
	if d.Hint == "" && d.Detail == "" && !strings.Contains(d.Summary, "expected") && !strings.Contains(d.Summary, "a port is") {
		t.Errorf("%q says neither what is allowed nor what to do", d.Summary)
	}
}

// TestFaultsCoverCodes holds that each code of this package has a case.
func TestFaultsCoverCodes(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`"([a-z]+/[a-z-]+)", `)
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(src), -1) {
			if !slices.ContainsFunc(faultCases(), func(c faultCase) bool { return strings.Contains(c.want, m[1]) }) {
				t.Errorf("%s: no case for %s", name, m[1])
			}
		}
	}
}

func TestHints(t *testing.T) {
	for src, want := range map[string]string{
		replaced("name: shop", "name: My_Shop"):                              `Write "my-shop".`,
		replaced("name: shop", "name: 2nd-shop-of-this"):                     "Choose another name.",
		replaced("name: shop", "name: the-2nd-of-shops"):                     "Write prefix: the2ndoe0622, or another one, below metadata. It can never change.",
		minimal("prefix: 2ND-Shop\n"):                                        "Write prefix: ndshop.",
		replaced("name: shop", `name: "4"`):                                  "Choose another name.",
		replaced("profile: development", "profile: prodction"):               `Did you mean "production"?`,
		replaced("profile: development", "profile: big"):                     "Declare it under profiles, or take this out.",
		minimal("include: ['teams/**']\n"):                                   "Write one pattern for each depth, for example teams/*.yaml and teams/*/*.yaml.",
		minimal("teams:\n  shop:\n"):                                         "Write shop: {}, or take it out.",
		workload(`ports: {http: "80"}`):                                      "Write a number without quotes, such as 8080, or {port: 80, container: 8080}.",
		minimal("clusters: {eu: {}}\n"):                                      "Write cluster: NAME, or declare in-cluster: {} under clusters.",
		minimal("- {name: x, profile: staging, promotion: {from: stage}}\n"): "Name one of these, or move the environment up.",
	} {
		_, _, list, _ := loadFrom(files(map[string]string{FileName: src}), FileName)
		if len(list) != 1 || list[0].Hint != want {
			t.Errorf("got %+v, want %q", list, want)
		}
	}
}

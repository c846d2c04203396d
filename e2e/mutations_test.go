package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// mutation is one change for the worse. A folder that ends in a slash means the objects
// that its kustomization builds to, everything else a file. With old empty, new is
// appended.
type mutation struct {
	check, place, old, new string
}

const (
	vote  = "overlays/prod/apps/vote/"
	db    = "overlays/prod/apps/db/"
	infra = "overlays/prod/infra/voting-prod/"
	argo  = "argocd/prod/"
)

// mutations are the changes by the case that they are made to.
var mutations = map[string][]mutation{
	"voting-app": votingMutations, "network": networkMutations, "jobs": jobMutations, "bootstrapped": bootstrappedMutations, "sources": sourceMutations, "tenant": tenantMutations,
}

// sourceMutations change the case that has charts.
var sourceMutations = []mutation{
	{"projects", "argocd/dev/", "  - registry.example.com/charts\n", ""},
	{"projects", "argocd/dev/", "  - https://charts.example.com/stable\n", ""},
	{"projects", "overlays/dev/apps/search/Chart.yaml", "oci://registry.example.com/charts", "oci://registry.example.com/other"},
	{"delivery", "argocd/dev/", "source: {helm: {releaseName: {{ toJson . }}}}", "source: {}"},
	{"monitors", "overlays/dev/apps/search/", "targetPort: 9200\n", "targetPort: 9201\n"},
	{"monitors", "overlays/dev/apps/exporter/", "      release: exporter-dev", "      release: exporter"},
}

// tenantMutations change the case of a shared Argo CD.
var tenantMutations = []mutation{
	{"tenancy", argo, "  namespace: market-argocd\n", "  namespace: argocd-system\n"},
	{"tenancy", argo, "", "---\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: own, namespace: market-argocd}\n"},
	{"tenancy", argo, "  project: market\n", "  project: default\n"},
	{"tenancy", argo, "- PruneLast=true", "- CreateNamespace=true"},
	{"tenancy", "argocd/dev/", "  finalizers:\n  - resources-finalizer.argocd.argoproj.io\n", ""},
	{"tenancy", request, "clusterResourceWhitelist: []", "clusterResourceWhitelist: [{group: '', kind: Namespace}]"},
	{"tenancy", request, "market/market-argocd/market-*-dev", "market/market-argocd/market-*"},
	{"tenancy", request, "andOperator: true", "andOperator: false"},
	{"tenancy", "bootstrap/request/clusters/prod/", "  name: shop-prod\n", "  name: other\n"},
	{"tenancy", "overlays/prod/infra/shop-prod/", "", "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: x}\nvalue: 1\n"},
	{"projects", request, "kind: ResourceQuota", "kind: Other"},
	{"projects", request, "  sourceNamespaces:\n  - market-argocd", "  sourceNamespaces:\n  - other"},
	{"projects", request, "  - name: prod\n    namespace: shop-prod", "  - name: prod\n    namespace: other"},
	{"projects", request, "kind: Application\n", "kind: ApplicationSet\n"},
	{"project wildcards", request, "    namespace: shop-prod", "    namespace: '*'"},
	{"pod security", "bootstrap/request/clusters/prod/", "pod-security.kubernetes.io/enforce: restricted", "other: restricted"},
	{"admission", "bootstrap/request/clusters/prod/", "  name: market-images.prod\n", "  name: market-other.prod\n"},
}

// request is what the administrators of a shared Argo CD are asked for.
const request = "bootstrap/request/argocd/"

// bootstrappedMutations change the case that holds Argo CD itself.
var bootstrappedMutations = []mutation{
	{"projects", "bootstrap/roots/argocd.yaml", "kind: CustomResourceDefinition}", "kind: Other}"},
	{"projects", "bootstrap/argocd/", "  namespace: delivery\n", "  namespace: other\n"},
	{"project wildcards", "bootstrap/argocd/", "  sourceRepos: []", "  sourceRepos: ['*']"},
	{"project wildcards", argo, "applications, override, bootstrapped-prod-infra/*", "applications, delete, bootstrapped-prod-infra/*"},
	{"project wildcards", argo, "p, proj:bootstrapped-prod-infra:view,", "p, proj:bootstrapped-prod-apps:view,"},
	{"project wildcards", argo, "logs, get, bootstrapped-prod-infra/*", "exec, create, bootstrapped-prod-infra/*"},
	{"unique objects", argo, "", "---\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: default, namespace: delivery}\n"},
}

// calls is an application of the case with load balancers.
const calls = "overlays/prod-eu/apps/calls/"

// networkMutations change the case that has every way in and out.
var networkMutations = []mutation{
	{"load balancers", calls, "externalTrafficPolicy: Local", "externalTrafficPolicy: Cluster"},
	{"load balancers", calls, "  allocateLoadBalancerNodePorts: false\n", ""},
	{"load balancers", calls, "  loadBalancerSourceRanges:\n  - 198.51.100.0/24\n", ""},
	{"load balancers", calls, "cidr: 198.51.100.0/24", "cidr: 198.51.101.0/24"},
	{"load balancers", calls, "  type: LoadBalancer\n", "  type: NodePort\n"},
	{"routes", "overlays/dev/apps/web/", "            name: web\n            port:\n              number: 9000", "            name: web\n            port:\n              number: 9001"},
	{"routes", "overlays/dev/apps/web/", "            name: web\n            port:\n              number: 9000", "            name: webs\n            port:\n              number: 9000"},
	{"routes", "overlays/dev/apps/web/", "ingressClassName: nginx", "ingressClassName: other"},
	{"routes", "overlays/dev/apps/web/", "kubernetes.io/metadata.name: ingress-nginx", "kubernetes.io/metadata.name: gateway-system"},
	{"routes", "overlays/dev/apps/web/", "    - port: 8080\n", "    - port: 8081\n"},
	{"routes", "overlays/staging/apps/web/", "  - hosts:\n    - admin.staging", "  - hosts:\n    - admins.staging"},
	{"network selectors", "overlays/dev/infra/net-dev/", "    wavewright.dev/expires:", "    wavewright.dev/expired:"},
	{"access", "overlays/dev/apps/operator/", "      automountServiceAccountToken: true\n", ""},
	{"access", "overlays/dev/apps/operator/", "  - jobs\n", "  - pods/exec\n"},
	{"access", "overlays/dev/apps/operator/", "  - jobs\n", "  - '*'\n"},
	{"access", "overlays/prod-eu/apps/operator/", "  - configmaps\n", "  - secrets\n"},
	{"access", "overlays/dev/apps/operator/", "- kind: ServiceAccount\n  name: operator\n", "- kind: ServiceAccount\n  name: other\n"},
	{"tokens", "overlays/dev/apps/web/", "      automountServiceAccountToken: false\n", ""},
	{"alerts", "overlays/prod-eu/infra/net-prod/", "        severity: ", "        level: "},
	{"monitors", "overlays/dev/apps/web/", "  - interval: 60s\n    path: /internal/metrics\n    port: admin", "  - interval: 60s\n    path: /internal/metrics\n    port: metrics"},
	{"monitors", "overlays/dev/apps/web/", "kubernetes.io/metadata.name: monitoring", "kubernetes.io/metadata.name: metrics"},
	{"network selectors", "overlays/dev/apps/cart/", "kubernetes.io/metadata.name: shared", "kubernetes.io/metadata.name: search"},
}

var votingMutations = []mutation{
	{"resources", vote, "            memory: 1Gi\n", ""},
	{"resources", vote, "            cpu: 500m\n", ""},
	{"resources", vote, "            cpu: 500m\n", "            cpu: 3\n"},
	{"probes", vote, "            port: http\n          periodSeconds: 5\n        resources", "            port: web\n          periodSeconds: 5\n        resources"},
	{"probes", vote, "livenessProbe:", "postStart:"},
	{"probes", vote, "          httpGet:\n            path: /\n            port: http\n          periodSeconds: 5\n", "          tcpSocket:\n            port: 80\n          periodSeconds: 60\n"},
	{"excuses", "overlays/prod/apps/worker/", "deployment-replicas,", ""},
	{"excuses", "overlays/prod/apps/worker/", "    ignore-check.kube-linter.io/minimum-three-replicas:", "    ignore-check.kube-linter.io/three-replicas:"},
	{"excuses", "overlays/prod/apps/worker/", "    polaris.fairwinds.com/topologySpreadConstraint-exempt: \"true\"", "    polaris.fairwinds.com/topologySpreadConstraint-exempt: \"yes\""},
	{"scratch folders", vote, "          sizeLimit: 64Mi\n", "          sizeLimit: 64Gi\n"},
	{"scratch folders", vote, "          sizeLimit: 64Mi\n", "          medium: Memory\n          sizeLimit: 1Gi\n"},
	{"references", vote, "serviceAccountName: vote", "serviceAccountName: votes"},
	{"references", db, "              name: db-credentials", "              name: db-password"},
	{"references", db, "claimName: db-data", "claimName: data"},
	{"references", vote, "      volumes:\n", "      priorityClassName: high\n      volumes:\n"},
	{"references", vote, "        - mountPath: /tmp\n          name: tmp\n", "        - mountPath: /tmp\n          name: temp\n"},
	{"services", vote, "  selector:\n    app.kubernetes.io/name: vote\n", "  selector:\n    app.kubernetes.io/name: votes\n"},
	{"services", vote, "  selector:\n    app.kubernetes.io/name: vote\n", "  selector:\n    env: prod\n"},
	{"services", vote, "targetPort: http", "targetPort: web"},
	{"services", vote, "targetPort: http", "targetPort: 8080"},
	{"routes", vote, "      name: vote\n      port: 80", "      name: votes\n      port: 80"},
	{"routes", vote, "      name: vote\n      port: 80", "      name: vote\n      port: 81"},
	{"routes", vote, "kubernetes.io/metadata.name: gateway-system", "kubernetes.io/metadata.name: gateway"},
	{"routes", vote, "    ports:\n    - port: 80\n", "    ports:\n    - port: 81\n"},
	{"disruption budgets", vote, "  maxUnavailable: 1\n", "  maxUnavailable: 0\n"},
	{"disruption budgets", vote, "  maxUnavailable: 1\n", "  minAvailable: 3\n"},
	{"disruption budgets", vote, "  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: vote", "  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: web"},
	{"disruption budgets", vote, "kind: PodDisruptionBudget", "kind: Other"},
	{"autoscalers", vote, "    kind: Deployment\n    name: vote", "    kind: Deployment\n    name: votes"},
	{"autoscalers", vote, "  minReadySeconds:", "  replicas: 3\n  minReadySeconds:"},
	{"autoscalers", vote, "maxReplicas: 6", "maxReplicas: 3"},
	{"autoscalers", vote, "kind: HorizontalPodAutoscaler", "kind: Other"},
	{"anti-affinity", vote, "            - pod-template-hash\n            topologyKey: kubernetes.io/hostname", "            topologyKey: kubernetes.io/hostname"},
	{"anti-affinity", vote, "            - app.kubernetes.io/name\n            - pod-template-hash\n", "            - pod-template-hash\n"},
	{"anti-affinity", vote, "          - labelSelector: {}\n", "          - labelSelector: {matchLabels: {app: vote}}\n"},
	{"anti-affinity", vote, "  selector:\n    matchLabels:\n      app.kubernetes.io/name: vote\n  strategy", "  selector:\n    matchLabels:\n      app.kubernetes.io/name: votes\n  strategy"},
	{"default deny", infra, "  name: default-deny", "  name: default-deny\nspec: {podSelector: {}, policyTypes: [Ingress]}\nother:"},
	{"network selectors", vote, "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: vote", "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: votes"},
	{"network selectors", vote, "          app.kubernetes.io/name: redis", "          app.kubernetes.io/name: rediss"},
	{"network selectors", vote, "      podSelector:\n        matchLabels:\n          app: envoy\n", ""},
	{"network selectors", vote, "    - port: 6379\n", "    - port: 6380\n"},
	{"network selectors", infra, "kubernetes.io/metadata.name: kube-system", "kubernetes.io/metadata.name: dns"},
	{"network edges", vote, "    - port: 6379\n", "    - port: 6380\n"},
	{"guardrails", vote, "      priorityClassName: voting-standard.prod\n", ""},
	{"confinement", vote, "      enableServiceLinks: false\n", ""},
	{"linters", vote, "kind: Deployment\nmetadata:\n  labels:\n    app.kubernetes.io/instance: vote\n", "kind: Deployment\nmetadata:\n  labels:\n    app.kubernetes.io/instance: votes\n"},
	{"name service", infra, "    - port: 53\n      protocol: TCP", "    - port: 54\n      protocol: TCP"},
	{"admission", "overlays/prod/infra/_cluster/", "  failurePolicy: Fail\n", "  failurePolicy: Ignore\n"},
	{"delivery", argo, "selfHeal: true", "selfHeal: false"},
	{"exposure", vote, "kind: Service\n", "kind: Other\n"},
	{"network edges", db, "          app.kubernetes.io/name: worker", "          app.kubernetes.io/name: vote"},
	{"pod security", vote, "          allowPrivilegeEscalation: false\n", ""},
	{"pod security", vote, "          type: RuntimeDefault", "          type: Unconfined"},
	{"pod security", vote, "      enableServiceLinks", "      hostNetwork: true\n      enableServiceLinks"},
	{"pod security", argo, "'{{.podSecurityEnforce}}'", "privileged"},
	{"pod security", argo, "- CreateNamespace=true", "- Validate=true"},
	{"quotas", vote, "maxReplicas: 6", "maxReplicas: 60"},
	{"quotas", vote, "maxSurge: 25%", "maxSurge: 9000%"},
	{"quotas", db, "storage: 5Gi", "storage: 500Gi"},
	{"quotas", infra, `limits.cpu: "`, `limits.cpu: 1 # "`},
	{"quotas", infra, "kind: ResourceQuota", "kind: Other"},
	{"quotas", infra, "    pods:", "    count/pods:"},
	{"limit ranges", vote, "            memory: 1Gi", "            memory: 100Gi"},
	{"limit ranges", infra, "      memory: 8Mi", "      memory: 800Gi"},
	{"limit ranges", infra, "    defaultRequest:\n", "    other:\n"},
	{"access", infra, "", role("pods/exec", "create")},
	{"access", infra, "", role("secrets", "get")},
	{"access", infra, "", role("pods", "delete")},
	{"access", infra, "", "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x, namespace: voting-prod}\nroleRef: {kind: Role, name: x}\nsubjects: [{kind: Group, name: x}]\n"},
	{"labels", vote, "    app.kubernetes.io/part-of: voting\n", ""},
	{"labels", infra, "    env: prod\n", "    environment: prod\n"},
	{"unique objects", vote, "", "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: db, namespace: voting-prod}\n"},
	{"unique objects", vote, "namespace: voting-prod", "namespace: voting-staging"},
	{"unique objects", "overlays/prod/applications.yaml", "name: voting-vote-prod", "name: voting-vote-staging"},
	{"project wildcards", argo, "  - name: in-cluster\n    namespace: voting-prod", "  - name: in-cluster\n    namespace: voting-*"},
	{"project wildcards", argo, "  description: Applications of prod\n", "  description: Applications of prod\n  syncWindows: [{kind: deny, schedule: '0 0 * * *', duration: 1h, applications: ['*']}]\n"},
	{"project wildcards", argo, "  - group: apps\n    kind: Deployment", "  - group: apps\n    kind: '*'"},
	{"project wildcards", "bootstrap/roots/prod.yaml", "  clusterResourceWhitelist: []", "  clusterResourceWhitelist: [{group: '*', kind: '*'}]"},
	{"platform", argo, "  name: voting-prod-apps\n", "  name: vote-prod-apps\n"},
	{"platform", argo, "    name: voting-*.prod\n", "    name: vote-*.prod\n"},
	{"platform", "overlays/prod/infra/_cluster/", "  name: voting-images.prod\n", "  name: images.prod\n"},
	{"platform", "overlays/prod/infra/_cluster/", "        wavewright.dev/platform: voting\n", ""},
	{"platform", "bootstrap/roots/prod.yaml", "      - FailOnSharedResource=true\n", ""},
	{"platform", "bootstrap/roots/prod.yaml", "    wavewright.dev/platform: voting\n", ""},
	{"platform", vote, "          kubernetes.io/metadata.name: gateway-system\n", "          env: prod\n"},
	{"projects", argo, "    kind: HorizontalPodAutoscaler\n", "    kind: Other\n"},
	{"projects", argo, "  - https://git.example.com/acme/voting-gitops.git", "  - https://git.example.com/acme/voting.git"},
	{"projects", argo, "  - name: in-cluster\n    namespace: voting-prod", "  - name: in-cluster\n    namespace: voting"},
	{"projects", argo, "    kind: Namespace\n", "    kind: Other\n"},
	{"projects", vote, "kind: PodDisruptionBudget", "kind: PodDisruption"},
	{"projects", vote, "namespace: voting-prod", "namespace: voting-staging"},
	{"projects", "bootstrap/roots/prod.yaml", "kind: ApplicationSet}", "kind: Application}"},
	{"live elements", "argocd/dev/", "overlays/dev/apps/vote", "overlays/dev/apps/votes"},
	{"live elements", "overlays/dev/applications.yaml", "name: voting-vote-dev", "name: voting-votes-dev"},
	{"live elements", "argocd/dev/", "revision: main", "revision: maim"},
	{"live elements", "argocd/dev/", "name: voting-vote-dev", "name: voting-db-dev"},
	{"kustomizations", "base/vote/kustomization.yaml", "resources:", "bases:"},
	{"kustomizations", "base/vote/labels/kustomization.yaml", "labels:", "commonLabels:"},
	{"kustomizations", "base/vote/kustomization.yaml", "  - network.yaml\n", ""},
	{"kustomizations", "overlays/prod/apps/vote/kustomization.yaml", "  - availability.yaml\n", ""},
	{"kustomizations", "components/unused/kustomization.yaml", "", "resources: []\n"},
	{"files", "base/vote/workload.yaml", "kind: Deployment", "kind: Deployment # TODO"},
	{"files", "base/vote/workload.yaml", "kind: Deployment", "kind: Deployment "},
	{"files", "base/vote/workload.yaml", "kind: Deployment", "kind: <no value>"},
	{"files", "base/vote/workload.yaml", "kind: Deployment", "kind: [[.Kind]]"},
	{"files", "base/vote/workload.yaml", "", "\n"},
}

const orders = "overlays/prod/apps/orders/"

// jobMutations are changes of what runs to an end.
var jobMutations = []mutation{
	{"tasks", "overlays/prod/apps/report/", "  startingDeadlineSeconds: 3600\n", ""},
	{"tasks", "overlays/prod/apps/report/", "      backoffLimit: 0\n", ""},
	{"tasks", orders, "  activeDeadlineSeconds: 900\n", ""},
	{"tasks", orders, "  backoffLimit: 0\n", "  backoffLimit: 0\n  ttlSecondsAfterFinished: 60\n"},
	{"tasks", orders, "restartPolicy: Never", "restartPolicy: OnFailure"},
	{"tasks", orders, "argocd.argoproj.io/hook: Sync", "argocd.argoproj.io/hook: PreSync"},
	{"tasks", orders, "hook-delete-policy: BeforeHookCreation", "hook-delete-policy: HookFailed"},
	{"tasks", orders, "sync-wave: \"-2\"\n  labels:\n    app.kubernetes.io/instance: orders\n    app.kubernetes.io/part-of: batch\n    env: prod\n  name: orders-config", "other: \"-2\"\n  labels:\n    app.kubernetes.io/instance: orders\n    app.kubernetes.io/part-of: batch\n    env: prod\n  name: orders-config"},
	{"tasks", orders, "sync-wave: \"-1\"", "sync-wave: \"1\""},
	{"tasks", orders, "sync-wave: \"1\"", "sync-wave: \"0\""},
	{"tasks", orders, "  name: orders-smoke-", "  name: orders-smoke # "},
	{"labels", orders, "    app.kubernetes.io/instance: orders-migrate", "    app.kubernetes.io/instance: orders"},
	{"services", orders, "        app.kubernetes.io/name: orders-migrate", "        app.kubernetes.io/name: orders"},
	{"network edges", orders, "          app.kubernetes.io/name: orders-smoke", "          app.kubernetes.io/name: orders-migrate"},
}

// role is a document with a Role of one rule.
func role(resource, verb string) string {
	return "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x, namespace: voting-prod}\n" +
		"rules: [{apiGroups: [''], resources: [" + resource + "], verbs: [" + verb + "]}]\n"
}

// TestChecksCatchMistakes shows, by one change each, that every check can fail.
func TestChecksCatchMistakes(t *testing.T) {
	caught := map[string]bool{}
	for in, list := range mutations {
		c := namedCase(t, in)
		for _, m := range list {
			t.Run(m.check+"/"+m.name(), func(t *testing.T) {
				i := slices.IndexFunc(checks.All, func(check checks.Check) bool { return check.Name == m.check })
				before := checks.All[i].Run(c.repo)
				after := checks.All[i].Run(m.apply(t, c))
				if !slices.ContainsFunc(after, func(finding string) bool { return !slices.Contains(before, finding) }) {
					t.Errorf("no new finding after replacing %q by %q in %s", m.old, m.new, m.place)
				}
				caught[m.check] = true
			})
		}
	}
	for _, check := range checks.All {
		if !caught[check.Name] {
			t.Errorf("nothing shows that the check %q can fail", check.Name)
		}
	}
}

// name is what the change puts in.
func (m mutation) name() string {
	name := strings.TrimSpace(m.new)
	if len(name) > 40 {
		name = name[:40]
	}
	return name
}

// apply loads the repository with the change.
func (m mutation) apply(t *testing.T, c *testCase) *repo.Repository {
	t.Helper()
	builds, dir := maps.Clone(c.builds), c.dir
	folder, built := strings.CutSuffix(m.place, "/")
	if built {
		changed := *builds[folder]
		changed.Output = m.replace(t, changed.Output)
		builds[folder] = &changed
	} else {
		dir = t.TempDir()
		if err := copyTree(c.dir, dir); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, filepath.FromSlash(m.place))
		content, err := os.ReadFile(file)
		if err != nil && m.old != "" {
			t.Fatal(err)
		}
		if err := write(file, m.replace(t, content)); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := repo.Load(c.name, dir, builds)
	if err != nil {
		t.Fatal(err)
	}
	loaded.Generated, loaded.External = c.repo.Generated, c.repo.External
	return loaded
}

func (m mutation) replace(t *testing.T, content []byte) []byte {
	t.Helper()
	if m.old == "" {
		return append(slices.Clone(content), m.new...)
	}
	changed := strings.Replace(string(content), m.old, m.new, 1)
	if changed == string(content) {
		t.Fatalf("%s does not hold %q", m.place, m.old)
	}
	return []byte(changed)
}

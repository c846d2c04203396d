package change

import (
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// object reads an object.
func object(t *testing.T, source string) Object {
	t.Helper()
	var o Object
	if err := yaml.Unmarshal([]byte(source), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

const database = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop-prod}
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {spec: {containers: [{name: db, image: "postgres:17"}]}}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
  - metadata: {name: log}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`

const storage = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files-data, namespace: shop-prod, annotations: {argocd.argoproj.io/sync-options: "Prune=confirm,Delete=confirm"}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`

// TestObjects changes one text of an object at a time.
func TestObjects(t *testing.T) {
	for name, c := range map[string]struct {
		object, old, new string
		field            string // of the only finding; empty for none
		values           string
		effect           Effect
	}{
		"nothing":                 {database, "db", "db", "", "", ""},
		"image":                   {database, "postgres:17", "postgres:18", "", "", ""},
		"replicas":                {database, "replicas: 3", "replicas: 5", "", "", ""},
		"size":                    {database, "10Gi", "20Gi", "spec.volumeClaimTemplates[data].spec.resources.requests.storage", "10Gi → 20Gi", Refused},
		"the same size":           {database, "10Gi", "10240Mi", "", "", ""},
		"a stated default":        {database, "serviceName: db", "serviceName: db\n  podManagementPolicy: OrderedReady", "", "", ""},
		"not the default":         {database, "serviceName: db", "serviceName: db\n  podManagementPolicy: Parallel", "spec.podManagementPolicy", "OrderedReady → Parallel", Refused},
		"default of the template": {database, "storage: 10Gi}}", "storage: 10Gi}}, volumeMode: Filesystem", "", "", ""},
		"service":                 {database, "serviceName: db", "serviceName: other", "spec.serviceName", "db → other", Refused},
		"no service":              {database, "  serviceName: db\n", "", "spec.serviceName", "db → none", Refused},
		"another volume":          {database, "name: log", "name: wal", "", "", Refused},
		"claim grows":             {storage, "1Gi", "2Gi", "spec.resources.requests.storage", "1Gi → 2Gi", Conditional},
		"claim shrinks":           {storage, "1Gi", "1G", "spec.resources.requests.storage", "1Gi → 1G", Refused},
		"claim elsewhere":         {storage, "spec: {", "spec: {storageClassName: fast, ", "spec.storageClassName", "none → fast", Refused},
		"forced": {
			strings.Replace(database, "namespace: shop-prod", "namespace: shop-prod, annotations: {argocd.argoproj.io/sync-options: 'Force=true,Replace=true'}", 1),
			"serviceName: db", "serviceName: other", "spec.serviceName", "db → other", Replaced,
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := object(t, c.object), object(t, strings.Replace(c.object, c.old, c.new, 1))
			found := Objects([]Object{before}, []Object{after})
			if c.field != "" && (len(found) != 1 || found[0].Field != c.field || found[0].Old+" → "+found[0].New != c.values) {
				t.Errorf("found %+v", found)
			}
			if (c.effect == "") != (len(found) == 0) || slices.ContainsFunc(found, func(f Finding) bool { return f.Effect != c.effect }) {
				t.Errorf("found %+v, want %q", found, c.effect)
			}
		})
	}
}

// TestData moves what holds data.
func TestData(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		cluster       string
		want          []string // object: field: old → new
	}{
		"nothing":       {database, database, "", nil},
		"growth":        {database, strings.Replace(database, "10Gi", "20Gi", 1), "", nil},
		"renamed":       {database, strings.ReplaceAll(database, "name: db", "name: store"), "", []string{"StatefulSet/db: metadata.name: db → store", "StatefulSet/db: metadata.name: db → store"}},
		"namespace":     {storage, strings.ReplaceAll(storage, "shop-prod", "other"), "", []string{"PersistentVolumeClaim/files-data: metadata.namespace: shop-prod → other"}},
		"cluster":       {storage, storage, "eu", []string{"PersistentVolumeClaim/files-data: cluster: one → eu"}},
		"volume":        {database, strings.Replace(database, "name: log", "name: wal", 1), "", []string{"StatefulSet/db: spec.volumeClaimTemplates: log → wal"}},
		"volume gone":   {database, database[:strings.Index(database, "  - metadata: {name: log")], "", []string{"StatefulSet/db: spec.volumeClaimTemplates[log]: log → none"}},
		"kind":          {database[:strings.Index(database, "  - metadata: {name: log")], storage, "", []string{"StatefulSet/db: kind: StatefulSet → PersistentVolumeClaim"}},
		"standalone":    {storage, strings.Replace(storage, "files-data", "files-content", 1), "", []string{"PersistentVolumeClaim/files-data: metadata.name: files-data → files-content"}},
		"nothing holds": {storage, "", "", []string{"PersistentVolumeClaim/files-data: metadata.name: files-data → none"}},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := Side{Cluster: "one", Objects: []Object{object(t, c.before)}}, Side{Cluster: "one"}
			if c.after != "" {
				after.Objects = []Object{object(t, c.after)}
			}
			if c.cluster != "" {
				after.Cluster = c.cluster
			}
			var got []string
			for _, f := range Data(before, after) {
				got = append(got, f.Object+": "+f.Field+": "+f.Old+" → "+f.New)
				if starts := strings.Contains(f.Does, "starts empty"); starts == (f.New == "none") {
					t.Errorf("%s: %s", f.New, f.Does)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestStays tells claims that stay from those that are deleted.
func TestStays(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"claims":    {database, "claims data-db-0 to data-db-2 stay"},
		"retention": {strings.Replace(database, "replicas: 3", "persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}", 1), "Kubernetes deletes data-db-0 in shop-prod of cluster one together"},
		"confirmed": {storage, "until a person confirms"},
		"pruned":    {strings.Replace(storage, "Prune=confirm,", "", 1), "Argo CD deletes the claim"},
	} {
		found := Data(Side{Cluster: "one", Objects: []Object{object(t, c.source)}}, Side{Cluster: "one"})
		if len(found) == 0 || !strings.Contains(found[0].Does, c.want) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestNames renames a Service, and moves it.
func TestNames(t *testing.T) {
	const source = "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop-dev}}"
	for name, c := range map[string]struct{ old, new, want string }{
		"stays":     {"db", "db", ""},
		"namespace": {"shop-dev", "data-dev", "db.shop-dev.svc → db.data-dev.svc"},
		"name":      {"name: db", "name: store", "db.shop-dev.svc → store.shop-dev.svc"},
	} {
		found := Names(Side{Cluster: "one", Objects: []Object{object(t, source)}}, Side{Cluster: "one", Objects: []Object{object(t, strings.Replace(source, c.old, c.new, 1))}}, []string{"web", "api"})
		got := ""
		if len(found) > 0 {
			got = found[0].Old + " → " + found[0].New
		}
		if got != c.want || got != "" && !strings.Contains(found[0].Does, "connect to it: web, api.") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestNamesOfLoadBalancers renames a Service with a load balancer beside that of its application,
// moves it, and takes it out.
func TestNamesOfLoadBalancers(t *testing.T) {
	service := func(name, namespace, spec string) Object {
		return object(t, "{apiVersion: v1, kind: Service, metadata: {name: "+name+", namespace: "+namespace+"}, spec: {"+spec+"}}")
	}
	balancer := func(name, namespace string) Object { return service(name, namespace, "type: LoadBalancer") }
	old := []Object{service("calls", "net", ""), balancer("calls-media", "net")}
	for name, c := range map[string]struct {
		after []Object
		want  string
	}{
		"stays":   {old, ""},
		"renamed": {[]Object{service("calls", "net", ""), balancer("calls-rtp", "net")}, "calls-media.net.svc → calls-rtp.net.svc"},
		"gone":    {[]Object{service("calls", "net", "")}, ""},
		"moved":   {[]Object{balancer("calls-media", "other")}, "calls-media.net.svc → calls-media.other.svc"},
	} {
		got := ""
		for _, f := range Names(Side{Cluster: "one", Objects: old}, Side{Cluster: "one", Objects: c.after}, []string{"web"}) {
			if strings.Contains(f.Does, "load balancer") {
				got = f.Old + " → " + f.New
			}
			if name == "gone" {
				t.Errorf("gone: %+v", f)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestFamilies changes the addresses of a load balancer from those of IPv4 to those of IPv6.
func TestFamilies(t *testing.T) {
	const source = "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}, spec: {type: LoadBalancer}}"
	now := strings.Replace(source, "LoadBalancer", "LoadBalancer, ipFamilies: [IPv6]", 1)
	if found := Updated(object(t, source), object(t, now)); len(found) != 1 || found[0].Effect != Refused || !strings.Contains(found[0].Steps, "another address") {
		t.Errorf("%+v", found)
	}
	if found := Updated(object(t, now), object(t, source)); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// configured lists the kinds of objects whose pods or pod templates name ConfigMaps. A ReplicaSet
// and a ControllerRevision keep the template of an earlier revision, to which a rollout can be
// undone.
const configured = "pods,replicasets,deployments,statefulsets,daemonsets,controllerrevisions,jobs,cronjobs"

// configMap is a ConfigMap with the annotations that its generator gave it.
type configMap struct {
	Kind     string
	Metadata struct {
		Name        string
		Annotations map[string]string
	}
}

// kept reports whether Argo CD leaves the ConfigMap in the cluster when the repository no
// longer has it.
func (m *configMap) kept() bool {
	return slices.Contains(strings.Split(m.Metadata.Annotations["argocd.argoproj.io/sync-options"], ","), "Prune=false")
}

// leftovers reports, for each namespace with configuration files, the ConfigMaps of earlier
// revisions that no pod and no revision uses any more.
func (n *ClusterNeeds) leftovers(ctx context.Context, c *Client) []Finding {
	var found []Finding
	for _, namespace := range n.Configured {
		q := question{"doctor/unused-config", "ConfigMaps in " + namespace}
		names, err := c.unusedConfig(ctx, namespace)
		switch {
		case err != nil:
			found = append(found, q.unanswered(err, ""))
		case len(names) > 0:
			found = append(found, q.warning(fmt.Sprintf("%d of earlier revisions, which nothing uses", len(names)),
				fmt.Sprintf("Argo CD does not prune ConfigMaps of applications. Delete these: kubectl --context %s --namespace %s delete configmap %s", c.Context, namespace, strings.Join(names, " "))))
		}
	}
	if found == nil {
		found = append(found, question{"doctor/unused-config", "ConfigMaps of earlier revisions"}.ok("none is unused"))
	}
	return found
}

// unusedConfig lists the ConfigMaps of a namespace that Argo CD keeps and nothing uses, by name.
func (c *Client) unusedConfig(ctx context.Context, namespace string) ([]string, error) {
	var maps struct{ Items []configMap }
	if err := c.list(ctx, &maps, "configmaps", namespace, ""); err != nil {
		return nil, err
	}
	var users struct{ Items []any }
	if err := c.list(ctx, &users, configured, namespace, ""); err != nil {
		return nil, err
	}
	used := map[string]bool{}
	usedConfig(users.Items, used)
	var names []string
	for _, m := range maps.Items {
		if m.kept() && !used[m.Metadata.Name] {
			names = append(names, m.Metadata.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// usedConfig collects the names of ConfigMaps that a decoded value refers to, wherever a pod
// template stands in it: volumes, projected sources and variables.
func usedConfig(value any, used map[string]bool) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			usedConfig(item, used)
		}
	case map[string]any:
		for key, item := range v {
			reference, _ := item.(map[string]any)
			if name, ok := reference["name"].(string); ok && (key == "configMap" || key == "configMapRef" || key == "configMapKeyRef") {
				used[name] = true
			}
			usedConfig(item, used)
		}
	}
}

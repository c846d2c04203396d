package schema

// DefaultCluster is Argo CD's name for the cluster that it runs on.
const DefaultCluster = "in-cluster"

// Target is an environment on one cluster.
type Target struct {
	// Name of the target: the environment's, or <environment>-<cluster>.
	Name string
	// Cluster is the Argo CD destination name.
	Cluster string
}

// Targets lists the targets of the environment in rollout order. Their names do not depend
// on the number of clusters, so that a further cluster renames nothing.
func (e *Environment) Targets() []Target {
	if e.Clusters == nil {
		cluster := e.Cluster
		if cluster == "" {
			cluster = DefaultCluster
		}
		return []Target{{Name: e.Name, Cluster: cluster}}
	}
	targets := make([]Target, 0, len(e.Clusters))
	for _, cluster := range e.Clusters {
		if cluster == "" {
			continue // which was reported
		}
		targets = append(targets, Target{Name: e.Name + "-" + cluster, Cluster: cluster})
	}
	return targets
}

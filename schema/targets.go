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

// Targets lists where the environment runs, in rollout order. The names never
// depend on how many clusters are listed, so that adding one renames nothing.
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

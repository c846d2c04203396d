package model

// replicaFields checks what only replicas of a StatefulSet have.
func (c *checker) replicaFields() {
	retention := c.w.PersistentVolumeClaimRetentionPolicy
	for _, field := range []struct {
		stated bool
		path   []any
	}{
		{c.w.PodManagementPolicy != "", []any{"podManagementPolicy"}},
		{retention.WhenDeleted+retention.WhenScaled != "", []any{"persistentVolumeClaimRetentionPolicy"}},
		{c.w.Rollout.UpdateStrategy != "", []any{"rollout", "updateStrategy"}},
		{c.w.Rollout.Partition != 0, []any{"rollout", "partition"}},
	} {
		if field.stated && !c.w.Stateful() && !c.faulty("kind") {
			c.error(c.key(field.path...), "stateful/field", "only a StatefulSet has %s", field.path[len(field.path)-1]).Hint =
				"Write kind: StatefulSet, or take it out."
		}
	}
	if c.w.Rollout.UpdateStrategy == onDelete && c.w.Rollout.Partition > 0 {
		c.error(c.key("rollout", "partition"), "stateful/field", "a partition has no effect with updateStrategy OnDelete").Hint =
			"Take one of the two out, for example with partition: null."
	}
	if c.w.Rollout.Partition < 0 {
		c.error(c.at("rollout", "partition"), "spec/value", "partition is the ordinal of a replica, which is 0 or more").Hint =
			"Write the ordinal of the first replica that gets the new version; 0 means all replicas."
	}
}

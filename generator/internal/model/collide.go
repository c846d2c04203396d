package model

import "fmt"

// objects reports two objects of one kind and name in a namespace: names composed
// of two parts can meet although the parts differ.
func (r *resolver) objects() {
	for _, ns := range namespacesOn(r.p.Targets()) {
		seen := map[string]Name{}
		for _, in := range ns.Instances {
			r.collisions(in, seen)
		}
	}
}

func (r *resolver) collisions(in *Instance, seen map[string]Name) {
	for _, name := range in.composedNames() {
		other, taken := seen[name]
		if taken && other != in.App.Name {
			d := r.list.Error(in.App.At, "name/duplicate", "two objects would be called "+name)
			d.Detail = fmt.Sprintf("One belongs to application %s, the other to %s; both run in one namespace.", other, in.App.Name)
			d.Hint = "Rename an application, or the route, secret or volume whose name stands at the end."
		}
		seen[name] = in.App.Name
	}
}

// composedNames lists, with their kinds, the objects of an instance that are not
// simply called like the application, and the policy that is.
func (in *Instance) composedNames() []string {
	var names []string
	if in.App.NetworkPolicy() != nil {
		names = append(names, "NetworkPolicy "+string(in.App.Name))
	}
	// What selects pods must not select those of others.
	names = append(names, "pods "+string(in.App.Name))
	for _, run := range in.Runs {
		names = append(names, "pods "+string(run.Name), "Job "+string(run.Name), "NetworkPolicy "+string(run.Name))
		if len(run.Egress) > 0 {
			names = append(names, fmt.Sprintf("NetworkPolicy %s-%s", run.Name, in.Target.Env.Name))
		}
	}
	if in.App.Base.Stateful() {
		names = append(names, "Service "+string(in.App.Headless()))
	}
	if len(in.Workload.Ports) > 0 {
		names = append(names, "Service "+string(in.App.Name))
	}
	if policy := in.NetworkPolicy(); policy != nil {
		names = append(names, "NetworkPolicy "+string(policy.Name))
	}
	for _, name := range sortedKeys(in.Workload.Expose) {
		names = append(names, fmt.Sprintf("route %s-%s", in.App.Name, name))
	}
	if in.Workload.Metrics != nil {
		names = append(names, "ServiceMonitor "+string(in.App.Name))
	}
	if len(in.Workload.ServiceAccount.Rules) > 0 {
		names = append(names, fmt.Sprintf("Role %s-api", in.App.Name))
	}
	for _, name := range sortedKeys(in.Workload.Secrets) {
		if in.Workload.Secrets[name].Existing == "" {
			names = append(names, fmt.Sprintf("ExternalSecret %s-%s", in.App.Name, name))
		}
	}
	for _, claim := range in.Workload.Claims(in.App.Name) {
		names = append(names, "PersistentVolumeClaim "+string(claim.Name))
	}
	return names
}

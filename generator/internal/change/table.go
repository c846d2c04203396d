package change

import "slices"

// rule says what the API server makes of a change of fields. Package e2e holds the table against
// a real API server, field by field; testdata has the answers.
type rule struct {
	// kinds with their API groups.
	kinds []string
	// field that must not change, with all below it, but for the fields of except.
	field  string
	except []string
	// when all of these hold, the rule applies.
	when []condition
	// unless all of these hold, of which there is at least one.
	unless []condition
	effect Effect
	text   words
	// grows is said instead when a quantity becomes larger.
	grows *words
}

// words say what the cluster does and what a person can do about it. {kind}, {lower}, {name} and
// {-n} stand for the object.
type words struct{ does, steps string }

// condition is about one field of the object before or after the change.
type condition struct {
	after bool
	field string
	// is lists the values that fulfil the condition; "" stands for no value.
	is []string
	// not lists those that do not, when is is empty.
	not []string
	// equals is another field that has the same value, when both lists are empty.
	equals string
}

func (c condition) holds(old, now Object) bool {
	o := old
	if c.after {
		o = now
	}
	value := text(o.valueOf(c.field))
	switch {
	case c.is != nil:
		return slices.Contains(c.is, value)
	case c.not != nil:
		return !slices.Contains(c.not, value)
	}
	return value == text(o.valueOf(c.equals))
}

// valueOf is the value that the API server has for a field.
func (o Object) valueOf(field string) any {
	if value := o.get(field); value != nil {
		return value
	}
	return fallback(field)
}

func (r rule) applies(old, now Object) bool {
	all := func(conditions []condition) bool {
		return !slices.ContainsFunc(conditions, func(c condition) bool { return !c.holds(old, now) })
	}
	return all(r.when) && (len(r.unless) == 0 || !all(r.unless))
}

// defaults are the values that the API server gives to fields which nobody states. An asterisk
// stands for each item of a list.
func defaults() map[string]any {
	return map[string]any{
		"spec.podManagementPolicy":                    "OrderedReady",
		"spec.volumeClaimTemplates.*.spec.volumeMode": "Filesystem",
		"spec.volumeClaimTemplates.*.apiVersion":      "v1",
		"spec.volumeClaimTemplates.*.kind":            claim,
		"spec.volumeMode":                             "Filesystem",
		"spec.completionMode":                         "NonIndexed",
		"spec.manualSelector":                         false,
		"spec.suspend":                                false,
		"spec.completions":                            1,
		"spec.parallelism":                            1,
		"spec.type":                                   "ClusterIP",
		"roleRef.apiGroup":                            "rbac.authorization.k8s.io",
		"type":                                        "Opaque",
		"immutable":                                   false,
		"preemptionPolicy":                            "PreemptLowerPriority",
		"reclaimPolicy":                               "Delete",
		"volumeBindingMode":                           "Immediate",
		"spec.managedBy":                              "kubernetes.io/job-controller",
		"spec.volumeClaimTemplates.*.metadata.creationTimestamp": "",
	}
}

// rules is the table.
func rules() []rule {
	isNone, isSuspended := []string{"None"}, condition{field: "spec.suspend", is: []string{"true"}}
	recreate := words{
		"The API server refuses the update, and each sync fails.",
		"Set the old value again; or delete the {kind} (kubectl{-n} delete {lower} {name}), and Argo CD creates it as written.",
	}
	address := words{
		"The API server refuses the update, and each sync fails.",
		"Set the old value again; or delete the Service (kubectl{-n} delete service {name}), and Argo CD creates it as written. Its load balancer then usually has another address, " +
			"which the DNS records of its clients have to name.",
	}
	orphan := words{
		"The API server refuses the update, and each sync fails.",
		"Set the old value again; or delete only the {kind} (kubectl{-n} delete statefulset {name} --cascade=orphan), whose pods and claims stay, and Argo CD creates it as written.",
	}
	keep := words{
		"The API server refuses the update, and each sync fails.",
		"Set the old value again; or add a volume under another name, copy the data, and take this one out afterwards.",
	}
	claims := words{
		"The API server refuses the update, and each sync fails; the claims that exist stay as they are.",
		"Set the old value again; or change each claim by itself (kubectl{-n} get pvc lists them; its StorageClass has to allow growth, and none shrinks), " +
			"then delete only the StatefulSet (kubectl{-n} delete statefulset {name} --cascade=orphan), whose pods and claims stay, and Argo CD creates it as written.",
	}
	rollout := words{
		"The API server refuses the update, and each sync fails.",
		"Set the old value again; or delete only the {kind} (kubectl{-n} delete {lower} {name} --cascade=orphan), whose pods go on, let Argo CD create it as written, and delete the old pods once the new ones are ready.",
	}
	expand := words{
		"The volume grows if its StorageClass allows that (allowVolumeExpansion); otherwise the API server refuses the update.",
		"wavewright doctor asks the cluster. No volume shrinks again.",
	}
	return []rule{
		{
			kinds: []string{"StatefulSet.apps"}, field: "spec", effect: Refused, text: orphan,
			except: []string{"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "volumeClaimTemplates"},
		},
		{kinds: []string{"StatefulSet.apps"}, field: "spec.volumeClaimTemplates", effect: Refused, text: claims},
		{kinds: []string{"Deployment.apps", "DaemonSet.apps", "ReplicaSet.apps"}, field: "spec.selector", effect: Refused, text: rollout},
		{
			kinds: []string{"Job.batch"}, field: "spec.template", effect: Refused, text: recreate,
			unless: []condition{isSuspended},
		},
		{
			// A suspended Job that has not started yet may be scheduled otherwise.
			kinds: []string{"Job.batch"}, field: "spec.template", effect: Refused, text: recreate, when: []condition{isSuspended},
			except: []string{"metadata.labels", "metadata.annotations", "spec.nodeSelector", "spec.tolerations", "spec.schedulingGates", "spec.affinity.nodeAffinity", "spec.containers.*.resources", "spec.initContainers.*.resources"},
		},
		{
			kinds: []string{"Job.batch"}, field: "spec", effect: Refused, text: recreate,
			except: []string{"template", "completions", "parallelism", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "suspend", "podReplacementPolicy", "maxFailedIndexes", "manualSelector"},
		},
		{
			kinds: []string{"Job.batch"}, field: "spec.completions", effect: Refused, text: recreate,
			unless: []condition{
				{field: "spec.completionMode", is: []string{"Indexed"}}, {field: "spec.completions", equals: "spec.parallelism"}, {after: true, field: "spec.completions", equals: "spec.parallelism"},
			},
		},
		{
			kinds: []string{"Service"}, field: "spec.clusterIP", effect: Refused, text: recreate,
			when: []condition{{after: true, field: "spec.clusterIP", not: []string{""}}, {field: "spec.type", not: []string{"ExternalName"}}},
		},
		{
			kinds: []string{"Service"}, field: "spec.clusterIP", effect: Ignored,
			when: []condition{{field: "spec.clusterIP", is: isNone}, {after: true, field: "spec.clusterIP", is: []string{""}}, {after: true, field: "spec.type", is: []string{"ClusterIP"}}},
			text: words{"The API server accepts the update and keeps the Service headless.", "Delete the Service (kubectl{-n} delete service {name}), and Argo CD creates it with an address; connections break until then."},
		},
		{
			kinds: []string{"Service"}, field: "spec.loadBalancerClass", effect: Refused, text: address,
			when: []condition{{field: "spec.type", is: []string{loadBalancer}}, {after: true, field: "spec.type", is: []string{loadBalancer}}},
		},
		{
			// The first family of addresses stays; who states none leaves it to the cluster.
			kinds: []string{"Service"}, field: "spec.ipFamilies", effect: Refused, text: address,
			when: []condition{{field: "spec.type", is: []string{loadBalancer}}, {after: true, field: "spec.ipFamilies", not: []string{""}}},
		},
		{kinds: []string{"PersistentVolumeClaim"}, field: "spec", effect: Refused, text: keep, except: []string{"resources.requests.storage", "volumeAttributesClassName"}},
		{kinds: []string{"PersistentVolumeClaim"}, field: "spec.resources.requests.storage", effect: Refused, text: keep, grows: &expand},
		{kinds: []string{"RoleBinding.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io"}, field: "roleRef", effect: Refused, text: recreate},
		{kinds: []string{"ResourceQuota"}, field: "spec.scopes", effect: Refused, text: recreate},
		{kinds: []string{"Secret"}, field: "type", effect: Refused, text: recreate},
		{kinds: []string{"Secret", "ConfigMap"}, field: "immutable", effect: Refused, text: recreate, when: []condition{{field: "immutable", is: []string{"true"}}}},
		{kinds: []string{"Secret", "ConfigMap"}, field: "data", effect: Refused, text: recreate, when: []condition{{field: "immutable", is: []string{"true"}}}},
		{kinds: []string{"Secret"}, field: "stringData", effect: Refused, text: recreate, when: []condition{{field: "immutable", is: []string{"true"}}}},
		{kinds: []string{"ConfigMap"}, field: "binaryData", effect: Refused, text: recreate, when: []condition{{field: "immutable", is: []string{"true"}}}},
		{kinds: []string{"PriorityClass.scheduling.k8s.io"}, field: "value", effect: Refused, text: recreate},
		{kinds: []string{"PriorityClass.scheduling.k8s.io"}, field: "preemptionPolicy", effect: Refused, text: recreate},
		{kinds: []string{"StorageClass.storage.k8s.io"}, field: "provisioner", effect: Refused, text: recreate},
		{kinds: []string{"StorageClass.storage.k8s.io"}, field: "parameters", effect: Refused, text: recreate},
		{kinds: []string{"StorageClass.storage.k8s.io"}, field: "reclaimPolicy", effect: Refused, text: recreate},
		{kinds: []string{"StorageClass.storage.k8s.io"}, field: "volumeBindingMode", effect: Refused, text: recreate},
	}
}

// replaced is what becomes of an object that Argo CD forces.
func replaced() words {
	return words{
		"Argo CD deletes the {kind} and creates it anew, because its annotation says Force=true.",
		"Set the old value again, or take the annotation out, if what belongs to the {kind} must not be interrupted or lost.",
	}
}

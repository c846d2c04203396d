package model

import (
	"fmt"
	"strconv"
	"strings"
)

// newestKubernetes is the newest minor version of Kubernetes that the tables below know.
const newestKubernetes = 37

// notYet is the version of a field whose feature gate newestKubernetes has off by default.
const notYet = newestKubernetes + 1

// sinceOfPod are the minor versions of Kubernetes from which the API server accepts a field of a pod by default: the
// feature gate of the field is on from this version. Before, the type may have the field already, but the API server
// drops it or refuses the pod unless somebody turned the gate on. Source: the markers +featureGate in core/v1/types.go
// of k8s.io/api, and the versions of each gate in pkg/features/kube_features.go of k8s.io/kubernetes 1.37.2. Fields that
// schema.OldestKubernetes has by default have no entry. A path with a value, as action=RestartAllContainers, is
// about this value only.
func sinceOfPod() map[string]int {
	return map[string]int{
		"evictionResponders": notYet, "hostUsers": 33, "hostnameOverride": 35, "resourceClaims": 34, "schedulingGroup": notYet,
		"securityContext.seLinuxChangePolicy": 33, "securityContext.supplementalGroupsPolicy": 33,
		"volumes[].configMap.defaultUser": notYet, "volumes[].configMap.items[].user": notYet,
		"volumes[].downwardAPI.defaultUser": notYet, "volumes[].downwardAPI.items[].user": notYet,
		"volumes[].emptyDir.mode": notYet, "volumes[].ephemeral.volumeClaimTemplate.spec.dataSourceRef.namespace": notYet,
		"volumes[].ephemeral.volumeClaimTemplate.spec.volumeAttributesClassName": 34,
		"volumes[].image": 35, "volumes[].projected.defaultUser": notYet, "volumes[].projected.sources[].clusterTrustBundle": 37,
		"volumes[].projected.sources[].clusterTrustBundle.user": notYet,
		"volumes[].projected.sources[].configMap.items[].user":  notYet, "volumes[].projected.sources[].downwardAPI.items[].user": notYet,
		"volumes[].projected.sources[].podCertificate": 37, "volumes[].projected.sources[].podCertificate.user": notYet,
		"volumes[].projected.sources[].secret.items[].user": notYet, "volumes[].projected.sources[].serviceAccountToken.user": notYet,
		"volumes[].secret.defaultUser": notYet, "volumes[].secret.items[].user": notYet,
	}
}

// sinceOfContainer are the same of a container.
func sinceOfContainer() map[string]int {
	return map[string]int{
		"env[].valueFrom.fileKeyRef": 35, "lifecycle.postStart.httpGet.protocol": notYet, "lifecycle.postStart.sleep.seconds=0": 33,
		"lifecycle.preStop.httpGet.protocol": notYet, "lifecycle.preStop.sleep.seconds=0": 33, "lifecycle.stopSignal": notYet,
		"resizePolicy": 33, "resources.claims": 34, "restartPolicy": 35, "restartPolicyRules": 35,
		"restartPolicyRules[].action=RestartAllContainers": 36, "securityContext.procMount": 33, "volumeMounts[].bindMountOptions": notYet,
	}
}

// version reports a field, or a value of one, that the cluster's version of Kubernetes does not have by default.
func (p passage) version(path string, value any, place []any) {
	first, name := p.since[path], readable(path)
	if with := fmt.Sprintf("%s=%v", path, value); p.since[with] > first {
		first, name = p.since[with], fmt.Sprintf("%s: %v", name, value)
	}
	minor, declared := p.in.Target.Cluster.minor()
	if first <= minor {
		return
	}
	if first == notYet {
		d := p.errorAt(place, "pod/version", "a feature gate that is off by default holds %s", name)
		d.Detail = fmt.Sprintf("Without the gate, which no version up to 1.%d has on, the API server drops the field or refuses the pod.", newestKubernetes)
		d.Hint = "Take it out. For clusters with the feature gate, add it by a patch in custom/ of the application's overlay."
		return
	}
	cluster := p.in.Target.Cluster.Name
	d := p.errorAt(place, "pod/version", "Kubernetes 1.%d has no %s", minor, name)
	d.Detail = fmt.Sprintf("Cluster %s has this version, and Kubernetes accepts the field by default since 1.%d.", cluster, first)
	d.Hint = "Take it out, or state it for the clusters that have it."
	if !declared {
		d.Detail = fmt.Sprintf("The spec declares no version of cluster %s, so that it counts as this one. Kubernetes accepts the field by default since 1.%d.", cluster, first)
		d.Hint = fmt.Sprintf("Declare the version, if the cluster has it: clusters: {%s: {kubernetes: \"1.%d\"}}.", cluster, first)
	}
}

// minor is the minor version of the cluster, and whether the spec declares it.
func (c *Cluster) minor() (int, bool) {
	_, text, _ := strings.Cut(c.PodSecurityVersion, "v1.")
	if minor, err := strconv.Atoi(text); err == nil {
		return minor, true
	}
	return assumedKubernetes, false
}

package model

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// relation says what the API server refuses of an object although it accepts each of its fields.
type relation struct {
	// path of the object, as in valueRule; empty for the pod or the container itself.
	path string
	// fault of the object: the key to which it belongs, and what is wrong; no text when it is accepted.
	fault func(o object) (key, text string)
}

// object is a map of fields as it is rendered, and what is around it.
type object struct {
	yamltree.Ordered
	// theirs is what the spec states of it, and root the whole pod or container.
	theirs, root yamltree.Ordered
	w            *Workload
}

// has reports whether a field is there and not false.
func (o object) has(key string) bool {
	value, exists := lookup(o.Ordered, key)
	return exists && value != false && value != ""
}

// word is the text of a field.
func (o object) word(key string) string {
	value, _ := lookup(o.Ordered, key)
	text, _ := value.(string)
	return text
}

// pod is what the spec passes through of the pod.
func (o object) pod() corev1.PodSpec {
	if o.w.Pod == nil {
		return corev1.PodSpec{}
	}
	return o.w.Pod.Spec
}

// excludes is a relation of two fields of which an object has one.
func excludes(one, other string) func(object) (string, string) {
	return func(o object) (string, string) {
		if o.has(one) && o.has(other) {
			return other, fmt.Sprintf("%s and %s exclude each other.", one, other)
		}
		return "", ""
	}
}

// requires is a relation of a field that needs another one.
func requires(key, other string) func(object) (string, string) {
	return func(o object) (string, string) {
		if o.has(key) && !o.has(other) {
			return key, fmt.Sprintf("%s needs %s beside it.", key, other)
		}
		return "", ""
	}
}

// eitherOf is a relation of two fields of which an object must have one.
func eitherOf(one, other string) func(object) (string, string) {
	return func(o object) (string, string) {
		switch first, second := o.has(one), o.has(other); {
		case first && second:
			return "", fmt.Sprintf("It has both %s and %s, and must have one of them.", one, other)
		case !first && !second:
			return "", fmt.Sprintf("It has neither %s nor %s, and must have one of them.", one, other)
		}
		return "", ""
	}
}

// relationsOfPod are those of a pod and of objects within it.
func relationsOfPod() []relation {
	return []relation{
		{"", excludes("hostPID", "shareProcessNamespace")},
		{"", excludes("hostNetwork", "hostnameOverride")},
		{"", excludes("setHostnameAsFQDN", "hostnameOverride")},
		{"", ownUsers},
		{"", preempting},
		{"", ending},
		{"*.appArmorProfile", profiled},
		{"*.clusterTrustBundle", eitherOf("name", "signerName")},
		{"*.clusterTrustBundle", requires("labelSelector", "signerName")},
		{"*.downwardAPI.items[]", eitherOf("fieldRef", "resourceFieldRef")},
		{"*Execution[]", requires("matchLabelKeys", "labelSelector")},
		{"*Execution[]", requires("mismatchLabelKeys", "labelSelector")},
		{"*Selector.matchExpressions[]", selectedPods},
		{"*.matchExpressions[]", operated(selected)},
		{"*.matchFields[]", operated(selectedNode)},
		{"*.matchLabels", labelled},
		{"*.podAffinityTerm", requires("matchLabelKeys", "labelSelector")},
		{"*.podAffinityTerm", requires("mismatchLabelKeys", "labelSelector")},
		{"*.resourceFieldRef", divided},
		{"*.resourceFieldRef", func(o object) (string, string) {
			return "resource", missingText(o, "containerName", "A volume shows the resources of one container: state containerName: NAME.")
		}},
		{"*.seccompProfile", profiled},
		{"*.volumeClaimTemplate.spec", func(o object) (string, string) {
			return "", missingText(o, "accessModes", "A claim needs accessModes, such as [ReadWriteOnce].")
		}},
		{"*.volumeClaimTemplate.spec", func(o object) (string, string) {
			return "", missingText(o, "resources", "A claim needs resources: {requests: {storage: …}}.")
		}},
		{"securityContext.sysctls[]", sysctlOfNode},
		{topology + "[]", func(o object) (string, string) {
			if o.has("minDomains") && o.word("whenUnsatisfiable") != "DoNotSchedule" {
				return "minDomains", "minDomains needs whenUnsatisfiable: DoNotSchedule."
			}
			return "", ""
		}},
		{topology + "[]", requires("matchLabelKeys", "labelSelector")},
		{"volumes[].projected", samePaths},
	}
}

// relationsOfContainer are those of a container and of objects within it.
func relationsOfContainer() []relation {
	return []relation{
		{"", requires("restartPolicyRules", "restartPolicy")},
		{"*.appArmorProfile", profiled},
		{"*.resourceFieldRef", divided},
		{"*.seccompProfile", profiled},
		{"*.sleep", asleep},
		{"lifecycle", func(o object) (string, string) {
			if o.has("stopSignal") && o.pod().OS == nil {
				return "stopSignal", "stopSignal needs the system of the pod: pod: {os: {name: linux}}."
			}
			return "", ""
		}},
		{"ports[]", portOfNode},
		{"resizePolicy[]", func(o object) (string, string) {
			policy := o.pod().RestartPolicy
			if o.word("restartPolicy") == "RestartContainer" && o.w.ends() && (policy == "" || policy == corev1.RestartPolicyNever) {
				return "restartPolicy", "No container of a pod with restartPolicy Never restarts: write NotRequired, or pod: {restartPolicy: OnFailure}."
			}
			return "", ""
		}},
		{"securityContext", unmasked},
		{"volumeDevices[]", blockDevice},
		{"volumeMounts[]", excludes("subPath", "subPathExpr")},
		{"volumeMounts[]", propagating},
		{"volumeMounts[]", readOnlyBelow},
	}
}

func missingText(o object, key, text string) string {
	if value, exists := lookup(o.Ordered, key); exists && !empty(value) {
		return ""
	}
	return text
}

// ownUsers are those of a pod that has not the users of its node.
func ownUsers(o object) (string, string) {
	if value, _ := lookup(o.Ordered, "hostUsers"); value != false {
		return "", ""
	}
	for _, key := range []string{"hostPID", "hostIPC", "hostNetwork"} {
		if o.has(key) {
			return "hostUsers", "hostUsers: false and " + key + " exclude each other."
		}
	}
	return "", ""
}

// preempting compares the policy of a pod with that of its class, from which the API server computes it.
func preempting(o object) (string, string) {
	if o.word("preemptionPolicy") == "Never" && o.w.PriorityClass == "" {
		return "preemptionPolicy", "A pod without a PriorityClass preempts others: write priorityClass: NAME of a class that does not."
	}
	return "", ""
}

// ending is a fault of pods that run to an end and would be started again.
func ending(o object) (string, string) {
	if o.word("restartPolicy") == "Always" && o.w.ends() {
		return "restartPolicy", "What runs to an end has restartPolicy OnFailure or Never."
	}
	return "", ""
}

// profiled is a fault of a profile that has a file and is none of the node.
func profiled(o object) (string, string) {
	if o.has("localhostProfile") && o.word("type") != localhost {
		return "localhostProfile", "localhostProfile needs type: Localhost."
	}
	return "", ""
}

// divided is a fault of the unit in which a resource is told.
func divided(o object) (string, string) {
	divisor, exists := lookup(o.Ordered, "divisor")
	units := strings.Fields("1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei")
	if strings.HasSuffix(o.word("resource"), ".cpu") {
		units = []string{"1", "1m"}
	}
	if text := fmt.Sprint(divisor); exists && text != "0" && !slices.Contains(units, text) {
		return "divisor", "It is " + text + ", and must be one of " + strings.Join(units, ", ") + "."
	}
	return "", ""
}

// sysctlOfNode is a fault of a kernel parameter that the pod shares with its node.
func sysctlOfNode(o object) (string, string) {
	var shared string
	name := strings.ReplaceAll(o.word("name"), "/", ".")
	switch {
	case o.pod().HostNetwork && strings.HasPrefix(name, "net."):
		shared = "hostNetwork"
	case o.pod().HostIPC && slices.ContainsFunc([]string{"kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."}, func(p string) bool { return strings.HasPrefix(name, p) }):
		shared = "hostIPC"
	default:
		return "", ""
	}
	return "name", fmt.Sprintf("With %s, the pod has %s of its node: set it on the node, or take %s out.", shared, o.word("name"), shared)
}

// samePaths is a fault of sources that write one file of a volume.
func samePaths(o object) (string, string) {
	sources, _ := lookup(o.Ordered, "sources")
	list, _ := sources.([]yamltree.Ordered)
	seen := map[string]bool{}
	for _, source := range list {
		for _, path := range pathsOf(source) {
			if seen[path] {
				return "sources", "Two sources have the path " + path + "."
			}
			seen[path] = true
		}
	}
	return "", ""
}

// pathsOf are the files that a source of a projected volume names.
func pathsOf(source yamltree.Ordered) (paths []string) {
	for _, kind := range source {
		fields, _ := kind.Value.(yamltree.Ordered)
		items, _ := lookup(fields, "items")
		list, _ := items.([]yamltree.Ordered)
		for _, item := range append(list, fields) {
			if path := (object{Ordered: item}).word("path"); path != "" {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// asleep compares a pause with the time that the pod has to stop.
func asleep(o object) (string, string) {
	most := int64(shutdownSeconds)
	if stated := o.pod().TerminationGracePeriodSeconds; stated != nil {
		most = *stated
	} else if ours := o.w.grace(); ours > 0 {
		most = int64(ours)
	}
	value, _ := lookup(o.Ordered, "seconds")
	if seconds, ok := value.(int); ok && (seconds < 0 || int64(seconds) > most) {
		return "seconds", fmt.Sprintf("It is %d, and must be between 0 and %d, the seconds that the pod has to stop: pod: {terminationGracePeriodSeconds: …}.", seconds, most)
	}
	return "", ""
}

// portOfNode compares the ports of a pod of the host network.
func portOfNode(o object) (string, string) {
	host, exists := lookup(o.Ordered, "hostPort")
	port, _ := lookup(o.Ordered, "containerPort")
	if o.pod().HostNetwork && exists && host != port {
		return "hostPort", fmt.Sprintf("It is %v, and with hostNetwork must be the containerPort, %v.", host, port)
	}
	return "", ""
}

// unmasked is a fault of a container that sees all of /proc with the users of the node.
func unmasked(o object) (string, string) {
	if o.word("procMount") == string(corev1.UnmaskedProcMount) && (o.pod().HostUsers == nil || *o.pod().HostUsers) {
		return "procMount", "procMount: Unmasked needs pod: {hostUsers: false}."
	}
	return "", ""
}

// blockDevice is a fault of a device whose volume has files, or which is mounted, too.
func blockDevice(o object) (string, string) {
	name, path := o.word("name"), o.word("devicePath")
	for _, v := range o.pod().Volumes {
		if v.Name == name && v.PersistentVolumeClaim == nil && v.Ephemeral == nil {
			return "name", "Volume " + name + " has files, and a block device needs a volume with persistentVolumeClaim or ephemeral."
		}
	}
	if ours, stated := o.w.Volumes[name]; stated && ours.Claim == "" && ours.Size == "" {
		return "name", "Volume " + name + " has files, and a block device needs a volume with persistentVolumeClaim or ephemeral."
	}
	mounts, _ := lookup(o.root, "volumeMounts")
	list, _ := mounts.([]yamltree.Ordered)
	for _, mount := range list {
		m := object{Ordered: mount}
		if m.word("name") == name || m.word("mountPath") == path {
			return "name", "A container has a volume either as a device or as a mount, and each at a path of its own."
		}
	}
	return "", ""
}

// propagating is a fault of mounts that a container without privileges would show its node.
func propagating(o object) (string, string) {
	context, _ := lookup(o.root, "securityContext")
	fields, _ := context.(yamltree.Ordered)
	if o.word("mountPropagation") == "Bidirectional" && !(object{Ordered: fields}).has("privileged") {
		return "mountPropagation", "Bidirectional needs a privileged container: container: {securityContext: {privileged: true, …}}."
	}
	return "", ""
}

// readOnlyBelow is a fault of a mount that is read-only below and not itself.
func readOnlyBelow(o object) (string, string) {
	policy := o.word("recursiveReadOnly")
	if policy == "" || policy == "Disabled" {
		return "", ""
	}
	if !o.has("readOnly") || o.has("mountPropagation") && o.word("mountPropagation") != "None" {
		return "recursiveReadOnly", "It needs readOnly: true, and no mountPropagation."
	}
	return "", ""
}

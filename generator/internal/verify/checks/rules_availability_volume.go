package checks

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// judgeSharedVolume wants several pods to have one volume only when the volume may be in several places.
func judgeSharedVolume(s *scope, out *judge) {
	for _, w := range s.workloads {
		if w.object.Malformed != nil || w.task || w.kind == "Pod" {
			continue
		}
		for i, volume := range w.pod.Spec.Volumes {
			if volume.PersistentVolumeClaim == nil || volume.PersistentVolumeClaim.ReadOnly {
				continue
			}
			for _, m := range s.find("PersistentVolumeClaim", w.namespace, volume.PersistentVolumeClaim.ClaimName) {
				if claim, _ := m.Typed.(*corev1.PersistentVolumeClaim); claim != nil && len(claim.Spec.AccessModes) == 1 {
					s.judgeShared(w, claim, fmt.Sprintf("volumes[%d]", i), out)
				}
			}
		}
	}
}

func (s *scope) judgeShared(w *workload, claim *corev1.PersistentVolumeClaim, path string, out *judge) {
	_, most := s.counts(w)
	pods := fmt.Sprintf("up to %d pods", most)
	if w.kind == "DaemonSet" {
		pods, most = "the pods of all nodes", 2
	}
	mode := claim.Spec.AccessModes[0]
	if places, known := s.places(w, corev1.LabelHostname); mode == corev1.ReadWriteOnce && (known && places == 1 || w.kind == "DaemonSet" && len(w.pod.Spec.NodeSelector) > 0) {
		return // All pods are on the node that has the volume, or the nodes are few.
	}
	switch {
	case most < 2:
	case mode == corev1.ReadWriteOncePod:
		f := out.workload(s, w, path, "%s share claim %s, which is %s: all but one stay Pending", pods, claim.Name, mode)
		f.Severity = Error
		f.Hint = "One pod in the whole cluster may use the claim. Use one pod, or a StatefulSet with volumeClaimTemplates."
	case mode == corev1.ReadWriteOnce:
		f := out.workload(s, w, path, "%s share claim %s, which is %s: those on other nodes wait for the volume", pods, claim.Name, mode)
		f.Hint = "A disk is attached to one node at a time (FailedAttachVolume). Use ReadWriteMany where the storage has it, or a StatefulSet with volumeClaimTemplates."
	}
}

// judgePartition wants an update of a StatefulSet to reach some of its pods.
func judgePartition(s *scope, out *judge) {
	for _, w := range s.workloads {
		set, ok := w.object.Typed.(*appsv1.StatefulSet)
		if !ok || w.object.Malformed != nil || set.Spec.UpdateStrategy.RollingUpdate == nil {
			continue
		}
		partition := ptr.Deref(set.Spec.UpdateStrategy.RollingUpdate.Partition, 0)
		_, most := s.counts(w)
		if partition == 0 || most == 0 || partition < most {
			continue
		}
		f := out.workload(s, w, "", "partition %d keeps all %d pods as they are: no update reaches any", partition, most)
		f.Path = "spec.updateStrategy.rollingUpdate.partition"
		f.Sum = []string{fmt.Sprintf("%d pods - partition %d = %d that are updated", most, partition, max(0, most-partition))}
		f.Hint = "Only pods from this one on are updated, and Argo CD shows the StatefulSet as healthy. Lower the partition when the update is to go on."
	}
}

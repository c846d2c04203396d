package checks

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// count is how many pods a workload has at one time.
type count struct {
	pods, surge int64
	// by says what else than the manifest gives the number.
	by string
	// unknown says that the number depends on the cluster.
	unknown bool
}

func (n count) total() int64 { return n.pods + n.surge }

// String is the number as the first factor of a product.
func (n count) String() string {
	text := fmt.Sprint(n.pods)
	if n.by != "" {
		text += " " + n.by
	}
	if n.surge > 0 {
		text += fmt.Sprintf(" + %d surge", n.surge)
	}
	if text == fmt.Sprint(n.pods) {
		return text
	}
	return "(" + text + ")"
}

// least is the smallest number of pods that a workload runs with for long: its replicas or the
// minimum of its autoscaler. Jobs come and go.
func (c *cluster) least(w *workload) count {
	if w.task {
		return count{}
	}
	n := c.most(w)
	n.surge = 0
	if s := c.scalerOf(w); s != nil {
		n.pods, n.by = int64(s.min), "at least"
	}
	return n
}

// most is the largest number of pods of a workload at one time: all replicas, or the maximum
// of its autoscaler, while a rollout adds its surge.
func (c *cluster) most(w *workload) count {
	n := count{pods: int64(ptr.Deref(w.replicas, 1))}
	switch typed := w.object.Typed.(type) {
	case *appsv1.DaemonSet:
		n = count{pods: int64(c.home[w.object].nodes()), by: "nodes"}
		n.unknown = n.pods == 0
	case *batchv1.Job:
		n = parallel(&typed.Spec)
	case *batchv1.CronJob:
		n = parallel(&typed.Spec.JobTemplate.Spec)
		if ptr.Deref(typed.Spec.Suspend, false) {
			n = count{}
		}
	}
	if s := c.scalerOf(w); s != nil {
		n.pods, n.by = int64(s.max), "at most"
	}
	if w.surge != nil {
		// A surge that cannot be read is the schema's affair.
		extra, err := intstr.GetScaledValueFromIntOrPercent(w.surge, int(n.pods), true)
		if err == nil {
			n.surge = int64(extra)
		}
	}
	return n
}

// parallel is how many pods of a Job run at one time.
func parallel(s *batchv1.JobSpec) count {
	n := int64(ptr.Deref(s.Parallelism, 1))
	if s.Completions != nil {
		n = min(n, int64(*s.Completions))
	}
	if ptr.Deref(s.Suspend, false) {
		n = 0
	}
	return count{pods: n}
}

// scalerOf is what changes the number of pods of a workload; nil when nothing does.
func (c *cluster) scalerOf(w *workload) *scaler {
	return c.scalers()[w.scaled()]
}

// readScalers are the autoscalers of a cluster, the first one of each workload.
func (c *cluster) readScalers() map[scaled]*scaler {
	found := map[scaled]*scaler{}
	for _, o := range c.objects {
		s := newScaler(&member{Object: o, target: c.home[o], namespace: o.Home()})
		if s != nil && found[s.scaled()] == nil {
			found[s.scaled()] = s
		}
	}
	return found
}

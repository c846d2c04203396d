package checks

import (
	"maps"
	"regexp"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Annotations with which a workload gives the reason for an exception.
const (
	singleton = "wavewright.dev/singleton"
	writable  = "wavewright.dev/writable-root-filesystem"
	root      = "wavewright.dev/runs-as-root"
	lowUser   = "wavewright.dev/low-user"
	noProbes  = "wavewright.dev/no-probes"
	// Of replicas whose environment asks for both.
	noBudget       = "wavewright.dev/no-disruption-budget"
	noAntiAffinity = "wavewright.dev/no-anti-affinity"
	// Of what pod: and container: pass through.
	hostAccess = "wavewright.dev/host-access"
	privileges = "wavewright.dev/privileges"
	links      = "wavewright.dev/service-links"
	pulls      = "wavewright.dev/image-pull-policy"
)

// own reports whether wavewright wrote a workload. What a team or a chart brings is theirs,
// within what the API server and the target demand of everybody.
func (t *target) own(w *workload) bool {
	if w.object.Labels[ownManifests] != "" {
		return false
	}
	for _, application := range t.Applications {
		if application.Chart && slices.Contains(application.Objects, w.object) {
			return false
		}
	}
	return true
}

// checkGuardrails wants each workload to be what its profile promises: pods say where they
// belong, run under an account of their own and a named image; in production they start,
// stop, spread, fail over and roll out in a stated way.
func checkGuardrails(t *target, out *report) {
	for _, w := range t.workloads {
		at := t.at(w.kind, w.namespace, w.name)
		if !w.task && w.selector == nil {
			out.add("%s has no selector", at)
		}
		if !t.own(w) || len(w.pod.Spec.Containers) == 0 {
			continue
		}
		checkPodLabels(at, w, out)
		for c := range w.containers() {
			if !fixedImage.MatchString(c.Image) {
				out.add("%s: image %q of container %s has no version", at, c.Image, c.Name)
			}
			checkHandlers(at, c, out)
		}
		if w.pod.Spec.ServiceAccountName == "" || w.pod.Spec.ServiceAccountName == "default" {
			out.add("%s has no account of its own", at)
		}
		for _, v := range w.pod.Spec.Volumes {
			if v.EmptyDir != nil && v.EmptyDir.SizeLimit == nil {
				out.add("%s: volume %s has no limit", at, v.Name)
			}
			if v.ConfigMap != nil && v.ConfigMap.Name == "" {
				out.add("%s: volume %s is of no ConfigMap", at, v.Name)
			}
		}
		t.checkConfig(at, w, out)
		if !t.production() {
			continue
		}
		if w.pod.Spec.PriorityClassName == "" {
			out.add("%s has no priority", at)
		}
		if !w.task {
			t.checkReasons(at, w, out)
			t.checkLife(at, w, out)
			t.checkRollout(at, w, out)
			t.checkPlacement(at, w, out)
		}
	}
}

// checkReasons wants a workload to say why it has one pod.
func (t *target) checkReasons(at string, w *workload, out *report) {
	if w.kind != "DaemonSet" && t.least(w) < 2 && w.object.Annotations[singleton] == "" {
		out.add("%s runs one pod, without a reason", at)
	}
}

// fixedImage is a name with a tag or a digest.
var fixedImage = regexp.MustCompile(`[^/]+(:[^/:]+|@sha256:[0-9a-f]{64})$`)

// checkPodLabels wants pods to carry what their workload says of itself: costs, alerts and
// owners of pods go by labels.
func checkPodLabels(at string, w *workload, out *report) {
	for _, key := range slices.Sorted(maps.Keys(w.object.Labels)) {
		if value, found := w.pod.Labels[key]; !found || value != w.object.Labels[key] && w.kind != "Job" {
			out.add("%s: its pods lack the label %s", at, key)
		}
	}
}

// checkHandlers wants each probe and hook to do something.
func checkHandlers(at string, c *corev1.Container, out *report) {
	for name, h := range handlers(c) {
		if h.Exec != nil && len(h.Exec.Command) == 0 {
			out.add("%s: the %s of container %s runs nothing", at, name, c.Name)
		}
		if h.HTTPGet == nil && h.TCPSocket == nil && h.GRPC == nil && h.Exec == nil && name[0] != 'p' {
			out.add("%s: the %s of container %s asks nothing", at, name, c.Name)
		}
	}
}

// checkLife wants pods to have time to start and to stop, and what balances load to hear of
// the end before they stop.
func (t *target) checkLife(at string, w *workload, out *report) {
	main := &w.pod.Spec.Containers[0]
	if len(main.Ports) > 0 && (main.StartupProbe == nil || patience(main.StartupProbe) < 60) {
		out.add("%s: less than a minute to start", at)
	}
	var pause int64
	if main.Lifecycle != nil && main.Lifecycle.PreStop != nil && main.Lifecycle.PreStop.Sleep != nil {
		pause = main.Lifecycle.PreStop.Sleep.Seconds
	}
	if pause <= 0 {
		out.add("%s stops before the load balancer knows", at)
	}
	if grace := w.pod.Spec.TerminationGracePeriodSeconds; grace == nil || *grace <= pause {
		out.add("%s: no stated time to stop, or none beside the pause of %d s", at, pause)
	}
}

// checkRollout wants a rollout to be gradual, without downtime, and to be called failed at
// some time; a singleton may replace its one pod.
func (t *target) checkRollout(at string, w *workload, out *report) {
	switch o := w.object.Typed.(type) {
	case *appsv1.Deployment:
		if o.Spec.MinReadySeconds <= 0 || o.Spec.ProgressDeadlineSeconds == nil {
			out.add("%s: a rollout does not wait for its pods to prove themselves, or for ever", at)
		}
		rolling := o.Spec.Strategy.RollingUpdate
		switch {
		case o.Annotations[singleton] != "" && o.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType:
		case o.Spec.Strategy.Type != appsv1.RollingUpdateDeploymentStrategyType || rolling == nil:
			out.add("%s: no stated way to roll out", at)
		case rolling.MaxUnavailable == nil || rolling.MaxUnavailable.String() != "0" || rolling.MaxSurge == nil:
			out.add("%s: a rollout takes pods away before there are new ones", at)
		}
	case *appsv1.StatefulSet:
		if o.Spec.MinReadySeconds <= 0 {
			out.add("%s: a rollout does not wait for its pods to prove themselves", at)
		}
	case *appsv1.DaemonSet:
		if o.Spec.MinReadySeconds <= 0 {
			out.add("%s: a rollout does not wait for its pods to prove themselves", at)
		}
	}
}

// checkPlacement wants several pods to be on several nodes and in several zones, and pods
// that hold no data to leave a broken node soon.
func (t *target) checkPlacement(at string, w *workload, out *report) {
	if t.least(w) > 1 && !t.preferred(w) && w.object.Annotations[noAntiAffinity] == "" {
		if !slices.ContainsFunc(required(w.pod.Spec.Affinity), func(term corev1.PodAffinityTerm) bool { return term.TopologyKey == corev1.LabelHostname }) {
			out.add("%s: its pods may be on one node", at)
		}
		if !slices.ContainsFunc(w.pod.Spec.TopologySpreadConstraints, func(c corev1.TopologySpreadConstraint) bool {
			return c.TopologyKey == corev1.LabelTopologyZone && c.MaxSkew == 1 && c.WhenUnsatisfiable != ""
		}) {
			out.add("%s: its pods may be in one zone", at)
		}
	}
	if set, ok := w.object.Typed.(*appsv1.StatefulSet); ok && len(set.Spec.VolumeClaimTemplates) > 0 {
		return
	}
	if w.kind == "DaemonSet" {
		return // Kubernetes lets its pods stay on every node
	}
	for _, key := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		if !slices.ContainsFunc(w.pod.Spec.Tolerations, func(toleration corev1.Toleration) bool {
			seconds := ptr.Deref(toleration.TolerationSeconds, 300)
			return toleration.Key == key && toleration.Operator == corev1.TolerationOpExists &&
				toleration.Effect == corev1.TaintEffectNoExecute && seconds < 300
		}) {
			out.add("%s stays on a node that is %s", at, key)
		}
	}
}

// preferred reports whether the spec only prefers several nodes and zones: then it says so
// for both.
func (t *target) preferred(w *workload) bool {
	affinity := w.pod.Spec.Affinity
	return affinity != nil && affinity.PodAntiAffinity != nil &&
		slices.ContainsFunc(affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution, func(term corev1.WeightedPodAffinityTerm) bool {
			return term.PodAffinityTerm.TopologyKey == corev1.LabelHostname
		}) && slices.ContainsFunc(w.pod.Spec.TopologySpreadConstraints, func(c corev1.TopologySpreadConstraint) bool {
		return c.TopologyKey == corev1.LabelTopologyZone && c.WhenUnsatisfiable == corev1.ScheduleAnyway
	})
}

// checkConfinement wants pods to give up what they do not need, in every environment: what
// runs confined in production only breaks there first.
func checkConfinement(t *target, out *report) {
	for _, w := range t.workloads {
		if !t.own(w) {
			continue
		}
		at, pod := t.at(w.kind, w.namespace, w.name), &w.pod.Spec
		if ptr.Deref(pod.EnableServiceLinks, true) && w.object.Annotations[links] == "" {
			out.add("%s: its environment lists all Services of the namespace", at)
		}
		s := ptr.Deref(pod.SecurityContext, corev1.PodSecurityContext{})
		if !ptr.Deref(s.RunAsNonRoot, false) || w.object.Annotations[lowUser] == "" && (ptr.Deref(s.RunAsUser, 0) <= 10000 || ptr.Deref(s.RunAsGroup, 0) <= 10000) {
			out.add("%s: its user or group may be one of the node's", at)
		}
		if s.FSGroup == nil || s.FSGroupChangePolicy == nil {
			out.add("%s: nobody owns its volumes, or they are gone through at each start", at)
		}
		for c := range w.containers() {
			own := ptr.Deref(c.SecurityContext, corev1.SecurityContext{})
			if !ptr.Deref(own.ReadOnlyRootFilesystem, false) && w.object.Annotations[writable] == "" {
				out.add("%s: container %s may change its own image, without a reason", at, c.Name)
			}
			if c.ImagePullPolicy != corev1.PullAlways && t.production() && w.object.Annotations[pulls] == "" {
				out.add("%s: container %s may run what somebody else pulled", at, c.Name)
			}
		}
	}
}

// hashed is a name that ends with the hash that Kustomize makes of a ConfigMap's content.
var hashed = regexp.MustCompile(`-[a-z0-9]{10}$`)

// checkConfig wants Argo CD to leave a ConfigMap in the cluster that pods of an earlier
// revision may use. The name has the hash of the content, save for a CronJob, whose Jobs
// find it by one name.
func (t *target) checkConfig(at string, w *workload, out *report) {
	for _, v := range w.pod.Spec.Volumes {
		if v.ConfigMap == nil || slices.Contains(t.external, "ConfigMap/"+v.ConfigMap.Name) {
			continue
		}
		if (w.kind == "CronJob") == hashed.MatchString(v.ConfigMap.Name) {
			out.add("%s: the name of ConfigMap %s does not fit what runs with it", at, v.ConfigMap.Name)
		}
		for _, m := range repo.Typed[corev1.ConfigMap](t.objects) {
			if m.Namespace != w.namespace || m.Name != v.ConfigMap.Name {
				continue
			}
			if m.Annotations["argocd.argoproj.io/sync-options"] != "Prune=false" || m.Annotations["argocd.argoproj.io/compare-options"] != "IgnoreExtraneous" {
				out.add("%s: Argo CD prunes ConfigMap %s while pods may use it", at, m.Name)
			}
		}
	}
}

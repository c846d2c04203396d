package checks

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// phase is a part of a sync. Argo CD waits for the end of each one before the next.
type phase int

const (
	preSync phase = iota
	inSync
	postSync
	// outside stands for hooks that no sync runs in its course.
	outside
)

func (p phase) String() string {
	return [...]string{"PreSync", "Sync", "PostSync", "none"}[p]
}

// hookPhases are the words of the hook annotation: those of Argo CD, and those of Helm that
// Argo CD understands.
func hookPhases() map[string]phase {
	return map[string]phase{
		"PreSync": preSync, "Sync": inSync, "PostSync": postSync,
		"SyncFail": outside, "PreDelete": outside, "PostDelete": outside, "Skip": outside,
	}
}

func helmPhases() map[string]phase {
	return map[string]phase{"pre-install": preSync, "pre-upgrade": preSync, "post-install": postSync, "post-upgrade": postSync}
}

// words are the items of an annotation that holds a list.
func words(annotation string) []string {
	var found []string
	for word := range strings.SplitSeq(annotation, ",") {
		if word = strings.TrimSpace(word); word != "" {
			found = append(found, word)
		}
	}
	return found
}

const (
	helmHook   = "helm.sh/hook"
	helmPolicy = "helm.sh/hook-delete-policy"
	helmWeight = "helm.sh/hook-weight"
)

// isHook reports whether Argo CD treats an object as a hook.
func isHook(o *repo.Object) bool {
	if value, own := o.Annotations[hookAnnotation]; own {
		return !slices.Equal(words(value), []string{"Skip"})
	}
	value, helm := o.Annotations[helmHook]
	return helm && value != "crd-install"
}

// phaseOf is the first phase in which Argo CD applies an object.
func phaseOf(o *repo.Object) phase {
	if !isHook(o) {
		return inSync
	}
	first := outside
	for _, word := range words(o.Annotations[hookAnnotation]) {
		if p, known := hookPhases()[word]; known {
			first = min(first, p)
		}
	}
	if first != outside || o.Annotations[hookAnnotation] != "" {
		return first
	}
	for _, word := range words(o.Annotations[helmHook]) {
		if p, known := helmPhases()[word]; known {
			first = min(first, p)
		}
	}
	return first
}

// waveOf is the wave as Argo CD reads it: without a number, the weight of a Helm hook, or 0.
func waveOf(o *repo.Object) int {
	for _, annotation := range []string{waveAnnotation, helmWeight} {
		if n, err := strconv.Atoi(o.Annotations[annotation]); err == nil {
			return n
		}
	}
	return 0
}

// turn is when an object is applied.
type turn struct {
	phase phase
	wave  int
}

func turnOf(o *repo.Object) turn { return turn{phaseOf(o), waveOf(o)} }

func (t turn) compare(other turn) int {
	return cmp.Or(cmp.Compare(t.phase, other.phase), cmp.Compare(t.wave, other.wave))
}

// requires are the objects, as "Kind/name" of the same namespace, without which Argo CD waits
// for this one in vain.
func requires(o *repo.Object) []string {
	switch typed := o.Typed.(type) {
	case *autoscalingv2.HorizontalPodAutoscaler:
		return []string{typed.Spec.ScaleTargetRef.Kind + "/" + typed.Spec.ScaleTargetRef.Name}
	case *batchv1.CronJob:
		return nil // Argo CD does not wait for its Jobs.
	}
	w := fromTyped(o.Typed)
	if w == nil || w.replicas != nil && *w.replicas == 0 {
		return nil
	}
	pod := w.pod.Spec.DeepCopy()
	pod.ImagePullSecrets = nil // The kubelet pulls public images without them.
	return slices.DeleteFunc(references(pod), func(r string) bool { return r == "ServiceAccount/default" })
}

// provides are the objects that are there when Argo CD has applied this one.
func provides(o *repo.Object) []string {
	all := []string{o.String()}
	var spec struct {
		Spec struct {
			SecretName string
			Target     struct{ Name string }
			Template   struct{ Metadata struct{ Name string } }
		}
	}
	if !slices.Contains([]string{"ExternalSecret", "SealedSecret", "Certificate"}, o.Kind) || yaml.Unmarshal(o.YAML, &spec) != nil {
		return all
	}
	return append(all, "Secret/"+cmp.Or(spec.Spec.SecretName, spec.Spec.Target.Name, spec.Spec.Template.Metadata.Name, o.Name))
}

// laterNeed is something that an object needs and gets only later.
type laterNeed struct {
	target *target
	object *repo.Object
	need   string
	first  *repo.Object
}

// laterNeeds are the needs that only later waves or phases of the same Application meet. What
// another Application provides too is not among them.
func (w *world) laterNeeds() []laterNeed {
	var found []laterNeed
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		if !slices.ContainsFunc(d.Objects, func(o *repo.Object) bool { return turnOf(o) != turn{phase: inSync} }) {
			return
		}
		providers := providersOf(d)
		for _, o := range d.Objects {
			if phaseOf(o) == outside {
				continue
			}
			for _, need := range requires(o) {
				key := o.Home() + " " + need
				first := earliest(providers[key])
				if first != nil && turnOf(first).compare(turnOf(o)) > 0 && !elsewhere(t, d, need, o) {
					found = append(found, laterNeed{t, o, need, first})
				}
			}
		}
	})
	return found
}

// providersOf indexes what the objects of an Application provide, by namespace and "Kind/name".
func providersOf(d *repo.Deployed) map[string][]*repo.Object {
	index := map[string][]*repo.Object{}
	for _, o := range d.Objects {
		for _, provided := range provides(o) {
			key := o.Home() + " " + provided
			index[key] = append(index[key], o)
		}
	}
	return index
}

// earliest is the provider that comes first; nil without any.
func earliest(all []*repo.Object) *repo.Object {
	var first *repo.Object
	for _, o := range all {
		if phaseOf(o) != outside && (first == nil || turnOf(o).compare(turnOf(first)) < 0) {
			first = o
		}
	}
	return first
}

// elsewhere reports whether another Application of the cluster provides something too.
func elsewhere(t *target, own *repo.Deployed, need string, consumer *repo.Object) bool {
	return slices.ContainsFunc(t.Applications, func(d *repo.Deployed) bool {
		return d != own && slices.ContainsFunc(d.Objects, func(o *repo.Object) bool {
			return o.Home() == consumer.Home() && slices.Contains(provides(o), need)
		})
	})
}

// waveWaits reports objects that wait for something of a later wave.
func waveWaits(w *world, out *judge) {
	for _, n := range w.laterNeeds() {
		if phaseOf(n.object) == preSync && phaseOf(n.first) != preSync {
			continue // argo/hook-waits-for-sync
		}
		own, later := turnOf(n.object), turnOf(n.first)
		f := out.object(n.target, n.object, orderPath(n.object), "it needs %s and comes before it", n.need)
		f.Sum = []string{
			"applied in phase " + own.phase.String() + ", wave " + strconv.Itoa(own.wave) + ": " + n.object.String(),
			"applied in phase " + later.phase.String() + ", wave " + strconv.Itoa(later.wave) + ": " + n.first.String() + " (" + n.first.File + ")",
		}
		f.Hint = "Argo CD waits for a wave to be healthy before it applies the next one: the first sync hangs. Give " + n.first.String() + " wave " + strconv.Itoa(own.wave) + " or a lower one."
		if own.phase != later.phase {
			f.Hint = "Argo CD waits for a phase to be done before it begins the next one: the first sync hangs. Give " + n.first.String() + " the phase " + own.phase.String() + " too, or an earlier one."
		}
	}
}

// hookWaits reports PreSync hooks that need what only the Sync phase applies.
func hookWaits(w *world, out *judge) {
	for _, n := range w.laterNeeds() {
		if phaseOf(n.object) != preSync || phaseOf(n.first) == preSync {
			continue
		}
		f := out.object(n.target, n.object, orderPath(n.object), "this PreSync hook needs %s, which Argo CD applies in the phase %s", n.need, phaseOf(n.first))
		f.Hint = "On the first sync the hook never ends, and the Sync phase never starts. Make " + n.first.String() + " a PreSync hook of a lower wave, move it to another Application, or run this hook in the phase Sync."
	}
}

// orderPath is the field that says when an object is applied.
func orderPath(o *repo.Object) string {
	for _, annotation := range []string{waveAnnotation, hookAnnotation, helmHook} {
		if _, found := o.Annotations[annotation]; found {
			return `metadata.annotations."` + annotation + `"`
		}
	}
	return "metadata.name"
}

// claimWaits reports claims that wait for a pod of a later wave: a class that binds late binds
// only when a pod uses the claim.
func claimWaits(w *world, out *judge) {
	late := lateClasses(w)
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		for _, o := range d.Objects {
			claim, ok := o.Typed.(*corev1.PersistentVolumeClaim)
			if !ok || claim.Spec.VolumeName != "" {
				continue
			}
			user := firstUser(d, o)
			if user == nil || turnOf(user).compare(turnOf(o)) <= 0 {
				continue
			}
			mode, known := classMode(claim, late)
			if known && mode != "WaitForFirstConsumer" {
				continue
			}
			f := out.object(t, o, orderPath(o), "its first pod comes later: %s in wave %d, the claim in wave %d", user, waveOf(user), waveOf(o))
			f.Hint = "Argo CD waits until the claim is bound. A StorageClass with volumeBindingMode WaitForFirstConsumer binds it only when a pod uses it: the sync hangs. Put both into one wave."
			if known {
				f.Severity = Error
			}
		}
	})
}

// lateClasses are the binding modes of the repository's StorageClasses.
func lateClasses(w *world) map[string]string {
	modes := map[string]string{}
	for _, o := range w.allObjects() {
		var class struct{ VolumeBindingMode string }
		if o.Kind == "StorageClass" && yaml.Unmarshal(o.YAML, &class) == nil {
			modes[o.Name] = cmp.Or(class.VolumeBindingMode, "Immediate")
		}
	}
	return modes
}

func classMode(claim *corev1.PersistentVolumeClaim, modes map[string]string) (mode string, known bool) {
	if claim.Spec.StorageClassName == nil {
		return "", false
	}
	mode, known = modes[*claim.Spec.StorageClassName]
	return mode, known
}

// firstUser is the first workload whose pods use a claim.
func firstUser(d *repo.Deployed, claim *repo.Object) *repo.Object {
	var users []*repo.Object
	for _, o := range d.Objects {
		if o.Home() == claim.Home() && slices.Contains(requires(o), claim.String()) {
			users = append(users, o)
		}
	}
	return earliest(users)
}

package change

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Side is one Application before or after a change.
type Side struct {
	// Cluster that its objects are in.
	Cluster string
	Objects []Object
	// Removal says what Argo CD does with an object that goes. Without it, it prunes as the object allows.
	Removal func(Object) Removal
}

// Removal is what Argo CD does with an object that goes.
type Removal uint8

// What becomes of an object.
const (
	// Deleted objects are pruned, or go with their Application.
	Deleted Removal = iota
	// Confirmed objects are deleted once a person has confirmed it.
	Confirmed
	// Kept objects stay.
	Kept
	// Unpruned objects stay until somebody syncs with pruning.
	Unpruned
)

// removal is what Argo CD does with an object of the side.
func (s Side) removal(o Object) Removal {
	if s.Removal != nil {
		return s.Removal(o)
	}
	switch options := o.Annotation("argocd.argoproj.io/sync-options"); {
	case strings.Contains(options, "Prune=false"):
		return Kept
	case strings.Contains(options, "Prune=confirm"):
		return Confirmed
	}
	return Deleted
}

// until says for how long an object stays that is not deleted at once.
func (r Removal) until() string {
	switch r {
	case Confirmed:
		return ", until a person confirms in Argo CD that it is deleted"
	case Unpruned:
		return ", until somebody syncs with pruning: the Application does not prune by itself"
	}
	return ""
}

// holder is a volume that outlives its pods.
type holder struct {
	// owner is the claim, or the StatefulSet that makes claims.
	owner Object
	// volume is the name of the template of a StatefulSet; empty for a claim.
	volume string
}

// key tells volumes apart: where it is the same, the data is the same.
func (h holder) key() string {
	return strings.Join([]string{h.owner.Kind(), h.owner.Namespace(), h.owner.Name(), h.volume}, "/")
}

// holders lists what holds data among objects.
func holders(objects []Object) []holder {
	var all []holder
	for _, o := range objects {
		switch o.group() {
		case claim:
			all = append(all, holder{owner: o})
		case statefulSet + ".apps":
			templates, _ := o.get("spec.volumeClaimTemplates").([]any)
			for _, template := range templates {
				all = append(all, holder{o, nameOf(template)})
			}
		}
	}
	return all
}

// Data finds volumes whose data stays behind. An Application that is gone has no objects after
// the change.
func Data(before, after Side) []Finding {
	old, now := holders(before.Objects), holders(after.Objects)
	has := func(all []holder, h holder) bool {
		return slices.ContainsFunc(all, func(other holder) bool { return other.key() == h.key() })
	}
	moved := before.Cluster != after.Cluster && len(after.Objects) > 0
	fresh := slices.DeleteFunc(slices.Clone(now), func(h holder) bool { return !moved && has(old, h) })
	var found []Finding
	for _, h := range old {
		if moved || !has(now, h) {
			found = append(found, h.left(before, after, fresh))
		}
	}
	return sorted(found)
}

// Exchanged finds the volumes of an application that has the name of another one now: was is the name
// that it had itself. They stay with the name.
func Exchanged(before, after Side, name, was string) []Finding {
	current := holders(after.Objects)
	var found []Finding
	for _, h := range holders(before.Objects) {
		if before.Cluster == after.Cluster && slices.ContainsFunc(current, func(n holder) bool { return n.key() == h.key() }) {
			found = append(found, Finding{
				Object: h.owner.String(), Namespace: h.owner.Namespace(), Effect: LeftBehind, Stateful: true,
				Field: "application", Old: "what was " + name, New: "what was " + was,
				Does:  fmt.Sprintf("Names change places, and volumes do not: %s has the data of what was %s, and what was %s gets it.", h.named(), name, was),
				Steps: "Stop both applications and copy the data, or restore backups, before pods write to it; or leave the names.",
			})
		}
	}
	return sorted(found)
}

// named names the claim or the claims of a volume.
func (h holder) named() string {
	switch {
	case h.volume == "":
		return "the claim " + h.owner.Name()
	case h.replicas() < 2:
		return "the claim " + h.claims()
	}
	return "each claim of " + h.claims()
}

// left says what becomes of a volume that the Application has no more.
func (h holder) left(before, after Side, fresh []holder) Finding {
	f := Finding{Object: h.owner.String(), Namespace: h.owner.Namespace(), Effect: LeftBehind, Stateful: true, New: "none", Old: h.owner.Name(), Field: "metadata.name"}
	f.Does = h.stays(before, after)
	next, exists := h.successor(fresh)
	switch {
	case !exists && h.volume != "" && slices.ContainsFunc(after.Objects, h.owner.same):
		f.Field, f.Old = "spec.volumeClaimTemplates["+h.volume+"]", h.volume
	case !exists:
	case before.Cluster != after.Cluster:
		f.Field, f.Old, f.New = "cluster", before.Cluster, after.Cluster
	case next.owner.Kind() != h.owner.Kind():
		f.Field, f.Old, f.New = "kind", h.owner.Kind(), next.kind()
	case next.owner.Namespace() != h.owner.Namespace():
		f.Field, f.Old, f.New = "metadata.namespace", h.owner.Namespace(), next.owner.Namespace()
	case next.owner.Name() != h.owner.Name():
		f.New = next.owner.Name()
	default:
		f.Field, f.Old, f.New = "spec.volumeClaimTemplates", h.volume, next.volume
	}
	f.Steps = "Nothing reads the data any more: delete what is left by hand once nobody needs it."
	if exists {
		f.Does += fmt.Sprintf(" %s starts empty.", next.owner)
		f.Steps = "Copy the data, or restore a backup into the new volume, before anybody writes to it; delete the old claims only after that. To keep the data in its place, set the old value again."
	}
	return f
}

// kind is what a volume belongs to, in the words of who wrote it.
func (h holder) kind() string {
	if h.volume == "" {
		return claim
	}
	return statefulSet
}

// successor finds the new volume that was probably meant to go on with the data: the one of the
// same name, or else the first.
func (h holder) successor(fresh []holder) (holder, bool) {
	for _, alike := range []func(holder) bool{
		func(n holder) bool {
			return n.owner.Kind() == h.owner.Kind() && n.owner.Name() == h.owner.Name() && n.volume == h.volume
		},
		func(n holder) bool { return n.owner.Kind() == h.owner.Kind() && n.volume == h.volume },
		func(n holder) bool { return n.suffix() == h.suffix() },
		func(holder) bool { return true },
	} {
		if i := slices.IndexFunc(fresh, alike); i >= 0 {
			return fresh[i], true
		}
	}
	return holder{}, false
}

// suffix is the part of the name that says which volume of a workload it is.
func (h holder) suffix() string {
	if h.volume != "" {
		return h.volume
	}
	name := h.owner.Name()
	return name[strings.LastIndex(name, "-")+1:]
}

// stays says what the cluster does with the old volume.
func (h holder) stays(before, after Side) string {
	at, removal := h.owner.Namespace(), before.removal(h.owner)
	if before.Cluster != "" {
		at += " of cluster " + before.Cluster
	}
	gone := !slices.ContainsFunc(after.Objects, h.owner.same)
	switch {
	case h.volume == "" && removal == Deleted:
		return fmt.Sprintf("Argo CD deletes the claim %s in %s, and with it the data, unless the StorageClass retains volumes.", h.owner.Name(), at)
	case h.volume == "":
		return fmt.Sprintf("The claim %s stays in %s with its data%s.", h.owner.Name(), at, removal.until())
	case gone && removal != Deleted:
		return fmt.Sprintf("%s stays in %s and runs on with its data%s.", h.owner, at, removal.until())
	case text(h.owner.get("spec.persistentVolumeClaimRetentionPolicy.whenDeleted")) == "Delete":
		return fmt.Sprintf("Kubernetes deletes %s in %s together with the StatefulSet, and with it the data.", h.claims(), at)
	case h.replicas() < 2:
		return fmt.Sprintf("The claim %s stays in %s with its data.", h.claims(), at)
	}
	return fmt.Sprintf("The claims %s stay in %s with their data.", h.claims(), at)
}

// claims names the claims of a template.
func (h holder) claims() string {
	first := h.volume + "-" + h.owner.Name() + "-"
	if h.replicas() < 2 {
		return first + "0"
	}
	return fmt.Sprintf("%s0 to %s%d", first, first, h.replicas()-1)
}

// replicas is how many pods the StatefulSet has, one when it does not say.
func (h holder) replicas() int {
	n, err := strconv.Atoi(text(h.owner.get("spec.replicas")))
	if err != nil {
		return 1
	}
	return n
}

// Names finds Services that others reach under a name which goes: users lists the applications
// that connect to it. Who renames an application that nobody connects to knows that.
func Names(before, after Side, users []string) []Finding {
	var found []Finding
	for _, old := range before.Objects {
		if old.group() != service || slices.ContainsFunc(after.Objects, old.same) && before.Cluster == after.Cluster {
			continue
		}
		now, exists := renamedService(old, after.Objects)
		moved := exists && (now.Namespace() != old.Namespace() || before.Cluster != after.Cluster)
		switch {
		case exists && old.balanced():
			found = append(found, readdressed(old, now, before, after))
		case exists && (moved || len(users) > 0):
			found = append(found, unreachable(old, now, before, after, users))
		}
	}
	return sorted(found)
}

const (
	service      = "Service"
	loadBalancer = "LoadBalancer"
)

// balanced reports whether the object is a Service with a load balancer.
func (o Object) balanced() bool { return text(o.get("spec.type")) == loadBalancer }

// readdressed says that a load balancer goes with its Service, whose name or place changes.
func readdressed(old, now Object, before, after Side) Finding {
	f := unreachable(old, now, before, after, nil)
	f.Does = fmt.Sprintf("Argo CD deletes the Service %s, and its load balancer goes with it; that of %s usually has another address.", old.Name(), now.Name())
	f.Steps = "Write the new address into the DNS records that clients use, or keep the old name. Many controllers of load balancers take a fixed address from an annotation."
	return f
}

// renamedService finds the Service that goes on under another name, with a load balancer or
// without one as the old one.
func renamedService(old Object, after []Object) (Object, bool) {
	for _, alike := range []func(Object) bool{
		func(o Object) bool { return o.Name() == old.Name() },
		func(o Object) bool {
			return o.balanced() == old.balanced() && text(o.get("spec.clusterIP")) == text(old.get("spec.clusterIP"))
		},
	} {
		if i := slices.IndexFunc(after, func(o Object) bool { return o.group() == service && alike(o) }); i >= 0 {
			return after[i], true
		}
	}
	return nil, false
}

func unreachable(old, now Object, before, after Side, users []string) Finding {
	address := func(o Object) string { return o.Name() + "." + o.Namespace() + ".svc" }
	f := Finding{Object: old.String(), Namespace: old.Namespace(), Field: "DNS name", Old: address(old), New: address(now), Effect: Unreachable}
	if before.Cluster != after.Cluster {
		f.Field, f.Old, f.New = "cluster", before.Cluster, after.Cluster
	}
	who := "No application of this platform declares that it connects to it."
	if len(users) > 0 {
		who = "These applications connect to it: " + strings.Join(users, ", ") + "."
	}
	f.Does = fmt.Sprintf("The name %s is gone once Argo CD deletes the Service. %s", address(old), who)
	f.Steps = "Write the new name wherever the old one stands, in environment variables and configuration files too, and deploy both together."
	return f
}

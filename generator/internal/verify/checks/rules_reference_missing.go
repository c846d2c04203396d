package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// existing wants the objects of a kind that pods name to be there.
func existing(kind string) func(*world, *judge) {
	return inScopes(func(s *scope, out *judge) {
		for _, w := range s.workloads {
			seen := map[string]bool{}
			for _, r := range podReferences(&w.pod.Spec) {
				if r.kind == kind && !r.optional && !r.pulls && !seen[r.name] && !s.available(w.namespace, r) && s.stale(w.namespace, r) == "" {
					seen[r.name] = true
					f := out.workload(s, w, r.path, "%s %s is not in the repository", kind, r.name)
					f.Hint = absence(kind, r.name)
				}
			}
		}
	})
}

// absence says what happens without an object that a pod names.
func absence(kind, name string) string {
	switch kind {
	case "ServiceAccount", "PriorityClass", "RuntimeClass":
		return fmt.Sprintf("The API server refuses each pod until %s %s exists. Add it, or see to it that the cluster has it.", kind, name)
	case "PersistentVolumeClaim":
		return fmt.Sprintf("The scheduler keeps the pod Pending until claim %s exists. Add it, or see to it that somebody creates it in the namespace.", name)
	}
	return fmt.Sprintf("The kubelet does not start the container until %s %s exists. Add it, or see to it that somebody creates it in the namespace.", kind, name)
}

// workload reports something about a field inside the specification of a workload's pod.
func (j *judge) workload(s *scope, w *workload, path, format string, args ...any) *Finding {
	if path != "" {
		path = w.podPath() + "." + path
	}
	return j.object(s.targetOf(w), w.object, path, format, args...)
}

func (s *scope) targetOf(w *workload) *target {
	for _, m := range s.find(w.kind, w.namespace, w.name) {
		return m.target
	}
	return nil
}

// available reports whether what a pod names is there, or will be.
func (s *scope) available(namespace string, r reference) bool {
	if alwaysThere(r.kind, r.name) || s.holds(r.kind, namespace, r.name) || len(s.provides(r.kind, namespace, r.name)) > 0 || s.mayProvide(namespace, r.name) {
		return true
	}
	return s.wider != nil && (len(s.wider.provides(r.kind, namespace, r.name)) > 0 || s.wider.mayProvide(namespace, r.name)) || s.claimed(namespace, r)
}

// claimed reports whether a claim is one of those that a StatefulSet makes.
func (s *scope) claimed(namespace string, r reference) bool {
	return r.kind == "PersistentVolumeClaim" && slices.ContainsFunc(s.members, func(m *member) bool {
		return m.namespace == namespace && (m.Kind == "StatefulSet" || makesMore(m.Object)) && strings.Contains(r.name, m.Name+"-")
	})
}

// alwaysThere reports whether Kubernetes or OpenShift makes an object itself.
func alwaysThere(kind, name string) bool {
	switch kind {
	case "ServiceAccount":
		return slices.Contains([]string{"default", "builder", "deployer", "pipeline"}, name)
	case "ConfigMap":
		return name == "kube-root-ca.crt" || name == "openshift-service-ca.crt"
	case "PriorityClass":
		return strings.HasPrefix(name, "system-") || strings.HasPrefix(name, "openshift-")
	}
	return false
}

// hash ends the names that Kustomize generates.
var hash = regexp.MustCompile(`^-[24568bcdfghkmt]{10}$`)

// stale is the generated object that a pod must have meant when the repository holds only that.
func (s *scope) stale(namespace string, r reference) string {
	if r.kind != "ConfigMap" && r.kind != "Secret" || s.available(namespace, r) {
		return ""
	}
	for _, m := range s.members {
		if rest, ok := strings.CutPrefix(m.Name, r.name); ok && m.Kind == r.kind && m.namespace == namespace && hash.MatchString(rest) {
			return m.Name
		}
	}
	return ""
}

// judgeStale wants no pod to name a generated ConfigMap or Secret without its hash.
func judgeStale(s *scope, out *judge) {
	for _, w := range s.workloads {
		for _, r := range podReferences(&w.pod.Spec) {
			if made := s.stale(w.namespace, r); made != "" && !r.optional && !r.pulls {
				f := out.workload(s, w, r.path, "%s %s does not exist: the repository makes %s", r.kind, r.name, made)
				f.Hint = "Kustomize replaces a name only where it knows the field and builds both objects together. Put the generator into the same kustomization, add a nameReference for the field, or set disableNameSuffixHash."
			}
		}
	}
}

// judgePulls wants the Secrets that images are pulled with to be there.
func judgePulls(s *scope, out *judge) {
	hint := "The kubelet pulls without the Secret, which fails when the registry asks for a password. Add it, or see to it that somebody creates it in the namespace."
	for _, w := range s.workloads {
		for _, r := range podReferences(&w.pod.Spec) {
			if r.pulls && !s.available(w.namespace, r) {
				out.workload(s, w, r.path, "Secret %s to pull images with is not in the repository", r.name).Hint = hint
			}
		}
	}
	for _, m := range s.members {
		account, ok := m.Typed.(*corev1.ServiceAccount)
		if !ok {
			continue
		}
		for i, secret := range account.ImagePullSecrets {
			if !s.available(m.namespace, reference{kind: "Secret", name: secret.Name}) {
				out.about(m, fmt.Sprintf("imagePullSecrets[%d]", i), "Secret %s to pull images with is not in the repository", secret.Name).Hint = hint
			}
		}
	}
}

// judgeCertificates wants the Secrets of the certificates of Ingresses and Gateways to be there.
func judgeCertificates(s *scope, out *judge) {
	for _, m := range s.members {
		for _, c := range certificatesOf(m) {
			if !issued(m) && c.name != "" && !s.available(m.namespace, reference{kind: "Secret", name: c.name}) {
				out.about(m, c.path, "Secret %s of a certificate is not in the repository", c.name).Hint = "Clients get another certificate, or none, until it exists. Add a Certificate of cert-manager, or see to it that somebody creates the Secret."
			}
		}
	}
}

// certificate is the name of a Secret with the field that names it.
type certificate struct{ name, path string }

func certificatesOf(m *member) []certificate {
	var found []certificate
	if ingress, ok := m.Typed.(*networkingv1.Ingress); ok {
		for i, tls := range ingress.Spec.TLS {
			found = append(found, certificate{tls.SecretName, fmt.Sprintf("spec.tls[%d].secretName", i)})
		}
	}
	if m.Kind != "Gateway" || m.Group() != gatewayGroup {
		return found
	}
	if gateway := read[repo.Gateway](m); gateway != nil {
		for i, l := range gateway.Spec.Listeners {
			for j, ref := range l.TLS.CertificateRefs {
				if ptr.Deref(ref.Kind, "Secret") == "Secret" && (ref.Namespace == "" || ref.Namespace == m.namespace) {
					found = append(found, certificate{ref.Name, fmt.Sprintf("spec.listeners[%d].tls.certificateRefs[%d]", i, j)})
				}
			}
		}
	}
	return found
}

// judgeStorageClass wants the storage classes of claims to be there.
func judgeStorageClass(s *scope, out *judge) {
	for _, m := range s.members {
		if claim, ok := m.Typed.(*corev1.PersistentVolumeClaim); ok {
			// An empty class means that a volume without one is to be found.
			if class := ptr.Deref(claim.Spec.StorageClassName, ""); class != "" && claim.Spec.VolumeName == "" && !s.holds("StorageClass", "", class) {
				out.about(m, "spec.storageClassName", "StorageClass %s is not in the repository", class).Hint = "The claim stays Pending unless the cluster has the class."
			}
		}
	}
}

// judgeIngressClass wants the class of an Ingress to be there.
func judgeIngressClass(s *scope, out *judge) {
	for _, m := range s.members {
		ingress, ok := m.Typed.(*networkingv1.Ingress)
		if !ok || ingress.Spec.IngressClassName == nil {
			continue
		}
		class := *ingress.Spec.IngressClassName
		declared := slices.ContainsFunc(s.external, func(name string) bool { return strings.HasPrefix(name, "IngressClass/"+class+"/") })
		if !declared && !s.holds("IngressClass", "", class) {
			out.about(m, "spec.ingressClassName", "IngressClass %s is not in the repository", class).Hint = "No controller serves the Ingress unless the cluster has the class."
		}
	}
}

// judgeKeys wants each key that a pod asks for to be in the ConfigMap or Secret.
func judgeKeys(s *scope, out *judge) {
	for _, w := range s.workloads {
		for _, r := range podReferences(&w.pod.Spec) {
			for _, key := range r.keys {
				if by := s.lacks(w.namespace, r, key.key); by != nil && !r.optional {
					f := out.workload(s, w, key.path, "%s %s has no key %q", r.kind, r.name, key.key)
					f.Sum = []string{fmt.Sprintf("keys of %s: %s", r.name, strings.Join(by.keys, ", "))}
					f.Hint = "The kubelet does not start the container: it waits for the key. Add the key, name one that is there, or say optional: true."
				}
			}
		}
	}
}

// lacks returns what makes a ConfigMap or Secret when nothing that makes it has a key.
func (s *scope) lacks(namespace string, r reference, key string) *made {
	all := s.provides(r.kind, namespace, r.name)
	if len(all) == 0 || slices.ContainsFunc(all, func(m *made) bool { return !m.whole || slices.Contains(m.keys, key) }) {
		return nil
	}
	return all[0]
}

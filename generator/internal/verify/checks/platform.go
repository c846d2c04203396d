package checks

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// platformLabel says which platform an object or a namespace is of.
const platformLabel = "wavewright.dev/platform"

// checkPlatform wants a platform to touch no other one in the same cluster and the same
// Argo CD: what is outside of its own namespaces begins with its prefix and says whose it
// is, and what could select namespaces of others selects its own.
func checkPlatform(r *repo.Repository, out *report) {
	prefix := prefixOf(r)
	own := func(what, name string, labels map[string]string) {
		if !strings.HasPrefix(name, prefix+"-") || labels[platformLabel] != prefix {
			out.add("%s %s could be another platform's than %s", what, name, prefix)
		}
	}
	for _, e := range r.Roots() {
		objects := slices.Clone(e.Root)
		if e != r.Self { // what Argo CD itself is made of has its own names
			objects = append(objects, e.Argo...)
		}
		for _, o := range objects {
			own(o.Kind, o.Name, o.Labels)
		}
		for _, root := range repo.Typed[repo.Application](e.Root) {
			if !slices.Contains(root.Spec.SyncPolicy.SyncOptions, "FailOnSharedResource=true") {
				out.add("Application %s takes over what another one has", root.Name)
			}
		}
		for _, p := range repo.Typed[repo.AppProject](e.Argo) {
			for _, kind := range p.Spec.ClusterResourceWhitelist {
				if e != r.Self && kind.Name != "" && !strings.HasPrefix(kind.Name, prefix+"-") {
					out.add("AppProject %s may change %s %s of other platforms", p.Name, kind.Kind, kind.Name)
				}
			}
		}
		for _, live := range e.Live {
			own("Application", live.Name, live.Labels)
		}
		for _, d := range e.Deployed() {
			own("Application", d.Name, d.Labels)
			checkConfined(prefix, d, own, out)
		}
	}
}

// prefixOf is what the name of a root begins with.
func prefixOf(r *repo.Repository) string {
	for _, e := range r.Environments {
		for _, root := range repo.Typed[repo.Application](e.Root) {
			prefix, _, _ := strings.Cut(root.Name, "-")
			return prefix
		}
	}
	return ""
}

// checkConfined judges what an Application deploys. Objects without a namespace that an
// application brings itself are its own affair.
func checkConfined(prefix string, d *repo.Deployed, own func(what, name string, labels map[string]string), out *report) {
	if managed := d.Spec.SyncPolicy.ManagedNamespaceMetadata; managed != nil {
		if managed.Labels[platformLabel] != prefix {
			out.add("Application %s: its namespace does not say that it is of %s", d.Name, prefix)
		}
		for _, o := range d.Objects {
			if o.Namespace == "" {
				own(o.Kind, o.Name, o.Labels)
			}
		}
	}
	for _, b := range repo.Typed[admissionv1.ValidatingAdmissionPolicyBinding](d.Objects) {
		m := b.Spec.MatchResources
		if m == nil || (m.NamespaceSelector == nil || m.NamespaceSelector.MatchLabels[platformLabel] != prefix) &&
			(m.ObjectSelector == nil || m.ObjectSelector.MatchLabels[platformLabel] != prefix) {
			out.add("binding %s is in force in namespaces of other platforms", b.Name)
		}
	}
	for _, p := range repo.Typed[networkingv1.NetworkPolicy](d.Objects) {
		for _, s := range namespaceSelectors(p) {
			_, named := s.MatchLabels["kubernetes.io/metadata.name"]
			all := len(s.MatchLabels) == 0 && len(s.MatchExpressions) == 0
			if !named && !all && s.MatchLabels[platformLabel] != prefix {
				out.add("NetworkPolicy %s/%s selects namespaces of other platforms", p.Namespace, p.Name)
			}
		}
	}
}

// namespaceSelectors are those of all rules of a policy.
func namespaceSelectors(p *networkingv1.NetworkPolicy) []*metav1.LabelSelector {
	var peers []networkingv1.NetworkPolicyPeer
	for _, rule := range p.Spec.Ingress {
		peers = append(peers, rule.From...)
	}
	for _, rule := range p.Spec.Egress {
		peers = append(peers, rule.To...)
	}
	var found []*metav1.LabelSelector
	for _, peer := range peers {
		if peer.NamespaceSelector != nil {
			found = append(found, peer.NamespaceSelector)
		}
	}
	return found
}

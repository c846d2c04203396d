package templates

import (
	"bytes"
	"testing"
)

// TestArgoCD holds the embedded manifests to the version that we say they are.
func TestArgoCD(t *testing.T) {
	for _, highlyAvailable := range []bool{false, true} {
		manifests := ArgoCD(highlyAvailable)
		if !bytes.Contains(manifests, []byte("image: quay.io/argoproj/argocd:v"+ArgoCDVersion+"\n")) {
			t.Errorf("the manifests are not of %s", ArgoCDVersion)
		}
		if got := bytes.Contains(manifests, []byte("name: argocd-redis-ha-server\n")); got != highlyAvailable {
			t.Errorf("highly available is %v in the manifests for %v", got, highlyAvailable)
		}
		for _, kind := range []string{"CustomResourceDefinition", "ClusterRoleBinding", "NetworkPolicy", "StatefulSet", "Deployment"} {
			if !bytes.Contains(manifests, []byte("\nkind: "+kind+"\n")) {
				t.Errorf("the manifests have no %s", kind)
			}
		}
	}
	if !bytes.Contains(ArgoCDLicense(), []byte("Apache License")) {
		t.Error("there is no licence")
	}
}

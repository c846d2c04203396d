package repo

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// clusterScoped are the kinds, by their groups, whose objects have no namespace: those of
// Kubernetes, and those of controllers whose definitions repositories often leave out.
const clusterScoped = `
/Namespace /Node /PersistentVolume /ComponentStatus
admissionregistration.k8s.io/* apiextensions.k8s.io/CustomResourceDefinition apiregistration.k8s.io/APIService
authentication.k8s.io/TokenReview authentication.k8s.io/SelfSubjectReview authorization.k8s.io/SubjectAccessReview
certificates.k8s.io/CertificateSigningRequest certificates.k8s.io/ClusterTrustBundle
flowcontrol.apiserver.k8s.io/* internal.apiserver.k8s.io/StorageVersion node.k8s.io/RuntimeClass
networking.k8s.io/IngressClass networking.k8s.io/IPAddress networking.k8s.io/ServiceCIDR networking.k8s.io/ClusterNetworkPolicy
policy/PodSecurityPolicy rbac.authorization.k8s.io/ClusterRole rbac.authorization.k8s.io/ClusterRoleBinding
resource.k8s.io/DeviceClass resource.k8s.io/ResourceSlice resource.k8s.io/DeviceTaintRule scheduling.k8s.io/PriorityClass
storage.k8s.io/StorageClass storage.k8s.io/VolumeAttachment storage.k8s.io/CSIDriver storage.k8s.io/CSINode storage.k8s.io/VolumeAttributesClass
storagemigration.k8s.io/StorageVersionMigration snapshot.storage.k8s.io/VolumeSnapshotClass snapshot.storage.k8s.io/VolumeSnapshotContent
policy.networking.k8s.io/AdminNetworkPolicy policy.networking.k8s.io/BaselineAdminNetworkPolicy
gateway.networking.k8s.io/GatewayClass cert-manager.io/ClusterIssuer trust.cert-manager.io/Bundle
external-secrets.io/ClusterSecretStore external-secrets.io/ClusterExternalSecret external-secrets.io/ClusterPushSecret
kyverno.io/ClusterPolicy kyverno.io/ClusterCleanupPolicy templates.gatekeeper.sh/* constraints.gatekeeper.sh/*
cilium.io/CiliumClusterwideNetworkPolicy cilium.io/CiliumLoadBalancerIPPool crd.projectcalico.org/GlobalNetworkPolicy projectcalico.org/GlobalNetworkPolicy
karpenter.sh/* karpenter.k8s.aws/EC2NodeClass kueue.x-k8s.io/ClusterQueue kueue.x-k8s.io/ResourceFlavor kueue.x-k8s.io/WorkloadPriorityClass kueue.x-k8s.io/AdmissionCheck kueue.x-k8s.io/Topology
pkg.crossplane.io/* apiextensions.crossplane.io/* argoproj.io/ClusterWorkflowTemplate argoproj.io/ClusterAnalysisTemplate tekton.dev/ClusterTask
operator.tekton.dev/* config.openshift.io/* operator.openshift.io/* machineconfiguration.openshift.io/* console.openshift.io/*
security.openshift.io/SecurityContextConstraints project.openshift.io/Project project.openshift.io/ProjectRequest oauth.openshift.io/* user.openshift.io/* quota.openshift.io/ClusterResourceQuota
image.openshift.io/Image imageregistry.operator.openshift.io/Config samples.operator.openshift.io/Config node.openshift.io/*
`

// namespacedExceptions are kinds of the groups above that have a namespace.
const namespacedExceptions = `operator.openshift.io/IngressController`

// scope learns which kinds have no namespace: those of the table, and those whose definitions
// in the repository say so.
func (d *discovery) scope() {
	d.clusterWide = map[string]bool{}
	for kind := range strings.FieldsSeq(clusterScoped) {
		d.clusterWide[kind] = true
	}
	for kind := range strings.FieldsSeq(namespacedExceptions) {
		d.clusterWide[kind] = false
	}
	for _, o := range d.Given {
		d.define(o)
	}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		for _, o := range d.files[name].objects {
			d.define(o)
			if o.Kind == "CustomResourceDefinition" {
				d.Definitions = append(d.Definitions, o)
			}
		}
	}
}

// define learns the scope of the kind that a CustomResourceDefinition defines.
func (d *discovery) define(o *Object) {
	if o.Kind != "CustomResourceDefinition" {
		return
	}
	var definition struct {
		Spec struct {
			Group, Scope string
			Names        struct{ Kind string }
		}
	}
	if json.Unmarshal(o.JSON, &definition) == nil {
		d.clusterWide[definition.Spec.Group+"/"+definition.Spec.Names.Kind] = definition.Spec.Scope == "Cluster"
	}
}

// namespaced reports whether objects of a kind have a namespace. A kind that nobody defines
// here is taken for one that has.
func (d *discovery) namespaced(group, kind string) bool {
	if wide, known := d.clusterWide[group+"/"+kind]; known {
		return !wide
	}
	return !d.clusterWide[group+"/*"]
}

// placed is an object as an Application deploys it: in its namespace unless the object names
// another or has none.
func (d *discovery) placed(deployed *Deployed, o *Object) *Object {
	placed := *o
	namespace := o.Namespace
	switch {
	case !d.namespaced(o.Group(), o.Kind):
		namespace = ""
	case namespace == "":
		namespace = deployed.Spec.Destination.Namespace
	}
	if namespace != o.Namespace {
		if moved := inside(o, namespace); moved != nil {
			placed = *moved
		}
	}
	placed.Application = deployed
	return &placed
}

// inside is an object in another namespace; nil when it cannot be read.
func inside(o *Object, namespace string) *Object {
	var fields map[string]any
	if json.Unmarshal(o.JSON, &fields) != nil {
		return nil
	}
	metadata, ok := fields["metadata"].(map[string]any)
	if !ok {
		return nil
	}
	metadata["namespace"] = namespace
	if namespace == "" {
		delete(metadata, "namespace")
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	moved, err := NewObject(encoded, o.Origin)
	if err != nil {
		return nil
	}
	return moved
}

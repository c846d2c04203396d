package schema

import (
	"strings"
	"sync"
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

// scopes say of "group/Kind", or of "group/*", whether objects have a namespace.
var scopes = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for kind := range strings.FieldsSeq(clusterScoped) {
		all[kind] = false
	}
	for kind := range strings.FieldsSeq(namespacedExceptions) {
		all[kind] = true
	}
	return all
})

// Namespaced reports whether objects of a kind have a namespace, and whether that is known: it is
// for all kinds of Kubernetes, and for those of some well-known controllers.
func Namespaced(group, kind string) (namespaced, known bool) {
	for _, name := range []string{group + "/" + kind, group + "/*"} {
		if namespaced, known = scopes()[name]; known {
			return namespaced, true
		}
	}
	return IsBuiltinGroup(group), IsBuiltinGroup(group)
}

package model

import (
	"math"

	"k8s.io/apimachinery/pkg/util/validation"
)

// valueRule says what the API server, or a rule of kube-score that generated pipelines have, refuses in the value of a
// field.
type valueRule struct {
	// path within the pod or the container, as in ownedField. A path that begins with * is the end of any path, and []
	// at its end is each item of a list of texts or numbers.
	path string
	// faults of the value; none when it is accepted.
	faults func(value any) []string
}

// ruledOfPod are the rules for fields of a pod.
func ruledOfPod() []valueRule {
	return append([]valueRule{
		{"activeDeadlineSeconds", between(1, math.MaxInt32)},
		{"dnsConfig.nameservers", atMost(3)},
		{"dnsConfig.nameservers[]", text(validIP)},
		{"dnsConfig.searches", atMost(32)},
		{"dnsConfig.searches[]", text(searchDomain)},
		{"hostAliases[].hostnames[]", text(validation.IsDNS1123Subdomain)},
		{"hostAliases[].ip", text(validIP)},
		{"hostname", text(validation.IsDNS1123Label)},
		{"hostnameOverride", text(validation.IsDNS1123Subdomain)},
		{"nodeName", text(validation.IsDNS1123Subdomain)},
		{"os.name", text(notWindows)},
		{"readinessGates[].conditionType", text(validation.IsQualifiedName)},
		{"resourceClaims[].name", text(validation.IsDNS1123Label)},
		{"resourceClaims[].resourceClaimName", text(validation.IsDNS1123Subdomain)},
		{"resourceClaims[].resourceClaimTemplateName", text(validation.IsDNS1123Subdomain)},
		{"runtimeClassName", text(validation.IsDNS1123Subdomain)},
		{"schedulingGates[].name", text(validation.IsQualifiedName)},
		{"securityContext.supplementalGroups[]", validID},
		{"securityContext.sysctls[].name", text(validSysctl)},
		{"subdomain", text(validation.IsDNS1123Label)},
		{"terminationGracePeriodSeconds", atLeast(0)},
		{topology + "[].maxSkew", atLeast(1)},
		{topology + "[].minDomains", atLeast(1)},
		{"volumes[].name", text(validation.IsDNS1123Label)},
	}, append(selecting(), ruledOfVolumes()...)...)
}

// selecting are the rules for what selects nodes and other pods.
func selecting() []valueRule {
	return []valueRule{
		{"*.matchExpressions[].key", text(validation.IsQualifiedName)},
		{"*.matchFields[].key", wordOf("metadata.name")},
		{"*.matchLabelKeys[]", text(validation.IsQualifiedName)},
		{"*.mismatchLabelKeys[]", text(validation.IsQualifiedName)},
		{"*.namespaces[]", text(validation.IsDNS1123Label)},
		{"*.nodeSelectorTerms", notEmpty},
		{"*.topologyKey", text(validation.IsQualifiedName)},
		{"*.weight", between(1, 100)},
	}
}

// ruledOfVolumes are the rules for sources of volumes. Some of them stand in projected volumes, too.
func ruledOfVolumes() []valueRule {
	return []valueRule{
		{"*.clusterTrustBundle.path", text(relativePath)},
		{"*.configMap.name", text(validation.IsDNS1123Subdomain)},
		{"*.csi.driver", text(driverName)},
		{"*.defaultMode", fileMode},
		{"*.emptyDir.medium", wordOf("", "Memory", "HugePages", "HugePages-2Mi", "HugePages-1Gi")},
		{"*.emptyDir.sizeLimit", quantityAbove(-1)},
		{"*.fieldRef.fieldPath", text(fieldOfPod)},
		{"*.hostPath.path", text(noBacksteps)},
		{"*.iscsi.iqn", text(iscsiName)},
		{"*.items[].key", text(validation.IsConfigMapKey)},
		{"*.items[].mode", fileMode},
		{"*.items[].path", text(relativePath)},
		{"*.nfs.path", text(absolutePath)},
		{"*.nfs.server", text(someText)},
		{"*.persistentVolumeClaim.claimName", text(validation.IsDNS1123Subdomain)},
		{"*.podCertificate.maxExpirationSeconds", between(3600, 91*24*3600)},
		{"*.resourceFieldRef.resource", text(resourceOfContainer)},
		{"*.secret.name", text(validation.IsDNS1123Subdomain)},
		{"*.secret.secretName", text(validation.IsDNS1123Subdomain)},
		{"*.seccompProfile.localhostProfile", text(relativePath)},
		{"*.serviceAccountToken.expirationSeconds", between(600, 1<<32)},
		{"*.serviceAccountToken.path", text(relativePath)},
		{"*.spec.resources.requests.storage", quantityAbove(0)},
		{"*.spec.storageClassName", text(validation.IsDNS1123Subdomain)},
	}
}

// ruledOfContainer are the rules for fields of a container.
func ruledOfContainer() []valueRule {
	return []valueRule{
		{"*.configMapKeyRef.key", text(validation.IsConfigMapKey)},
		{"*.configMapKeyRef.name", text(validation.IsDNS1123Subdomain)},
		{"*.httpGet.port", numberOrName},
		{"*.httpHeaders[].name", text(validation.IsHTTPHeaderName)},
		{"*.resourceFieldRef.resource", text(resourceOfContainer)},
		{"*.seccompProfile.localhostProfile", text(relativePath)},
		{"*.secretKeyRef.key", text(validation.IsConfigMapKey)},
		{"*.secretKeyRef.name", text(validation.IsDNS1123Subdomain)},
		{"*.tcpSocket.port", numberOrName},
		{"env[].name", text(variableName)},
		{"env[].valueFrom.fileKeyRef.key", text(variableName)},
		{"env[].valueFrom.fileKeyRef.path", text(relativePath)},
		{"lifecycle.stopSignal", wordOf(stopSignals()...)},
		{"livenessProbe.terminationGracePeriodSeconds", atLeast(1)},
		{"ports[].containerPort", validPort},
		{"ports[].hostIP", text(validIP)},
		{"ports[].hostPort", validPort},
		{"ports[].name", text(validation.IsValidPortName)},
		{"readinessProbe.terminationGracePeriodSeconds", never("must not be set: Kubernetes stops no container whose readiness probe fails")},
		{"resizePolicy[].resourceName", wordOf("cpu", memory)},
		{"restartPolicyRules", atMost(20)},
		{"restartPolicyRules[].action", wordOf("Restart", "RestartAllContainers")},
		{"restartPolicyRules[].exitCodes.operator", wordOf("In", "NotIn")},
		{"restartPolicyRules[].exitCodes.values", atMost(255)},
		{"securityContext.runAsGroup", validID},
		{"securityContext.runAsUser", validID},
		{"startupProbe.terminationGracePeriodSeconds", atLeast(1)},
		{"volumeDevices[].devicePath", text(noBacksteps)},
		{"volumeMounts[].mountPath", text(validMount)},
		{"volumeMounts[].subPath", text(relativePath)},
		{"volumeMounts[].subPathExpr", text(relativePath)},
	}
}

package repo

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Rollout is a Deployment of Argo Rollouts.
type Rollout struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Replicas    *int32
		Selector    *metav1.LabelSelector
		Template    corev1.PodTemplateSpec
		WorkloadRef *struct{ APIVersion, Kind, Name string }
	}
}

// DeploymentConfig is a Deployment of OpenShift.
type DeploymentConfig struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Replicas *int32
		Selector map[string]string
		Template *corev1.PodTemplateSpec
	}
}

// ScaledObject makes KEDA scale a workload with an autoscaler of its own.
type ScaledObject struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		ScaleTargetRef                   struct{ APIVersion, Kind, Name string }
		MinReplicaCount, MaxReplicaCount *int32
	}
}

// Route is what routes of the Gateway API have in common: HTTPRoute, GRPCRoute, TCPRoute,
// TLSRoute and UDPRoute.
type Route struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Hostnames  []string
		ParentRefs []ParentRef
		Rules      []struct{ BackendRefs []BackendRef }
	}
}

// ParentRef names what a route is attached to, most often a Gateway.
type ParentRef struct {
	Group, Kind                  *string
	Name, Namespace, SectionName string
	Port                         *int32
}

// BackendRef names where a route leads, most often a Service.
type BackendRef struct {
	Group, Kind     *string
	Name, Namespace string
	Port            *int32
}

// IsService reports whether a route leads to a Service.
func (b BackendRef) IsService() bool {
	return (b.Group == nil || *b.Group == "") && (b.Kind == nil || *b.Kind == "Service")
}

// Gateway is a Gateway of the Gateway API.
type Gateway struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Listeners []Listener
	}
}

// Listener is one port of a Gateway.
type Listener struct {
	Name, Hostname, Protocol string
	Port                     int32
	AllowedRoutes            struct {
		Namespaces struct {
			From     string
			Selector *metav1.LabelSelector
		}
	}
	TLS struct {
		CertificateRefs []struct {
			Kind            *string
			Name, Namespace string
		}
	}
}

// ReferenceGrant allows references into its namespace.
type ReferenceGrant struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		From []struct{ Group, Kind, Namespace string }
		To   []struct{ Group, Kind, Name string }
	}
}

// OpenShiftRoute is a Route of OpenShift.
type OpenShiftRoute struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		To   struct{ Kind, Name string }
		Port *struct{ TargetPort intstr.IntOrString }
	}
}

// Monitor is what ServiceMonitor and PodMonitor have in common.
type Monitor struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector          metav1.LabelSelector
		NamespaceSelector struct {
			Any        bool
			MatchNames []string
		}
		Endpoints, PodMetricsEndpoints []MonitorEndpoint
	}
}

// Watches reports whether a monitor of a namespace looks at another one.
func (m *Monitor) Watches(own, namespace string) bool {
	s := m.Spec.NamespaceSelector
	if s.Any || len(s.MatchNames) > 0 {
		return s.Any || slices.Contains(s.MatchNames, namespace)
	}
	return own == namespace
}

// MonitorEndpoint is a port that metrics are read from.
type MonitorEndpoint struct {
	Port       string
	PortNumber *int32
	TargetPort *intstr.IntOrString
}

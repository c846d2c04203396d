package repo

import (
	"path"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// The types below hold the fields that checks read. Unknown fields are the schemas'
// affair.

// HTTPRoute is a route of the Gateway API.
type HTTPRoute struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Hostnames  []string
		ParentRefs []struct{ Name, Namespace string }
		Rules      []struct {
			BackendRefs []struct {
				Name, Namespace string
				Port            int32
			}
		}
	}
}

// ServiceMonitor makes Prometheus collect metrics of Services.
type ServiceMonitor struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector metav1.LabelSelector
		// NamespaceSelector means the monitor's own namespace when it is empty.
		NamespaceSelector struct {
			Any        bool
			MatchNames []string
		}
		Endpoints []struct {
			Port, Path, Interval string
			TargetPort           *intstr.IntOrString
		}
	}
}

// PrometheusRule makes Prometheus raise alerts.
type PrometheusRule struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
}

// ExternalSecret makes a Secret from a store.
type ExternalSecret struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		RefreshInterval string
		SecretStoreRef  struct{ Kind, Name string }
		Target          struct{ Name, CreationPolicy, DeletionPolicy string }
		Data            []struct {
			SecretKey string
			RemoteRef struct{ Key, Property string }
		}
		// DataFrom takes all keys of a secret.
		DataFrom []struct{ Extract struct{ Key string } }
	}
}

// AppProject is what Applications may do.
type AppProject struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		SourceRepos                []string
		SourceNamespaces           []string
		Destinations               []Destination
		ClusterResourceWhitelist   []GroupKind
		NamespaceResourceWhitelist []GroupKind
		OrphanedResources          *struct{ Warn *bool }
		Roles                      []ProjectRole
		SyncWindows                []map[string]any
	}
}

// ProjectRole is what groups of people may do with Applications.
type ProjectRole struct {
	Name             string
	Groups, Policies []string
}

// Destination is a place to deploy to.
type Destination struct{ Server, Name, Namespace string }

// GroupKind is a kind of object, or those of it whose names fit a pattern.
type GroupKind struct{ Group, Kind, Name string }

// Permits reports whether a list of kinds holds an object.
func Permits(list []GroupKind, group, kind, name string) bool {
	return slices.ContainsFunc(list, func(k GroupKind) bool {
		fits, err := path.Match(k.Name, name)
		return k.Group == group && k.Kind == kind && (k.Name == "" || fits && err == nil)
	})
}

// ApplicationSet makes Applications of the elements of its list generators.
type ApplicationSet struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		GoTemplate        bool
		GoTemplateOptions []string
		SyncPolicy        struct {
			ApplicationsSync            string
			PreserveResourcesOnDeletion bool
		}
		Generators []map[string]struct {
			Elements []map[string]any
		}
		// Template is raw: its strings are Go templates.
		Template map[string]any
		// TemplatePatch is a Go template of YAML.
		TemplatePatch string
	}
	// parsed are the templates that were filled in before.
	parsed parsed
}

// IgnoreDifferences are fields of objects.
type IgnoreDifferences struct {
	Group, Kind, Name, Namespace    string
	JSONPointers, JQPathExpressions []string
}

// Retry says how often a sync is tried again.
type Retry struct {
	Limit   int
	Backoff struct {
		Duration, MaxDuration string
		Factor                int
	}
}

// Application is one deployment of a folder of the repository.
type Application struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Project string
		Source  Source
		// Sources replace Source where there are several.
		Sources []Source
		// SourceHydrator replaces both; what is dry is what the repository holds.
		SourceHydrator *SourceHydrator
		Destination    Destination
		// IgnoreDifferences are the fields that Argo CD leaves to others.
		IgnoreDifferences []IgnoreDifferences
		SyncPolicy        struct {
			Automated *struct {
				Prune, SelfHeal, AllowEmpty bool
				Enabled                     *bool
			}
			Retry                    *Retry
			SyncOptions              []string
			ManagedNamespaceMetadata *struct{ Labels map[string]string }
		}
	}
}

package generator_test

import (
	"regexp"
	"slices"
	"strings"
)

// explainedField says where the objects have the values of some fields.
type explainedField struct {
	field *regexp.Regexp
	found func(b *built, m []string, want any) bool
}

// noted reports whether the objects show what a note says.
func (b *built) noted(note string) bool {
	for part := range strings.SplitSeq(note, ", ") {
		var ok bool
		switch name, value, _ := strings.Cut(part, " "); {
		case part == "no HorizontalPodAutoscaler", part == "no PodDisruptionBudget":
			ok = b.object(value, b.app) == nil
		case part == "strategy Recreate":
			ok = get(b.workload, "spec", "strategy", "type") == "Recreate"
		case part == "no anti-affinity":
			ok = get(b.pod(), "affinity") == nil
		case part == "no probes":
			ok = get(b.main(), "readinessProbe") == nil && get(b.main(), "livenessProbe") == nil
		case name == "terminationGracePeriodSeconds":
			ok = same(get(b.pod(), name), value)
		case part == "Kubernetes replaces one replica at a time":
			ok = get(b.workload, "kind") == "StatefulSet" && get(b.workload, "spec", "strategy") == nil
		case part == "a pod on each node", part == "a pod stays with its node", part == "Kubernetes replaces one pod at a time":
			ok = get(b.workload, "kind") == "DaemonSet" && get(b.workload, "spec", "replicas") == nil
		case part == "it has no replicas that go on":
			ok = get(b.workload, "spec", "replicas") == nil && b.object("HorizontalPodAutoscaler", b.app) == nil
		case part == "a command has no port":
			ok = true
		case part == "it brings its own manifests", part == "as the application", part == "a test connects to its application":
			ok = true // the value itself is looked for
		}
		if !ok {
			return false
		}
	}
	return true
}

// In the container, the pod or the workload that a field is about.
func inContainer(keys ...string) func(*built, []string, any) bool {
	return func(b *built, _ []string, want any) bool { return same(get(b.main(), keys...), want) }
}

func inPod(keys ...string) func(*built, []string, any) bool {
	return func(b *built, _ []string, want any) bool { return same(get(b.pod(), keys...), want) }
}

func inSpec(keys ...string) func(*built, []string, any) bool {
	return func(b *built, _ []string, want any) bool {
		return same(get(get(b.workload, "spec"), keys...), want)
	}
}

func annotated(key string) func(*built, []string, any) bool {
	return func(b *built, _ []string, want any) bool {
		return same(get(b.workload, "metadata", "annotations", "wavewright.dev/"+key), want)
	}
}

// explainedFields is the table; the first row that fits counts.
func explainedFields() []explainedField {
	var rows []explainedField
	row := func(pattern string, found func(*built, []string, any) bool) {
		rows = append(rows, explainedField{regexp.MustCompile("^(?:" + pattern + ")$"), found})
	}
	row(`deploy`, func(b *built, _ []string, want any) bool { return want == true && len(b.objects) > 0 })
	row(`kind`, func(b *built, _ []string, want any) bool { return same(get(b.workload, "kind"), want) })
	row(`image`, inContainer("image"))
	row(`command`, inContainer("command"))
	row(`args`, inContainer("args"))
	row(`ports\.([^.]+)(?:\.(port|container|protocol))?`, (*built).port)
	row(`env\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(named(get(b.main(), "env"), m[0]), "value"), want)
	})
	row(`envFields\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(named(get(b.main(), "env"), m[0]), "valueFrom", "fieldRef", "fieldPath"), want)
	})
	row(`envFrom\.[^.]+\.(configMap|secret|prefix|optional)`, (*built).envFrom)
	row(`config\.(.+)\.(mount|content|placeholders)`, (*built).config)
	row(`secrets\.([^.]+)\.([a-zA-Z]+)(?:\.(.+))?`, (*built).secret)
	row(`volumes\.([^.]+)\.([a-zA-Z]+)`, (*built).volume)
	row(`probes\.none\.reason`, annotated("no-probes"))
	row(`probes\.(readiness|liveness|startup)\.([a-zA-Z]+)(?:\.(.+))?`, (*built).probe)
	row(`resources\.(requests|limits)\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(b.main(), "resources", m[0], m[1]), want)
	})
	row(`scale\.(.+)`, (*built).scale)
	row(`singleton\.reason`, annotated("singleton"))
	row(`security\.root\.reason`, annotated("runs-as-root"))
	row(`security\.writableRootFilesystem\.reason`, annotated("writable-root-filesystem"))
	row(`security\.hostAccess\.reason`, annotated("host-access"))
	row(`security\.privileges\.reason`, annotated("privileges"))
	row(`security\.serviceLinks\.reason`, annotated("service-links"))
	row(`pod\.(.+)`, func(b *built, m []string, want any) bool {
		return within(want, get(b.pod(), strings.Split(m[0], ".")...))
	})
	row(`container\.(.+)`, func(b *built, m []string, want any) bool {
		return within(want, get(b.main(), strings.Split(m[0], ".")...))
	})
	row(`(?:security\.)?capabilities\.add`, inContainer("securityContext", "capabilities", "add"))
	row(`(?:security\.)?capabilities\.reason`, func(b *built, _ []string, want any) bool {
		return strings.Contains(text(get(b.workload, "metadata", "annotations", b.capabilities())), text(want))
	})
	row(`security\.runAsUser`, inPod("securityContext", "runAsUser"))
	row(`security\.runAsGroup`, inPod("securityContext", "runAsGroup"))
	row(`(init|sidecars)\.([^.]+)\.(.+)`, (*built).beside)
	row(`expose\.([^.]+)\.([a-zA-Z]+)(?:\.(.+))?`, (*built).route)
	row(`connectsTo\.([^.]+)(?:\.([a-zA-Z]+))?(?:\.(.+))?`, (*built).connection)
	row(`metrics(?:\.([a-zA-Z]+))?(?:\.(.+))?`, (*built).monitor)
	row(`jobs\.([^.]+)\.(.+)`, (*built).job)
	row(`serviceAccount\.annotations\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(b.object("ServiceAccount", b.app), "metadata", "annotations", m[0]), want)
	})
	row(`serviceAccount\.rules`, func(b *built, _ []string, want any) bool {
		for _, rule := range list(want) {
			delete(rule.(map[string]any), "reason")
		}
		return within(want, get(b.object("Role", b.app), "rules"))
	})
	row(`imagePullSecrets`, func(b *built, _ []string, want any) bool {
		var names []any
		for _, item := range list(get(b.pod(), "imagePullSecrets")) {
			names = append(names, get(item, "name"))
		}
		return within(want, names)
	})
	row(`nodeSelector\.(.+)`, func(b *built, m []string, want any) bool { return same(get(b.pod(), "nodeSelector", m[0]), want) })
	row(`tolerations`, func(b *built, _ []string, want any) bool { return within(want, get(b.pod(), "tolerations")) })
	row(`annotations\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(b.workload, "metadata", "annotations", m[0]), want)
	})
	row(`podAnnotations\.(.+)`, func(b *built, m []string, want any) bool {
		return holds(get(b.workload, "spec"), m[0], want)
	})
	row(`serviceAnnotations\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(b.object("Service", b.app), "metadata", "annotations", m[0]), want)
	})
	row(`labels\.(.+)`, func(b *built, m []string, want any) bool {
		return !slices.ContainsFunc(b.objects, func(o any) bool {
			return get(o, "metadata") != nil && !b.chart && !same(get(o, "metadata", "labels", m[0]), want)
		})
	})
	row(`priorityClass`, inPod("priorityClassName"))
	row(`ignoreDifferences`, (*built).ignored)
	row(`kinds\.(.+?)(?:\.(clusterScoped|reason))?`, (*built).kind)
	row(`antiAffinity`, (*built).spread)
	row(`failover`, (*built).failover)
	row(`disruptionBudget\.maxUnavailable`, func(b *built, _ []string, want any) bool {
		budget := b.object("PodDisruptionBudget", b.app)
		return same(want, 0) && budget == nil || same(get(budget, "spec", "maxUnavailable"), want)
	})
	row(`rollout\.([a-zA-Z]+)`, (*built).rollout)
	row(`podManagementPolicy`, inSpec("podManagementPolicy"))
	row(`persistentVolumeClaimRetentionPolicy\.(.+)`, func(b *built, m []string, want any) bool {
		return same(get(b.workload, "spec", "persistentVolumeClaimRetentionPolicy", m[0]), want)
	})
	row(`schedule\.(.+)`, (*built).schedule)
	row(`source\.kustomize`, func(b *built, _ []string, want any) bool {
		for name, file := range b.files {
			if strings.HasPrefix(name, "overlays/") && strings.HasSuffix(name, "/apps/"+b.app+"/kustomization.yaml") && strings.Contains(string(file), "/"+text(want)+"\n") {
				return true
			}
		}
		return false
	})
	row(`source\.helm\.(repository|chart|version)`, func(b *built, m []string, want any) bool {
		key := map[string]string{"chart": "name"}[m[0]]
		if key == "" {
			key = m[0]
		}
		dependency := list(get(b.file("overlays/" + b.target + "/apps/" + b.app + "/Chart.yaml")[0], "dependencies"))[0]
		return strings.HasSuffix(text(want), text(get(dependency, key))) || strings.HasPrefix(text(want), text(get(dependency, key)))
	})
	row(`source\.helm\.values\.(.+)`, func(b *built, m []string, want any) bool {
		values := b.file("overlays/" + b.target + "/apps/" + b.app + "/values.yaml")
		return len(values) == 1 && dotted(values[0], strings.TrimPrefix(m[0], "."), want, true)
	})
	row(`footprint\.(.+)`, (*built).footprint)
	row(`podLabels\.(.+)`, func(b *built, m []string, want any) bool {
		return slices.ContainsFunc(b.ofKind("NetworkPolicy"), func(o any) bool {
			return same(get(o, "spec", "podSelector", "matchLabels", m[0]), want)
		})
	})
	return rows
}

// dotted follows a path whose keys may have dots themselves; at the top, a key may stand before.
func dotted(v any, at string, want any, top bool) bool {
	if at == "" {
		return same(v, want) || within(want, v)
	}
	m, _ := v.(map[string]any)
	for key, value := range m {
		rest, ok := strings.CutPrefix(at, key)
		if ok && (rest == "" || rest[0] == '.') && dotted(value, strings.TrimPrefix(rest, "."), want, false) || top && dotted(value, at, want, false) {
			return true
		}
	}
	return false
}

// capabilities is the annotation with the reason of those of the container.
func (b *built) capabilities() string {
	if b.container == b.app {
		return "wavewright.dev/capabilities"
	}
	return "wavewright.dev/capabilities-of-" + b.container
}

// service is the port of the Service by name.
func (b *built) service(name string) any {
	for _, o := range b.ofKind("Service") {
		if get(o, "metadata", "name") == b.app {
			return named(get(o, "spec", "ports"), name)
		}
	}
	return nil
}

// port is one of the Service and of the container; those of manifests of the user's are in
// rules and routes, when anything leads to them.
func (b *built) port(m []string, want any) bool {
	if b.sourced {
		return true
	}
	container := named(get(b.main(), "ports"), m[0])
	switch m[1] {
	case "container":
		return same(get(container, "containerPort"), want)
	case "protocol":
		return same(get(container, "protocol"), want)
	case "":
		if !same(get(container, "containerPort"), want) {
			return false
		}
	}
	return same(get(b.service(m[0]), "port"), want)
}

func (b *built) envFrom(m []string, want any) bool {
	return slices.ContainsFunc(list(get(b.main(), "envFrom")), func(from any) bool {
		switch m[0] {
		case "prefix":
			return same(get(from, "prefix"), want)
		case "optional":
			return same(get(from, "secretRef", "optional"), want) || same(get(from, "configMapRef", "optional"), want)
		}
		return same(get(from, m[0]+"Ref", "name"), want)
	})
}

func (b *built) config(m []string, want any) bool {
	switch m[1] {
	case "placeholders":
		return true
	case "mount":
		return slices.ContainsFunc(list(get(b.main(), "volumeMounts")), func(mount any) bool {
			return get(mount, "subPath") == m[0] && same(get(mount, "mountPath"), want)
		})
	}
	return same(get(b.object("ConfigMap", b.app+"-config"), "data", m[0]), want)
}

// secret is a reference: to a key of the store, or to a Secret that exists.
func (b *built) secret(m []string, want any) bool {
	secret := b.app + "-" + m[0]
	switch m[1] {
	case "key":
		return holds(get(b.object("ExternalSecret", secret), "spec"), "key", want)
	case "existing":
		return holds(b.pod(), "secretName", want) || holds(get(b.main(), "env"), "name", want) || holds(get(b.main(), "envFrom"), "name", want)
	case "env":
		return same(get(named(get(b.main(), "env"), m[2]), "valueFrom", "secretKeyRef", "key"), want)
	case "all":
		return want == true && len(list(get(b.main(), "envFrom"))) > 0
	case "prefix":
		return holds(get(b.main(), "envFrom"), "prefix", want)
	case "mount":
		return same(get(named(get(b.main(), "volumeMounts"), "secret-"+m[0]), "mountPath"), want)
	case "files":
		return holds(get(named(get(b.pod(), "volumes"), "secret-"+m[0]), "secret", "items"), "key", want)
	}
	return false
}

func (b *built) volume(m []string, want any) bool {
	volume, claim := named(get(b.pod(), "volumes"), m[0]), b.object("PersistentVolumeClaim", b.app+"-"+m[0])
	for _, template := range list(get(b.workload, "spec", "volumeClaimTemplates")) {
		if get(template, "metadata", "name") == m[0] {
			claim = template
		}
	}
	switch m[1] {
	case "mount":
		return same(get(named(get(b.main(), "volumeMounts"), m[0]), "mountPath"), want)
	case "readOnly":
		return same(get(named(get(b.main(), "volumeMounts"), m[0]), "readOnly"), want)
	case "size":
		return same(get(claim, "spec", "resources", "requests", "storage"), want)
	case "accessMode":
		return within([]any{want}, get(claim, "spec", "accessModes"))
	case "storageClass":
		return same(get(claim, "spec", "storageClassName"), want)
	case "scratch":
		return same(get(volume, "emptyDir", "sizeLimit"), want)
	case "medium":
		return same(get(volume, "emptyDir", "medium"), want)
	case "claim":
		return same(get(volume, "persistentVolumeClaim", "claimName"), want)
	}
	return false
}

// probe has its port by name or by the number of that name.
func (b *built) probe(m []string, want any) bool {
	probe := get(b.main(), m[0]+"Probe")
	switch m[1] {
	case "http":
		return same(get(probe, "httpGet", "path"), want)
	case "scheme":
		return same(get(probe, "httpGet", "scheme"), want)
	case "headers":
		return same(get(named(get(probe, "httpGet", "httpHeaders"), m[2]), "value"), want)
	case "grpc":
		return get(probe, "grpc") != nil && text(get(probe, "grpc", "service")) == text(want)
	case "tcp":
		return (get(probe, "tcpSocket") != nil) == (want == true)
	case "exec":
		return same(get(probe, "exec", "command"), want)
	case "port":
		number := get(named(get(b.main(), "ports"), text(want)), "containerPort")
		return slices.ContainsFunc([]string{"httpGet", "grpc", "tcpSocket"}, func(handler string) bool {
			port := get(probe, handler, "port")
			return same(port, want) || same(port, number)
		})
	}
	return same(get(probe, m[1]), want)
}

func (b *built) scale(m []string, want any) bool {
	hpa := b.object("HorizontalPodAutoscaler", b.app)
	switch m[0] {
	case "min":
		return same(get(hpa, "spec", "minReplicas"), want) || hpa == nil && same(get(b.workload, "spec", "replicas"), want)
	case "max":
		return same(get(hpa, "spec", "maxReplicas"), want) || hpa == nil && same(get(b.workload, "spec", "replicas"), want)
	case "cpu", "memory":
		return slices.ContainsFunc(list(get(hpa, "spec", "metrics")), func(metric any) bool {
			return get(metric, "resource", "name") == m[0] && same(get(metric, "resource", "target", "averageUtilization"), want)
		})
	}
	keys := strings.Split(m[0], ".") // behavior, direction, key
	rules := get(hpa, "spec", "behavior", keys[1])
	if keys[2] == "stabilizationWindowSeconds" {
		return same(get(rules, keys[2]), want)
	}
	return slices.ContainsFunc(list(get(rules, "policies")), func(policy any) bool {
		if keys[2] == "periodSeconds" {
			return same(get(policy, "periodSeconds"), want)
		}
		return strings.EqualFold(text(get(policy, "type")), keys[2]) && same(get(policy, "value"), want)
	})
}

// beside is a field of another container.
func (b *built) beside(m []string, want any) bool {
	other := *b
	other.container = m[1]
	if main := other.main(); main == nil || (get(main, "restartPolicy") == "Always") != (m[0] == "sidecars") {
		return false
	}
	return other.finds(m[2], want)
}

package generator_test

import (
	"slices"
	"strings"
)

// routes are the ways in of a name, with what each says.
func (b *built) routes(name string) []any {
	return slices.DeleteFunc(b.ofKind("HTTPRoute", "Ingress"), func(o any) bool { return get(o, "metadata", "name") != b.app+"-"+name })
}

// balancer is a field of a load balancer, which is a Service of its own.
func (b *built) balancer(m []string, want any) bool {
	service := b.object("Service", b.app+"-"+m[0])
	spec := get(service, "spec")
	if text(get(spec, "type")) != "LoadBalancer" {
		return false
	}
	switch m[1] + "." + m[2] {
	case "loadBalancer.sourceRanges":
		return same(get(spec, "loadBalancerSourceRanges"), want)
	case "loadBalancer.class":
		return same(get(spec, "loadBalancerClass"), want)
	case "port.":
		return named(get(spec, "ports"), text(want)) != nil || b.chart
	case "ports.":
		return !slices.ContainsFunc(list(want), func(port any) bool { return named(get(spec, "ports"), text(port)) == nil })
	}
	return m[1] == "annotations" && same(get(service, "metadata", "annotations", m[2]), want)
}

func (b *built) route(m []string, want any) bool {
	return b.balancer(m, want) || slices.ContainsFunc(b.routes(m[0]), func(o any) bool {
		switch m[1] {
		case "host":
			return within([]any{want}, get(o, "spec", "hostnames")) || holds(get(o, "spec", "rules"), "host", want)
		case "aliases":
			return within(want, get(o, "spec", "hostnames")) || !slices.ContainsFunc(list(want), func(host any) bool { return !holds(get(o, "spec", "rules"), "host", host) })
		case "port":
			number := get(b.service(text(want)), "port")
			return b.chart || number == nil || holds(o, "port", number) || holds(o, "number", number)
		case "path":
			return holds(o, "value", want) || holds(o, "path", want)
		case "pathType":
			return holds(o, "type", map[any]string{"prefix": "PathPrefix", "exact": "Exact"}[want]) || holds(o, "pathType", map[any]string{"prefix": "Prefix", "exact": "Exact"}[want])
		case "through":
			kind := map[any]any{"gateway": "HTTPRoute", "ingress": "Ingress"}[want]
			return kind == nil || get(o, "kind") == kind // a name of a gateway or of a controller of the platform's
		case "service":
			return holds(o, "name", want)
		case "timeout":
			return holds(o, "request", want)
		case "annotations":
			return same(get(o, "metadata", "annotations", m[2]), want)
		}
		return holds(o, m[1], want)
	})
}

// egress are the rules by which the pods with a label connect.
func (b *built) egress() []any {
	var rules []any
	for _, policy := range b.ofKind("NetworkPolicy") {
		rules = append(rules, list(get(policy, "spec", "egress"))...)
	}
	return rules
}

// connection has a rule with its other end and its ports.
func (b *built) connection(m []string, want any) bool {
	rules := b.egress()
	has := func(key string, value any) bool {
		return slices.ContainsFunc(rules, func(rule any) bool { return holds(rule, key, value) })
	}
	switch m[1] {
	case "cidr":
		return has("cidr", want)
	case "except":
		return has("except", want)
	case "namespace":
		return has("kubernetes.io/metadata.name", want)
	case "podLabels":
		return has(m[2], want)
	case "port":
		return b.open(rules, m[0], want)
	case "ports":
		return !slices.ContainsFunc(list(want), func(port any) bool { return !b.open(rules, m[0], port) })
	}
	if fields, ok := want.(map[string]any); ok && len(fields) > 0 { // as a whole
		for key, value := range fields {
			if !b.connection([]string{m[0], key, ""}, value) {
				return false
			}
		}
		return true
	}
	if m[0] == "internet" {
		return has("cidr", "0.0.0.0/0")
	}
	return slices.ContainsFunc(rules, func(rule any) bool { return b.leadsTo(rule, m[0]) })
}

// leadsTo reports whether a rule has an application at its other end: by its name, or by the labels
// that its manifests have.
func (b *built) leadsTo(rule any, app string) bool {
	if holds(rule, "app.kubernetes.io/name", app) || holds(rule, "wavewright.dev/application", app) || holds(rule, "app.kubernetes.io/instance", app) {
		return true
	}
	return holds(rule, "app.kubernetes.io/instance", app+"-"+b.target) || holds(rule, "app", app)
}

// open reports whether a rule opens a port: a number, a range with a protocol, or the name of a port of
// the application at the other end.
func (b *built) open(rules []any, app string, port any) bool {
	number, protocol, _ := strings.Cut(text(port), "/")
	first, last, _ := strings.Cut(number, "-")
	if name := strings.Trim(first, "0123456789"); name != "" {
		return slices.ContainsFunc(rules, func(rule any) bool { return b.leadsTo(rule, app) && get(rule, "ports") != nil })
	}
	return slices.ContainsFunc(rules, func(rule any) bool {
		return slices.ContainsFunc(list(get(rule, "ports")), func(open any) bool {
			return same(get(open, "port"), first) && text(get(open, "endPort")) == last && (protocol == "" || get(open, "protocol") == protocol)
		}) || b.leadsTo(rule, app) // the number is that of its Service
	})
}

func (b *built) monitor(m []string, want any) bool {
	return slices.ContainsFunc(b.ofKind("ServiceMonitor"), func(o any) bool {
		endpoints := get(o, "spec", "endpoints")
		switch m[0] {
		case "":
			return true
		case "serviceLabels":
			return same(get(o, "spec", "selector", "matchLabels", m[1]), want)
		case "port": // of manifests of the user's by number
			return holds(endpoints, "port", want) || strings.Contains(text(endpoints), "targetPort:")
		}
		return holds(endpoints, m[0], want)
	})
}

// job is a field of a job, whose container has its short name.
func (b *built) job(m []string, want any) bool {
	other := *b
	if other.workload, other.container = b.object("Job", b.app+"-"+m[0]), m[0]; other.workload == nil {
		return false
	}
	other.objects = slices.DeleteFunc(b.ofKind("NetworkPolicy"), func(o any) bool {
		return get(o, "spec", "podSelector", "matchLabels", "app.kubernetes.io/name") != b.app+"-"+m[0]
	})
	other.objects = append(other.objects, other.workload)
	switch m[1] {
	case "phase":
		hook := text(get(other.workload, "metadata", "annotations", "argocd.argoproj.io/hook"))
		return want == "test" && hook != "PreSync" || want == "pre-deploy"
	case "activeDeadlineSeconds", "backoffLimit":
		return same(get(other.workload, "spec", m[1]), want)
	case "sidecars":
		return !slices.ContainsFunc(list(want), func(name any) bool { return named(get(other.pod(), "initContainers"), text(name)) == nil })
	case "volumes":
		return !slices.ContainsFunc(list(want), func(name any) bool { return named(get(other.pod(), "volumes"), text(name)) == nil })
	}
	return other.finds(m[1], want)
}

// ignored are in the element of the Application, as one text.
func (b *built) ignored(_ []string, want any) bool {
	for _, name := range []string{"overlays/" + b.env + "/applications.yaml", "argocd/" + b.env + "/applicationsets.yaml", "argocd/" + b.env + "/applications.yaml"} {
		content := string(b.files[name])
		if content != "" && !slices.ContainsFunc(list(want), func(item any) bool {
			for _, key := range []string{"jsonPointers", "jqPathExpressions"} {
				for _, expression := range list(get(item, key)) {
					if !strings.Contains(strings.NewReplacer(`\`, "", `"`, "").Replace(content), strings.NewReplacer(`\`, "", `"`, "").Replace(text(expression))) {
						return true
					}
				}
			}
			return false
		}) {
			return true
		}
	}
	return false
}

// kind is permitted by an AppProject.
func (b *built) kind(m []string, want any) bool {
	if m[1] == "reason" {
		return true // for the people who review the spec
	}
	kind, group, _ := strings.Cut(m[0], ".")
	if elements := string(b.files["overlays/"+b.env+"/applications.yaml"]); strings.Contains(elements, "kinds: "+m[0]) {
		return true // where others permit kinds, the element names them
	}
	key := "namespaceResourceWhitelist"
	if m[1] == "clusterScoped" && want == true {
		key = "clusterResourceWhitelist"
	}
	for _, project := range b.file("argocd/" + b.env + "/projects.yaml") {
		for _, whitelist := range []string{key, "clusterResourceWhitelist"} {
			for _, permitted := range list(get(project, "spec", whitelist)) {
				if get(permitted, "kind") == kind && text(get(permitted, "group")) == group {
					return true
				}
			}
		}
	}
	return false
}

// spread is the anti-affinity of replicas.
func (b *built) spread(_ []string, want any) bool {
	affinity := get(b.pod(), "affinity", "podAntiAffinity")
	switch want {
	case "required":
		return get(affinity, "requiredDuringSchedulingIgnoredDuringExecution") != nil
	case "preferred":
		return get(affinity, "preferredDuringSchedulingIgnoredDuringExecution") != nil
	}
	return affinity == nil
}

// failover is fast when pods leave a lost node after seconds.
func (b *built) failover(_ []string, want any) bool {
	return holds(get(b.pod(), "tolerations"), "tolerationSeconds", 30) == (want == "fast")
}

func (b *built) rollout(m []string, want any) bool {
	spec, strategy := get(b.workload, "spec"), get(b.workload, "spec", "strategy")
	switch m[0] {
	case "maxUnavailable", "maxSurge":
		if get(b.workload, "kind") == "DaemonSet" {
			strategy = get(spec, "updateStrategy")
		}
		return same(get(strategy, "rollingUpdate", m[0]), want) || strategy == nil && same(want, "25%") // what Kubernetes does by itself
	case "updateStrategy":
		kind := get(spec, "updateStrategy", "type")
		return same(kind, want) || kind == nil && same(want, "RollingUpdate")
	case "partition":
		return same(get(spec, "updateStrategy", "rollingUpdate", "partition"), want)
	case "preStopSeconds":
		return same(get(b.main(), "lifecycle", "preStop", "sleep", "seconds"), want)
	}
	return same(get(spec, m[0]), want)
}

func (b *built) schedule(m []string, want any) bool {
	spec := get(b.workload, "spec")
	switch m[0] {
	case "cron":
		return same(get(spec, "schedule"), want)
	case "backoffLimit", "activeDeadlineSeconds":
		return same(get(spec, "jobTemplate", "spec", m[0]), want)
	case "suspend":
		return want == false && get(spec, "suspend") == nil || same(get(spec, "suspend"), want)
	}
	return same(get(spec, m[0]), want)
}

// footprint is a part of the sums of an automatic quota; what a namespace has altogether is
// compared elsewhere.
func (b *built) footprint(m []string, _ any) bool {
	key := map[string]string{"pods": "pods", "volumes": "persistentvolumeclaims"}[m[0]]
	if key == "" {
		key = m[0]
	}
	for name, file := range b.files {
		if strings.HasPrefix(name, "overlays/") && strings.HasSuffix(name, "/quota.yaml") && strings.Contains(string(file), key+":") {
			return true
		}
	}
	return false
}

package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/itchyny/gojq"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The fields of an element beyond those that every application has.
const (
	ignoreField       = "ignoreDifferences"
	releaseField      = "releaseName"
	repositoryField   = "chartRepository"
	kindsField        = "kinds"
	clusterKindsField = "clusterKinds"
)

// maxField is the length that the text of an element's field may have.
const maxField = 1024

// ignored lists the differences that Argo CD ignores in the instance, as one line of YAML.
// It is a part of the element, so that pins freeze it, because Argo CD does not apply
// ignored fields. The annotation of objects is no alternative: Argo CD reads it only from
// 3.6 on, and it has no jq expressions.
func (in *Instance) ignored() string {
	var rules []yamltree.Ordered
	for _, d := range in.Workload.IgnoreDifferences {
		group, _ := groupOf(d)
		rule := with(yamltree.Ordered{pair("group", group), pair("kind", d.Kind)}, "name", d.Name)
		if len(d.JSONPointers) > 0 {
			rule = append(rule, pair("jsonPointers", d.JSONPointers))
		}
		if len(d.JQPathExpressions) > 0 {
			rule = append(rule, pair("jqPathExpressions", d.JQPathExpressions))
		}
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return ""
	}
	return yamltree.EncodeFlow(rules)
}

// groupOf returns the API group of a rule's kind, and whether it is known.
func groupOf(d schema.IgnoreDifference) (string, bool) {
	if d.Group != "" {
		return d.Group, true
	}
	for group, kinds := range kindGroups() {
		if slices.Contains(kinds, d.Kind) {
			return group, true
		}
	}
	return "", false
}

// kindGroups are the kinds of Kubernetes that applications have, by API group.
func kindGroups() map[string][]string {
	return map[string][]string{
		"": {
			"ConfigMap", "Endpoints", "LimitRange", "PersistentVolume", "PersistentVolumeClaim", "Pod", "ResourceQuota",
			"Secret", "Service", "ServiceAccount",
		},
		"admissionregistration.k8s.io": {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"apps":                         {"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"},
		"autoscaling":                  {"HorizontalPodAutoscaler"},
		"batch":                        {"CronJob", "Job"},
		"networking.k8s.io":            {"Ingress", "NetworkPolicy"},
		"policy":                       {"PodDisruptionBudget"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"},
	}
}

var (
	kindName = lazyregexp.New(`^[A-Z][A-Za-z0-9]{0,62}$`)
	// jsonPointer is one of RFC 6901 with at least one step.
	jsonPointer = lazyregexp.New(`^(/([^~/]|~[01])+)+$`)
)

// differences checks the ignored differences: a mistake would stop the comparison of the
// whole Application, or its updates.
func (c *checker) differences() {
	for i, d := range c.w.IgnoreDifferences {
		at := c.at("ignoreDifferences", i)
		if strings.TrimSpace(d.Reason) == "" {
			c.error(at, "reason/missing", "an entry of ignoreDifferences needs a reason").Hint =
				"Write reason: TEXT, which says who else sets these fields."
		}
		_, known := groupOf(d)
		switch {
		case !kindName.MatchString(d.Kind) || d.Group != "" && !isSubdomain(d.Group) || d.Name != "" && !isSubdomain(d.Name):
			c.error(at, "ignore/invalid", "no object has this group, kind and name").Hint =
				"Write them as they stand in the object, for example group: apps, kind: Deployment, name: web."
		case !known:
			c.error(at, "ignore/invalid", "wavewright does not know the API group of kind %s", d.Kind).Hint =
				"Write group: with the part of the object's apiVersion before the slash."
		case len(d.JSONPointers)+len(d.JQPathExpressions) == 0:
			c.error(at, "ignore/invalid", "this entry names no field to ignore").Hint =
				"Write jsonPointers: [/spec/replicas] or jqPathExpressions: [.spec.replicas]."
		}
		for k, pointer := range d.JSONPointers {
			c.pointer(pointer, "ignoreDifferences", i, "jsonPointers", k)
		}
		for k, expression := range d.JQPathExpressions {
			c.jq(expression, "ignoreDifferences", i, "jqPathExpressions", k)
		}
	}
	if n := len(c.in.ignored()); n > maxField {
		d := c.error(c.key("ignoreDifferences"), "ignore/long", "too much is ignored for one application")
		d.Detail = fmt.Sprintf("Written in one line, as a pin holds it, it has %d characters; %d are possible.", n, maxField)
		d.Hint = "Name fewer fields, or the fields that contain them."
	}
}

func (c *checker) pointer(pointer string, path ...any) {
	switch {
	case !jsonPointer.MatchString(pointer) || !oneLine(pointer):
		c.error(c.at(path...), "ignore/invalid", "this is not a JSON pointer to a field").Hint =
			"Write the keys on the way with a slash before each: /spec/replicas. A slash within a key is ~1, a tilde ~0."
	case pointer == "/spec" || pointer == "/metadata":
		c.error(c.at(path...), "ignore/invalid", "%s is nearly the whole object", pointer).Hint =
			"Name the fields that others own; nothing else of the object would be updated any more."
	}
}

// jq checks an expression as Argo CD uses it.
func (c *checker) jq(expression string, path ...any) {
	query, err := gojq.Parse("del(" + expression + ")")
	if err == nil {
		_, err = gojq.Compile(query)
	}
	if err != nil || !oneLine(expression) {
		d := c.error(c.at(path...), "ignore/invalid", "this is not a jq path expression")
		if err != nil {
			d.Detail = "Argo CD could not evaluate the expression: " + err.Error() + "."
		}
		d.Hint = "Write a path such as .spec.template.spec.containers[].resources, on one line."
	}
}

// oneLine reports whether an element can hold a text.
func oneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// brokenIgnore reports whether an element holds ignored differences that Argo CD could not
// read from its list.
func brokenIgnore(e release.Element) bool {
	text := e.Get(ignoreField)
	if text == "" {
		return false
	}
	_, list := yamltree.Parse("", []byte(text))
	return list.HasErrors()
}

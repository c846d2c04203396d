package schema

import (
	"slices"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// refinements are rules of validate.go that a JSON schema can express, by Type.key.
// TestJSONSchemaIsNeverStricter holds that they are no narrower than the program.
func refinements() map[string]object {
	names := func(name string) object { return object{"propertyNames": ref(name)} }
	pattern := func(r *lazyregexp.Regexp) object { return object{"pattern": r.String()} }
	label := object{"pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": maxLabel}
	options := object{"items": object{"type": "string", "pattern": syncOption.String()}}
	groups := object{"minItems": 1, "uniqueItems": true, "items": object{
		"type": "string", "pattern": groupName.String(), "not": object{"pattern": "^" + systemGroup},
	}}
	owners := object{"minItems": 1, "items": object{"type": "string", "pattern": codeOwner.String()}}
	return map[string]object{
		"Spec.prefix":           {"pattern": platformPrefix.String(), "not": ref("ReservedWord")},
		"Metadata.name":         {"allOf": []any{ref("PlatformName")}},
		"ArgoCD.namespace":      label,
		"ArgoCD.project":        label,
		"ArgoCD.controlPlane":   label,
		"Team.owners":           owners,
		"Environment.owners":    owners,
		"Access.view":           groups,
		"Access.debug":          groups,
		"Access.breakGlass":     groups,
		"Gateway.namespace":     label,
		"Ingress.namespace":     label,
		"Scraper.namespace":     label,
		"DNS.namespace":         label,
		"Repository.url":        pattern(repositoryURL),
		"Spec.environments":     {"minItems": 1},
		"Spec.clusters":         names("ClusterName"),
		"Spec.teams":            names("TeamName"),
		"Spec.profiles":         names("ProfileName"),
		"Spec.applications":     names("ApplicationName"),
		"Spec.common":           names("GroupName"),
		"TeamFile.common":       names("GroupName"),
		"TeamFile.applications": names("ApplicationName"),
		"Environment.name":      {"allOf": []any{ref("EnvironmentName")}},
		"Environment.clusters":  {"minItems": 1, "uniqueItems": true},
		"Cluster.kubernetes":    pattern(kubernetesVersion),
		"Cluster.nodes":         {"minimum": 1},
		"Backoff.duration":      pattern(duration),
		"Backoff.maxDuration":   pattern(duration),
		"Window.duration":       pattern(duration),
		"Environment.windows":   names("WindowName"),
		"Sync.options":          options,
		"Sync.infraOptions":     options,
		"Settings.validation":   names("StepName"),
		"Step.rules":            {"items": object{"enum": enumeration(KubeScoreChecks(), false)}},
		"Step.job":              {"pattern": "^[^/]*/[^/]*$"},
	}
}

// nameDefinitions are the rules of names.go.
func nameDefinitions() map[string]any {
	return map[string]any{
		"PlatformName":    nameDefinition(maxEnvironment),
		"EnvironmentName": nameDefinition(maxEnvironment, reservedEnvironments()...),
		"ClusterName":     nameDefinition(maxEnvironment),
		"TeamName":        nameDefinition(maxName, reservedTeams()...),
		"ProfileName":     nameDefinition(maxName, BuiltinProfiles()...),
		"ApplicationName": nameDefinition(maxApplication, reservedApplications()...),
		"GroupName":       nameDefinition(maxName),
		"WindowName":      nameDefinition(maxName),
		"StepName":        nameDefinition(maxName),
		"ReservedWord": object{
			"description": "Words of YAML, and device names on Windows.",
			"enum":        enumeration(append(reservedWords(), deviceNames()...), false),
		},
	}
}

func nameDefinition(limit int, reserved ...string) object {
	refused := []any{ref("ReservedWord")}
	if len(reserved) > 0 {
		refused = append(refused, object{"enum": enumeration(reserved, false)})
	}
	if slices.Equal(reserved, reservedApplications()) {
		refused = append(refused, object{"pattern": "^" + reservedPrefix})
	}
	return object{
		"type":    "string",
		"pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$", "maxLength": limit,
		"not": object{"anyOf": refused},
	}
}

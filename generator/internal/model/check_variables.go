package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema"
)

// variableCheck checks the environment of one container, whose fields stand below a path.
type variableCheck struct {
	*checker
	variables
	path []any
}

// below is the path of a part of the container.
func (v variableCheck) below(more ...any) []any { return slices.Concat(v.path, more) }

func (v variableCheck) all() {
	v.plain(v.env)
	v.podFields()
	v.sources()
	v.fromSecrets()
}

// named checks the name of a variable, which stands at a path.
func (v variableCheck) named(name string, path ...any) {
	if !envName.MatchString(name) {
		v.error(v.key(v.below(path...)...), "env/name", "%q cannot be the name of a variable", name).Hint = variableHint
	}
}

// plain checks variables with their values.
func (v variableCheck) plain(env map[string]string) {
	for _, name := range sortedKeys(env) {
		v.named(name, "env", name)
		if literalSecret(name, env[name]) {
			v.error(v.key(v.below("env", name)...), "secret/literal", "%s looks like a secret", name).Hint =
				"Secrets never stand in Git. Refer to one: secrets: {NAME: {key: PATH-IN-THE-STORE, env: {" + name + ": PROPERTY}}}."
		}
	}
}

// podFields checks the variables that come from the pod itself.
func (v variableCheck) podFields() {
	for _, name := range sortedKeys(v.fields) {
		v.named(name, "envFields", name)
		if _, twice := v.env[name]; twice {
			d := v.error(v.key(v.below("envFields", name)...), "env/duplicate", "%s is set twice", name)
			d.Detail, d.Hint = "It also comes from env.", "Keep one of them."
		}
		if path := v.fields[name]; !fieldPath.MatchString(path) {
			v.error(v.at(v.below("envFields", name)...), "env/field", "%q is not a field of a pod that a variable can refer to", path).Hint =
				"Known are metadata.name, .namespace, .uid, .labels['KEY'] and .annotations['KEY'], spec.nodeName and .serviceAccountName, status.podIP, .podIPs, .hostIP and .hostIPs."
		}
	}
}

// sources checks the objects whose entries become variables.
func (v variableCheck) sources() {
	for _, name := range sortedKeys(v.from) {
		source, at := v.from[name], v.below("envFrom", name)
		v.name(v.key(at...), "a source of variables", name)
		switch {
		case (source.ConfigMap == "") == (source.Secret == ""):
			if !v.faulty(at...) {
				v.error(v.key(at...), "env/source", "this needs configMap or secret, one of them").Hint =
					"Write configMap: NAME or secret: NAME, of an object in the namespace."
			}
		case source.ConfigMap != "":
			v.reference("ConfigMap", source.ConfigMap, append(at, "configMap")...)
		default:
			v.reference("Secret", source.Secret, append(at, "secret")...)
		}
		v.prefix(source.Prefix, append(at, "prefix")...)
	}
}

func (v variableCheck) prefix(prefix string, path ...any) {
	if prefix != "" && !envName.MatchString(prefix) {
		v.error(v.at(path...), "env/name", "%q cannot begin the name of a variable", prefix).Hint = variableHint
	}
}

// fromSecrets checks the secrets that the container reads.
func (v variableCheck) fromSecrets() {
	from := map[string]string{}
	for _, name := range sortedKeys(v.secrets) {
		secret := v.secrets[name]
		v.name(v.key(v.below("secrets", name)...), "a secret", name)
		v.secretSource(name, secret)
		v.prefix(secret.Prefix, v.below("secrets", name, "prefix")...)
		if secret.Prefix != "" && !secret.All && !v.faulty(v.below("secrets", name, "all")...) {
			v.error(v.at(v.below("secrets", name, "prefix")...), "secret/unused", "prefix is of the variables that all: true makes").Hint =
				"Write all: true beside it, or the whole names below env."
		}
		if len(secret.Env) == 0 && !secret.All && (len(v.path) > 0 || len(v.w.Secrets[name].Files) == 0 && !v.onlyForOthers(name)) {
			v.error(v.key(v.below("secrets", name)...), "secret/unused", "this secret is not used").Hint = v.useHint()
		}
		for _, variable := range sortedKeys(secret.Env) {
			v.fromSecret(name, variable, secret.Env[variable], from)
		}
	}
}

func (v variableCheck) useHint() string {
	if len(v.path) > 0 {
		return "Write env: {VARIABLE: PROPERTY}."
	}
	return "Write env: {VARIABLE: PROPERTY}, or mount: /etc/FOLDER with files: {FILE: PROPERTY}."
}

// onlyForOthers reports whether a secret of the application is there for another container.
func (v variableCheck) onlyForOthers(name string) bool {
	return slices.ContainsFunc(v.w.containers(), func(c container) bool { _, reads := c.Secrets[name]; return reads })
}

// fromSecret checks one variable, which no other statement may set.
func (v variableCheck) fromSecret(name, variable, property string, from map[string]string) {
	path := v.below("secrets", name, "env", variable)
	v.named(variable, "secrets", name, "env", variable)
	other, taken := from[variable]
	if _, plain := v.env[variable]; plain {
		other, taken = "env", true
	}
	if _, field := v.fields[variable]; field {
		other, taken = "envFields", true
	}
	if taken {
		d := v.error(v.key(path...), "env/duplicate", "%s is set twice", variable)
		d.Detail = "It also comes from " + other + "."
		d.Hint = "Take one of the two out; null in a later layer removes the variable of an earlier layer."
	}
	from[variable] = "secret " + name
	if !propertyName.MatchString(property) {
		v.error(v.at(path...), "reference/name", "%q cannot be a key of a Secret", property).Hint =
			"Use letters, digits, hyphens, underscores and dots."
	}
}

// secretSource checks where a secret comes from.
func (v variableCheck) secretSource(name string, secret schema.SecretRef) {
	at := v.key(v.below("secrets", name)...)
	application, shared := v.w.Secrets[name]
	switch {
	case len(v.path) > 0 && shared && (secret.Key != application.Key || secret.Existing != application.Existing):
		v.error(at, "secret/source", "secret %s of the application comes from elsewhere", name).Hint =
			"Leave key and existing out here to read the secret of the application, or choose another name."
	case (secret.Key == "") == (secret.Existing == ""):
		if len(v.path) > 0 && (shared || v.faulty("secrets") || v.faulty("secrets", name)) {
			return // the check of the application reports its own secret
		}
		v.error(at, "secret/source", "a secret needs key or existing, one of them").Hint =
			"key: PATH reads the platform's secret store; existing: NAME uses a Secret that somebody else manages."
	case secret.Key != "" && v.checker.in.Target.Cluster.Secrets == nil && v.unoffered("secrets"):
		v.error(at, "platform/secrets", "there is no secret store on cluster %s", v.checker.in.Target.Cluster.Name).Hint =
			"Declare platform.secrets: {provider: external-secrets, store: {name: …}}, or use existing: NAME."
	case secret.Existing != "" && !isSubdomain(secret.Existing):
		v.error(at, "secret/source", "%q cannot be a Secret", secret.Existing).Hint = nameHint
	}
}

// otherSources reports a secret that containers beside the main one declare twice, each in its own way.
func (c *checker) otherSources() {
	first := map[string]container{}
	for _, beside := range c.w.containers() {
		for _, name := range sortedKeys(beside.Secrets) {
			if _, shared := c.w.Secrets[name]; shared {
				continue
			}
			other, taken := first[name]
			if !taken {
				first[name] = beside
				continue
			}
			if ours, theirs := beside.Secrets[name], other.Secrets[name]; ours.Key != theirs.Key || ours.Existing != theirs.Existing {
				c.error(c.key(beside.group, beside.name, "secrets", name), "secret/source", "secret %s of %s comes from elsewhere", name, other.name).Hint =
					"Choose another name, or the same key or existing Secret."
			}
		}
	}
}

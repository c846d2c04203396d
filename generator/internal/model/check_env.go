package model

import (
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
)

var envName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// variableHint describes the name of a variable.
const variableHint = "Use letters, digits, underscores, dots and hyphens; begin with a letter or an underscore."

func (c *checker) environment() {
	c.variables(c.w.Env, "env")
	c.fields()
}

// fieldPath is a field of a pod that a variable can hold.
var fieldPath = lazyregexp.New(`^(metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['[A-Za-z0-9][-A-Za-z0-9_./]*'\]|spec\.(nodeName|serviceAccountName)|status\.(podIP|podIPs|hostIP|hostIPs))$`)

// fields checks the variables that come from the pod itself.
func (c *checker) fields() {
	for _, name := range sortedKeys(c.w.EnvFields) {
		at := c.key("envFields", name)
		if !envName.MatchString(name) {
			c.error(at, "env/name", "%q cannot be the name of a variable", name).Hint = variableHint
		}
		if _, twice := c.w.Env[name]; twice {
			d := c.error(at, "env/duplicate", "%s is set twice", name)
			d.Detail, d.Hint = "It also comes from env.", "Keep one of them."
		}
		if path := c.w.EnvFields[name]; !fieldPath.MatchString(path) {
			c.error(c.at("envFields", name), "env/field", "%q is not a field of a pod that a variable can refer to", path).Hint =
				"Known are metadata.name, .namespace, .uid, .labels['KEY'] and .annotations['KEY'], spec.nodeName and .serviceAccountName, status.podIP, .podIPs, .hostIP and .hostIPs."
		}
	}
}

// secretFile is a name in the folder of a secret.
var secretFile = lazyregexp.New(`^[A-Za-z0-9][-A-Za-z0-9._]{0,252}$`)

// secretFiles checks a secret that is read as files.
func (c *checker) secretFiles(name string, secret schema.Secret) {
	own := []any{"secrets", name}
	in := func(more ...any) []any { return append(own[:2:2], more...) }
	switch {
	case (secret.Mount == "") != (len(secret.Files) == 0):
		if !c.faulty(own...) {
			c.error(c.key(own...), "secret/files", "mount and files of a secret belong together").Hint =
				"Write mount: /etc/FOLDER, files: {FILE: PROPERTY}."
		}
	case secret.Mount != "" && (!strings.HasPrefix(secret.Mount, "/") || secret.Mount == "/" || strings.Contains(secret.Mount, ":")):
		c.error(c.at(in("mount")...), "volume/mount", "a secret needs a folder of its own to be mounted at").Hint = "Write mount: /etc/" + name + "."
	}
	for _, volume := range sortedKeys(c.w.Volumes) {
		if secret.Mount != "" && path.Clean(c.w.Volumes[volume].Mount) == path.Clean(secret.Mount) {
			c.error(c.at(in("mount")...), "volume/mount", "volume %s and secret %s are mounted at the same path", volume, name).Hint =
				"Give one of them another path."
		}
	}
	for _, file := range sortedKeys(secret.Files) {
		if !secretFile.MatchString(file) {
			c.error(c.key(in("files", file)...), "secret/files", "%q cannot be the name of a file", file).Hint = "Use letters, digits, dots, hyphens and underscores."
		}
		if property := secret.Files[file]; !propertyName.MatchString(property) {
			c.error(c.at(in("files", file)...), "reference/name", "%q cannot be a key of a Secret", property).Hint =
				"Use letters, digits, hyphens, underscores and dots."
		}
	}
}

// variables checks the plain variables of a container, which stand at a path.
func (c *checker) variables(env map[string]string, path ...any) {
	for _, name := range sortedKeys(env) {
		at := c.key(append(path[:len(path):len(path)], name)...)
		if !envName.MatchString(name) {
			c.error(at, "env/name", "%q cannot be the name of a variable", name).Hint = variableHint
		}
		if literalSecret(name, env[name]) {
			c.error(at, "secret/literal", "%s looks like a secret", name).Hint =
				"Secrets never stand in Git. Refer to one: secrets: {NAME: {key: PATH-IN-THE-STORE, env: {" + name + ": PROPERTY}}}."
		}
	}
}

// secretWords end the names of variables that hold secrets.
func secretWords() []string {
	return []string{"PASSWORD", "PASSWD", "PWD", "PASSPHRASE", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "SECRET_KEY", "ACCESS_KEY", "CREDENTIALS"}
}

// secretValue matches private keys, access keys, and passwords within URLs.
var secretValue = lazyregexp.New(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|://[^/\s:@]+:[^/\s:@$]+@`)

var wordBreaks = strings.NewReplacer("-", "_", ".", "_")

// camelCase finds where a word begins within a name such as authToken.
var camelCase = lazyregexp.New(`([a-z0-9])([A-Z])`)

func literalSecret(name, value string) bool {
	upper := strings.ToUpper(wordBreaks.Replace(name))
	if upper != name {
		upper = strings.ToUpper(wordBreaks.Replace(camelCase.ReplaceAllString(name, "${1}_$2")))
	}
	ends := slices.ContainsFunc(secretWords(), func(word string) bool {
		before, found := strings.CutSuffix(upper, word)
		return found && (before == "" || word == "PASSWORD" || strings.HasSuffix(before, "_"))
	})
	return ends && value != "" || secretValue.MatchString(value)
}

func (c *checker) secrets() {
	from := map[string]string{}
	for _, name := range sortedKeys(c.w.Secrets) {
		secret, at := c.w.Secrets[name], c.key("secrets", name)
		c.name(at, "a secret", name)
		switch {
		case (secret.Key == "") == (secret.Existing == ""):
			c.error(at, "secret/source", "a secret needs key or existing, one of them").Hint =
				"key: PATH reads the platform's secret store; existing: NAME uses a Secret that somebody else manages."
		case secret.Key != "" && c.in.Target.Cluster.Secrets == nil && c.unoffered("secrets"):
			c.error(at, "platform/secrets", "there is no secret store on cluster %s", c.in.Target.Cluster.Name).Hint =
				"Declare platform.secrets: {provider: external-secrets, store: {name: …}}, or use existing: NAME."
		case secret.Existing != "" && !isSubdomain(secret.Existing):
			c.error(at, "secret/source", "%q cannot be a Secret", secret.Existing).Hint = nameHint
		}
		if len(secret.Env)+len(secret.Files) == 0 {
			c.error(at, "secret/unused", "this secret is not used").Hint = "Write env: {VARIABLE: PROPERTY}, or mount: /etc/FOLDER with files: {FILE: PROPERTY}."
		}
		c.secretFiles(name, secret)
		for _, variable := range sortedKeys(secret.Env) {
			if !envName.MatchString(variable) {
				c.error(c.key("secrets", name, "env", variable), "env/name", "%q cannot be the name of a variable", variable).Hint = variableHint
			}
			other, taken := from[variable]
			if _, plain := c.w.Env[variable]; plain {
				other, taken = "env", true
			}
			if _, field := c.w.EnvFields[variable]; field {
				other, taken = "envFields", true
			}
			if taken {
				d := c.error(c.key("secrets", name, "env", variable), "env/duplicate", "%s is set twice", variable)
				d.Detail = "It also comes from " + other + "."
				d.Hint = "Take one of the two out; null in a later layer removes the variable of an earlier layer."
			}
			from[variable] = "secret " + name
		}
	}
}

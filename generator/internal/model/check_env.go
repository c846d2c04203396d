package model

import (
	"regexp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func (c *checker) environment() { c.variables(c.w.Env, "env") }

// variables checks the plain variables of a container, which stand at a path.
func (c *checker) variables(env map[string]string, path ...any) {
	for _, name := range sortedKeys(env) {
		at := c.key(append(path[:len(path):len(path)], name)...)
		if !envName.MatchString(name) {
			c.error(at, "env/name", "%q cannot be the name of a variable", name).Hint =
				"Use letters, digits, underscores, dots and hyphens; begin with a letter or an underscore."
		}
		c.misspelt(at, env[name])
		if literalSecret(name, env[name]) {
			c.error(at, "secret/literal", "%s looks like a secret", name).Hint =
				"Secrets never stand in Git. Refer to one: secrets: {NAME: {key: PATH-IN-THE-STORE, env: {" + name + ": PROPERTY}}}."
		}
	}
}

func secretWords() []string {
	return []string{"PASSWORD", "PASSWD", "PWD", "PASSPHRASE", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "SECRET_KEY", "ACCESS_KEY", "CREDENTIALS"}
}

var secretValue = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|://[^/\s:@]+:[^/\s:@$]+@`)

var wordBreaks = strings.NewReplacer("-", "_", ".", "_")

// camelCase finds where a word begins within a name such as authToken.
var camelCase = regexp.MustCompile(`([a-z0-9])([A-Z])`)

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
		c.placeholders(c.at("secrets", name, "key"), secret.Key)
		switch {
		case (secret.Key == "") == (secret.Existing == ""):
			c.error(at, "secret/source", "a secret needs key or existing, one of them").Hint =
				"key: PATH reads the platform's secret store; existing: NAME uses a Secret that somebody else manages."
		case secret.Key != "" && c.in.Target.Cluster.Secrets == nil && c.unoffered("secrets"):
			c.error(at, "platform/secrets", "there is no secret store on cluster %s", c.in.Target.Cluster.Name).Hint =
				"Declare platform.secrets: {provider: external-secrets, store: {name: …}}, or use existing: NAME."
		case secret.Existing != "" && !isSubdomain(secret.Existing):
			c.error(at, "secret/source", "%q cannot be a Secret", secret.Existing)
		}
		if len(secret.Env) == 0 && c.stated("secrets", name, "env") {
			c.error(at, "secret/unused", "this secret is not used").Hint = "Write env: {VARIABLE: PROPERTY}."
		}
		for _, variable := range sortedKeys(secret.Env) {
			other, taken := from[variable]
			if _, plain := c.w.Env[variable]; plain {
				other, taken = "env", true
			}
			if taken {
				c.error(c.key("secrets", name, "env", variable), "env/duplicate", "%s is set twice", variable).Detail =
					"It also comes from " + other + "."
			}
			from[variable] = "secret " + name
		}
	}
}

// leftover is a word in braces, with the character before it.
var leftover = regexp.MustCompile(`(^|[^{$])(\{[a-zA-Z]+\})([^}]|$)`)

// leftovers lists the words in braces that no placeholder replaced. ${x} of a shell
// and {{x}} of another template language are none.
func leftovers(text string) []string {
	if !strings.Contains(text, "{") {
		return nil
	}
	var words []string
	for _, match := range leftover.FindAllStringSubmatch(text, -1) {
		words = append(words, match[2])
	}
	return words
}

// placeholders checks a text that only placeholders can have braces in: a name in a
// store, a key, an annotation.
func (c *checker) placeholders(at diag.Range, text string) {
	for _, word := range leftovers(text) {
		d := c.error(at, "placeholder/unknown", "there is no placeholder %s", word)
		d.Detail = "Known: " + strings.Join(placeholders(), " ") + "."
		if near := yamltree.Suggest(word, placeholders()); near != "" {
			d.Hint = "Did you mean " + near + "?"
		}
	}
}

// misspelt warns about a word in braces that is nearly a placeholder, in a text that
// may well hold braces of its own.
func (c *checker) misspelt(at diag.Range, text string) {
	for _, word := range leftovers(text) {
		if near := yamltree.Suggest(word, placeholders()); near != "" {
			d := c.list.Warning(at, "placeholder/misspelt", word+" is no placeholder and stays as it is")
			d.Hint = "Did you mean " + near + "?"
		}
	}
}

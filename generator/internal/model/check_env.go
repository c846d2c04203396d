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
	variableCheck{c, c.w.main(), nil}.all()
	for _, name := range sortedKeys(c.w.Secrets) {
		c.secretFiles(name, c.w.Secrets[name])
	}
}

// fieldPath is a field of a pod that a variable can hold.
var fieldPath = lazyregexp.New(`^(metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['[A-Za-z0-9][-A-Za-z0-9_./]*'\]|spec\.(nodeName|serviceAccountName)|status\.(podIP|podIPs|hostIP|hostIPs))$`)

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

// secretWords end the names of variables that hold secrets.
func secretWords() []string {
	return []string{"PASSWORD", "PASSWD", "PWD", "PASSPHRASE", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "SECRET_KEY", "ACCESS_KEY", "CREDENTIALS"}
}

// secretValue matches private keys, access keys, and passwords and tokens within URLs.
var secretValue = lazyregexp.New(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|://[^/\s:@]+:[^/\s:@$]+@` +
	`|://[^\s?#]+[?#](?:[^\s#]*[&;#])?(?:[\w.-]*[_.-])?(?i:token|secret|password|passwd|api_?key|signature)=[^\s&;#${}]`)

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

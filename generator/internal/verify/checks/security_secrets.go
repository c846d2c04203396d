package checks

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// privateKeyHead is the head of a private key.
var privateKeyHead = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)

// placeholder matches values that somebody or something replaces, or that an encryption made.
var placeholder = regexp.MustCompile(`(?i)^$|change.?me|replace|example|placeholder|dummy|redacted|todo|fixme|insert|your[-_ ]|^x+$|^\*+$|xxx|\.\.\.|<.+>|\$\{|\$\(|\{\{|%[a-z_]+%|^ENC\[|^ref\+|^vault:|^op://|^AgA`)

// wellKnown are passwords of demonstrations: nobody takes them for secret.
func wellKnown() []string {
	return []string{"admin", "password", "passw0rd", "pass", "root", "secret", "guest", "postgres", "mysql", "minio", "minio123", "minioadmin", "test", "demo", "default", "none", "null", "true", "false", "user", "admin123", "password123", "123456", "12345678", "1234", "qwerty", "letmein"}
}

// credentialName matches names of keys and variables that hold credentials.
var credentialName = regexp.MustCompile(`(?i)(pass(word|wd|phrase)?|token|secret|credential|private|api[-_.]?key|access[-_.]?key|encryption[-_.]?key|signing[-_.]?key|(^|[-_.])key|auth|dockerconfigjson|dockercfg|htpasswd|kubeconfig)$`)

// publicName matches names that look like credentials and say where one is, or how it is used.
var publicName = regexp.MustCompile(`(?i)(file|path|name|url|uri|dir|id|public|ttl|expir\w*|length|enabled|type|method|mode|issuer|header|policy|endpoint|prefix|ref|keys?pace)s?$|^public|[-_.]pub$|sshPublicKey`)

// realSecret reports whether a value looks like a secret that is in use.
func realSecret(value string) bool {
	value = strings.TrimSpace(value)
	if placeholder.MatchString(value) || slices.Contains(wellKnown(), strings.ToLower(value)) {
		return false
	}
	return len(value) >= 6
}

// mixed reports whether a text is no word or name: it has letters and digits, or both cases and signs.
func mixed(value string) bool {
	var lower, upper, digit, sign, space bool
	for _, r := range value {
		switch {
		case r >= 'a' && r <= 'z':
			lower = true
		case r >= 'A' && r <= 'Z':
			upper = true
		case r >= '0' && r <= '9':
			digit = true
		case r == ' ' || r == '/' || r == ':':
			space = true
		case r != '-' && r != '_' && r != '.':
			sign = true
		}
	}
	kinds := 0
	for _, there := range []bool{lower, upper, digit, sign} {
		if there {
			kinds++
		}
	}
	return !space && kinds >= 3 || !space && digit && (lower || upper) && len(value) >= 16
}

// plaintextSecret reports Secrets whose values stand in the repository. It never prints them.
func plaintextSecret(t *target, o *repo.Object, out *judge) {
	secret, ok := secretOf(o)
	if !ok {
		return
	}
	var lines []string
	field := "data"
	for _, key := range slices.Sorted(maps.Keys(secret)) {
		if value := secret[key]; exposes(key, value) {
			lines = append(lines, fmt.Sprintf("%s: %d characters", key, len(value)))
		}
	}
	if len(lines) == 0 {
		return
	}
	if !strings.Contains(string(o.YAML), `"data"`) && !strings.Contains(string(o.YAML), "\ndata:") {
		field = "stringData"
	}
	f := out.object(t, o, field, "whoever can read the repository can read this Secret: %s", strings.Join(lines, ", "))
	f.Hint = "Change the credentials: Git keeps them for ever. Then let an ExternalSecret, a SealedSecret or SOPS bring the values."
}

// secretOf are the values of a Secret, decoded.
func secretOf(o *repo.Object) (map[string]string, bool) {
	if o.APIVersion != "v1" || o.Kind != "Secret" {
		return nil, false
	}
	var secret struct {
		Type             string
		Data, StringData map[string]string
		Sops             any
	}
	if yaml.Unmarshal(o.YAML, &secret) != nil || secret.Sops != nil || strings.HasPrefix(secret.Type, "kubernetes.io/service-account-token") {
		return nil, false
	}
	values := map[string]string{}
	for key, value := range secret.Data {
		if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), "")); err == nil {
			values[key] = string(decoded)
		}
	}
	maps.Copy(values, secret.StringData)
	return values, true
}

// exposes reports whether a value of a Secret is a secret: a private key, an address with a
// password, or what its name says is a credential.
func exposes(key, value string) bool {
	switch {
	case privateKeyHead.MatchString(value), addressWithPassword(value):
		return true
	case publicName.MatchString(key) || strings.HasPrefix(value, "-----BEGIN CERTIFICATE") || strings.HasPrefix(value, "ssh-"):
		return false
	}
	if clientFile.MatchString(key) {
		return credentialField.MatchString(value)
	}
	return credentialName.MatchString(key) && realSecret(value)
}

// clientFile matches names of files of clients, which hold credentials in fields.
var (
	clientFile      = regexp.MustCompile(`(?i)(dockerconfigjson|dockercfg|kubeconfig)$`)
	credentialField = regexp.MustCompile(`(?i)"?(auth|password|token|client-key-data)"?\s*:\s*"?[^"\s{}]{6,}`)
)

// credentials are the user and the password of an address.
var credentials = regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s:@]+)@`)

func addressWithPassword(value string) bool {
	found := credentials.FindStringSubmatch(value)
	return found != nil && realSecret(found[1])
}

// plaintextVariable reports credentials in the environment of containers.
func plaintextVariable(t *target, o *repo.Object, out *judge) {
	w := fromTyped(o.Typed)
	if w == nil {
		return
	}
	for c := range w.containers() {
		for _, v := range c.Env {
			if v.ValueFrom == nil && exposedVariable(v) {
				f := out.object(t, o, podPath(o, c.Name, v.Name), "variable %s of container %s holds what looks like a credential of %d characters", v.Name, c.Name, len(v.Value))
				f.Hint = "Change the credential: Git keeps it for ever. Then read it with valueFrom.secretKeyRef from a Secret that is not in Git."
			}
		}
	}
}

func exposedVariable(v corev1.EnvVar) bool {
	if privateKeyHead.MatchString(v.Value) || addressWithPassword(v.Value) {
		return true
	}
	return credentialName.MatchString(v.Name) && !publicName.MatchString(v.Name) && len(v.Value) >= 8 && realSecret(v.Value) && mixed(v.Value)
}

// podPath is the path of a variable of a container in the object that makes the pods.
func podPath(o *repo.Object, container, variable string) string {
	w := fromTyped(o.Typed)
	for list, containers := range containerLists(&w.pod.Spec) {
		for i, c := range containers {
			for j, v := range c.Env {
				if c.Name == container && v.Name == variable {
					return fmt.Sprintf("%s.%s[%d].env[%d].value", podSpec(o.Kind), list, i, j)
				}
			}
		}
	}
	return podSpec(o.Kind)
}

// podSpec is the path of the pod's spec in an object of a kind.
func podSpec(kind string) string {
	switch kind {
	case "Pod":
		return "spec"
	case "CronJob":
		return "spec.jobTemplate.spec.template.spec"
	}
	return "spec.template.spec"
}

// keyInConfigMap reports private keys in ConfigMaps.
func keyInConfigMap(t *target, o *repo.Object, out *judge) {
	config, ok := o.Typed.(*corev1.ConfigMap)
	if !ok {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(config.Data)) {
		value := config.Data[key]
		if begin := privateKeyHead.FindStringIndex(value); begin != nil && len(value) > begin[1]+64 && !strings.Contains(value[begin[1]:], "...") {
			f := out.object(t, o, `data."`+key+`"`, "%s holds a private key: whoever can read the repository, or ConfigMaps of the namespace, has it", key)
			f.Hint = "Make a new key, and keep it in a Secret that is not in Git."
		}
	}
}

package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// variables are all that the environment of one container comes from.
type variables struct {
	node        *yamltree.Node
	env, fields map[string]string
	from        map[string]schema.EnvSource
	secrets     map[string]schema.SecretRef
}

// main holds the variables of the main container.
func (w *Workload) main() variables {
	secrets := make(map[string]schema.SecretRef, len(w.Secrets))
	for name, secret := range w.Secrets {
		secrets[name] = secret.SecretRef
	}
	return variables{w.Node, w.Env, w.EnvFields, w.EnvFrom, secrets}
}

// variables holds those of a container beside the main one.
func (w *Workload) variables(c container) variables {
	secrets := make(map[string]schema.SecretRef, len(c.Secrets))
	for name, secret := range c.Secrets {
		secrets[name] = w.withSource(name, secret)
	}
	return variables{w.Node.Get(c.group).Get(c.name), c.Env, c.EnvFields, c.EnvFrom, secrets}
}

// withSource gives a secret of a container the source of the application's secret of the same name,
// unless it has its own.
func (w *Workload) withSource(name string, secret schema.SecretRef) schema.SecretRef {
	if secret.Key == "" && secret.Existing == "" {
		secret.Key, secret.Existing = w.Secrets[name].Key, w.Secrets[name].Existing
	}
	return secret
}

// env lists plain variables, fields of the pod and properties of secrets together, by name.
func (w *Workload) env(app Name, v variables) []yamltree.Ordered {
	all := map[string]yamltree.Ordered{}
	for name, value := range v.env {
		all[name] = yamltree.Ordered{pair("name", name), pair("value", value)}
	}
	for name, path := range v.fields {
		ref := yamltree.Ordered{pair("fieldRef", yamltree.Ordered{pair("fieldPath", path)})}
		all[name] = yamltree.Ordered{pair("name", name), pair("valueFrom", ref)}
	}
	for key, secret := range v.secrets {
		for name, property := range secret.Env {
			ref := yamltree.Ordered{pair("name", secretName(app, key, secret)), pair("key", property)}
			all[name] = yamltree.Ordered{
				pair("name", name), pair("valueFrom", yamltree.Ordered{pair("secretKeyRef", ref)}),
			}
		}
	}
	var out []yamltree.Ordered
	for _, name := range sortedKeys(all) {
		out = append(out, all[name])
	}
	return out
}

// envFrom lists whole objects: the secrets by name, then the declared objects in the order of the
// spec, because Kubernetes lets later ones win.
func (w *Workload) envFrom(app Name, v variables) []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, key := range sortedKeys(v.secrets) {
		if secret := v.secrets[key]; secret.All {
			out = append(out, envSource("secretRef", secretName(app, key, secret), schema.EnvSource{Prefix: secret.Prefix}))
		}
	}
	if len(v.from) == 0 {
		return out
	}
	for _, entry := range v.node.Get("envFrom").Entries {
		source, declared := v.from[entry.Key]
		switch {
		case declared && source.ConfigMap != "":
			out = append(out, envSource("configMapRef", source.ConfigMap, source))
		case declared && source.Secret != "":
			out = append(out, envSource("secretRef", source.Secret, source))
		}
	}
	return out
}

func envSource(key, object string, source schema.EnvSource) yamltree.Ordered {
	ref := with(yamltree.Ordered{pair("name", object)}, "optional", source.Optional)
	return append(with(nil, "prefix", source.Prefix), pair(key, ref))
}

// secretName is the name of the Secret that a reference of the spec reads.
func secretName(app Name, key string, secret schema.SecretRef) string {
	if secret.Existing != "" {
		return secret.Existing
	}
	return string(app) + "-" + key
}

// ReadSecret is a Secret that containers of a workload read.
type ReadSecret struct {
	// Object is the name of the Secret in Kubernetes.
	Object string
	// Key in the store, or Existing, the name of a Secret that somebody else manages.
	Key, Existing string
	// Properties that are read, sorted; All is set when every property is.
	Properties []string
	All        bool
	// Uses are the variables and files of the main container, then the variables of other containers,
	// each with the container's name before it.
	Uses []string
}

// AllSecrets lists the Secrets that the containers of a workload read, by their name in the spec.
func (w *Workload) AllSecrets(app Name) []ReadSecret {
	read := map[string]*ReadSecret{}
	for name, secret := range w.Secrets {
		r := &ReadSecret{Object: secretName(app, name, secret.SecretRef), Key: secret.Key, Existing: secret.Existing}
		r.use("", secret.SecretRef)
		for _, file := range sortedKeys(secret.Files) {
			r.Properties = append(r.Properties, secret.Files[file])
			r.Uses = append(r.Uses, fileOf(secret.Mount, file))
		}
		read[name] = r
	}
	for _, c := range w.containers() {
		for _, name := range sortedKeys(c.Secrets) {
			secret := w.withSource(name, c.Secrets[name])
			if read[name] == nil {
				read[name] = &ReadSecret{Object: secretName(app, name, secret), Key: secret.Key, Existing: secret.Existing}
			}
			read[name].use(c.name+" ", secret)
		}
	}
	var out []ReadSecret
	for _, name := range sortedKeys(read) {
		slices.Sort(read[name].Properties)
		read[name].Properties = slices.Compact(read[name].Properties)
		out = append(out, *read[name])
	}
	return out
}

// use adds the variables that a container takes from the secret.
func (r *ReadSecret) use(container string, secret schema.SecretRef) {
	for _, name := range sortedKeys(secret.Env) {
		r.Properties = append(r.Properties, secret.Env[name])
		r.Uses = append(r.Uses, container+name)
	}
	if secret.All {
		r.All = true
		r.Uses = append(r.Uses, container+secret.Prefix+"*")
	}
}

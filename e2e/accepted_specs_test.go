package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema"
)

// TestAcceptedSpecsPass writes random specifications: 5, 20 in .ci/run and 200 in task nightly, as
// WAVEWRIGHT_SPECS says. What generate accepts, the generated pipeline passes, in every environment.
func TestAcceptedSpecsPass(t *testing.T) {
	installed(t, "yamllint")
	shellcheck := installed(t, "shellcheck")
	specs, first := 5, 0
	for name, number := range map[string]*int{"WAVEWRIGHT_SPECS": &specs, "WAVEWRIGHT_FIRST_SPEC": &first} {
		if text := os.Getenv(name); text != "" {
			var err error
			if *number, err = strconv.Atoi(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := first; i < first+specs; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := &someSpec{t: t, dir: dir, random: rand.New(rand.NewPCG(uint64(i), 12))}
			spec := s.accepted()
			env := offline(t, dir)
			for _, script := range files(t, dir, "ci/*.sh") {
				name := strings.TrimSuffix(filepath.Base(script), ".sh")
				if code, output := runIn(t, dir, env, shellcheck, script); code != 0 {
					t.Errorf("shellcheck %s ends with %d:\n%s", script, code, output)
				}
				if name == "steps" || name == "promote" || name == "drift" || name == "verify" {
					continue
				}
				if code, output := runIn(t, dir, env, "bash", script); code != 0 {
					t.Errorf("%s ends with %d:\n%s\nof the specification\n%s", script, code, last(output, 60), spec)
				}
			}
			clean(t, dir, "yamllint", ".")
		})
	}
}

// last returns the last lines of a text.
func last(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "")
}

// record is a part of a specification.
type record = map[string]any

// someSpec makes a specification that generate accepts.
type someSpec struct {
	t      *testing.T
	dir    string
	random *rand.Rand
}

// accepted writes a repository and returns its specification.
func (s *someSpec) accepted() string {
	spec := s.plain()
	applications := record{}
	spec["applications"] = applications
	for _, name := range []string{"web", "db", "worker", "report"}[:2+s.random.IntN(3)] {
		for tries := 0; ; tries++ {
			applications[name] = s.application()
			if s.load(spec) != nil {
				break
			}
			if tries == 200 {
				s.t.Fatalf("no application is accepted:\n%s", s.text(spec))
			}
		}
	}
	s.connect(spec, applications)
	platform := s.load(spec)
	if platform == nil {
		s.t.Fatalf("not accepted together:\n%s", s.text(spec))
	}
	if plan, err := platform.Write(generator.WriteOptions{AllowDirty: true}); err != nil || plan.Stopped() {
		s.t.Fatalf("not written: %v\n%s", err, s.text(spec))
	}
	return s.text(spec)
}

// plain is a specification that is accepted with one plain application.
func (s *someSpec) plain() record {
	for {
		spec := s.platform()
		spec["applications"] = record{"web": record{"image": "ghcr.io/acme/web:1.0.0", "ports": record{"http": 8080}}}
		if s.load(spec) != nil {
			return spec
		}
	}
}

func (s *someSpec) text(spec record) string {
	text, err := yaml.Marshal(spec)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// load returns the platform of a specification, nil when it has errors.
func (s *someSpec) load(spec record) *generator.Platform {
	text := s.text(spec)
	if s.chance(3) { // for text/yaml, the order and the style do not matter
		text = "# By hand.\n" + text
	}
	if err := write(filepath.Join(s.dir, "environments.yaml"), []byte("---\n"+text)); err != nil {
		s.t.Fatal(err)
	}
	platform, err := generator.Load(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	if platform.Diagnostics.HasErrors() {
		return nil
	}
	return platform
}

// chance is true once in n times.
func (s *someSpec) chance(n int) bool { return s.random.IntN(n) == 0 }

func pick[T any](s *someSpec, values ...T) T { return values[s.random.IntN(len(values))] }

// maybe sets a field once in n times.
func (s *someSpec) maybe(n int, f record, key string, value func() any) {
	if s.chance(n) {
		f[key] = value()
	}
}

func (s *someSpec) platform() record {
	production := record{"name": "prod", "profile": "production", "cluster": "eu"}
	if s.chance(3) {
		delete(production, "cluster")
		production["clusters"] = []string{"eu", "us"}
	}
	spec := record{
		"apiVersion": "wavewright.dev/v1alpha1", "kind": "Environments", "metadata": record{"name": "shop"},
		"repository": record{"url": "https://git.example.com/acme/shop.git"},
		"ci":         record{"provider": pick(s, "github", "gitlab")},
		"platform": record{
			"gateway": record{"name": "public", "namespace": "gateways", "podLabels": record{"app": "envoy"}},
			"metrics": record{"namespace": "monitoring", "podLabels": record{"app": "prometheus"}},
			"secrets": record{"provider": "external-secrets", "store": record{"name": "vault"}},
		},
		"clusters": record{
			"nonprod": record{"kubernetes": "1.36"},
			"eu":      record{"kubernetes": pick(s, "1.35", "1.36"), "nodes": 9, "zones": pick(s, 1, 3)},
			"us":      record{"kubernetes": "1.36", "nodes": 9, "ingress": record{"class": "nginx", "namespace": "ingress", "podLabels": record{"app": "nginx"}}, "gateway": nil},
		},
		"environments": []record{
			{"name": "dev", "profile": "development", "cluster": "nonprod"},
			{"name": "staging", "profile": "staging", "cluster": "nonprod"}, production,
		},
	}
	s.maybe(4, spec, "workload", func() any { return s.overrides() })
	return spec
}

// kinds are those that the schema knows, a Deployment more often than others.
func kinds() []string {
	field, _ := reflect.TypeFor[schema.Workload]().FieldByName("Kind")
	return append([]string{"Deployment", "Deployment", "Deployment"}, strings.Split(field.Tag.Get("enum"), ",")...)
}

func (s *someSpec) application() record {
	kind := pick(s, kinds()...)
	app := s.container()
	s.maybe(3, app, "config", func() any {
		return record{pick(s, "app.conf", "a.json", "a.yaml", "a.yml"): record{"mount": "/etc/app.conf", "content": pick(s, "a: 1\n", "key = \"value\"", "{ \"a\": 1 }\n", "# text \n\n\n", "a:   {{ .A }}", "a: 1\r\na: 2\r\n", "a:\n\tb\n")}}
	})
	s.maybe(3, app, "volumes", func() any { return s.volumes() })
	s.maybe(4, app, "init", func() any { return record{"prepare": s.beside()} })
	s.maybe(4, app, "sidecars", func() any { return record{"proxy": s.sidecar()} })
	s.maybe(4, app, "serviceAccount", func() any {
		return record{"rules": []record{{"apiGroups": []string{""}, "resources": []string{"configmaps"}, "verbs": []string{"get", "watch"}}}}
	})
	s.maybe(3, app, "labels", func() any { return record{"cost-center": pick(s, "7", "a-b", "true")} })
	s.maybe(5, app, "jobs", func() any { return record{"check": s.job()} })
	s.maybe(5, app, "security", func() any { return s.security() })
	s.maybe(6, app, "imagePullSecrets", func() any { return []string{"registry"} })
	s.maybe(6, app, "nodeSelector", func() any { return record{"kubernetes.io/arch": "amd64"} })
	s.maybe(6, app, "tolerations", func() any { return []record{{"key": "dedicated", "operator": "Exists"}} })
	s.maybe(2, app, "environments", func() any { return record{pick(s, "dev", "staging", "prod"): s.overrides()} })
	switch kind {
	case "Deployment":
		s.maybe(3, app, "singleton", func() any { return record{"reason": "one writer"} })
	case "CronJob":
		app["schedule"] = record{"cron": pick(s, "0 3 * * *", "*/10 * * * *", "@hourly"), "concurrencyPolicy": pick(s, "Forbid", "Replace", "Allow")}
	}
	if kind != "Deployment" {
		app["kind"] = kind
	}
	if kind == "CronJob" || kind == "Job" {
		return app
	}
	s.served(app)
	return app
}

// served adds what only pods have that go on.
func (s *someSpec) served(app record) {
	if !s.chance(4) {
		app["ports"] = s.ports()
		s.maybe(3, app, "expose", func() any {
			return record{"shop": record{"host": "shop.{target}.example.com", "path": pick(s, "/", "/api")}}
		})
		s.maybe(4, app, "metrics", func() any { return record{} })
	}
	s.maybe(2, app, "probes", func() any { return s.probes() })
	s.maybe(3, app, "scale", func() any {
		low := s.random.IntN(5)
		return record{"min": low, "max": low + s.random.IntN(4)}
	})
}

func (s *someSpec) overrides() record {
	f := record{}
	s.maybe(3, f, "resources", func() any { return s.resources() })
	s.maybe(3, f, "env", func() any { return record{"MODE": pick(s, "", "yes", "{env}", "a: b # c")} })
	s.maybe(5, f, "antiAffinity", func() any { return pick(s, "none", "preferred", "required") })
	s.maybe(5, f, "failover", func() any { return pick(s, "reschedule", "fast") })
	s.maybe(5, f, "disruptionBudget", func() any { return record{"maxUnavailable": s.random.IntN(3)} })
	s.maybe(4, f, "rollout", func() any {
		return record{"maxSurge": pick[any](s, 0, 1, "50%"), "maxUnavailable": pick[any](s, 0, 1, "25%"), "preStopSeconds": pick(s, 0, 5), "minReadySeconds": pick(s, 0, 5)}
	})
	s.maybe(5, f, "priorityClass", func() any { return "standard" })
	s.maybe(6, f, "singleton", func() any { return record{"reason": "one writer"} })
	s.maybe(6, f, "deploy", func() any { return pick(s, true, false) })
	s.maybe(5, f, "probes", func() any { return pick(s, record{"readiness": nil}, record{"liveness": nil}, record{"startup": nil}) })
	return f
}

func (s *someSpec) container() record {
	c := record{"image": pick(s, "x:1", "ghcr.io/acme/web:1.4.2", "registry.example.com:5000/acme/web:v2", "ghcr.io/acme/web:1.0@sha256:"+strings.Repeat("0a", 32))}
	s.maybe(4, c, "command", func() any { return []string{"run", pick(s, "{env}", "--flag=a b", "'")} })
	s.maybe(4, c, "args", func() any { return []string{"-v"} })
	s.maybe(3, c, "env", func() any {
		return record{"A": pick(s, "1", "true", "", "null", "a\nb"), "B_C": pick(s, "x", "${HOME}", "{env}.example.com")}
	})
	s.maybe(5, c, "envFields", func() any { return record{"POD": "metadata.name"} })
	s.maybe(5, c, "envFrom", func() any { return record{"more": record{"configMap": "more"}} })
	s.maybe(5, c, "secrets", func() any {
		return record{"login": pick(s, record{"key": "shop/login", "env": record{"PASSWORD": "password"}}, record{"existing": "login", "all": true})}
	})
	s.maybe(3, c, "resources", func() any { return s.resources() })
	return c
}

func (s *someSpec) resources() record {
	return record{
		"requests": record{"cpu": pick(s, "50m", "0.25", "1"), "memory": pick(s, "64Mi", "256M")},
		"limits":   record{"cpu": pick[any](s, "1", 2, "1500m"), "memory": pick(s, "256Mi", "1Gi")},
	}
}

// beside is a container beside the main one, which states all its resources.
func (s *someSpec) beside() record {
	c := s.container()
	c["resources"] = s.resources()
	return c
}

func (s *someSpec) sidecar() record {
	c := s.beside()
	s.maybe(2, c, "ports", func() any { return record{"proxy": 15000} })
	s.maybe(2, c, "probes", func() any {
		return record{pick(s, "readiness", "liveness", "startup"): pick(s, record{"exec": []string{"ok"}}, record{"tcp": true}, record{"http": "/ok"})}
	})
	return c
}

func (s *someSpec) job() record {
	j := record{"phase": pick(s, "pre-deploy", "test"), "command": []string{"check"}}
	s.maybe(2, j, "image", func() any { return "ghcr.io/acme/check:1.0.0" })
	s.maybe(3, j, "resources", func() any { return s.resources() })
	return j
}

func (s *someSpec) security() record {
	return pick(s,
		record{"runAsUser": 20000}, record{"writableRootFilesystem": record{"reason": "it unpacks itself"}}, record{"runAsUser": 999, "runAsGroup": 999},
		record{"capabilities": record{"add": []string{"NET_BIND_SERVICE"}, "reason": "a low port"}}, record{"root": record{"reason": "an old image"}})
}

func (s *someSpec) volumes() record {
	return pick(s,
		record{"tmp": record{"mount": "/tmp", "scratch": "16Mi"}}, record{"data": record{"mount": "/data", "size": "1Gi"}},
		record{"cache": record{"mount": "/cache", "scratch": "16Mi", "medium": "Memory"}}, record{"claim": record{"mount": "/claim", "claim": "files", "readOnly": true}},
		record{"files": record{"mount": "/files", "size": "1Gi", "accessMode": "ReadWriteMany"}})
}

func (s *someSpec) ports() record {
	return pick(s,
		record{"http": 8080}, record{"http": record{"port": 80, "container": 8080}}, record{"http": 80}, record{"http": 8080, "admin": 9000},
		record{"dns": record{"port": 53, "protocol": "UDP"}}, record{"dns": record{"port": 53, "container": 5353, "protocol": "UDP"}, "dns-tcp": record{"port": 53, "container": 5353}})
}

func (s *someSpec) probe() record {
	p := pick(s,
		record{"http": "/_healthz"}, record{"http": "/ready"}, record{"tcp": true}, record{"grpc": ""}, record{"grpc": "health"}, record{"exec": []string{"ok"}}, record{})
	s.maybe(3, p, "periodSeconds", func() any { return 1 + s.random.IntN(20) })
	s.maybe(4, p, "failureThreshold", func() any { return 1 + s.random.IntN(5) })
	s.maybe(4, p, "port", func() any { return pick(s, "http", "admin", "dns-tcp") })
	return p
}

func (s *someSpec) probes() record {
	if s.chance(8) {
		return record{"none": record{"reason": "it ends by itself"}}
	}
	p, same := record{}, s.probe()
	for _, name := range []string{"readiness", "liveness", "startup"} {
		s.maybe(2, p, name, func() any {
			if s.chance(2) {
				return same
			}
			return s.probe()
		})
	}
	return p
}

// connect adds connections that are accepted.
func (s *someSpec) connect(spec, applications record) {
	for name := range s.random.IntN(3) {
		from := applications[[]string{"web", "db"}[name%2]].(record)
		from["connectsTo"] = pick(s, record{"internet": record{}}, record{"db": record{}}, record{"web": record{}}, record{"bank": record{"cidr": "192.0.2.0/24", "port": 443}})
		if s.load(spec) == nil {
			delete(from, "connectsTo")
		}
	}
}

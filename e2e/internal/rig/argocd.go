package rig

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/wavewright/wavewright/generator/e2e/internal/process"
	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// settings are what Argo CD reads of its namespace: what a new installation has.
const settings = `apiVersion: v1
kind: Namespace
metadata: {name: argocd}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd, labels: {app.kubernetes.io/name: argocd-cm, app.kubernetes.io/part-of: argocd}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm, namespace: argocd, labels: {app.kubernetes.io/name: argocd-rbac-cm, app.kubernetes.io/part-of: argocd}}
---
apiVersion: v1
kind: Secret
metadata: {name: argocd-secret, namespace: argocd, labels: {app.kubernetes.io/name: argocd-secret, app.kubernetes.io/part-of: argocd}}
stringData: {server.secretkey: nothing-is-signed-with-it}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: default, namespace: argocd}
spec:
  sourceRepos: ["*"]
  destinations: [{server: "*", namespace: "*"}]
  clusterResourceWhitelist: [{group: "*", kind: "*"}]
`

// verifier is what the repo server runs before each build of manifests, whether signatures are
// checked or not. Nothing here is signed.
const verifier = "#!/bin/sh\nexit 0\n"

// installArgoCD defines the kinds that generated repositories use, Argo CD's own among them,
// and gives Argo CD its settings.
func (r *Rig) installArgoCD() {
	r.t.Helper()
	definitions, err := schemas.Definitions()
	if err != nil {
		r.Fatal("%v", err)
	}
	for _, definition := range definitions {
		r.Apply(manager, definition)
	}
	for _, definition := range definitions {
		r.awaitKinds(definition)
	}
	r.Apply(manager, []byte(settings))
	r.Apply(manager, []byte(storage))
	r.Note("custom resources are defined, Argo CD has its settings")
}

// awaitKinds waits until the server serves what a text defines.
func (r *Rig) awaitKinds(text []byte) {
	r.t.Helper()
	objects, err := repo.Parse(text)
	if err != nil {
		r.Fatal("%v", err)
	}
	for _, o := range objects {
		for !r.established(o.APIVersion, o.Kind, o.Name) {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (r *Rig) established(apiVersion, kind, name string) bool {
	r.t.Helper()
	var definition struct {
		Status struct {
			Conditions []struct{ Type, Status string }
		}
	}
	r.Get(apiVersion, kind, "", name, &definition)
	for _, c := range definition.Status.Conditions {
		if c.Type == "Established" && strings.EqualFold(c.Status, "true") {
			return true
		}
	}
	return false
}

// startArgoCD starts Argo CD, with the Git server and the cache that it asks, and waits until
// each part answers.
func (r *Rig) startArgoCD() error {
	for _, start := range []func() error{r.startCache, r.startGit} {
		err := start()
		if err != nil {
			return err
		}
	}
	env, err := r.argoEnv()
	if err != nil {
		return err
	}
	addresses, err := freeAddresses(6)
	if err != nil {
		return err
	}
	for _, p := range r.parts(addresses) {
		err = r.run(p.program, env, p.args...)
		if err != nil {
			return err
		}
		r.Await(2*time.Minute, p.program+" answers", func() bool { return answers(p.health) })
	}
	return nil
}

// part is a program of Argo CD.
type part struct {
	program string
	// health is a URL that answers when the program works.
	health string
	args   []string
}

// parts are the programs of Argo CD, in the order in which they need each other, on the given
// addresses.
func (r *Rig) parts(addresses []string) []part {
	repoServer, repoHealth, controllerHealth, setHealth := addresses[0], addresses[1], addresses[2], addresses[3]
	return []part{
		{"argocd-repo-server", "http://" + repoHealth + "/healthz", []string{
			"--address=127.0.0.1", "--port=" + port(repoServer), "--metrics-address=127.0.0.1", "--metrics-port=" + port(repoHealth),
			"--disable-tls", "--client-ca-path=", "--redis=" + r.cache,
		}},
		{"argocd-application-controller", "http://" + controllerHealth + "/healthz", []string{
			"--metrics-port=" + port(controllerHealth), "--repo-server=" + repoServer, "--repo-server-plaintext", "--redis=" + r.cache,
		}},
		{"argocd-applicationset-controller", "http://" + setHealth + "/metrics", []string{ // it has no probe that answers
			"--metrics-addr=" + setHealth, "--probe-addr=" + addresses[4], "--webhook-addr=" + addresses[5],
			"--argocd-repo-server=" + repoServer, "--repo-server-plaintext",
		}},
	}
}

// freeAddresses finds addresses on loopback that nobody listens on.
func freeAddresses(count int) ([]string, error) {
	var found []string
	for range count {
		port, err := process.FreePort()
		if err != nil {
			return nil, err
		}
		found = append(found, fmt.Sprintf("127.0.0.1:%d", port))
	}
	return found, nil
}

// port is that of an address.
func port(address string) string { return address[strings.LastIndex(address, ":")+1:] }

// argoEnv is the environment of Argo CD. It acts as the service account that its manifests give
// it, because admission policies ask for that name.
func (r *Rig) argoEnv() ([]string, error) {
	config := r.file("argocd.config")
	err := r.API.WriteAccess(config, "system:serviceaccount:argocd:argocd-application-controller", "argocd")
	if err != nil {
		return nil, err
	}
	temporary := r.file("tmp")
	err = os.MkdirAll(temporary, 0o755)
	if err != nil {
		return nil, err
	}
	return []string{
		"PATH=" + r.file("bin") + ":" + os.Getenv("PATH"), "HOME=" + r.dir, "TMPDIR=" + temporary,
		"ARGOCD_ASK_PASS_SOCK=" + filepath.Join(temporary, "ask"),
		"KUBECONFIG=" + config, "ARGOCD_FAKE_IN_CLUSTER=true",
		"ARGOCD_RECONCILIATION_TIMEOUT=5s", "ARGOCD_RECONCILIATION_JITTER=0s",
		"ARGOCD_GPG_ENABLED=false",
	}, nil
}

// answers reports whether a server answers that all is well.
func answers(url string) bool {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// startCache starts the cache of Argo CD in this process, and lets its time pass: without it
// nothing would expire, the revision of a branch among it.
func (r *Rig) startCache() error {
	server, err := miniredis.Run()
	if err != nil {
		return err
	}
	r.cache = server.Addr()
	r.watching.Go(func() {
		defer server.Close()
		const step = time.Second
		for {
			select {
			case <-r.done:
				return
			case <-time.After(step):
				server.FastForward(step)
			}
		}
	})
	return nil
}

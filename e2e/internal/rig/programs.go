package rig

import (
	_ "embed"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/e2e/internal/process"
	"github.com/wavewright/wavewright/generator/e2e/internal/tools"
)

//go:embed stages.yaml
var stages []byte

// verifier is what the repo server runs before each build of manifests, whether signatures are
// checked or not. Nothing here is signed.
const verifier = "#!/bin/sh\nexit 0\n"

// build builds every program, and lays them into one folder under the names by which they are
// called: Argo CD is one program that goes by its name.
func (r *Rig) build() error {
	bin := r.file("bin")
	err := os.MkdirAll(bin, 0o755)
	if err != nil {
		return err
	}
	for name, build := range map[string]func() (string, error){
		"etcd": tools.Etcd, "kube-apiserver": tools.APIServer, "kustomize": tools.Kustomize, "kwok": tools.Kwok,
		"kube-controller-manager": tools.ControllerManager, "kube-scheduler": tools.Scheduler,
		"argocd-application-controller": tools.ArgoCD, "argocd-repo-server": tools.ArgoCD, "argocd-applicationset-controller": tools.ArgoCD,
	} {
		path, err := build()
		if err == nil {
			err = os.Symlink(path, r.program(name))
		}
		if err != nil {
			return err
		}
	}
	err = os.WriteFile(r.program("git-verify-wrapper.sh"), []byte(verifier), 0o755)
	if err != nil {
		return err
	}
	r.binary = r.program("wavewright")
	return tools.Wavewright(r.binary)
}

func (r *Rig) program(name string) string { return filepath.Join(r.file("bin"), name) }

// run starts a program, with its log beside the others.
func (r *Rig) run(name string, env []string, args ...string) error {
	p, err := process.Start(process.Command{Program: r.program(name), Args: args, Env: env, Log: r.file(name + ".log")})
	if err == nil {
		r.processes = append(r.processes, p)
	}
	return err
}

func (r *Rig) startServer() error {
	s, err := cluster.Start(cluster.Options{Etcd: r.program("etcd"), APIServer: r.program("kube-apiserver"), Controlled: true})
	r.API = s
	return err
}

// startControllers starts what makes pods of workloads and gives them nodes. They serve no
// requests.
func (r *Rig) startControllers() error {
	manager, scheduler, kubelet := r.file("manager.config"), r.file("scheduler.config"), r.file("kwok.config")
	for path, user := range map[string]string{
		manager: "system:kube-controller-manager", scheduler: "system:kube-scheduler", kubelet: "system:masters",
	} {
		err := r.API.WriteAccess(path, user, "default")
		if err != nil {
			return err
		}
	}
	err := os.WriteFile(r.file("stages.yaml"), stages, 0o644)
	if err != nil {
		return err
	}
	for name, args := range map[string][]string{
		"kube-controller-manager": {
			"--kubeconfig=" + manager, "--secure-port=0", "--leader-elect=false",
			"--service-account-private-key-file=" + r.API.AccountsKey(), "--root-ca-file=" + r.API.Authority(),
			"--kube-api-qps=200", "--kube-api-burst=400",
		},
		"kube-scheduler": {"--kubeconfig=" + scheduler, "--secure-port=0", "--leader-elect=false"},
		"kwok": {
			"--kubeconfig=" + kubelet, "--config=" + r.file("stages.yaml"),
			"--manage-all-nodes=true", "--node-lease-duration-seconds=40",
		},
	} {
		err = r.run(name, nil, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ports finds as many free ports as asked for.
func ports(count int) ([]string, error) {
	var found []string
	for range count {
		port, err := process.FreePort()
		if err != nil {
			return nil, err
		}
		found = append(found, strconv.Itoa(port))
	}
	return found, nil
}

// startArgoCD starts Argo CD and waits until each part answers.
func (r *Rig) startArgoCD() error {
	err := r.startRedis()
	if err != nil {
		return err
	}
	err = r.startGit()
	if err != nil {
		return err
	}
	free, err := ports(6)
	if err != nil {
		return err
	}
	err = r.runArgoCD(free)
	if err != nil {
		return err
	}
	for _, url := range []string{free[1] + "/healthz", free[2] + "/healthz", free[3] + "/metrics"} {
		r.Await(2*time.Minute, "Argo CD answers at "+url, func() bool { return answers("http://127.0.0.1:" + url) })
	}
	return nil
}

// runArgoCD starts the programs of Argo CD on the given ports.
func (r *Rig) runArgoCD(ports []string) error {
	env, err := r.argoEnv()
	if err != nil {
		return err
	}
	repoServer := "127.0.0.1:" + ports[0]
	err = r.run("argocd-repo-server", env,
		"--address=127.0.0.1", "--port="+ports[0], "--metrics-address=127.0.0.1", "--metrics-port="+ports[1],
		"--disable-tls", "--client-ca-path=", "--redis="+r.redis)
	if err != nil {
		return err
	}
	err = r.run("argocd-application-controller", env,
		"--metrics-port="+ports[2], "--repo-server="+repoServer, "--repo-server-plaintext", "--redis="+r.redis)
	if err != nil {
		return err
	}
	return r.run("argocd-applicationset-controller", env,
		"--metrics-addr=127.0.0.1:"+ports[3], "--probe-addr=127.0.0.1:"+ports[4], "--webhook-addr=127.0.0.1:"+ports[5],
		"--argocd-repo-server="+repoServer, "--repo-server-plaintext")
}

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

// Wavewright runs wavewright in a folder and returns what it printed. The test ends when it
// fails.
func (r *Rig) Wavewright(dir string, args ...string) string {
	r.t.Helper()
	output, err := command(dir, r.binary, args...)
	if err != nil {
		r.Fatal("%v", err)
	}
	r.Note("wavewright %v", fmt.Sprint(args))
	return output
}

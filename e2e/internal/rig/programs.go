package rig

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/e2e/internal/process"
	"github.com/wavewright/wavewright/generator/e2e/internal/tools"
)

//go:embed stages.yaml
var stages []byte

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

// Wavewright runs wavewright in a folder and returns what it printed. The test ends when it
// fails.
func (r *Rig) Wavewright(dir string, args ...string) string {
	r.t.Helper()
	output, err := command(dir, r.binary, args...)
	if err != nil {
		r.Fatal("%v", err)
	}
	r.Note("wavewright %s", strings.Join(args, " "))
	return output
}

// Package cluster runs a kube-apiserver with an etcd of its own, on loopback and without any
// controller: what it accepts, defaults and refuses is what every cluster does, and nothing
// happens behind the test's back. What controllers would do and admission waits for, such as
// the first status of a quota, is done by whoever needs it. Package rig runs controllers
// beside it.
package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/process"
)

// Runs says that the server can be run on this system.
const Runs = process.Runs

// Server is a running API server.
type Server struct {
	dir       string
	address   string
	token     string
	client    *http.Client
	processes []*process.Process
	// resources are the server's, by apiVersion and kind; finding guards them.
	resources map[string]map[string]resource
	finding   sync.Mutex
}

// patience is how long the server may take until it is ready: three seconds on an idle
// machine.
const patience = 2 * time.Minute

// Options say what the server is made of and for.
type Options struct {
	// Etcd and APIServer are the paths of the programs.
	Etcd, APIServer string
	// Controlled says that controllers will run: admission may wait for them.
	Controlled bool
}

// Start runs etcd and the API server with their files in a new folder.
func Start(o Options) (*Server, error) {
	dir, err := os.MkdirTemp("", "wavewright-cluster-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, token: rand.Text(), resources: map[string]map[string]resource{}}
	err = s.start(o)
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Stop ends the programs and removes their files.
func (s *Server) Stop() {
	for _, p := range s.processes {
		p.Stop()
	}
	_ = os.RemoveAll(s.dir)
}

func (s *Server) start(o Options) error {
	err := s.run(o.Etcd, s.etcdFlags()...)
	if err != nil {
		return err
	}
	flags, err := s.flags()
	if err != nil {
		return err
	}
	if !o.Controlled {
		// The protection of claims in use would keep deleted ones.
		flags = append(flags, "--disable-admission-plugins=StorageObjectInUseProtection")
	}
	err = s.run(o.APIServer, flags...)
	if err != nil {
		return err
	}
	return s.ready()
}

func (s *Server) run(program string, flags ...string) error {
	p, err := process.Start(process.Command{Program: program, Args: flags, Log: s.file(filepath.Base(program) + ".log")})
	if err == nil {
		s.processes = append(s.processes, p)
	}
	return err
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }

func (s *Server) socket() string { return "unix://" + s.file("etcd.sock") }

// etcdFlags make etcd listen on a socket only: nobody else can reach it, and it needs no port.
func (s *Server) etcdFlags() []string {
	return []string{
		"--data-dir=" + s.file("etcd"), "--unsafe-no-fsync",
		"--listen-client-urls=" + s.socket(), "--advertise-client-urls=" + s.socket(),
		"--listen-peer-urls=http://127.0.0.1:0", // it has no peers
	}
}

// flags are the API server's. Everybody with the token may do everything and be anybody:
// permissions are not what is judged, and admission asks who somebody says he is. It admits by
// its default plugins.
func (s *Server) flags() ([]string, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	s.address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	err = s.writeSecrets()
	if err != nil {
		return nil, err
	}
	return []string{
		"--etcd-servers=" + s.socket(), "--etcd-prefix=/registry",
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port), "--cert-dir=" + s.file("certificates"),
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.0.0.0/24,fd00:10::/112", // Services may have addresses of both families
		"--allow-privileged=true",                              // as clusters have it: the security level of a namespace decides
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + s.file("accounts.key"), "--service-account-signing-key-file=" + s.file("accounts.key"),
		"--token-auth-file=" + s.file("tokens.csv"), "--authorization-mode=AlwaysAllow",
		"--enable-priority-and-fairness=false",
	}, nil
}

// writeSecrets writes the token of the one user and the key that signs service accounts' tokens.
func (s *Server) writeSecrets() error {
	err := os.WriteFile(s.file("tokens.csv"), []byte(s.token+",admin,admin,system:masters\n"), 0o600)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	encoded, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(s.file("accounts.key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: encoded}), 0o600)
}

// ready waits until the server says that it is.
func (s *Server) ready() error {
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		err := s.ended()
		if err != nil {
			return err
		}
		last = s.trust()
		if last != nil {
			continue
		}
		answer, err := s.Ask(Request{Method: http.MethodGet, Path: "/readyz"})
		if err == nil && answer.Status == http.StatusOK {
			return nil
		}
		last = fmt.Errorf("%s: %w", answer.Body, err)
	}
	return fmt.Errorf("the API server is not ready after %s: %w", patience, last)
}

// ended reports whether a program has ended by itself.
func (s *Server) ended() error {
	for _, p := range s.processes {
		err := p.Ended()
		if err != nil {
			return err
		}
	}
	return nil
}

// trust makes a client that trusts the certificate which the server has made for itself, and
// no other: another program may have taken the port.
func (s *Server) trust() error {
	if s.client != nil {
		return nil
	}
	certificate, err := os.ReadFile(s.file("certificates/apiserver.crt"))
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificate) {
		return fmt.Errorf("no certificate in apiserver.crt yet")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	s.client = &http.Client{Transport: transport, Timeout: patience}
	return nil
}

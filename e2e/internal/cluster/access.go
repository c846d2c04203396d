package cluster

import (
	"fmt"
	"os"
)

// config is a kubeconfig, whose server has made its certificate itself.
const config = `apiVersion: v1
kind: Config
clusters:
- name: rig
  cluster: {server: "https://%s", certificate-authority: %q}
users:
- name: rig
  user: {token: %q, as: %q}
contexts:
- name: rig
  context: {cluster: rig, user: rig, namespace: %q}
current-context: rig
`

// WriteAccess writes a kubeconfig with which a program is a user and works in a namespace.
func (s *Server) WriteAccess(path, user, namespace string) error {
	content := fmt.Sprintf(config, s.address, s.Authority(), s.token, user, namespace)
	return os.WriteFile(path, []byte(content), 0o600)
}

// AccountsKey is the file of the key that signs tokens of service accounts.
func (s *Server) AccountsKey() string { return s.file("accounts.key") }

// Authority is the file of the certificate that clients of the server trust.
func (s *Server) Authority() string { return s.file("certificates/apiserver.crt") }

// Package e2e is the independent judge of what wavewright generates. Its tests generate
// every example and every golden case into a scratch folder and hand the result to the
// tools that its users run (kustomize, kubeconform, kube-score), to the schemas that
// Kubernetes, Argo CD, the Gateway API and External Secrets publish, to the admission
// code of the API server, to a real API server, and to the checks of internal/checks.
//
// It is a module of its own so that the weight of all this stays out of the generator's.
package e2e

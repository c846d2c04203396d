// Package network answers what NetworkPolicies (networking.k8s.io/v1) let through, as the API
// documents them: pure functions of policies, pods and namespaces, without a cluster.
//
// A pod that no policy selects for a direction may do everything there; one that a policy
// selects may do what any of its policies opens, no more. A connection needs both ends. What
// the objects of a repository cannot tell (the address of a pod, the labels of a namespace that
// is made elsewhere) has the answer [Maybe], so that a caller need not guess.
//
// The evaluator judges two different pods: each pod reaches itself whatever policies say. It
// leaves pods on the network of their node alone: what policies do to those is undefined.
package network

package repo

import corev1 "k8s.io/api/core/v1"

// Connection is one that the spec of a generated repository declares between two of its
// applications.
type Connection struct {
	// From and To are the names of the applications: as the spec has them, which is the last
	// part of their overlay, or as Argo CD has them.
	From, To string
	// Port is the number that the pods of To listen on.
	Port int32
	// Protocol is TCP when it is empty.
	Protocol corev1.Protocol
	// At is where the connection is declared.
	At Origin
}

// Package cluster asks a cluster, through kubectl, what it offers, and compares that
// with what a generated repository needs. It only ever gets: nothing is created,
// changed or deleted, and of Secrets it asks for names and addresses alone.
package cluster

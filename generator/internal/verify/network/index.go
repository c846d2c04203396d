package network

import "k8s.io/apimachinery/pkg/labels"

// Index finds what has labels in a namespace. Without it, each of a thousand selectors would be compared
// with each of a thousand pods.
type Index[T any] map[label][]labelled[T]

// label is a label in a namespace, or everything in the namespace.
type label struct {
	namespace, key, value string
	everything            bool
}

// labelled is something with its labels.
type labelled[T any] struct {
	one T
	set labels.Set
}

// Add puts something with its labels into a namespace.
func (x Index[T]) Add(namespace string, set labels.Set, one T) {
	entry := labelled[T]{one, set}
	all := label{namespace: namespace, everything: true}
	x[all] = append(x[all], entry)
	for key, value := range set {
		at := label{namespace: namespace, key: key, value: value}
		x[at] = append(x[at], entry)
	}
}

// Select returns what a selector matches in a namespace, in the order in which it was added.
func (x Index[T]) Select(namespace string, s labels.Selector) []T {
	var found []T
	for _, c := range x.candidates(namespace, s) {
		if s.Matches(c.set) {
			found = append(found, c.one)
		}
	}
	return found
}

// candidates are the fewest entries of which it is known that a selector matches no others.
func (x Index[T]) candidates(namespace string, s labels.Selector) []labelled[T] {
	fewest := x[label{namespace: namespace, everything: true}]
	requirements, _ := s.Requirements()
	for _, r := range requirements {
		value, exact := s.RequiresExactMatch(r.Key())
		if some := x[label{namespace: namespace, key: r.Key(), value: value}]; exact && len(some) < len(fewest) {
			fewest = some
		}
	}
	return fewest
}

package checks

import "k8s.io/apimachinery/pkg/labels"

// podIndex finds workloads by their namespace and one label of their pods. Without it, each of a
// thousand Services would be compared with each of a thousand workloads.
type podIndex map[podLabel][]*workload

// podLabel is a label of a pod in a namespace; without a key it stands for all pods of the namespace.
type podLabel struct{ namespace, key, value string }

func (x podIndex) add(w *workload) {
	all := podLabel{namespace: w.namespace}
	x[all] = append(x[all], w)
	for key, value := range w.labels() {
		one := podLabel{w.namespace, key, value}
		x[one] = append(x[one], w)
	}
}

// pods are the workloads of a namespace whose pods a selector matches, in the order in which they were added.
func (x podIndex) pods(namespace string, selector labels.Selector) []*workload {
	var found []*workload
	for _, w := range x.candidates(namespace, selector) {
		if selector.Matches(w.labels()) {
			found = append(found, w)
		}
	}
	return found
}

// candidates are the fewest workloads of which it is known that a selector matches no others.
func (x podIndex) candidates(namespace string, selector labels.Selector) []*workload {
	fewest := x[podLabel{namespace: namespace}]
	requirements, _ := selector.Requirements()
	for _, r := range requirements {
		value, exact := selector.RequiresExactMatch(r.Key())
		if some := x[podLabel{namespace, r.Key(), value}]; exact && len(some) < len(fewest) {
			fewest = some
		}
	}
	return fewest
}

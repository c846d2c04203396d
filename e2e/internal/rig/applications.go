package rig

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
)

// Application is what Argo CD says of an Application.
type Application struct {
	Name     string
	Sync     string
	Health   string
	Revision string
	// Operation is the phase of the last or the running sync, Attempted the revision that it
	// applies, Message what Argo CD says of it, and Retries how often it was tried again.
	Operation, Attempted, Message string
	Retries                       int
}

// Good reports whether the Application runs what Git has.
func (a Application) Good() bool {
	return a.Sync == "Synced" && a.Health == "Healthy" && a.Operation != "Running"
}

func (a Application) String() string {
	text := fmt.Sprintf("%s %s %s", a.Name, a.Sync, a.Health)
	if a.Revision != "" {
		text += " at " + a.Revision[:min(7, len(a.Revision))]
	}
	if a.Operation != "" {
		text += ", sync " + a.Operation
	}
	if a.Retries > 0 {
		text += fmt.Sprintf(", retry %d", a.Retries)
	}
	if a.Operation == "Failed" || a.Operation == "Error" || a.Retries > 0 {
		text += ": " + a.Message
	}
	return text
}

// status is the part of an Application that a test reads.
type status struct {
	Metadata struct{ Name string }
	Status   struct {
		Sync           struct{ Status, Revision string }
		Health         struct{ Status string }
		OperationState struct {
			Phase, Message string
			RetryCount     int
			SyncResult     struct{ Revision string }
		}
		Conditions []struct{ Type, Message string }
	}
}

// Applications are those that Argo CD has, by name.
func (r *Rig) Applications() map[string]Application {
	r.t.Helper()
	all, err := r.applications()
	if err != nil {
		r.Fatal("read the Applications: %v", err)
	}
	return all
}

func (r *Rig) applications() (map[string]Application, error) {
	answer, err := r.API.Ask(cluster.Request{Method: http.MethodGet, Path: "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"})
	if err != nil {
		return nil, err
	}
	var found list[status]
	err = json.Unmarshal(answer.Body, &found)
	if err != nil {
		return nil, err
	}
	all := map[string]Application{}
	for _, s := range found.Items {
		all[s.Metadata.Name] = s.application()
	}
	return all, nil
}

func (s status) application() Application {
	o := s.Status.OperationState
	a := Application{
		Name: s.Metadata.Name, Sync: s.Status.Sync.Status, Health: s.Status.Health.Status, Revision: s.Status.Sync.Revision,
		Operation: o.Phase, Attempted: o.SyncResult.Revision, Message: o.Message, Retries: o.RetryCount,
	}
	for _, c := range s.Status.Conditions {
		if strings.HasSuffix(c.Type, "Error") {
			a.Message += "; " + c.Message
		}
	}
	return a
}

// AwaitHealthy waits until Applications run what Git has at a revision, or at any if it is
// empty.
func (r *Rig) AwaitHealthy(patience time.Duration, revision string, names ...string) {
	r.t.Helper()
	r.Await(patience, fmt.Sprintf("%s are Synced and Healthy", strings.Join(names, ", ")), func() bool {
		all := r.Applications()
		return !slices.ContainsFunc(names, func(name string) bool {
			a := all[name]
			return !a.Good() || (revision != "" && a.Revision != revision)
		})
	})
}

// Names are the names of all Applications, in order.
func (r *Rig) Names() []string {
	r.t.Helper()
	return slices.Sorted(maps.Keys(r.Applications()))
}

// watch writes each change of an Application into the timeline.
func (r *Rig) watch() {
	seen := map[string]string{}
	for {
		select {
		case <-r.done:
			return
		case <-time.After(200 * time.Millisecond):
		}
		all, err := r.applications()
		if err != nil {
			continue // the API server has ended, which the test finds out by itself
		}
		r.noteChanges(seen, all)
	}
}

// noteChanges notes how Applications differ from what was seen.
func (r *Rig) noteChanges(seen map[string]string, all map[string]Application) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if now := all[name].String(); seen[name] != now {
			r.Note("    %s", now)
			seen[name] = now
		}
	}
	for name := range seen {
		if _, there := all[name]; !there {
			r.Note("    %s is gone", name)
			delete(seen, name)
		}
	}
}

// state is what all Applications are in, for a test that fails.
func (r *Rig) state() string {
	all, err := r.applications()
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, all[name].String()+" ("+all[name].Message+")")
	}
	return strings.Join(lines, "\n")
}

package render

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// share moves files that are the same on all clusters of an environment into the folder of
// the environment, once, if that folder has a kustomization.yaml to list them.
func share(in Input, jobs []job, first int, outcomes []*outcome) {
	lists := fleetFolders(jobs[first:])
	taken := map[string]bool{}
	for i := range outcomes[:first] {
		if outcomes[i].made() {
			taken[outcomes[i].path] = true
		}
	}
	for _, group := range groups(jobs[:first], lists) {
		to := jobs[group[0]].fleetPath()
		if taken[to] || !same(group, outcomes) || len(group) != jobs[group[0]].scope.Clusters {
			continue
		}
		shared := *outcomes[group[0]]
		shared.path, shared.file.ID = to, jobs[group[0]].fleetID()
		for _, i := range group {
			outcomes[i] = nil
		}
		if in.Omit != nil && in.Omit(to) {
			in.Omitted(to)
			continue
		}
		outcomes[group[0]] = &shared
	}
}

// fleetFolders are the folders of environments that get a kustomization.yaml.
func fleetFolders(jobs []job) map[string]bool {
	folders := map[string]bool{}
	for i := range jobs {
		if slices.Contains(jobs[i].names, "fleet") {
			folders[path.Dir(jobs[i].path())] = true
		}
	}
	return folders
}

// groups lists the jobs of each template that differ in the target alone, in their order.
func groups(jobs []job, lists map[string]bool) [][]int {
	type key struct {
		src *source
		to  string
	}
	var all [][]int
	index := map[key]int{}
	for i := range jobs {
		j := &jobs[i]
		if j.scope.Fleet == "" || !strings.HasPrefix(j.src.target, layout.TargetOverlays) {
			continue
		}
		k := key{j.src, j.fleetPath()}
		if !lists[j.listedIn(k.to)] {
			continue
		}
		at, known := index[k]
		if !known {
			at = len(all)
			index[k], all = at, append(all, nil)
		}
		all[at] = append(all[at], i)
	}
	return all
}

// listedIn is the folder whose kustomization.yaml lists a file of the job.
func (j *job) listedIn(file string) string {
	folder := path.Dir(file)
	if slices.Contains(j.names, "config") {
		return path.Dir(folder)
	}
	return folder
}

// same reports whether jobs gave files with the same content.
func same(group []int, outcomes []*outcome) bool {
	first := outcomes[group[0]]
	return first.made() && !slices.ContainsFunc(group, func(i int) bool {
		return !outcomes[i].made() || !bytes.Equal(outcomes[i].file.Content, first.file.Content) || outcomes[i].file.Executable != first.file.Executable
	})
}

// fleetPath is the path of the job's file in the folder of the environment.
func (j *job) fleetPath() string { return j.pattern.expand(j.fleetValues()) }

// fleetValues has the environment in the place of the target.
func (j *job) fleetValues() []string {
	values := slices.Clone(j.scope.Values)
	values[slices.Index(j.names, "target")] = j.scope.Fleet
	return values
}

// fleetID is the identity of a file that clusters share. It differs from those of the
// targets, so that an edit for one cluster is never applied to all.
func (j *job) fleetID() string {
	values := j.fleetValues()
	names := slices.Clone(j.names)
	names[slices.Index(names, "target")] = "fleet"
	return identity(j.src.target, names, values)
}

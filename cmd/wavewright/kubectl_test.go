package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// world is what the kubectl of scripts knows: the file that $WORLD names.
type world struct {
	// Context that exists.
	Context string
	// Answer to everything, on standard error: how a cluster fails as a whole.
	Answer string
	// Version of Kubernetes, and the kinds that it serves, by API version.
	Version map[string]string
	Serves  map[string][]string
	// Forbidden resources.
	Forbidden []string
	// Objects by the name of their resource.
	Objects map[string][]object
}

type object map[string]any

func (o object) text(path ...string) string {
	var at any = map[string]any(o)
	for _, key := range path {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	s, _ := at.(string)
	return s
}

// kubectl answers like kubectl, from a file. It can only get.
func kubectl() {
	source, err := os.ReadFile(os.Getenv("WORLD"))
	if err != nil {
		refuse("%v", err)
	}
	var w world
	if err := json.Unmarshal(source, &w); err != nil {
		refuse("%s: %v", os.Getenv("WORLD"), err)
	}
	if len(os.Args) < 6 || os.Args[1] != "--context" || os.Args[3] != "--request-timeout" || os.Args[5] != "get" {
		refuse("this kubectl only gets: %q", os.Args[1:])
	}
	switch {
	case os.Args[2] != w.Context:
		refuse("error: context %q does not exist", os.Args[2])
	case w.Answer != "":
		refuse("%s", w.Answer)
	}
	w.get(os.Args[6:])
}

func refuse(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func printValue(value any) {
	out, err := json.Marshal(value)
	if err != nil {
		refuse("%v", err)
	}
	fmt.Println(string(out))
}

func (w *world) get(args []string) {
	if args[0] == "--raw" {
		w.raw(args[1])
		return
	}
	resources, name, flags := strings.Split(args[0], ","), "", map[string]string{}
	for i := 1; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--ignore-not-found":
		case arg == "--all-namespaces":
			flags[arg] = "true"
		case strings.HasPrefix(arg, "--"):
			flags[arg] = args[i+1]
			i++
		default:
			name = arg
		}
	}
	var found []object
	for _, resource := range resources {
		found = append(found, w.find(resource, name, flags)...)
	}
	path, isPath := strings.CutPrefix(flags["--output"], "jsonpath={range .items[*]}{.data.")
	switch {
	case isPath:
		for _, o := range found {
			fmt.Println(base64.StdEncoding.EncodeToString([]byte(o.text("data", strings.SplitN(path, "}", 2)[0]))))
		}
	case name == "":
		printValue(map[string]any{"items": append([]object{}, found...)})
	case len(found) > 0:
		printValue(found[0])
	}
}

// find lists objects of one resource by name, namespace and labels.
func (w *world) find(resource, name string, flags map[string]string) []object {
	objects, known := w.Objects[resource]
	switch {
	case slices.Contains(w.Forbidden, resource):
		refuse("Error from server (Forbidden): %s is forbidden: User \"jane\" cannot list resource", resource)
	case !known && strings.Contains(resource, "."):
		refuse("error: the server doesn't have a resource type %q", strings.SplitN(resource, ".", 2)[0])
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o object) bool {
		for pair := range strings.SplitSeq(flags["--selector"], ",") {
			key, value, _ := strings.Cut(pair, "=")
			if key != "" && o.text("metadata", "labels", key) != value {
				return true
			}
		}
		elsewhere := flags["--all-namespaces"] == "" && o.text("metadata", "namespace") != flags["--namespace"]
		return name != "" && o.text("metadata", "name") != name || elsewhere
	})
}

// raw answers for paths of the API server.
func (w *world) raw(path string) {
	type resource struct {
		Kind string `json:"kind"`
	}
	version := strings.TrimPrefix(strings.TrimPrefix(path, "/apis/"), "/api/")
	switch {
	case path == "/version":
		printValue(w.Version)
	case path == "/apis":
		printValue(map[string]any{"groups": w.groups()})
	case w.Serves[version] != nil:
		var resources []resource
		for _, kind := range w.Serves[version] {
			resources = append(resources, resource{kind})
		}
		printValue(map[string]any{"resources": resources})
	default:
		refuse("Error from server (NotFound): the server could not find the requested resource")
	}
}

func (w *world) groups() []map[string]any {
	versions := map[string][]map[string]string{}
	for _, version := range slices.Sorted(maps.Keys(w.Serves)) {
		if group, short, found := strings.Cut(version, "/"); found {
			versions[group] = append(versions[group], map[string]string{"version": short})
		}
	}
	var groups []map[string]any
	for _, group := range slices.Sorted(maps.Keys(versions)) {
		groups = append(groups, map[string]any{"name": group, "versions": versions[group]})
	}
	return groups
}

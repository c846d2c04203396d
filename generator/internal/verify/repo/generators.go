package repo

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dario.cat/mergo"
	"sigs.k8s.io/yaml"
)

// list makes parameters of the elements of a list.
func (e *expansion) list(settings map[string]any) ([]parameters, error) {
	var all []parameters
	elements, _ := settings["elements"].([]any)
	for i, item := range elements {
		element, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("the element %d of the list is no object", i+1)
		}
		at := e.lines.element(element)
		if !e.language {
			var err error
			if element, err = plain(element); err != nil {
				return nil, fmt.Errorf("the element %d of the list: %w", i+1, err)
			}
		}
		all = append(all, parameters{values: maps.Clone(element), at: at})
	}
	if more := text(settings["elementsYaml"]); more != "" {
		var elements []map[string]any
		if err := yaml.Unmarshal([]byte(more), &elements); err != nil {
			return nil, fmt.Errorf("elementsYaml: %w", err)
		}
		for _, element := range elements {
			all = append(all, parameters{values: element, at: e.object.Origin})
		}
	}
	return all, nil
}

// plain are the values of an element for templates that are no Go templates: texts only.
func plain(element map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, value := range element {
		inner, nested := value.(map[string]any)
		if key == "values" && nested {
			for name, v := range inner {
				if _, ok := v.(string); !ok {
					return nil, fmt.Errorf("values.%s is %v, which is no string: Argo CD refuses it without goTemplate", name, v)
				}
				out["values."+name] = v
			}
			continue
		}
		if _, ok := value.(string); !ok {
			return nil, fmt.Errorf("%s is %v, which is no string: Argo CD refuses it without goTemplate", key, value)
		}
		out[key] = value
	}
	return out, nil
}

// git makes parameters of the folders or files of the repository.
func (e *expansion) git(settings map[string]any) ([]parameters, error) {
	in, err := e.listed(text(settings["repoURL"]), text(settings["revision"]))
	if err != nil {
		return nil, err
	}
	prefix := text(settings["pathParamPrefix"])
	var all []parameters
	switch {
	case settings["directories"] != nil:
		all, err = e.gitFolders(in, mapsOf(settings["directories"]), prefix)
		e.wanting(settings, "folder", mapsOf(settings["directories"]), in.folders, fitsFolder)
	case settings["files"] != nil:
		all, err = e.gitFiles(in, mapsOf(settings["files"]), prefix)
		e.wanting(settings, "file", mapsOf(settings["files"]), in.names, fitsFile)
	default:
		err = errors.New("the git generator names neither directories nor files")
	}
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := e.extend(all[i].values, settings["values"]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// gitFolders are the folders that fit a pattern and none that excludes. Hidden ones are never
// meant.
func (e *expansion) gitFolders(from contents, patterns []map[string]any, prefix string) ([]parameters, error) {
	var all []parameters
	for _, folder := range from.folders {
		if folder == "." || strings.HasPrefix(folder, ".") || strings.Contains(folder, "/.") {
			continue
		}
		in, out := false, false
		for _, pattern := range patterns {
			fits, err := fitsFolder(text(pattern["path"]), folder)
			if err != nil {
				return nil, err
			}
			exclude, _ := pattern["exclude"].(bool)
			in, out = in || fits && !exclude, out || fits && exclude
		}
		if in && !out {
			values := map[string]any{}
			e.paths(values, prefix, folder, "")
			all = append(all, parameters{values: values, at: e.object.Origin})
		}
	}
	return all, nil
}

// gitFiles are the values in files that fit a pattern and none that excludes.
func (e *expansion) gitFiles(from contents, patterns []map[string]any, prefix string) ([]parameters, error) {
	var all []parameters
	for _, name := range from.names {
		in, out := false, false
		for _, pattern := range patterns {
			fits, err := fitsFile(text(pattern["path"]), name)
			if err != nil {
				return nil, err
			}
			exclude, _ := pattern["exclude"].(bool)
			in, out = in || fits && !exclude, out || fits && exclude
		}
		if !in || out {
			continue
		}
		found, err := e.gitFile(from.root, name, prefix)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// fitsFolder reports whether a folder fits a pattern.
func fitsFolder(pattern, folder string) (bool, error) {
	fits, err := path.Match(pattern, folder)
	if err != nil {
		return false, fmt.Errorf("the pattern %q: %w", pattern, err)
	}
	return fits, nil
}

// fitsFile reports whether a file fits a pattern, or lies in the folder that it names.
func fitsFile(pattern, name string) (bool, error) {
	at := path.Clean(pattern)
	return gitGlob(at).MatchString(name) || within(name, at), nil
}

// wanting reports patterns that nothing fits. What another branch holds is not known, and a
// generator that refines another one may find nothing.
func (e *expansion) wanting(settings map[string]any, what string, patterns []map[string]any, names []string, fits func(pattern, name string) (bool, error)) {
	if e.aside || !slices.Contains([]string{"", "HEAD", "main", "master"}, text(settings["revision"])) {
		return
	}
	for _, pattern := range patterns {
		wanted := text(pattern["path"])
		if exclude, _ := pattern["exclude"].(bool); exclude || wanted == "" || strings.Contains(wanted, "{{") {
			continue
		}
		if slices.ContainsFunc(names, func(name string) bool { ok, err := fits(wanted, name); return ok || err != nil }) {
			continue
		}
		at := Origin{File: e.object.File, Line: max(e.object.Line, e.lineOf(e.object.File, wanted))}
		e.problem(at, e.object.Name, NothingFound, fmt.Sprintf("the git generator looks for %s, and no %s of the repository fits", wanted, what))
	}
}

// NothingFound is the code of patterns of git generators that nothing fits.
const NothingFound = "argo/generator-finds-nothing"

// gitGlob is a pattern of git, in which a star stands for slashes too.
func gitGlob(pattern string) *regexp.Regexp {
	return glob(strings.NewReplacer("{", "[{]", "}", "[}]").Replace(pattern))
}

// gitFile are the values of one file: an object, or a list of objects.
func (e *expansion) gitFile(root, name, prefix string) ([]parameters, error) {
	at := path.Join(root, name)
	source, err := e.reader.Text(at)
	if err != nil {
		return nil, err
	}
	object, objects := map[string]any{}, []map[string]any{}
	if err := yaml.Unmarshal(source, &object); err == nil {
		objects = append(objects, object)
	} else if err := yaml.Unmarshal(source, &objects); err != nil {
		return nil, err
	}
	var all []parameters
	for _, object := range objects {
		values := map[string]any{}
		if e.language {
			maps.Copy(values, object)
		} else {
			flatten("", object, func(name string, value any) { values[name] = fmt.Sprint(value) })
		}
		e.paths(values, prefix, path.Dir(name), path.Base(name))
		all = append(all, parameters{values: values, at: Origin{File: at, Line: 1}})
	}
	return all, nil
}

// paths adds what a path says of itself.
func (e *expansion) paths(values map[string]any, prefix, folder, file string) {
	segments := strings.Split(folder, "/")
	if e.language {
		in := map[string]any{"path": folder, "basename": path.Base(folder), "basenameNormalized": normalize(path.Base(folder)), "segments": segments}
		if file != "" {
			in["filename"], in["filenameNormalized"] = file, normalize(file)
		}
		if prefix != "" {
			values[prefix] = map[string]any{"path": in}
		} else {
			values["path"] = in
		}
		return
	}
	key := strings.TrimPrefix(prefix+".path", ".")
	values[key], values[key+".basename"], values[key+".basenameNormalized"] = folder, path.Base(folder), normalize(path.Base(folder))
	if file != "" {
		values[key+".filename"], values[key+".filenameNormalized"] = file, normalize(file)
	}
	for i, segment := range segments {
		values[key+"["+strconv.Itoa(i)+"]"] = segment
	}
}

// extend adds the values of a generator, which may use what is there.
func (e *expansion) extend(values map[string]any, added any) error {
	more, _ := added.(map[string]any)
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(more)) {
		filled, err := e.text(fmt.Sprint(more[key]), values)
		if err != nil {
			return fmt.Errorf("values.%s: %w", key, err)
		}
		out[key] = filled
	}
	switch {
	case len(out) == 0:
	case e.language:
		values["values"] = out
	default:
		for key, value := range out {
			values["values."+key] = value
		}
	}
	return nil
}

// mostElements is how many Applications one generator may make here.
const mostElements = 20000

// matrix combines the parameters of two generators, each with each.
func (e *expansion) matrix(settings map[string]any, siblings []map[string]any) ([]parameters, error) {
	generators := mapsOf(settings["generators"])
	if len(generators) != 2 {
		return nil, fmt.Errorf("a matrix has 2 generators, this one %d", len(generators))
	}
	first, _, err := e.transform(generators[0], nil, nil, siblings)
	if err != nil {
		return nil, err
	}
	var all []parameters
	for _, a := range first {
		second, _, err := e.transform(generators[1], nil, a.values, siblings)
		if err != nil {
			return nil, err
		}
		for _, b := range second {
			values, err := e.combine(a.values, b.values)
			if err != nil {
				return nil, err
			}
			at := a.at
			if at == e.object.Origin {
				at = b.at
			}
			if all = append(all, parameters{values, at, a.assumed || b.assumed, a.deputy + b.deputy}); len(all) > mostElements {
				return nil, &unlooked{fmt.Sprintf("the matrix makes more than %d Applications", mostElements)}
			}
		}
	}
	return all, nil
}

// combine puts the values of two generators of a matrix together.
func (e *expansion) combine(a, b map[string]any) (map[string]any, error) {
	out := cloned(b).(map[string]any)
	if e.language {
		err := mergo.Merge(&out, cloned(a).(map[string]any), mergo.WithOverride)
		return out, err
	}
	for key, value := range a {
		if other, there := out[key]; there && other != value {
			return nil, fmt.Errorf("both generators of the matrix have %s: %v and %v", key, value, other)
		}
		out[key] = value
	}
	return out, nil
}

// merge lays the parameters of further generators over those of the first with equal keys.
func (e *expansion) merge(settings map[string]any) ([]parameters, error) {
	generators, keys := mapsOf(settings["generators"]), textsOf(settings["mergeKeys"])
	if len(generators) < 2 || len(keys) == 0 {
		return nil, fmt.Errorf("a merge has 2 generators or more and mergeKeys, this one %d and %d", len(generators), len(keys))
	}
	var base []parameters
	for i, generator := range generators {
		found, _, err := e.transform(generator, nil, nil, generators)
		if err != nil {
			return nil, err
		}
		byKey, err := index(found, keys)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			base = found
			continue
		}
		for j := range base {
			over, there := byKey[mergeKey(base[j].values, keys)]
			if !there {
				continue
			}
			if base[j], err = e.over(base[j], over); err != nil {
				return nil, err
			}
		}
	}
	return base, nil
}

// over lays parameters over others.
func (e *expansion) over(below, above parameters) (parameters, error) {
	values := cloned(below.values).(map[string]any)
	if e.language {
		if err := mergo.Merge(&values, cloned(above.values).(map[string]any), mergo.WithOverride); err != nil {
			return below, err
		}
	} else {
		maps.Copy(values, above.values)
	}
	return parameters{values, above.at, below.assumed, below.deputy}, nil
}

// index finds parameters by their merge keys, which have to differ.
func index(found []parameters, keys []string) (map[string]parameters, error) {
	byKey := map[string]parameters{}
	for _, p := range found {
		key := mergeKey(p.values, keys)
		if _, there := byKey[key]; there {
			return nil, fmt.Errorf("two elements of a merge have the same keys %s", key)
		}
		byKey[key] = p
	}
	return byKey, nil
}

func mergeKey(values map[string]any, keys []string) string {
	found := map[string]any{}
	for _, key := range keys {
		found[key] = values[key]
	}
	encoded, err := json.Marshal(found)
	if err != nil {
		return fmt.Sprint(found)
	}
	return string(encoded)
}

package repo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// helmVersion is the version of Kubernetes that charts are rendered for when nothing says another.
const helmVersion = "1.36"

// helmTime is how long a chart may take.
const helmTime = time.Minute

// runHelm runs helm in a home of its own, without plugins.
func runHelm(command, work, folder string, arguments ...string) (stdout, stderr []byte, err error) {
	limit, stop := context.WithTimeout(context.Background(), helmTime)
	defer stop()
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(limit, command, arguments...)
	cmd.Dir = folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + work, "HELM_PLUGINS=" + filepath.Join(work, "plugins"), "KUBECONFIG=" + filepath.Join(work, "none")} //nolint:forbidigo // The commands of others are found by PATH, and see nothing else of the environment.
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	return out.Bytes(), problems.Bytes(), err
}

// chart renders a chart of the repository.
func (d *discovery) chart(p *product, o order) *product {
	p.chart = true
	folder := o.source.Path
	switch {
	case !d.charts[folder]:
		return p.fail(Origin{}, "build/failed", "%s holds no chart", folder)
	case d.options.Helm == "":
		return p.omit("%s is a chart, and there is no helm command", folder)
	}
	work, err := os.MkdirTemp("", "wavewright-chart-")
	if err != nil {
		return p.omit("there is no folder for the chart %s: %v", folder, err)
	}
	defer os.RemoveAll(work)
	r := &render{discovery: d, order: o, work: work}
	arguments, err := r.arguments()
	if err != nil {
		var unknown *unlooked
		if errors.As(err, &unknown) {
			return p.omit("%v", err)
		}
		return p.fail(Origin{}, "build/failed", "render the chart %s: %v", folder, err)
	}
	if err := d.copyTree(folder, filepath.Join(work, "chart")); err != nil {
		return p.omit("the chart %s cannot be copied: %v", folder, err)
	}
	if err := d.depend(p, folder, filepath.Join(work, "chart")); err != nil {
		return p.absent(Origin{}, err, "the chart %s needs charts that its folder charts/ does not hold", folder)
	}
	p.read = append(p.read, r.read...)
	out, problems, err := runHelm(d.options.Helm, work, filepath.Join(work, "chart"), arguments...)
	return d.rendered(p, o, out, strings.ReplaceAll(string(problems), work, ""), err)
}

// rendered takes over what helm wrote.
func (d *discovery) rendered(p *product, o order, out []byte, problems string, err error) *product {
	folder := o.source.Path
	at := Origin{File: path.Join(folder, "Chart.yaml"), Line: 1}
	switch {
	case err != nil && strings.Contains(problems, "missing in charts/ directory"):
		return p.omit("the chart %s needs charts that its folder charts/ does not hold", folder)
	case err != nil && strings.Contains(problems, "no template ") && !d.extensions[".tpl"]:
		return p.omit("the chart %s uses templates that are not here, and no file with the ending .tpl is", folder)
	case err != nil && o.stand:
		return p.omit("the chart %s cannot be rendered with its own values alone: %s", folder, shortened(plainWords(problems)))
	case err != nil:
		return p.fail(d.blamed(at, folder, problems), "build/failed", "helm cannot render the chart %s: %s", folder, shortened(plainWords(problems)))
	}
	for _, part := range documents(out) {
		objects, err := part.read(d.template(folder, part.text))
		if err != nil {
			p.fail(at, "build/unreadable", "the chart %s renders no object: %v", folder, err)
			continue
		}
		for _, object := range objects {
			if hook := object.Annotations["helm.sh/hook"]; strings.HasPrefix(hook, "test") {
				continue // Argo CD leaves tests out
			}
			object.Line, object.Original = 0, ""
			p.objects = append(p.objects, object)
		}
	}
	return p
}

// chartName is the name that a chart gives itself; that of the folder when it gives none that can be
// the name of a release.
func (d *discovery) chartName(folder string) string {
	var chart struct{ Name string }
	source, err := d.reader.Text(path.Join(folder, "Chart.yaml"))
	if err == nil && yaml.Unmarshal(source, &chart) == nil && len(validation.IsDNS1123Label(chart.Name)) == 0 {
		return chart.Name
	}
	return path.Base(folder)
}

// plainWords is what helm says in one line, without the advice about its flags.
func plainWords(problems string) string {
	problems, _, _ = strings.Cut(problems, "Use --debug flag")
	return strings.TrimPrefix(strings.Join(strings.Fields(problems), " "), "Error: ")
}

// blames is where helm names the line of a template.
var blames = regexp.MustCompile(`[^\s/"(]+/(templates/[^\s:"]+):(\d+)`)

// blamed is the line of a template that helm cannot execute; at when it names none.
func (d *discovery) blamed(at Origin, folder, problems string) Origin {
	found := blames.FindStringSubmatch(problems)
	if found == nil || !d.fileExists(path.Join(folder, found[1])) {
		return at
	}
	line, err := strconv.Atoi(found[2])
	if err != nil {
		return at
	}
	return Origin{File: path.Join(folder, found[1]), Line: line}
}

// madeBy is the comment in which helm names the template.
var madeBy = regexp.MustCompile(`(?m)^# Source: [^/\n]+/(.+)$`)

// template is the file that a document was made of; Chart.yaml when it is in an archive.
func (d *discovery) template(folder string, document []byte) string {
	if found := madeBy.FindSubmatch(document); found != nil {
		if name := path.Join(folder, strings.TrimSpace(string(found[1]))); d.fileExists(name) {
			return name
		}
	}
	return path.Join(folder, "Chart.yaml")
}

// render is one call of helm.
type render struct {
	*discovery
	order
	work  string
	read  []string
	files int
}

// arguments are those that Argo CD gives to helm.
func (r *render) arguments() ([]string, error) {
	h := r.order.source.Helm
	if h == nil {
		h = &HelmSource{}
	}
	arguments := []string{"template", ".", "--name-template", cmp.Or(h.ReleaseName, path.Base(r.release)), "--namespace", cmp.Or(h.Namespace, r.namespace, "default"), "--kube-version", cmp.Or(h.KubeVersion, r.Kubernetes, helmVersion)}
	for _, parameter := range h.Parameters {
		flag := "--set"
		if parameter.ForceString {
			flag = "--set-string"
		}
		arguments = append(arguments, flag, parameter.Name+"="+commas(os.Expand(parameter.Value, func(name string) string { return r.environment()[name] })))
	}
	for _, file := range h.FileParameters {
		names, err := r.valueFile(file.Path, false)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			arguments = append(arguments, "--set-file", file.Name+"="+name)
		}
	}
	for _, file := range h.ValueFiles {
		names, err := r.valueFile(file, h.IgnoreMissingValueFiles)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			arguments = append(arguments, "--values", name)
		}
	}
	if values, err := h.values(); err != nil {
		return nil, err
	} else if values != nil {
		name, err := r.store(values)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, "--values", name)
	}
	for _, version := range h.APIVersions {
		arguments = append(arguments, "--api-versions", version)
	}
	for flag, wanted := range map[string]bool{"--include-crds": !h.SkipCrds, "--skip-schema-validation": h.SkipSchemaValidation, "--skip-tests": h.SkipTests} {
		if wanted {
			arguments = append(arguments, flag)
		}
	}
	return arguments, nil
}

// values are those that stand in the Application.
func (h *HelmSource) values() ([]byte, error) {
	if len(h.ValuesObject) > 0 {
		return yaml.Marshal(h.ValuesObject)
	}
	if h.Values == "" {
		return nil, nil
	}
	return []byte(h.Values), nil
}

// commas escapes those of a value that is no list.
func commas(value string) string {
	if strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}") {
		return value
	}
	var out strings.Builder
	for i, c := range value {
		if c == ',' && (i == 0 || value[i-1] != '\\') {
			out.WriteByte('\\')
		}
		out.WriteRune(c)
	}
	return out.String()
}

// valueFile copies the value files that a path names, and returns where they are.
func (r *render) valueFile(name string, optional bool) ([]string, error) {
	name = os.Expand(name, func(variable string) string {
		if value, known := r.environment()[variable]; known {
			return value
		}
		return "$" + variable
	})
	root := r.root(r.order.source.Path)
	at := path.Join(r.order.source.Path, name)
	if ref, rest, _ := strings.Cut(name, "/"); strings.HasPrefix(name, "$") {
		if root = r.refs[ref]; root == "" {
			return nil, &unlooked{"the value file " + name + " is in another repository"}
		}
		at = path.Join(root, rest)
	} else if strings.Contains(name, "://") {
		return r.webFile(name)
	} else if path.IsAbs(name) {
		at = path.Join(root, name) // from the root of the repository
	}
	if !fs.ValidPath(at) || !within(at, root) {
		return nil, fmt.Errorf("the value file %s is outside the repository", name)
	}
	found := []string{at}
	if strings.ContainsAny(at, "*?[") {
		var err error
		if found, err = doublestar.Glob(r.discovery.source, at); err != nil {
			return nil, fmt.Errorf("the value files %s: %w", name, err)
		}
		slices.Sort(found)
	}
	found = slices.DeleteFunc(found, func(file string) bool { return optional && !r.fileExists(file) })
	if len(found) == 0 && !optional {
		return nil, fmt.Errorf("no value file fits %s", name)
	}
	var copies []string
	for _, file := range found {
		content, err := r.reader.Text(file)
		if err != nil {
			return nil, fmt.Errorf("the value file %s is not there", name)
		}
		r.read = append(r.read, file)
		stored, err := r.store(content)
		if err != nil {
			return nil, err
		}
		copies = append(copies, stored)
	}
	return copies, nil
}

// webFile is the copy of a value file that is named by its address.
func (r *render) webFile(name string) ([]string, error) {
	content, err := r.elsewhere.get(fetch.Thing{Kind: fetch.File, Address: name})
	if err != nil {
		return nil, &unlooked{absence(err, "the value file %s is on another machine", redacted(name)).message}
	}
	for _, text := range content.Files {
		copied, err := r.store(text)
		return []string{copied}, err
	}
	return nil, fmt.Errorf("the value file %s is empty", redacted(name))
}

// store writes a file for helm.
func (r *render) store(content []byte) (string, error) {
	r.files++
	name := filepath.Join(r.work, fmt.Sprintf("values-%d.yaml", r.files))
	return name, os.WriteFile(name, content, 0o600)
}

// copyTree copies the regular files of a folder of the repository.
func (d *discovery) copyTree(folder, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return fs.WalkDir(d.source, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := filepath.Join(to, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(name, folder), "/")))
		switch {
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(at, 0o700)
		case !d.fileExists(name):
			return nil
		}
		content, err := d.reader.Text(name)
		if err != nil {
			return err
		}
		return os.WriteFile(at, content, 0o600)
	})
}

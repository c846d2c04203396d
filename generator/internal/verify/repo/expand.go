package repo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// expand makes the Application of one element of a list generator. The template has to refuse
// what the element does not have: the generator of wavewright writes no other.
func expand(set *ApplicationSet, element map[string]any) (*Application, error) {
	if !set.Spec.GoTemplate || !slices.Contains(set.Spec.GoTemplateOptions, "missingkey=error") {
		return nil, fmt.Errorf("ApplicationSet %s: goTemplate with missingkey=error is not set", set.Name)
	}
	application, err := set.filler().application(set, set.Spec.Template, element)
	if err != nil {
		return nil, fmt.Errorf("ApplicationSet %s: element %v: %w", set.Name, element["name"], err)
	}
	return application, nil
}

// filler puts parameters into templates.
type filler struct {
	// language says that the templates are Go templates; otherwise only {{name}} is replaced.
	language bool
	options  []string
	parsed   parsed
}

// filler keeps the templates of a set that it has parsed with the set: a set of a thousand elements has
// a dozen of them.
func (s *ApplicationSet) filler() filler {
	if s.parsed == nil {
		s.parsed = parsed{}
	}
	return filler{s.Spec.GoTemplate, s.Spec.GoTemplateOptions, s.parsed}
}

// parsed are Go templates by their options and text.
type parsed map[string]*template.Template

// application is the Application that parameters make of a template.
func (f filler) application(set *ApplicationSet, template map[string]any, params map[string]any) (*Application, error) {
	filled := any(template)
	if len(params) > 0 {
		var err error
		if filled, err = f.fill(template, params); err != nil {
			return nil, err
		}
	}
	encoded, err := json.Marshal(filled)
	if err != nil {
		return nil, err
	}
	var application Application
	if err := json.Unmarshal(encoded, &application); err != nil {
		return nil, fmt.Errorf("the template makes no Application: %w", err)
	}
	if err := f.patch(&application, set.Spec.TemplatePatch, params); err != nil {
		return nil, fmt.Errorf("templatePatch: %w", err)
	}
	application.Namespace = set.Namespace
	return &application, nil
}

// patch lays the templatePatch over an Application. Lists are replaced, as in Argo CD for
// lists without a merge key; the project stays, and a patch of nothing changes nothing.
func (f filler) patch(application *Application, text string, params map[string]any) error {
	filled, err := f.text(text, params)
	if err != nil {
		return err
	}
	project := application.Spec.Project
	err = yaml.Unmarshal([]byte(filled), application)
	application.Spec.Project = project
	return err
}

// fill fills in every string inside a value.
func (f filler) fill(value any, params map[string]any) (any, error) {
	switch value := value.(type) {
	case string:
		return f.text(value, params)
	case map[string]any:
		out := make(map[string]any, len(value))
		for _, key := range slices.Sorted(maps.Keys(value)) {
			name, err := f.text(key, params)
			if err != nil {
				return nil, err
			}
			if out[name], err = f.fill(value[key], params); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			var err error
			if out[i], err = f.fill(item, params); err != nil {
				return nil, err
			}
		}
		return out, nil
	default:
		return value, nil
	}
}

// tag is a parameter in a template that is no Go template.
var tag = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// text fills in one template.
func (f filler) text(text string, params map[string]any) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	if f.language {
		return f.execute(text, params)
	}
	return tag.ReplaceAllStringFunc(text, func(whole string) string {
		if value, ok := params[strings.TrimSpace(whole[2:len(whole)-2])].(string); ok {
			return value
		}
		return whole
	}), nil
}

// functions are those of Argo CD. What would make keys, or very much text, is left out: no
// ApplicationSet needs it.
func functions() template.FuncMap {
	all := template.FuncMap(sprig.GenericFuncMap())
	for _, name := range []string{"env", "expandenv", "getHostByName", "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "bcrypt", "htpasswd", "derivePassword"} {
		delete(all, name)
	}
	for _, name := range []string{"until", "untilStep", "seq", "repeat"} {
		delete(all, name)
	}
	all["until"] = func(count int) ([]int, error) { return steps(0, count, 1) }
	all["untilStep"] = steps
	all["repeat"] = func(count int, text string) (string, error) {
		if count < 0 || count*len(text) > mostText {
			return "", errMuch
		}
		return strings.Repeat(text, count), nil
	}
	all["normalize"] = normalize
	all["slugify"] = slugify
	all["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	all["fromYaml"] = func(text string) (map[string]any, error) {
		fields := map[string]any{}
		err := yaml.Unmarshal([]byte(text), &fields)
		return fields, err
	}
	all["fromYamlArray"] = func(text string) ([]any, error) {
		list := []any{}
		err := yaml.Unmarshal([]byte(text), &list)
		return list, err
	}
	return all
}

// mostText is how much a template may write.
const mostText = 1 << 20

var errMuch = errors.New("the template writes more than an Application can be")

// steps are the numbers from start to stop.
func steps(start, stop, step int) ([]int, error) {
	var all []int
	if step == 0 {
		return all, nil
	}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(all) >= 10000 {
			return nil, errMuch
		}
		all = append(all, i)
	}
	return all, nil
}

var unfit = regexp.MustCompile(`[^-a-z0-9.]`)

// normalize makes a DNS name of a text.
func normalize(name string) string {
	name = unfit.ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(name[:min(len(name), 253)], "-.")
}

var unfitSlug = regexp.MustCompile(`[^a-z0-9_]+`)

// slugify makes a name of a text: of at most 50 characters, or of the number before it.
func slugify(args ...any) string {
	most, name := 50, ""
	for _, arg := range args {
		switch v := arg.(type) {
		case int:
			most = v
		case string:
			name = v
		}
	}
	name = strings.Trim(unfitSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	return strings.Trim(name[:min(len(name), max(most, 0))], "-")
}

// limited is a buffer that refuses more than a template may write.
type limited struct{ bytes.Buffer }

// Write implements [io.Writer].
func (l *limited) Write(text []byte) (int, error) {
	if l.Len()+len(text) > mostText {
		return 0, errMuch
	}
	return l.Buffer.Write(text)
}

// execute executes a Go template.
func (f filler) execute(text string, params map[string]any) (out string, err error) {
	defer func() {
		if problem := recover(); problem != nil { // unknown options panic
			err = fmt.Errorf("template %q: %v", text, problem)
		}
	}()
	parsed, err := f.parse(text)
	if err != nil {
		return "", err
	}
	var written limited
	err = parsed.Execute(&written, params)
	return written.String(), err
}

// parse parses a template once.
func (f filler) parse(text string) (*template.Template, error) {
	key := strings.Join(f.options, "\n") + "\n\n" + text
	if known := f.parsed[key]; known != nil {
		return known, nil
	}
	made, err := template.New("").Funcs(functions()).Option(f.options...).Parse(text)
	if err == nil {
		f.parsed[key] = made
	}
	return made, err
}

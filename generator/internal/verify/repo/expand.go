package repo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"text/template"

	"sigs.k8s.io/yaml"
)

// expand makes the Application of one element as Argo CD's list generator does with
// goTemplate and missingkey=error: each string of the template is a template of its
// own. Functions beyond those of text/template are not offered: a template that needs
// them is reported.
func expand(set *ApplicationSet, element map[string]any) (*Application, error) {
	if !set.Spec.GoTemplate || !slices.Contains(set.Spec.GoTemplateOptions, "missingkey=error") {
		return nil, fmt.Errorf("ApplicationSet %s: goTemplate with missingkey=error is not set", set.Name)
	}
	filled, err := fill(set.Spec.Template, element)
	if err != nil {
		return nil, fmt.Errorf("ApplicationSet %s: element %v: %w", set.Name, element["name"], err)
	}
	encoded, err := json.Marshal(filled)
	if err != nil {
		return nil, err
	}
	var application Application
	err = json.Unmarshal(encoded, &application)
	if err != nil {
		return nil, err
	}
	application.Namespace = set.Namespace
	return &application, patch(&application, set.Spec.TemplatePatch, element)
}

// patch lays the templatePatch over an Application. Lists are replaced, as in Argo CD
// for lists without a merge key; a patch of nothing changes nothing.
func patch(application *Application, text string, element map[string]any) error {
	filled, err := execute(text, element)
	if err != nil {
		return err
	}
	return yaml.UnmarshalStrict([]byte(filled), application)
}

// fill executes every string inside a value.
func fill(value any, element map[string]any) (any, error) {
	switch value := value.(type) {
	case string:
		return execute(value, element)
	case map[string]any:
		out := make(map[string]any, len(value))
		for key, item := range value {
			name, err := execute(key, element)
			if err != nil {
				return nil, err
			}
			out[name], err = fill(item, element)
			if err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			var err error
			out[i], err = fill(item, element)
			if err != nil {
				return nil, err
			}
		}
		return out, nil
	default:
		return value, nil
	}
}

// functions are those of Argo CD that our templates use, on Argo CD's own libraries.
var functions = template.FuncMap{
	"fromYamlArray": func(text string) ([]any, error) {
		var list []any
		err := yaml.Unmarshal([]byte(text), &list)
		return list, err
	},
	"toJson": func(value any) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	},
}

func execute(text string, element map[string]any) (string, error) {
	parsed, err := template.New("").Option("missingkey=error").Funcs(functions).Parse(text)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, element)
	return out.String(), err
}

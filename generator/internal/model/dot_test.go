package model

import (
	"reflect"
	"slices"
)

// DotFields returns the fields of the dot that are set for a template with these
// placeholders in its path.
func DotFields(names []string) []string {
	row := Data{
		Platform: &Platform{}, Env: &Environment{}, Cluster: &Cluster{}, Target: &Target{}, Team: &Team{},
		Namespace: &Namespace{}, App: &Application{}, Instance: &Instance{},
	}
	if slices.Contains(names, "job") {
		row.Job = &Job{}
	}
	if slices.Contains(names, "config") {
		row.Config = &ConfigFile{}
	}
	scope, _ := row.project(names, placeholdersCalled(names))
	var fields []string
	for field, value := range reflect.ValueOf(*scope.Data).Fields() {
		if !value.IsNil() {
			fields = append(fields, field.Name)
		}
	}
	return fields
}

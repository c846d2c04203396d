package schema

import (
	"errors"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// TestMigrations holds each step to its golden, and all of them to the types of today.
func TestMigrations(t *testing.T) {
	all := Migrations()
	for i, step := range all {
		to := APIVersion
		if i+1 < len(all) {
			to = all[i+1].From
		}
		if step.To != to || step.Does == "" || slices.ContainsFunc(all[:i], func(m Migration) bool { return m.From == step.From }) {
			t.Errorf("the step from %s leads to %s, not to %s, or says nothing, or was there before", step.From, step.To, to)
		}
		archive, err := txtar.ParseFile(filepath.Join("testdata", "migrations", path.Base(step.From)+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		old, want := golden(archive)
		compareTexts(t, migrate(t, old, all[i:i+1]), want)
		today := fstest.MapFS{}
		for name, text := range migrate(t, old, all[i:]) {
			today[name] = &fstest.MapFile{Data: text}
		}
		if _, _, list, err := loadFrom(today, FileName); err != nil || list.HasErrors() {
			t.Errorf("%s: %v %v", step.From, err, list)
		}
	}
}

// golden takes old texts and new ones apart; what is not below want/ stays as it is.
func golden(archive *txtar.Archive) (old, want map[string][]byte) {
	old, want = map[string][]byte{}, map[string][]byte{}
	for _, file := range archive.Files {
		if name, found := strings.CutPrefix(file.Name, "want/"); found {
			want[name] = file.Data
		} else {
			old[file.Name] = file.Data
		}
	}
	for name, text := range old {
		if _, changes := want[name]; !changes {
			want[name] = text
		}
	}
	return old, want
}

func migrate(t *testing.T, old map[string][]byte, steps []Migration) map[string][]byte {
	t.Helper()
	got, faults, err := Migrate(FileName, old, steps)
	if err != nil || faults.HasErrors() {
		t.Fatal(err, faults)
	}
	return got
}

func compareTexts(t *testing.T, got, want map[string][]byte) {
	t.Helper()
	if !slices.Equal(sortedKeys(got), sortedKeys(want)) {
		t.Errorf("files %v, want %v", sortedKeys(got), sortedKeys(want))
	}
	for name, text := range want {
		if string(got[name]) != string(text) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got[name], text)
		}
	}
}

// invented are steps between formats that never were: copies became replicas in all
// applications, and replicas became scale.
func invented() []Migration {
	rename := func(from, to string) func(map[string][]byte) (map[string][]byte, error) {
		return func(texts map[string][]byte) (map[string][]byte, error) {
			changed := map[string][]byte{}
			for name, text := range texts {
				root, _ := yamltree.Parse(name, text)
				for _, app := range slices.Backward(root.Get("applications").Entries) {
					if e, found := app.Value.Entry(from); found {
						text = yamltree.Replace(text, e.KeyRange, to)
						changed[name] = text
					}
				}
			}
			return changed, nil
		}
	}
	return []Migration{
		{"wavewright.dev/v0", "wavewright.dev/v1", "copies is replicas", rename("copies", "replicas")},
		{"wavewright.dev/v1", "wavewright.dev/v2", "replicas is scale", rename("replicas", "scale")},
	}
}

const oldSpec = `
-- environments.yaml --
# An old one.
apiVersion: "wavewright.dev/v0"   # in quotes
include: [teams/*.yaml]
applications:
  web: {copies:   3, image: a}    # copies: how many
  api:

    copies: 5
-- teams/a.yaml --
applications: {db: {copies: 1}} # copies
-- teams/b.yaml --
applications: {none: {}}
-- want/environments.yaml --
# An old one.
apiVersion: wavewright.dev/v2   # in quotes
include: [teams/*.yaml]
applications:
  web: {scale:   3, image: a}    # copies: how many
  api:

    scale: 5
-- want/teams/a.yaml --
applications: {db: {scale: 1}} # copies
`

func TestMigrate(t *testing.T) {
	old, want := golden(txtar.Parse([]byte(oldSpec)))
	before := maps.Clone(old)
	compareTexts(t, migrate(t, old, invented()), want)
	compareTexts(t, old, before)
	half := migrate(t, old, invented()[:1])
	if !strings.Contains(string(half[FileName]), "apiVersion: wavewright.dev/v1   # in") || !strings.Contains(string(half["teams/a.yaml"]), "{replicas: 1}") {
		t.Errorf("after one step: %s", half)
	}
	compareTexts(t, migrate(t, half, invented()[1:]), want)
}

func TestStepsOfASpec(t *testing.T) {
	for version, want := range map[string]int{"wavewright.dev/v0": 2, "wavewright.dev/v1": 1, "wavewright.dev/v2": 0, "wavewright.dev/v3": 0, "[]": 0} {
		fsys := fstest.MapFS{FileName: {Data: []byte("apiVersion: " + version + "\n")}}
		read, err := Read(fsys, FileName)
		if err != nil {
			t.Fatal(err)
		}
		if got := read.Steps(invented()); len(got) != want || want > 0 && got[0].From != version {
			t.Errorf("%s: %d steps", version, len(got))
		}
	}
	for _, text := range []string{"kind: Environments\n", "[]", ":", ""} {
		read, err := Read(fstest.MapFS{FileName: {Data: []byte(text)}}, FileName)
		if err != nil || read.Steps(invented()) != nil {
			t.Errorf("%q has steps", text)
		}
	}
}

// TestMigrateFaults holds that a step gets YAML, and that what it gives is looked at.
func TestMigrateFaults(t *testing.T) {
	old, _ := golden(txtar.Parse([]byte(oldSpec)))
	steps := func(change func(map[string][]byte) (map[string][]byte, error)) []Migration {
		m := invented()[:1]
		m[0].Texts = change
		return m
	}
	gives := func(name, text string) []Migration {
		return steps(func(map[string][]byte) (map[string][]byte, error) { return map[string][]byte{name: []byte(text)}, nil })
	}
	say := "migrate the spec from wavewright.dev/v0 to wavewright.dev/v1 (copies is replicas): "
	for want, steps := range map[string][]Migration{
		say + "no way": steps(func(map[string][]byte) (map[string][]byte, error) { return nil, errors.New("no way") }),
		say + "the migration returned x.yaml, which is not a file of the spec": gives("x.yaml", "a: 1\n"),
		say + "the migrated spec is not YAML":                                  gives("teams/a.yaml", "a: 1\na: 2\n"),
		say + "the migration changed apiVersion, which it has to leave alone":  gives(FileName, "apiVersion: wavewright.dev/v1\n"),
	} {
		if _, _, err := Migrate(FileName, old, steps); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	old["teams/a.yaml"] = []byte("a: 1\na: 2\n")
	never := steps(func(map[string][]byte) (map[string][]byte, error) { panic("a step gets what is not YAML") })
	got, faults, err := Migrate(FileName, old, never)
	if got != nil || err != nil || len(faults) != 1 || faults[0].Code != "yaml/duplicate-key" || faults[0].Subject.File != "teams/a.yaml" {
		t.Errorf("%v %v %v", got, faults, err)
	}
}

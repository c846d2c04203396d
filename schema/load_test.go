package schema

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/schema/diag"
)

func files(named map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range named {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// loadFrom reads a spec and loads it.
func loadFrom(fsys fs.FS, name string) (*Spec, diag.Sources, diag.List, error) {
	read, err := Read(fsys, name)
	if err != nil {
		return nil, nil, nil, err
	}
	spec, list := Load(read)
	return spec, read.Sources, list, nil
}

func TestLoadIncludes(t *testing.T) {
	fsys := files(map[string]string{
		FileName: minimal("include: ['teams/*.yaml', teams/pay.yaml]\nteams: {shop: {}, pay: {}}\n" +
			"applications: {proxy: {team: shop, image: 'proxy:1'}}\n"),
		"teams/pay.yaml":         "team: pay\napplications:\n  ledger: {image: 'ledger:1'}\n",
		"teams/shop.yaml":        "team: shop\napplications:\n  web: {image: 'web:1', environments: {dev: {deploy: false}}}\n",
		"teams/old/ignored.yaml": "not: read\n",
		"teams/notes.txt":        "not read",
	})
	spec, sources, list, err := loadFrom(fsys, FileName)
	if err != nil || len(list) > 0 {
		t.Fatal(list, err)
	}
	var owned []string
	for _, name := range sortedKeys(spec.Applications) {
		app := spec.Applications[name]
		owned = append(owned, name+" of "+app.Team+" in "+app.Name.File)
	}
	want := []string{"ledger of pay in teams/pay.yaml", "proxy of shop in environments.yaml", "web of shop in teams/shop.yaml"}
	if !slices.Equal(owned, want) {
		t.Errorf("got %q, want %q", owned, want)
	}
	if got, want := slices.Sorted(maps.Keys(sources)), []string{FileName, "teams/pay.yaml", "teams/shop.yaml"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	web := spec.Applications["web"]
	if web.Layer.Get("environments") != nil || web.Layer.Get("image") == nil || web.Environments["dev"].Get("deploy") == nil {
		t.Error("an application's layer must hold what it says itself, without its overrides")
	}
}

func TestLoadBelowAFolder(t *testing.T) {
	fsys := files(map[string]string{
		"deploy/" + FileName:   minimal("include: [teams/*.yaml]\nteams: {shop: {}}\n"),
		"deploy/teams/a.yaml":  "team: shop\napplications: {web: {image: 'web:1'}}\n",
		"teams/elsewhere.yaml": "not: read\n",
	})
	spec, _, list, err := loadFrom(fsys, "deploy/"+FileName)
	if err != nil || len(list) > 0 || spec.Applications["web"].Team != "shop" {
		t.Errorf("include is relative to the spec: %v, %v", list, err)
	}
}

func TestLoadReportsAllFiles(t *testing.T) {
	fsys := files(map[string]string{
		FileName:       minimal("include: [teams/*.yaml]\nextra: 1\n"),
		"teams/a.yaml": "applications: {a: {imge: x}}\n",
		"teams/b.yaml": "applications: [\n",
		"teams/c.yaml": "applications: {c: {scale: {min: one}}}\n",
	})
	spec, _, list, err := loadFrom(fsys, FileName)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list.Sorted() {
		got = append(got, d.Subject.File+" "+d.Code)
	}
	want := []string{FileName + " spec/unknown-key", "teams/a.yaml spec/unknown-key", "teams/b.yaml yaml/syntax", "teams/c.yaml spec/type"}
	if !slices.Equal(got, want) || spec == nil {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoadReportsAnUnknownTeamOnce(t *testing.T) {
	fsys := files(map[string]string{
		FileName:       minimal("include: [teams/*.yaml]\nteams: {shop: {}}\n"),
		"teams/a.yaml": "team: shpo\napplications: {a: {image: 'a:1'}, b: {image: 'b:1'}}\n",
	})
	_, _, list, _ := loadFrom(fsys, FileName)
	sorted := list.Sorted()
	if len(sorted) != 1 || sorted[0].Subject.File != "teams/a.yaml" || sorted[0].Subject.Line != 1 || sorted[0].Hint != `Did you mean "shop"?` {
		t.Errorf("got %+v", sorted)
	}
}

func TestLoadWithoutSpec(t *testing.T) {
	if _, _, _, err := loadFrom(fstest.MapFS{}, FileName); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	spec, sources, list, err := loadFrom(files(map[string]string{FileName: "a: [\n"}), FileName)
	if spec != nil || err != nil || !list.HasErrors() || sources[FileName] == nil {
		t.Errorf("not YAML: %v, %v, %v", spec, list, err)
	}
	for _, src := range []string{"[]", "text", "1", "~", "{}"} {
		if _, _, list, err := loadFrom(files(map[string]string{FileName: src}), FileName); err != nil || !list.HasErrors() {
			t.Errorf("%s: %v, %v", src, list, err)
		}
	}
}

// unreadable is a file system with a file that exists and cannot be read.
type unreadable struct{ fstest.MapFS }

func (u unreadable) ReadFile(name string) ([]byte, error) {
	if name == "teams/a.yaml" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.ReadFile(name)
}

func TestLoadUnreadable(t *testing.T) {
	fsys := unreadable{files(map[string]string{FileName: minimal("include: [teams/*.yaml]\n"), "teams/a.yaml": ""})}
	if _, _, _, err := loadFrom(fsys, FileName); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "teams/a.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestTargets(t *testing.T) {
	for name, c := range map[string]struct {
		env  Environment
		want []Target
	}{
		"no cluster":  {Environment{Name: "dev"}, []Target{{"dev", "in-cluster"}}},
		"cluster":     {Environment{Name: "dev", Cluster: "eu"}, []Target{{"dev", "eu"}}},
		"one of many": {Environment{Name: "dev", Clusters: []string{"eu"}}, []Target{{"dev-eu", "eu"}}},
		"clusters":    {Environment{Name: "prod", Clusters: []string{"us", "eu"}}, []Target{{"prod-us", "us"}, {"prod-eu", "eu"}}},
	} {
		if got := c.env.Targets(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestIsName(t *testing.T) {
	for _, name := range []string{"a", "web", "web-2", "a--b", "x" + strings.Repeat("y", 62)} {
		if !IsName(name) {
			t.Errorf("%q must be a name", name)
		}
	}
	for _, name := range []string{"", "-a", "a-", "2a", "Web", "a_b", "a.b", "ä", "on", "y", "null", "con", "lpt9", "x" + strings.Repeat("y", 63)} {
		if IsName(name) {
			t.Errorf("%q must not be a name", name)
		}
	}
}

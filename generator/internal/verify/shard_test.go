package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// TestShards judges every case of the corpus and every golden repository whole, and by several machines: these find
// together what one finds, and count every Application once.
func TestShards(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute")
	}
	divided, built, all := 0, cache.In(t.TempDir()), shardCases(t)
	every, least := 5, 5
	if os.Getenv("WAVEWRIGHT_NIGHTLY") != "" {
		every, least = 1, 20
	}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i%every == 0 {
			t.Run(name, func(t *testing.T) { divided += compareShards(t, all[name], 2+len(name)%2, built) })
		}
	}
	if divided < least {
		t.Errorf("only %d times anything was divided", divided)
	}
}

// reading reads a repository with options.
type reading func(repo.Options) (fs.FS, *repo.Repository, error)

func shardCases(t *testing.T) map[string]reading {
	t.Helper()
	all := map[string]reading{}
	names, err := filepath.Glob(corpus + "/*/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		all["corpus/"+filepath.Base(name)] = func(o repo.Options) (fs.FS, *repo.Repository, error) {
			files, err := several(name)
			if err != nil {
				return nil, nil, err
			}
			r, err := o.Discover(files)
			return files, r, err
		}
	}
	folders, err := filepath.Glob("../../../golden/*/want")
	if err != nil || len(folders) == 0 {
		t.Fatal(len(folders), err)
	}
	for _, folder := range folders {
		all["golden/"+filepath.Base(filepath.Dir(folder))] = func(o repo.Options) (fs.FS, *repo.Repository, error) {
			spec, err := os.ReadFile(filepath.Join(filepath.Dir(folder), "environments.yaml"))
			if err != nil {
				return nil, nil, err
			}
			files := layer.New(os.DirFS(folder), map[string][]byte{"environments.yaml": spec})
			r, err := o.Generated(files)
			if err == nil && len(r.Environments) == 0 {
				err = errors.New("it has no environments")
			}
			return files, r, err
		}
	}
	return all
}

// several are the files of a case, with what makes one cluster of it into more: another Application of its
// own cluster.
func several(name string) (fs.FS, error) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{
		"zz-apps/zz.yaml": {Data: []byte(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: zz, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.com/a.git, path: zz, targetRevision: main}
  destination: {name: zz, namespace: zz}
`)},
		"zz/kustomization.yaml": {Data: []byte("resources: [zz.yaml]\n")},
		"zz/zz.yaml":            {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: zz}\ndata: [a]\n")},
	}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "@base/") {
			files[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	apart(files)
	delete(files, "findings")
	return files, nil
}

// compareShards reports how many machines had something to judge beside the first.
func compareShards(t *testing.T, read reading, n int, built *cache.Cache) (divided int) {
	t.Helper()
	files, r, err := read(repo.Options{Cache: built})
	if err != nil {
		t.Fatal(err)
	}
	whole := Judge(files, r, Options{})
	want, got := map[string]bool{}, map[string]bool{}
	sum := Report{}
	for _, f := range whole.Findings {
		want[shown(f)] = true
	}
	for i := range n {
		files, r, err := read(repo.Options{Cache: built, Shard: repo.Shard{Number: i + 1, Of: n}})
		if err != nil {
			t.Fatal(err)
		}
		part := Judge(files, r, Options{})
		for _, f := range part.Findings {
			got[shown(f)] = true
		}
		if sum.Targets += part.Targets; i > 0 && part.Targets > 0 {
			divided++
		}
		sum.Applications, sum.Objects = sum.Applications+part.Applications, sum.Objects+part.Objects
	}
	for _, f := range slices.Sorted(maps.Keys(want)) {
		if !got[f] {
			t.Errorf("no shard of %d finds %s", n, f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(got)) {
		if !want[f] {
			t.Errorf("only a shard of %d finds %s", n, f)
		}
	}
	if sum.Targets != whole.Targets || sum.Applications != whole.Applications || sum.Objects != whole.Objects {
		t.Errorf("%d shards judge %d targets, %d applications, %d objects of %d, %d, %d", n, sum.Targets, sum.Applications, sum.Objects, whole.Targets, whole.Applications, whole.Objects)
	}
	return divided
}

// shown is a finding with everything in it.
func shown(f Finding) string {
	return fmt.Sprint(f.Code, f.Severity, f.Target, f.Application, f.Namespace, f.Object, f.Path, f.Message, f.Sum, f.Hint, f.File, f.Line)
}

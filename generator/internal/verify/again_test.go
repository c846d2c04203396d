package verify

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// TestAgain edits cases of the corpus and golden repositories at random, several times one after the other. Whoever
// remembers what was built and judged before says the same after each edit as who knows nothing.
func TestAgain(t *testing.T) {
	every, edits := 11, 4
	if os.Getenv("WAVEWRIGHT_NIGHTLY") != "" {
		every, edits = 1, 12
	}
	if testing.Short() {
		every = 40
	}
	all, skipped := shardCases(t), 0
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i%every == 0 {
			t.Run(name, func(t *testing.T) {
				e := newEditor(t, all[name], uint64(i))
				for range edits {
					skipped += e.compare(t)
					e.edit(t)
				}
			})
		}
	}
	if skipped == 0 {
		t.Error("nothing was remembered")
	}
}

// editor edits the files of a case.
type editor struct {
	files  fs.FS
	names  []string
	texts  map[string][]byte
	random *rand.Rand
	built  *cache.Cache
	quiet  []byte
	// generated says that the files are those of a repository with a spec.
	generated bool
	done      []string
}

func newEditor(t *testing.T, read reading, seed uint64) *editor {
	t.Helper()
	files, r, err := read(repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := &editor{
		files: files, texts: map[string][]byte{}, random: rand.New(rand.NewPCG(seed, 1)), built: cache.In(t.TempDir()),
		generated: len(r.Environments) > 0,
	}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && slices.Contains([]string{".yaml", ".yml", ".json", ".tpl"}, path.Ext(name)) {
			e.names = append(e.names, name)
		}
		return err
	})
	if err != nil || len(e.names) == 0 {
		t.Fatal(len(e.names), err)
	}
	return e
}

// compare judges the files with and without memory, and reports how much was remembered.
func (e *editor) compare(t *testing.T) (remembered int) {
	t.Helper()
	quiet := checks.NewQuiet(e.quiet)
	warm := e.report(t, repo.Options{Cache: e.built}, quiet)
	cold := e.report(t, repo.Options{}, nil)
	if warm != cold {
		t.Fatalf("after %s:\nwith memory:\n%s\nwithout:\n%s", strings.Join(e.done, "; "), warm, cold)
	}
	remembered = len(e.quiet)
	e.quiet = quiet.Text()
	return remembered
}

// report is everything that is said about the files.
func (e *editor) report(t *testing.T, o repo.Options, q *checks.Quiet) string {
	t.Helper()
	files, read := layer.New(e.files, e.texts), repo.Options.Discover
	if e.generated {
		read = repo.Options.Generated
	}
	r, err := read(o, files)
	if err != nil {
		return err.Error()
	}
	text, err := json.MarshalIndent(Judge(files, r, Options{Quiet: q}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var image = regexp.MustCompile(`(image: *"?[^ :"]+:)[^ \n"]+|(newTag: *"?)[^ \n"]+`)

// edit changes one file: a tag of an image where it has one, a line, or a number; or it undoes what was done.
func (e *editor) edit(t *testing.T) {
	t.Helper()
	name := e.names[e.random.IntN(len(e.names))]
	if e.random.IntN(2) == 0 {
		name = e.tagged(name)
	}
	text, err := fs.ReadFile(layer.New(e.files, e.texts), name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	i := e.random.IntN(len(lines))
	what := "a tag of " + name
	switch e.random.IntN(6) {
	case 0, 1, 2:
		text = image.ReplaceAll(text, fmt.Appendf(nil, "${1}${2}v%d", e.random.IntN(5)))
	case 3:
		what, text = fmt.Sprintf("without line %d of %s", i+1, name), []byte(strings.Join(slices.Delete(lines, i, i+1), ""))
	case 4:
		lines[i] = strings.NewReplacer("1", "3", "8", "9", "true", "false", "app", "other").Replace(lines[i])
		what, text = fmt.Sprintf("line %d of %s", i+1, name), []byte(strings.Join(lines, ""))
	default:
		e.texts, e.done = map[string][]byte{}, append(e.done, "all undone")
		return
	}
	e.texts[name], e.done = text, append(e.done, what)
}

// tagged is a file with an image, or the one given when there is none.
func (e *editor) tagged(name string) string {
	with := slices.DeleteFunc(slices.Clone(e.names), func(name string) bool {
		text, err := fs.ReadFile(e.files, name)
		return err != nil || !image.Match(text)
	})
	if len(with) == 0 {
		return name
	}
	return with[e.random.IntN(len(with))]
}

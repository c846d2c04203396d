package generator

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/guard"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The spec of these tests in two formats that never were, and in the one of today. In the
// first one an image is a picture; in the second one ports count in tens, so that nobody can
// tell by a number which format it is in.
const (
	oldMain = `# Ours since 2019.
apiVersion: wavewright.dev/v0alpha1 # as of now
kind: Environments
metadata: {name: shop}
repository: {url: https://git.example.com/acme/shop.git}
include: [teams/*.yaml]
teams: {a: {}, b: {}}
environments:
  - {name: dev,  profile: development}   # in order
  - {name: prod, profile: production}
`
	oldTeam = `# Ours alone.
team: a
applications:

  web:
    picture:   ghcr.io/acme/web:1.4.2   # the picture
    ports: {http: 808}
`
)

// otherTeam has the same text in all formats.
const otherTeam = "team: b\napplications: {batch: {kind: CronJob, schedule: {cron: \"0 3 * * *\"}, image: ghcr.io/acme/batch:1.0.0}}\n"

func newMain() string { return strings.Replace(oldMain, "v0alpha1", "v1alpha1", 1) }

func newTeam() string {
	return strings.NewReplacer("    picture:", "    image:", "808", "8080").Replace(oldTeam)
}

// inventedSteps are the migrations between these formats.
func inventedSteps() []schema.Migration {
	return []schema.Migration{
		{From: "wavewright.dev/v0alpha1", To: "wavewright.dev/v0alpha2", Does: "a picture is an image", Texts: inventedStep(func(app *yamltree.Node, text []byte) []byte {
			e, _ := app.Entry("picture")
			return yamltree.Replace(text, e.KeyRange, "image")
		})},
		{From: "wavewright.dev/v0alpha2", To: schema.APIVersion, Does: "ports count in ones", Texts: inventedStep(func(app *yamltree.Node, text []byte) []byte {
			return yamltree.Replace(text, app.At("ports", "http"), app.Get("ports").Get("http").Text+"0")
		})},
	}
}

func inventedStep(change func(web *yamltree.Node, text []byte) []byte) func(map[string][]byte) (map[string][]byte, error) {
	return func(texts map[string][]byte) (map[string][]byte, error) {
		const name = "teams/a.yaml"
		root, _ := yamltree.Parse(name, texts[name])
		return map[string][]byte{name: change(root.Get("applications").Get("web"), texts[name])}, nil
	}
}

// oldFolder is a folder whose spec is in the first format.
func oldFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "environments.yaml", oldMain)
	put(t, dir, "teams/a.yaml", oldTeam)
	put(t, dir, "teams/b.yaml", otherTeam)
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// everything is the text of every file in a folder, but for git's own.
func everything(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.Name() == ".git" {
				return filepath.SkipDir
			}
			return err
		}
		text, err := os.ReadFile(file)
		name, _ := filepath.Rel(dir, file)
		found[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// readMigrated is Load of a version that knows the invented formats.
func readMigrated(t *testing.T, dir string) *Platform {
	t.Helper()
	r, err := load(folder{dir: dir, steps: inventedSteps()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func migratedResult(t *testing.T, dir string) *Platform {
	t.Helper()
	r := readMigrated(t, dir)
	if r.Diagnostics.HasErrors() {
		t.Fatal(r.Diagnostics)
	}
	return r
}

// holdsTexts fails the test when a folder does not hold some texts.
func holdsTexts(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	now := everything(t, dir)
	for name, text := range want {
		if now[name] != text {
			t.Errorf("%s is\n%s\nwant\n%s", name, now[name], text)
		}
	}
}

func sameFolder(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	holdsTexts(t, dir, before)
	if now := everything(t, dir); len(now) != len(before) {
		t.Errorf("%d files, want %d", len(now), len(before))
	}
}

func todaysTexts() map[string]string {
	return map[string]string{"environments.yaml": newMain(), "teams/a.yaml": newTeam(), "teams/b.yaml": otherTeam}
}

func TestSpecIsMigrated(t *testing.T) {
	today := t.TempDir()
	for name, text := range todaysTexts() {
		put(t, today, name, text)
	}
	if _, err := migratedResult(t, today).Write(WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	dir := oldFolder(t)
	before := everything(t, dir)
	plan, err := migratedResult(t, dir).Plan(WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sameFolder(t, dir, before)
	want := []Migration{
		{"environments.yaml", "wavewright.dev/v0alpha1", "wavewright.dev/v0alpha2", "a picture is an image"},
		{"environments.yaml", "wavewright.dev/v0alpha2", schema.APIVersion, "ports count in ones"},
	}
	if !slices.Equal(plan.Migrations, want) || !plan.Pending() {
		t.Errorf("migrations %v, pending %v", plan.Migrations, plan.Pending())
	}
	for name, text := range map[string]string{"environments.yaml": "+apiVersion: wavewright.dev/v1alpha1 # as of now", "teams/a.yaml": "-    ports: {http: 808}"} {
		if c := plan.find(name); c == nil || c.State != StateMigrated || !strings.Contains(Diff(*c), "\n"+text+"\n") {
			t.Errorf("%s is not in the plan as it should be: %+v", name, c)
		}
	}
	if plan.find("teams/b.yaml") != nil || plan.Counts()[StateMigrated] != 2 {
		t.Errorf("a file is migrated that does not change: %v", plan.Counts())
	}
	written, err := migratedResult(t, dir).Write(WriteOptions{})
	if err != nil || written.Stopped() || !slices.Equal(written.Migrations, want) {
		t.Fatal(err, written)
	}
	holdsTexts(t, dir, todaysTexts())
	sameFolder(t, dir, everything(t, today))
	again, err := migratedResult(t, dir).Write(WriteOptions{})
	if err != nil || again.Pending() || len(again.Migrations) > 0 || len(again.Changes()) > 0 {
		t.Errorf("the second run has something to do: %v %+v", err, again)
	}
}

// TestOnlySpecIsMigrated is about a folder in which all that is generated is up to date, as
// far as the user did not delete it.
func TestOnlySpecIsMigrated(t *testing.T) {
	dir := oldFolder(t)
	for range 2 {
		if _, err := migratedResult(t, dir).Write(WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(dir, "overlays/prod/apps/web/availability.yaml")); err != nil {
			t.Fatal(err)
		}
	}
	after := everything(t, dir)
	put(t, dir, "environments.yaml", oldMain)
	put(t, dir, "teams/a.yaml", oldTeam)
	plan, err := migratedResult(t, dir).Write(WriteOptions{})
	if err != nil || !plan.Pending() || len(plan.Changes()) != 3 || len(plan.Impact) != 0 {
		t.Errorf("%v %+v", err, plan)
	}
	sameFolder(t, dir, after)
}

// TestReadersMigrateInMemory holds that who only asks gets the answers of today.
func TestReadersMigrateInMemory(t *testing.T) {
	dir := oldFolder(t)
	before := everything(t, dir)
	r, err := load(folder{dir: dir, steps: inventedSteps()})
	if err != nil || r.Diagnostics.HasErrors() {
		t.Fatal(err, r.Diagnostics)
	}
	found, err := r.Explain("web", "prod", "image")
	if err != nil || len(found) != 1 || found[0].Values[0].At.File != "teams/a.yaml" || found[0].Values[0].At.Line != 6 {
		t.Errorf("%v %+v", err, found)
	}
	if rows, err := r.Releases(""); err != nil || len(rows) == 0 {
		t.Errorf("releases: %v %v", rows, err)
	}
	if steps := r.Migrations; len(steps) != 2 {
		t.Errorf("steps %v", steps)
	}
	sameFolder(t, dir, before)
}

// TestSpecEditedSinceItWasRead holds that what somebody saves in between is not overwritten.
func TestSpecEditedSinceItWasRead(t *testing.T) {
	for _, name := range []string{"environments.yaml", "teams/a.yaml"} {
		dir := oldFolder(t)
		r := migratedResult(t, dir)
		put(t, dir, name, everything(t, dir)[name]+"# saved just now\n")
		before := everything(t, dir)
		if _, err := r.Write(WriteOptions{}); err == nil || !strings.Contains(err.Error(), name+": changed since it was read") {
			t.Errorf("%s: %v", name, err)
		}
		sameFolder(t, dir, before)
	}
}

// TestMigratedSpecWithErrors holds that faults are shown in the new text, and that nothing
// is written.
func TestMigratedSpecWithErrors(t *testing.T) {
	dir := oldFolder(t)
	put(t, dir, "teams/a.yaml", oldTeam+"    replica: 3\n")
	before := everything(t, dir)
	r := readMigrated(t, dir)
	list := r.Diagnostics.Sorted()
	if len(list) != 1 || list[0].Code != "spec/unknown-key" || list[0].Subject.Line != 8 || !strings.Contains(string(r.Sources["teams/a.yaml"]), "    image:   ghcr") {
		t.Errorf("%v\n%s", list, r.Sources["teams/a.yaml"])
	}
	if _, err := r.Write(WriteOptions{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("write: %v", err)
	}
	sameFolder(t, dir, before)
}

// TestOldSpecThatIsNotYAML holds that what no step understands is reported as it stands.
func TestOldSpecThatIsNotYAML(t *testing.T) {
	dir := oldFolder(t)
	put(t, dir, "teams/a.yaml", oldTeam+"    ports: {}\n")
	r := readMigrated(t, dir)
	if list := r.Diagnostics; len(list) != 1 || list[0].Code != "yaml/duplicate-key" || list[0].Subject.Line != 8 || r.Migrations != nil {
		t.Errorf("%v %v", list, r.Migrations)
	}
}

// TestUnknownAPIVersion holds that a version which no step knows is an error of the spec, as
// it is without steps.
func TestUnknownAPIVersion(t *testing.T) {
	dir := oldFolder(t)
	put(t, dir, "environments.yaml", strings.Replace(newMain(), "v1alpha1", "v9", 1))
	put(t, dir, "teams/a.yaml", newTeam())
	with := readMigrated(t, dir)
	without, err := Load(dir)
	if err != nil || !slices.Equal(with.Diagnostics, without.Diagnostics) || !with.Diagnostics.HasErrors() || with.Migrations != nil {
		t.Errorf("%v: %v, want %v", err, with.Diagnostics, without.Diagnostics)
	}
}

func TestStepOfSpecFails(t *testing.T) {
	dir := oldFolder(t)
	steps := inventedSteps()
	steps[1].Texts = func(map[string][]byte) (map[string][]byte, error) { return nil, os.ErrInvalid }
	_, err := load(folder{dir: dir, steps: steps})
	if want := "read the spec: migrate the spec from wavewright.dev/v0alpha2 to wavewright.dev/v1alpha1 (ports count in ones): invalid argument"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestMigrationOfSpecIsTakenUp finds a team's file rewritten, and the spec not, as a run that
// was killed leaves them. Taken for an old one, its port would be 80800.
func TestMigrationOfSpecIsTakenUp(t *testing.T) {
	dir := oldFolder(t)
	put(t, dir, "teams/a.yaml", newTeam())
	var note bytes.Buffer
	fmt.Fprintf(&note, "wavewright-state 1 %s\n@@ teams/a.yaml teams/a.yaml 644 managed next=%x in=next\n", build.Read().Version, sha256.Sum256([]byte("644 "+newTeam())))
	for line := range strings.Lines(oldTeam) {
		note.WriteString(strings.TrimSuffix(" "+line, " \n"))
		if line == "\n" {
			note.WriteString("\n")
		}
	}
	note.WriteString("@@ end\n")
	put(t, dir, ".wavewright/state/next.state", note.String())
	for _, step := range []func(*Platform) (*Plan, error){
		func(r *Platform) (*Plan, error) { return r.Plan(WriteOptions{}) },
		func(r *Platform) (*Plan, error) { return r.Write(WriteOptions{}) },
	} {
		plan, err := step(migratedResult(t, dir))
		if err != nil || plan.Counts()[StateMigrated] != 1 {
			t.Fatal(err, plan)
		}
	}
	holdsTexts(t, dir, todaysTexts())
	if _, left := everything(t, dir)[".wavewright/state/next.state"]; left {
		t.Error("the note is left")
	}
}

// TestMigrationOfSpecIsGuarded holds that edits which git does not have are not migrated
// without a word.
func TestMigrationOfSpecIsGuarded(t *testing.T) {
	r := newRepository(t)
	put(t, r.dir, "environments.yaml", oldMain)
	put(t, r.dir, "teams/a.yaml", oldTeam)
	put(t, r.dir, "teams/b.yaml", otherTeam)
	before := everything(t, r.dir)
	plan, err := migratedResult(t, r.dir).Write(WriteOptions{AllowDelete: true})
	if err != nil || len(plan.Guards) != 1 || plan.Guards[0].Flag != guard.AllowDirty || !slices.Equal(plan.Guards[0].About, []string{"environments.yaml", "teams/a.yaml"}) {
		t.Errorf("%v %+v", err, plan.Guards)
	}
	sameFolder(t, r.dir, before)
	r.commit("old")
	result := migratedResult(t, r.dir)
	plan, err = result.Write(WriteOptions{AllowDelete: true})
	if err != nil || plan.Stopped() {
		t.Fatal(err, plan.Guards)
	}
	rendered, err := result.Render()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := tree.Open(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if err := (&Remerged{}).stage(r.dir, folder, rendered.files, plan, nil); err != nil {
		t.Fatal(err)
	}
	if staged := strings.Fields(r.git("diff", "--cached", "--name-only")); !slices.Contains(staged, "environments.yaml") || !slices.Contains(staged, "teams/a.yaml") {
		t.Errorf("staged are %v", staged)
	}
}

// TestMovesWaitForMigrations holds that pins do not move before the spec is of today.
func TestMovesWaitForMigrations(t *testing.T) {
	dir := oldFolder(t)
	if _, err := migratedResult(t, dir).Write(WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	folder, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for text, want := range map[string]bool{newMain(): true, oldMain: false} {
		put(t, dir, "environments.yaml", text)
		if text == oldMain {
			put(t, dir, "teams/a.yaml", oldTeam)
		}
		before := everything(t, dir)
		m := &mover{folder: folder}
		ready, err := m.ready(migratedResult(t, dir))
		if err != nil || ready != want || (len(m.out.Refusals) == 0) != want {
			t.Errorf("ready %v, %v, %v", ready, m.out.Refusals, err)
		}
		sameFolder(t, dir, before)
		put(t, dir, "teams/a.yaml", newTeam())
	}
}

// TestSettlingMigrates holds that a command about one path writes what is pending, and the
// migration with it.
func TestSettlingMigrates(t *testing.T) {
	dir := oldFolder(t)
	if _, err := migratedResult(t, dir).Write(WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	after := everything(t, dir)
	put(t, dir, "environments.yaml", oldMain)
	put(t, dir, "teams/a.yaml", oldTeam)
	if err := os.Remove(filepath.Join(dir, "README.md")); err != nil {
		t.Fatal(err)
	}
	if _, err := migratedResult(t, dir).Restore([]string{"README.md"}, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	sameFolder(t, dir, after)
}

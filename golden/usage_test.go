package golden

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/yamltree"
	"github.com/wavewright/wavewright/templates"
)

// schemaNode is what the walk below needs of a JSON schema.
type schemaNode struct {
	Ref        string                 `json:"$ref"`
	Defs       map[string]*schemaNode `json:"$defs"`
	Properties map[string]*schemaNode `json:"properties"`
	Additional json.RawMessage        `json:"additionalProperties"`
	Items      *schemaNode            `json:"items"`
	Not        json.RawMessage        `json:"not"`
	Then       *schemaNode            `json:"then"`
	Else       *schemaNode            `json:"else"`
}

// fields walks specs beside their schema and notes which fields they state.
type fields struct {
	root *schemaNode
	used map[string]bool
}

func (f *fields) walk(name string, s *schemaNode, n *yamltree.Node) {
	if s == nil || n == nil {
		return
	}
	if def, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		f.walk(def, f.root.Defs[def], n)
		return
	}
	for _, item := range n.Items {
		f.walk(name+"[]", s.Items, item)
	}
	for _, entry := range n.Entries {
		if property, ok := s.Properties[entry.Key]; ok {
			f.used[name+"."+entry.Key] = true
			f.walk(name+"."+entry.Key, property, entry.Value)
			continue
		}
		var additional schemaNode
		if json.Unmarshal(s.Additional, &additional) == nil {
			f.walk(name+"{}", &additional, entry.Value)
		}
	}
}

// TestEveryFieldIsUsed holds that some case states each field that a spec may have.
func TestEveryFieldIsUsed(t *testing.T) {
	text, err := os.ReadFile("../schema/environments.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	f := &fields{root: &schemaNode{}, used: map[string]bool{}}
	if err := json.Unmarshal(text, f.root); err != nil {
		t.Fatal(err)
	}
	for _, name := range cases(t) {
		f.walkFile(t, f.root.Then, filepath.Join(name, "environments.yaml"))
		teams, err := filepath.Glob(filepath.Join(name, "teams", "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, team := range teams {
			f.walkFile(t, f.root.Else, team)
		}
	}
	for _, def := range slices.Sorted(maps.Keys(f.root.Defs)) {
		properties := f.root.Defs[def].Properties
		for _, key := range slices.Sorted(maps.Keys(properties)) {
			refused := string(properties[key].Not) == "{}"
			if !refused && !f.used[def+"."+key] && !f.used[twins[def]+"."+key] {
				t.Errorf("no case states %s of %s", key, def)
			}
		}
	}
}

// twins are the types that have the fields of another one too: an application is a
// layer with overrides, an environment has the settings of a profile.
var twins = map[string]string{"Application": "Workload", "Workload": "Application", "Environment": "Profile", "Profile": "Environment", "Cluster": "Platform", "Platform": "Cluster"}

func (f *fields) walkFile(t *testing.T, s *schemaNode, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	node, faults := yamltree.Parse(file, content)
	if len(faults) > 0 {
		t.Fatalf("%s: %s", file, faults[0].Summary)
	}
	f.walk("", s, node)
}

// placeholder is a scope in the path of a template.
var placeholder = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// TestEveryTemplateIsUsed holds that each built-in template makes a file in some case.
func TestEveryTemplateIsUsed(t *testing.T) {
	var paths []string
	for _, name := range cases(t) {
		paths = append(paths, tree(t, filepath.Join(name, "want"))...)
	}
	for _, entry := range generator.BuiltinTemplates() {
		pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(strings.TrimSuffix(entry.Path, ".tmpl")), `[^/]+`)
		makes := regexp.MustCompile("^" + pattern + "$").MatchString
		if !strings.HasPrefix(entry.Path, "_lib/") && !slices.ContainsFunc(paths, makes) {
			t.Errorf("no case has a file of %s", entry.Path)
		}
	}
}

// TestEveryFunctionIsUsed holds that each function that templates can call is called
// by one of ours or of a case's user.
func TestEveryFunctionIsUsed(t *testing.T) {
	text := templateText(t, templates.FS(), ".")
	for _, name := range cases(t) {
		text += templateText(t, os.DirFS(name), "templates")
	}
	actions := strings.Join(regexp.MustCompile(`(?s)\[\[.*?\]\]`).FindAllString(text, -1), "\n")
	for _, function := range generator.TemplateFunctions() {
		if !regexp.MustCompile(`[\[( |-]` + function.Name + `[\] ).]`).MatchString(actions) {
			t.Errorf("no template calls %s", function.Name)
		}
	}
}

// templateText joins all templates of a folder, which need not exist.
func templateText(t *testing.T, fsys fs.FS, dir string) string {
	t.Helper()
	var text strings.Builder
	err := fs.WalkDir(fsys, dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(fsys, path)
		text.Write(content)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return text.String()
}

// modelPackage is what TestEveryBranchOfTheModelIsUsed measures.
const modelPackage = "github.com/wavewright/wavewright/generator/internal/model"

// elsewhere are the functions of the model that no case has to run to their end.
var elsewhere = map[string]string{
	"Commit.Valid":           "what templates print is checked again, and was checked where it was read: text_test.go and the renderer's tests hold it",
	"URL.Valid":              "as Commit.Valid",
	"Owner.Valid":            "as Commit.Valid",
	"Environment.Place":      "generate asks with it where a conflict comes from: the scripts of cmd/wavewright show it",
	"Environment.MakesClass": "doctor asks with it, which needs a cluster: the scripts of cmd/wavewright show it",
	"Target.DeclaredKinds":   "as Environment.MakesClass",
	"Target.NamespacedKinds": "as Environment.MakesClass",
	"Tenancy.Kind":           "as Environment.MakesClass",
	"Target.DeclaredClasses": "every case has applications: TestPlatformWithoutApplications of generator runs it without",
	"ApplicationSet.Windows": "as Target.DeclaredClasses",
}

// TestEveryBranchOfTheModelIsUsed runs the cases, the faulty ones included, with
// coverage of the model: a branch that no case takes is one that no reader of the
// goldens has ever seen at work.
func TestEveryBranchOfTheModelIsUsed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the tests once more")
	}
	profile := filepath.Join(t.TempDir(), "model.cover")
	cmd := exec.Command("go", "test", "-count=1", "-run", "^(TestGolden|TestErrors|TestEveryValue|TestDocuments|TestTargetKinds)",
		"-coverpkg", modelPackage, "-coverprofile", profile, ".", "../generator")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	file, err := os.Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reached := maps.Clone(elsewhere)
	for _, block := range idleBlocks(file) {
		name := functionAt(t, block)
		if _, known := elsewhere[name]; !known {
			t.Errorf("no case runs %s in %s", block, name)
		}
		delete(reached, name)
	}
	for _, name := range slices.Sorted(maps.Keys(reached)) {
		t.Errorf("cases run all of %s: take it out of the list", name)
	}
}

// idleBlocks lists the blocks of a profile that no package ran: each package that was
// tested has a line of its own for every block.
func idleBlocks(profile io.Reader) []string {
	ran := map[string]bool{}
	for scanner := bufio.NewScanner(profile); scanner.Scan(); {
		line := strings.TrimPrefix(scanner.Text(), modelPackage+"/")
		block := line[:strings.LastIndexByte(line, ' ')]
		ran[block] = ran[block] || !strings.HasSuffix(line, " 0")
	}
	maps.DeleteFunc(ran, func(_ string, covered bool) bool { return covered })
	return slices.Sorted(maps.Keys(ran))
}

// functionAt names the function of the model that a block of coverage belongs to: FILE:LINE.COLUMN,….
func functionAt(t *testing.T, block string) string {
	t.Helper()
	name, rest, _ := strings.Cut(block, ":")
	number, _, _ := strings.Cut(rest, ".")
	line, err := strconv.Atoi(number)
	if err != nil {
		t.Fatalf("%s has no line: %v", block, err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filepath.Join("..", "generator", "internal", "model", name), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || line < fset.Position(f.Pos()).Line || line > fset.Position(f.End()).Line {
			continue
		}
		if f.Recv == nil {
			return f.Name.Name
		}
		return strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*") + "." + f.Name.Name
	}
	return name
}

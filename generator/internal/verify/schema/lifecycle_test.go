package schema

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"

	"strings"
	"testing"
)

// requests are the kinds that the API server sends or takes and never stores: the table need not
// have them.
var requests = regexp.MustCompile(`List$|Options$|^(AdmissionReview|APIGroupDiscovery|DeploymentRollback|Eviction|RangeAllocation|Scale|SerializedReference)$`)

// TestLifecycle compares the table with what the types of k8s.io/api say of themselves, for all
// versions that they still hold.
func TestLifecycle(t *testing.T) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/api").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), "*", "*", "zz_generated.prerelease-lifecycle.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("k8s.io/api says nothing of lifecycles: %v", err)
	}
	compared := 0
	for _, name := range files {
		group := groupOf(t, filepath.Dir(name))
		for kind, of := range lifecyclesIn(t, name) {
			if requests.MatchString(kind) {
				continue
			}
			compared++
			apiVersion := group + "/" + filepath.Base(filepath.Dir(name))
			got, known := LifecycleOf(strings.TrimPrefix(apiVersion, "/"), kind)
			if !known {
				t.Errorf("%s %s is not in the table", apiVersion, kind)
				continue
			}
			if kind == "Endpoints" {
				of["Deprecated"] = "1.33" // By a decision of the project that its types do not tell.
			}
			for method, cell := range map[string]string{"Introduced": got.Introduced, "Deprecated": got.Deprecated, "Removed": got.Removed} {
				if cell != of[method] {
					t.Errorf("%s %s: %s is %q in the table and %q in k8s.io/api", apiVersion, kind, method, cell, of[method])
				}
			}
		}
	}
	t.Logf("%d kinds", compared)
}

// groupOf is the API group of a folder of k8s.io/api, which its register.go names.
func groupOf(t *testing.T, folder string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, "register.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	group := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == "GroupName" {
			group = strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`)
		}
		return true
	})
	return group
}

// lifecyclesIn are the versions that the methods APILifecycleIntroduced and so on of a file return.
func lifecyclesIn(t *testing.T, name string) map[string]map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		method, found := strings.CutPrefix(f.Name.Name, "APILifecycle")
		if !found || method == "Replacement" {
			continue
		}
		kind := f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
		if all[kind] == nil {
			all[kind] = map[string]string{}
		}
		results := f.Body.List[0].(*ast.ReturnStmt).Results
		all[kind][method] = fmt.Sprintf("%s.%s", results[0].(*ast.BasicLit).Value, results[1].(*ast.BasicLit).Value)
	}
	return all
}

package verify

import (
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

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// corpus holds small repositories as txtar archives, in a folder for each area of codes. The
// folders "../NAME" are other repositories, for --with. The
// file "findings" of an archive lists what is found, a line for each finding of its area and each
// error of another; without lines the repository is right. Files below base/ are those that the base has differently;
// it has all others, too. GOLDIE_UPDATE=true writes them: read the difference.
const corpus = "../../../golden/verify"

// TestCorpus judges every case.
func TestCorpus(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(corpus, func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".txtar" {
			return err
		}
		relative, err := filepath.Rel(corpus, name)
		if err != nil {
			return err
		}
		t.Run(strings.TrimSuffix(filepath.ToSlash(relative), ".txtar"), func(t *testing.T) { judgeCase(t, name, seen) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range checks.Rules() {
		if !seen[rule.Code] && rule.Code != "build/unreadable" && !strings.HasPrefix(rule.Code, "pins/") && rule.Code != repo.ChangedContent { // which need commits: a script has them
			t.Errorf("no case finds %s", rule.Code)
		}
	}
}

func judgeCase(t *testing.T, name string, seen map[string]bool) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files, base, want, at := fstest.MapFS{}, fstest.MapFS{}, "", -1
	for i, f := range archive.Files {
		if f.Name == "findings" {
			want, at = string(f.Data), i
			continue
		}
		if name, was := strings.CutPrefix(f.Name, "@base/"); was {
			base[name] = &fstest.MapFile{Data: f.Data}
			continue
		}
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	others := apart(files)
	r, err := repo.Discover(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		other, err := repo.Discover(others[name])
		if err != nil {
			t.Fatal(err)
		}
		r.Others = append(r.Others, &repo.Other{Name: "../" + name, Repository: other})
	}
	declare(t, files, r)
	if len(base) > 0 {
		for name, file := range files {
			if base[name] == nil {
				base[name] = file
			}
		}
		if r.Before, err = repo.Discover(base); err != nil {
			t.Fatal(err)
		}
	}
	report := Judge(files, r, Options{Compared: r.Before != nil})
	area := filepath.Base(filepath.Dir(name))
	report.Findings = slices.DeleteFunc(report.Findings, func(f Finding) bool { return beside(area, f) })
	got := describe(report)
	for _, f := range report.Findings {
		seen[f.Code] = true
		if f.File == "" || f.Line == 0 {
			t.Errorf("%s: %s stands nowhere", f.Code, f.Message)
		}
	}
	if got == want {
		return
	}
	if os.Getenv("GOLDIE_UPDATE") == "" || at < 0 {
		t.Errorf("found:\n%s\nwant:\n%s", got, want)
		return
	}
	archive.Files[at].Data = []byte(got)
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// apart takes the files of other repositories out of those of a case.
func apart(files fstest.MapFS) map[string]fstest.MapFS {
	others := map[string]fstest.MapFS{}
	for name, file := range files {
		if rest, found := strings.CutPrefix(name, "../"); found {
			other, path, _ := strings.Cut(rest, "/")
			if others[other] == nil {
				others[other] = fstest.MapFS{}
			}
			others[other][path] = file
			delete(files, name)
		}
	}
	return others
}

// beside reports whether a finding is of another area than its case, and no error: what a case
// of one area leaves open for others is not its subject.
func beside(area string, f Finding) bool {
	own, _, _ := strings.Cut(f.Code, "/")
	return own != area && f.Severity != Error
}

// describe writes a report as the cases do.
func describe(report *Report) string {
	var out strings.Builder
	for _, f := range report.Findings {
		fmt.Fprintf(&out, "%s:%d: %s: %s: %s [%s]\n", f.File, f.Line, f.Severity, strings.Trim(f.Application+" "+f.Object, " "), f.Message, f.Code)
		for _, line := range f.Sum {
			fmt.Fprintf(&out, "\t%s\n", line)
		}
	}
	for _, s := range report.Skipped {
		fmt.Fprintf(&out, "%s: not judged: %s\n", s.File, s.Reason)
	}
	return out.String()
}

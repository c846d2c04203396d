package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/layout"
)

// archived is the archive of a chart.
func archived(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for i := 0; i < len(files); i += 2 {
		header := &tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg}
		if to, link := strings.CutPrefix(files[i+1], "-> "); link {
			header.Typeflag, header.Linkname, header.Size = tar.TypeSymlink, to, 0
		}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			archive.Write([]byte(files[i+1]))
		}
	}
	archive.Close()
	zipped.Close()
	return out.Bytes()
}

// served are files of a server, and how often it was asked.
type served struct {
	*httptest.Server
	files map[string][]byte
	asked atomic.Int64
}

func serve(t *testing.T) *served {
	t.Helper()
	s := &served{files: map[string][]byte{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if user, _, _ := r.BasicAuth(); strings.HasPrefix(r.URL.Path, "/private/") && user != "jane" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		text, is := s.files[r.URL.Path]
		if to, moved := strings.CutPrefix(string(text), "-> "); moved {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if !is {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write(text)
	}))
	t.Cleanup(s.Close)
	return s
}

// locked reads a lock.
func locked(t *testing.T, text []byte) *Lock {
	t.Helper()
	files := fstest.MapFS{}
	if text != nil {
		files[layout.FetchLock] = &fstest.MapFile{Data: text}
	}
	lock, err := ReadLock(files)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

// TestChart fetches the newest version within a range, and stays with it until the lock is updated.
func TestChart(t *testing.T) {
	s, in := serve(t), cache.In(t.TempDir())
	s.files["/charts/index.yaml"] = []byte("entries:\n  redis:\n  - {version: 1.2.0, urls: [redis-1.2.0.tgz]}\n  - {version: 1.1.0, urls: [redis-1.1.0.tgz]}\n  - {version: 2.0.0-rc.1, urls: [x]}\n")
	s.files["/charts/redis-1.2.0.tgz"] = archived(t, "redis/Chart.yaml", "name: redis\nversion: 1.2.0\n", "redis/templates/a.yaml", "a: b\n")
	thing := Thing{Kind: Chart, Address: s.URL + "/charts", Chart: "redis", Revision: ">=1.0"}
	if _, err := New(Options{Cache: in}, locked(t, nil)).Get(thing); !errors.Is(err, ErrNotLocked) || s.asked.Load() > 0 {
		t.Fatalf("without --fetch: %v, asked %d times", err, s.asked.Load())
	}
	f := New(Options{Mode: Missing, Cache: in}, locked(t, nil))
	content, err := f.Get(thing)
	if err != nil || content.Version != "1.2.0" || string(content.Files["templates/a.yaml"]) != "a: b\n" {
		t.Fatalf("%+v, %v", content, err)
	}
	lock := f.NewLock(true)

	// A newer version is not taken, and nothing is asked.
	s.files["/charts/index.yaml"] = []byte("entries:\n  redis:\n  - {version: 1.3.0, urls: [redis-1.3.0.tgz]}\n  - {version: 1.2.0, urls: [redis-1.2.0.tgz]}\n")
	s.files["/charts/redis-1.3.0.tgz"] = archived(t, "redis/Chart.yaml", "name: redis\nversion: 1.3.0\n")
	before := s.asked.Load()
	for _, mode := range []Mode{Locked, Missing} {
		f := New(Options{Mode: mode, Cache: in}, locked(t, lock))
		if content, err := f.Get(thing); err != nil || content.Version != "1.2.0" || s.asked.Load() != before || f.NewLock(true) != nil {
			t.Errorf("mode %d: %+v, %v", mode, content, err)
		}
	}

	// Another machine has no cache: it fetches the same one.
	if _, err := New(Options{}, locked(t, lock)).Get(thing); !errors.Is(err, ErrNotCached) {
		t.Errorf("without a cache: %v", err)
	}
	if content, err := New(Options{Mode: Missing}, locked(t, lock)).Get(thing); err != nil || content.Version != "1.2.0" {
		t.Errorf("without a cache: %+v, %v", content, err)
	}

	update := New(Options{Mode: Update, Cache: in}, locked(t, lock))
	if content, err := update.Get(thing); err != nil || content.Version != "1.3.0" || !strings.Contains(string(update.NewLock(true)), "resolved: 1.3.0") {
		t.Errorf("update: %+v, %v", content, err)
	}

	// The archive is replaced under its version.
	s.files["/charts/redis-1.2.0.tgz"] = archived(t, "redis/Chart.yaml", "name: redis\nversion: 1.2.0\n", "redis/templates/evil.yaml", "")
	changed := (*ChangedError)(nil)
	if _, err := New(Options{Mode: Missing}, locked(t, lock)).Get(thing); !errors.As(err, &changed) {
		t.Errorf("replaced: %v", err)
	}
}

// TestDamagedCache fetches again what the cache does not have whole.
func TestDamagedCache(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	s.files["/x.yaml"] = []byte("a: b\n")
	thing := Thing{Kind: File, Address: s.URL + "/x.yaml"}
	f := New(Options{Mode: Missing, Cache: cache.In(dir)}, locked(t, nil))
	f.Get(thing)
	lock := f.NewLock(true)
	filepath.WalkDir(dir, func(name string, d os.DirEntry, _ error) error {
		if d.Type().IsRegular() {
			os.WriteFile(name, bytes.Repeat([]byte("x"), 100), 0o600)
		}
		return nil
	})
	if _, err := New(Options{Cache: cache.In(dir)}, locked(t, lock)).Get(thing); !errors.Is(err, ErrNotCached) {
		t.Errorf("damaged: %v", err)
	}
	if _, err := New(Options{Mode: Missing, Cache: cache.In(dir)}, locked(t, lock)).Get(thing); err != nil {
		t.Errorf("fetched again: %v", err)
	}
	if content, err := New(Options{Cache: cache.In(dir)}, locked(t, lock)).Get(thing); err != nil || string(content.Files["x.yaml"]) != "a: b\n" {
		t.Errorf("mended: %v, %v", content, err)
	}
}

// TestCredentials are used, and neither told nor locked.
func TestCredentials(t *testing.T) {
	s := serve(t)
	s.files["/private/x.yaml"] = []byte("a: b\n")
	s.files["/private/moved"] = []byte("-> http://jane:s3cretword@" + strings.TrimPrefix(s.URL, "http://") + "/private/none")
	at := strings.Replace(s.URL, "http://", "http://jane:s3cretword@", 1) + "/private/"
	f := New(Options{Mode: Missing}, locked(t, nil))
	if _, err := f.Get(Thing{Kind: File, Address: at + "x.yaml?token=s3cretword"}); err != nil {
		t.Fatal(err)
	}
	_, none := f.Get(Thing{Kind: File, Address: at + "none"})
	_, moved := f.Get(Thing{Kind: File, Address: at + "moved"})
	_, chart := f.Get(Thing{Kind: Chart, Address: at + "charts", Chart: "x"})
	_, repository := f.Get(Thing{Kind: Git, Address: at + "repository.git", Revision: "main"})
	told := fmt.Sprint(none, moved, chart, repository, string(f.NewLock(true)), Thing{Kind: Git, Address: at})
	if none == nil || moved == nil || chart == nil || repository == nil || strings.Contains(told, "s3cret") || strings.Contains(told, "jane") {
		t.Error(told)
	}
}

// TestHostileArchives are refused, or lack what leads out.
func TestHostileArchives(t *testing.T) {
	for name, archive := range map[string][]byte{
		"above": archived(t, "x/Chart.yaml", "name: x\n", "x/../../y", "z"), "absolute": archived(t, "/x/Chart.yaml", "name: x\n"), "backslash": archived(t, "x/Chart.yaml", "name: x\n", `x/..\..\y`, "z"),
		"no chart": archived(t, "x/a.yaml", "a: b\n"), "no archive": []byte("<html>"),
	} {
		if files, err := unarchive(archive); err == nil {
			t.Errorf("%s: %v", name, files)
		}
	}
	files, err := unarchive(archived(t, "x/Chart.yaml", "name: x\n", "x/link", "-> /etc/passwd"))
	if err != nil || len(files) != 1 {
		t.Errorf("a link: %v, %v", files, err)
	}
	links := map[string][]byte{"a/b.yaml": []byte("b")}
	settle(links, map[string]string{"out": "../../etc/passwd", "absolute": "/etc/passwd", "c": "a/b.yaml", "d": "a", "e": "c", "round": "around", "around": "round", "self": ".", "a/inner": "../a"})
	if len(links) != 4 || string(links["c"]) != "b" || string(links["d/b.yaml"]) != "b" || string(links["e"]) != "b" {
		t.Errorf("links: %v", links)
	}
}

// TestSilentHost asks a machine that does not answer once, and reports each thing.
func TestSilentHost(t *testing.T) {
	s := serve(t)
	s.Close()
	f := New(Options{Mode: Missing}, locked(t, nil))
	var said []string
	for i := range 20 {
		_, err := f.Get(Thing{Kind: File, Address: fmt.Sprintf("%s/%d.yaml", s.URL, i)})
		said = append(said, err.Error())
	}
	if reasons, asked := f.Failed(); len(reasons) != 20 || asked != 20 || said[0] != said[19] || !strings.Contains(said[0], "refused") {
		t.Errorf("%d of %d: %s", len(reasons), asked, said[0])
	}
}

// TestRedirects follows some, and none from https to http.
func TestRedirects(t *testing.T) {
	s := serve(t)
	s.files["/a"], s.files["/b"], s.files["/c"] = []byte("-> /b"), []byte("text"), []byte("-> /c")
	w := newWeb()
	if text, err := w.get(s.URL+"/a", 10); err != nil || string(text) != "text" {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := w.get(s.URL+"/c", 10); err == nil {
		t.Error("a circle ends")
	}
	if _, err := w.get(s.URL+"/b", 3); err == nil {
		t.Error("what is too large is taken")
	}
	secure := httptest.NewTLSServer(http.RedirectHandler(s.URL+"/b", http.StatusFound))
	defer secure.Close()
	client := secure.Client()
	client.CheckRedirect = w.client.CheckRedirect
	if _, err := (&web{*client}).get(secure.URL, 10); err == nil || !strings.Contains(err.Error(), "from https to http") {
		t.Errorf("from https to http: %v", err)
	}
}

// repository makes one of Git, and returns a function that runs git in it.
func repository(t *testing.T) (dir string, git func(...string) string) {
	t.Helper()
	dir = t.TempDir()
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_AUTHOR_NAME": "Jane", "GIT_AUTHOR_EMAIL": "j@example.com", "GIT_COMMITTER_NAME": "Jane", "GIT_COMMITTER_EMAIL": "j@example.com"} {
		t.Setenv(name, value)
	}
	git = func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "--quiet", "--initial-branch=main")
	return dir, git
}

// write writes a file and commits it.
func write(t *testing.T, git func(...string) string, dir, name, text string) string {
	t.Helper()
	os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	git("add", ".")
	git("commit", "--quiet", "--message", name)
	return git("rev-parse", "HEAD")
}

// TestCommit fetches branches, tags, ranges and commits, and stays with them.
func TestCommit(t *testing.T) {
	dir, git := repository(t)
	first := write(t, git, dir, "a.yaml", "a: 1\n")
	git("tag", "--annotate", "v1.0.0", "--message", "one")
	os.Symlink("/etc/passwd", filepath.Join(dir, "out"))
	os.Symlink("a.yaml", filepath.Join(dir, "in.yaml"))
	second := write(t, git, dir, "a.yaml", "a: 2\n")
	git("tag", "v1.1.0")
	address := "file://" + dir
	in := cache.In(t.TempDir())
	f := New(Options{Mode: Missing, Cache: in}, locked(t, nil))
	for revision, want := range map[string]string{"": second, "main": second, "refs/heads/main": second, "v1.0.0": first, "v1.0.*": first, "^1": second, first: first} {
		content, err := f.Get(Thing{Kind: Git, Address: address, Revision: revision})
		if err != nil || content.Version != want {
			t.Errorf("%q: %+v, %v", revision, content, err)
		}
	}
	content, _ := f.Get(Thing{Kind: Git, Address: address, Revision: "main"})
	if len(content.Files) != 2 || string(content.Files["in.yaml"]) != "a: 2\n" {
		t.Errorf("files %q", content.Files)
	}
	for _, revision := range []string{"none", first[:8], "--upload-pack=touch x", strings.Repeat("0", 40)} {
		if content, err := f.Get(Thing{Kind: Git, Address: address, Revision: revision}); err == nil {
			t.Errorf("%q: %+v", revision, content)
		}
	}
	if _, err := f.Get(Thing{Kind: Git, Address: "ext::sh -c 'touch " + dir + "/ran'"}); err == nil {
		t.Error("another protocol is spoken")
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("a command of an address ran")
	}
	lock := f.NewLock(true)
	write(t, git, dir, "a.yaml", "a: 3\n")
	for _, mode := range []Mode{Locked, Missing} {
		if content, err := New(Options{Mode: mode, Cache: in}, locked(t, lock)).Get(Thing{Kind: Git, Address: address, Revision: "main"}); err != nil || content.Version != second {
			t.Errorf("the branch has moved: %+v, %v", content, err)
		}
	}
	update := New(Options{Mode: Update, Cache: in}, locked(t, lock))
	if content, err := update.Get(Thing{Kind: Git, Address: address, Revision: "main"}); err != nil || string(content.Files["a.yaml"]) != "a: 3\n" {
		t.Errorf("update: %+v, %v", content, err)
	}
	if text := string(update.NewLock(true)); strings.Count(text, "kind:") != 1 {
		t.Errorf("an update keeps what nobody asks for:\n%s", text)
	}
}

// TestSubmodules brings them at their commits, unless they are not wanted.
func TestSubmodules(t *testing.T) {
	inner, git := repository(t)
	write(t, git, inner, "inner.yaml", "a: 1\n")
	outer, git := repository(t)
	git("submodule", "--quiet", "add", "file://"+inner, "modules/inner")
	write(t, git, outer, "outer.yaml", "a: 1\n")
	for flat, want := range map[bool]string{false: "a: 1\n", true: ""} {
		content, err := New(Options{Mode: Missing}, locked(t, nil)).Get(Thing{Kind: Git, Address: "file://" + outer, Flat: flat})
		if err != nil || string(content.Files["modules/inner/inner.yaml"]) != want {
			t.Errorf("flat %v: %+v, %v", flat, content, err)
		}
	}
	if Allowed("https://example.com/a.git", "file:///etc") || Allowed("git@example.com:a.git", "../b") || !Allowed("file:///a", "https://example.com") {
		t.Error("what comes from elsewhere names something of this machine")
	}
}

// TestLockFaults wants a message for each.
func TestLockFaults(t *testing.T) {
	const digest = "sha256:d905b457f4a7acd8d2b944536daf14bdf8c182e3c3097e9e1413ff8393a2f2d1"
	const entry = "{kind: file, address: x, digest: '" + digest + "'}"
	for _, text := range []string{"version: 1\nfetched: [" + entry + ", " + entry + "]", "version: [", "version: 2", "version: 1\nfetched: [{kind: file}]", "version: 1\nmore: 1", "version: 1\nfetched: [{kind: other, address: x, digest: '" + digest + "'}]", "version: 1\nfetched: [{kind: file, address: x, digest: sha256:12}]", "version: 1\nfetched: [{kind: git, address: x, digest: '" + digest + "'}]"} {
		lock, err := ReadLock(fstest.MapFS{layout.FetchLock: {Data: []byte(text)}})
		if wrong := (*LockError)(nil); !errors.As(err, &wrong) || len(lock.entries) > 0 {
			t.Errorf("%s: %v", text, err)
		}
	}
}

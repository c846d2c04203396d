package fetch

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/schema/diag"
)

// charts is the index of a repository of charts, asked for once.
type charts struct {
	once    sync.Once
	entries map[string][]release
	err     error
}

// release is a version of a chart.
type release struct {
	Version string   `json:"version"`
	URLs    []string `json:"urls"`
}

// registry reports whether charts of an address lie in a registry of images. Argo CD writes such addresses
// without a scheme.
func registry(address string) bool {
	return strings.HasPrefix(address, "oci://") || !strings.Contains(address, "://")
}

// index are the charts of a repository.
func (f *Fetcher) index(address string) (map[string][]release, error) {
	f.mutex.Lock()
	known := f.lists[address]
	if known == nil {
		known = &charts{}
		f.lists[address] = known
	}
	f.mutex.Unlock()
	known.once.Do(func() {
		text, err := f.load(beside(address, "index.yaml"), mostIndex)
		if err != nil {
			known.err = fmt.Errorf("its index.yaml: %w", err)
			return
		}
		var list struct {
			Entries map[string][]release `json:"entries"`
		}
		if yaml.Unmarshal(text, &list) != nil {
			known.err = errors.New("its index.yaml is no index of charts")
		}
		known.entries = list.Entries
	})
	return known.entries, known.err
}

// beside is the address of a file in a folder, or a whole address.
func beside(folder, name string) string {
	u, err := url.Parse(folder)
	if err != nil {
		return folder
	}
	if to, err := url.Parse(name); err == nil && to.Scheme != "" {
		return name
	}
	query := u.RawQuery
	u = u.JoinPath(name)
	u.RawQuery = query
	return u.String()
}

// version is the version that is asked for now. That of a registry is what helm takes.
func (f *Fetcher) version(t Thing) (string, error) {
	if registry(t.Address) {
		return t.Revision, nil
	}
	list, err := f.index(t.Address)
	if err != nil {
		return "", err
	}
	var versions []string
	for _, r := range list[t.Chart] {
		if r.Version == t.Revision || strings.TrimPrefix(r.Version, "v") == strings.TrimPrefix(t.Revision, "v") {
			return r.Version, nil
		}
		versions = append(versions, r.Version)
	}
	if len(versions) == 0 {
		return "", fmt.Errorf("there is no chart %s", t.Chart)
	}
	if found := newest(versions, t.Revision); found != "" {
		return found, nil
	}
	return "", fmt.Errorf("the chart %s has no version %s", t.Chart, t.Revision)
}

func (f *Fetcher) bringChart(t Thing, version string) (*Content, string, error) {
	download := f.download
	if registry(t.Address) {
		download = f.pull
	}
	raw, err := download(t, version)
	if err != nil {
		return nil, "", err
	}
	files, err := unarchive(raw)
	if err != nil {
		return nil, "", err
	}
	return &Content{Thing: t, Version: cmp.Or(versionOf(files), version), Files: files, Raw: raw}, sum(raw), nil
}

// versionOf is the version that a chart gives itself.
func versionOf(files map[string][]byte) string {
	var chart struct{ Version string }
	if yaml.Unmarshal(files["Chart.yaml"], &chart) != nil {
		return ""
	}
	return chart.Version
}

// download gets a chart of a repository by HTTP.
func (f *Fetcher) download(t Thing, version string) ([]byte, error) {
	list, err := f.index(t.Address)
	if err != nil {
		return nil, err
	}
	for _, r := range list[t.Chart] {
		if r.Version == version && len(r.URLs) > 0 {
			at := beside(t.Address, r.URLs[0])
			if !strings.HasPrefix(at, "http://") && !strings.HasPrefix(at, "https://") {
				return nil, fmt.Errorf("its archive is at %s, which is neither http nor https", clean(at))
			}
			return f.load(at, mostChart)
		}
	}
	return nil, fmt.Errorf("the chart %s has no version %s any more", t.Chart, version)
}

// pull lets helm get a chart of a registry. Helm sees no plugins.
func (f *Fetcher) pull(t Thing, version string) (raw []byte, err error) {
	if f.helm == "" {
		return nil, errors.New("it is in a registry, and there is no helm command")
	}
	err = f.hosts.ask(hostOf("oci://"+strings.TrimPrefix(t.Address, "oci://")), func() error {
		raw, err = f.pulled(t, version)
		return err
	})
	return raw, err
}

func (f *Fetcher) pulled(t Thing, version string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "wavewright-pull-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithTimeout(context.Background(), loading)
	defer stop()
	arguments := []string{"pull", "--destination", dir}
	if version != "" {
		arguments = append(arguments, "--version", version)
	}
	address := "oci://" + strings.Trim(strings.TrimPrefix(t.Address, "oci://"), "/") + "/" + t.Chart
	var problems bytes.Buffer
	cmd := exec.CommandContext(ctx, f.helm, append(arguments, "--", address)...)
	cmd.Dir, cmd.WaitDelay, cmd.Stderr = dir, connecting, &problems
	cmd.Env = append(os.Environ(), "HELM_PLUGINS="+filepath.Join(dir, "plugins"), "KUBECONFIG="+filepath.Join(dir, "none"))
	if err := cmd.Run(); err != nil {
		return nil, pullError(problems.String())
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, errors.New("helm pull brings no archive")
	}
	info, err := os.Stat(found[0])
	if err != nil || info.Size() > mostChart {
		return nil, fmt.Errorf("its archive is larger than %d MB", mostChart>>20)
	}
	return os.ReadFile(found[0])
}

// pullError is what helm says.
func pullError(problems string) error {
	said, _, _ := strings.Cut(strings.TrimSpace(diag.Redact(problems)), "\n")
	for _, words := range []string{"no such host", "connection refused", "i/o timeout", "network is unreachable"} {
		if strings.Contains(said, words) {
			return &git.UnreachableError{Reason: "helm pull: " + strings.TrimPrefix(said, "Error: ")}
		}
	}
	return fmt.Errorf("helm pull: %s", strings.TrimPrefix(said, "Error: "))
}

// unarchive are the files of the archive of a chart, without the folder around them.
func unarchive(raw []byte) (map[string][]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errors.New("its archive is none of gzip")
	}
	limit := &io.LimitedReader{R: unzipped, N: mostIndex}
	archive, files := tar.NewReader(limit), map[string][]byte{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, complete(files)
		}
		if err != nil || limit.N <= 0 {
			return nil, errors.New("its archive cannot be read, or is too large")
		}
		_, name, deep := strings.Cut(header.Name, "/")
		switch {
		case !inside(strings.TrimSuffix(header.Name, "/")):
			return nil, fmt.Errorf("its archive names %q, which is outside of it", header.Name)
		case header.Typeflag != tar.TypeReg || !deep:
			continue // helm leaves links out, too
		}
		text, err := io.ReadAll(archive)
		if files[name] = text; err != nil || len(files) > mostFiles {
			return nil, errors.New("its archive cannot be read, or is too large")
		}
	}
}

// complete wants the file that makes a chart of files.
func complete(files map[string][]byte) error {
	if files["Chart.yaml"] == nil {
		return errors.New("its archive holds no chart")
	}
	return nil
}

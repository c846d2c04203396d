package generator

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/generator/internal/verify"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema"
)

// VerifyRequest says what to judge.
type VerifyRequest struct {
	// Base is a commit: only what is not found in it too counts. Empty for everything.
	Base string
	// Disk judges what is on disk, not what generate would write. It changes nothing for a
	// repository without a spec.
	Disk bool
	// Pinned judges what environments with pins run, not what a promotion would run.
	Pinned bool
	// Only and Skip are codes, or areas of codes such as quota.
	Only, Skip []string
	// Day is the day by which excuses end.
	Day time.Time
	// NoCache neither takes from the cache nor keeps anything in it.
	NoCache bool
	// Shard is the share of the repository that is judged; the zero value is all of it.
	Shard VerifyShard
	// Fetch says what may be fetched of what the repository uses of other places.
	Fetch FetchMode
	// Fetched is told how many things were asked for, and why some could not be fetched; nil for nobody.
	Fetched func(asked int, failed []string)
	// Progress is told how many parts of a step are done, by several goroutines at once; nil for nobody.
	Progress func(step string, done, total int)
	// Kubernetes is the version of the clusters, such as 1.36, in a repository without a spec; empty when
	// nobody says. [KubernetesVersion] reads it.
	Kubernetes string
	// Clusters is a file that says which clusters Argo CD knows, in a repository without a spec; empty when
	// nobody says.
	Clusters string
	// With are folders of other repositories that share clusters or the Argo CD.
	With []string
	// Definitions are folders with CustomResourceDefinitions by which custom resources are judged.
	Definitions []string
}

// cache is that of the user, for this binary.
func (r *VerifyRequest) cache() *cache.Cache {
	if r.NoCache {
		return nil
	}
	return cache.Open(build.Read().Version)
}

// VerifyShard is the share of one of several machines: Number of Of, from 1.
type VerifyShard = repo.Shard

// VerifyReport is what was found in a repository.
type VerifyReport = verify.Report

// Severity is how much a finding of verify matters.
type Severity = verify.Severity

// VerifyFinding is one finding.
type VerifyFinding = verify.Finding

// VerifySkipped is a part that was not judged.
type VerifySkipped = verify.Skipped

// VerifyOmission is what was not judged for one reason.
type VerifyOmission = verify.Omission

// VerifyAlike is a finding with the other Applications that have it at the same place.
type VerifyAlike = verify.Alike

// GroupFindings puts findings together that say the same about the same place.
func GroupFindings(findings []VerifyFinding) []VerifyAlike { return verify.Group(findings) }

// Severities of findings.
const (
	VerifyError   = verify.Error
	VerifyWarning = verify.Warning
	VerifyNote    = verify.Note
)

// VerifyCodes are the codes of all findings, with half a sentence about each.
func VerifyCodes() []VerifyCode { return verify.Codes() }

// VerifyCode is a code with what it means.
type VerifyCode = verify.Code

// KubernetesVersion reads a version as people write it, and returns what [VerifyRequest] wants. The error
// says which versions there are.
func KubernetesVersion(text string) (string, error) { return verify.KubernetesVersion(text) }

// HasSpec reports whether a folder itself holds a spec.
func HasSpec(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, schema.FileName))
	return err == nil
}

// VerifyFolder judges a repository that has no spec.
func VerifyFolder(dir string, r VerifyRequest) (*VerifyReport, error) {
	v, err := foreign(dir, r)
	if err != nil {
		return nil, err
	}
	return v.report()
}

// Verify judges what the folder would hold after generate. With conflicts, or anything else that keeps
// generate from writing, the report is nil and the plan says why.
func (p *Platform) Verify(r VerifyRequest) (*VerifyReport, *Plan, error) {
	v, plan, err := p.verifier(r)
	if v == nil {
		return nil, plan, err
	}
	report, err := v.report()
	return report, plan, err
}

// Connectivity is which workload may connect to which, as network policies leave it.
type Connectivity = verify.Connectivity

// ConnectionsFolder returns the connections that the network policies of a repository without a spec leave.
func ConnectionsFolder(dir string, r VerifyRequest) (*Connectivity, error) {
	v, err := foreign(dir, r)
	if err != nil {
		return nil, err
	}
	return v.connections()
}

// Connections returns the connections that network policies leave, and which of them the spec declares. When
// generate would not write, the result is nil and the plan says why.
func (p *Platform) Connections(r VerifyRequest) (*Connectivity, *Plan, error) {
	v, plan, err := p.verifier(r)
	if v == nil {
		return nil, plan, err
	}
	all, err := v.connections()
	return all, plan, err
}

// verifier judges what a plan makes of the folder, or the folder as it is when the request wants that. It is
// nil when generate would not write.
func (p *Platform) verifier(r VerifyRequest) (*verifier, *Plan, error) {
	plan, err := p.Plan(WriteOptions{AllowDelete: true, AllowDirty: true, AllowReplace: []string{"*"}})
	if err != nil || !r.Disk && plan.Stopped() {
		return nil, plan, err
	}
	v, err := p.planned(plan, r, everyFile)
	return v, plan, err
}

// everyFile wants the texts of all files.
func everyFile(string) bool { return true }

// planned judges what a plan makes of the files of the folder that are wanted, and the others as they are.
func (p *Platform) planned(plan *Plan, r VerifyRequest, wanted func(name string) bool) (*verifier, error) {
	v, err := newVerifier(p.folder.dir, r, repo.Options.Generated)
	if err != nil {
		return nil, err
	}
	v.complete, v.excuses = p.declare, p.excuses
	if !r.Disk {
		v.texts = coming(plan, wanted)
	}
	if r.Pinned {
		v.read = p.pinned
	}
	return v, nil
}

// coming are the texts of the wanted files that a folder holds after a plan was carried out, as far as the plan
// knows them; nil for those that it takes away. What a person edited is on disk only.
func coming(plan *Plan, wanted func(name string) bool) map[string][]byte {
	texts := map[string][]byte{}
	for name, file := range plan.files {
		if wanted(name) {
			texts[name] = file.Content
		}
	}
	changes := plan.Changes()
	for _, c := range changes {
		delete(texts, c.Path)
	}
	for _, c := range changes {
		if gone := cmp.Or(c.From, c.Path); (c.Action == tree.ActionDelete || c.Action == tree.ActionMove && c.From != "") && wanted(gone) {
			texts[gone] = nil
		}
	}
	for _, c := range changes {
		switch c.Action {
		case tree.ActionCreate, tree.ActionUpdate, tree.ActionMove:
			if wanted(c.Path) {
				texts[c.Path] = slices.Concat([]byte{}, c.New)
			}
		}
	}
	return texts
}

// verifier judges one folder.
type verifier struct {
	dir     string
	request VerifyRequest
	// read reads files as a repository.
	read  func(repo.Options, fs.FS) (*repo.Repository, error)
	cache *cache.Cache
	// beside is what the request names beside the folder.
	beside *beside
	// texts are those of files that are about to be written; nil of those that go away.
	texts map[string][]byte
	// complete adds to a repository what its spec says; nil without one.
	complete func(*repo.Repository)
	// excuses are those of the spec. A repository without one has them in a file.
	excuses []verify.Excuse
}

func newVerifier(dir string, r VerifyRequest, read func(repo.Options, fs.FS) (*repo.Repository, error)) (*verifier, error) {
	b, err := r.beside(dir)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	return &verifier{dir: dir, request: r, read: read, cache: r.cache(), beside: b}, nil
}

// foreign is the verifier of a repository that has no spec.
func foreign(dir string, r VerifyRequest) (*verifier, error) {
	v, err := newVerifier(dir, r, repo.Options.Discover)
	if err == nil {
		v.beside.locate(dir)
	}
	return v, err
}

// within calls a step with the files of the folder, and the texts over them.
func (v *verifier) within(step func(fs.FS) error) error {
	root, err := os.OpenRoot(v.dir)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer root.Close()
	var files fs.FS = plainFS{root.FS()}
	if v.texts != nil {
		files = layer.New(files, v.texts)
	}
	return step(files)
}

// connections are those that the network policies of the folder leave.
func (v *verifier) connections() (all *Connectivity, err error) {
	err = v.within(func(files fs.FS) error {
		s, err := v.subject(files, v.beside.fetches(v.request.Fetch, files), v.complete, VerifyShard{})
		if err != nil {
			return err
		}
		r, err := s.read()
		if err == nil {
			all = verify.Connections(r)
		}
		return err
	})
	return all, err
}

// report judges the folder, and takes out what is found in the base too.
func (v *verifier) report() (report *VerifyReport, err error) {
	err = v.within(func(files fs.FS) error {
		report, err = v.judged(files)
		return err
	})
	return report, err
}

// judged judges files, and what changes since the base. The excuses of today hold for both: one that covers nothing
// in the base either is not introduced.
func (v *verifier) judged(files fs.FS) (*VerifyReport, error) {
	o := verify.Options{Only: v.request.Only, Skip: v.request.Skip, Today: v.request.Day.Format(time.DateOnly), Progress: v.request.Progress, Shard: v.request.Shard}
	var err error
	if o.Excuses, err = v.excused(files); err != nil {
		return nil, err
	}
	now, err := v.subject(files, v.beside.fetches(v.request.Fetch, files), v.complete, o.Shard)
	if err != nil {
		return nil, err
	}
	if v.request.Base == "" {
		return v.judge(now, nil, o)
	}
	base, err := v.base()
	if err != nil {
		return nil, err
	}
	former := o
	if former.Shard, err = now.shareOf(o.Shard); err != nil {
		return nil, err
	}
	was, err := v.former(base, former.Shard, now)
	if err != nil {
		return nil, err
	}
	before, err := v.judge(was, nil, former)
	if err != nil {
		return nil, err
	}
	report, err := v.judge(now, was, o)
	if err == nil {
		report.Except(before)
	}
	return report, err
}

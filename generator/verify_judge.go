package generator

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/verify"
)

// judge judges a subject, unless a run before has judged the same one with the same base.
func (v *verifier) judge(now, was *subject, o verify.Options) (*VerifyReport, error) {
	o.Compared = was != nil
	options, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	key := cache.Key([]byte("report"), options, now.digest)
	if was != nil {
		key = cache.Key([]byte("report"), options, now.digest, was.digest)
	}
	kept := v.cache
	if v.request.Pinned || v.request.Fetch == FetchUpdate {
		kept = nil // files do not tell which commits are pushed
	}
	if known := verify.Recall(kept, key); known != nil {
		return known, nil
	}
	r, err := now.read()
	if err == nil && was != nil {
		r.Before, err = was.read()
	}
	if err != nil {
		return nil, err
	}
	quiet := v.quietKey(o)
	o.Quiet = verify.RecallQuiet(v.cache, quiet)
	report := verify.Judge(now.files, r, o)
	verify.KeepQuiet(v.cache, quiet, o.Quiet)
	if !now.unsettled && (was == nil || !was.unsettled) {
		verify.Keep(kept, key, report)
	}
	return report, nil
}

// quietKey is the place in the cache for what the same rules need not judge again in this folder.
func (v *verifier) quietKey(o verify.Options) string {
	dir, err := filepath.Abs(v.dir)
	if err != nil {
		dir = v.dir
	}
	return cache.Key([]byte("quiet"), []byte(dir), fmt.Appendf(nil, "%q %q %v", o.Only, o.Skip, o.Compared))
}

// excused are the excuses of the spec, or of a repository without one.
func (v *verifier) excused(files fs.FS) ([]verify.Excuse, error) {
	if v.complete != nil { // there is a spec
		return v.excuses, nil
	}
	return verify.ReadExcuses(files)
}

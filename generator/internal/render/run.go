package render

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"
	"text/template"

	"github.com/wavewright/wavewright/generator/internal/tree"
)

// run renders jobs in parallel. Its result depends only on the jobs.
type run struct {
	prog   *program
	exists func(path, id string) bool
	last   func(path string) []byte
	cache  *frames
}

// outcome is the result of one job.
type outcome struct {
	file     tree.File
	path     string    // of the file
	problems []problem // there is no file when there are any
}

// made reports whether the job gave a file: most templates print nothing for most scopes.
func (o *outcome) made() bool { return o != nil && o.problems == nil }

// all renders jobs into outcomes, by index. siblings is nil for the first pass.
func (r *run) all(jobs []job, outcomes []*outcome, siblings map[string]*Siblings) {
	var group sync.WaitGroup
	var taken atomic.Int64 // a document takes as long as a thousand small files: each worker takes the next job
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			w := r.newWorker(siblings)
			for i := int(taken.Add(1)) - 1; i < len(jobs); i = int(taken.Add(1)) - 1 {
				outcomes[i] = w.job(&jobs[i])
			}
		})
	}
	group.Wait()
}

// worker has its own clone of the templates, because the functions that record are
// bound to it.
type worker struct {
	*run
	siblings map[string]*Siblings
	set      *template.Template
	rec      recorder
	filler   filler
}

func (r *run) newWorker(siblings map[string]*Siblings) *worker {
	w := &worker{run: r, siblings: siblings}
	w.set = template.Must(r.prog.set.Clone()) // fails only after an execution
	w.set.Funcs(template.FuncMap{emitName: w.rec.emit, siblingsName: w.rec.siblings})
	return w
}

func (w *worker) job(j *job) *outcome {
	if !j.src.isTemplate() {
		return w.outcome(j, j.src.content)
	}
	w.begin(j)
	if err := w.set.ExecuteTemplate(&w.rec.out, j.src.display, j.scope.Data); err != nil {
		return &outcome{problems: []problem{w.prog.execProblem(err, j.scope.Data)}}
	}
	if w.rec.raw != nil {
		return w.whole(j)
	}
	if len(bytes.TrimSpace(w.rec.out.Bytes())) == 0 {
		return nil
	}
	if !w.rec.mode.structured() {
		return w.outcome(j, w.rec.out.Bytes())
	}
	return w.structured(j)
}

// begin makes the recorder ready for a file.
func (w *worker) begin(j *job) {
	w.rec.reset(j.mode())
	if w.siblings != nil {
		w.rec.find = func() Siblings { return siblingsOf(w.siblings, j, w.exists) }
	}
}

// structured puts the values of a YAML or JSON file into its skeleton.
func (w *worker) structured(j *job) *outcome {
	l := w.cache.get(w.rec.mode, w.rec.out.Bytes())
	if problems := w.frameProblems(j, l); problems != nil {
		return &outcome{problems: problems}
	}
	for _, g := range l.keys {
		if i := g.duplicate(w.rec.printed); i >= 0 {
			return &outcome{problems: []problem{w.printedProblem(i, duplicateFault)}}
		}
	}
	return w.outcome(j, w.filler.fill(l, w.rec.printed))
}

var duplicateFault = fault{codeEscape, "key is in the map already", "A map cannot have the same key twice.", ""}

// outcome is the file of a job. Its content may be of a buffer that the next job overwrites.
func (w *worker) outcome(j *job, content []byte) *outcome {
	at := j.path()
	return &outcome{path: at, file: tree.File{
		ID: j.id(), Archive: j.scope.Archive, Content: w.kept(at, content),
		Executable: j.src.executable || bytes.HasPrefix(content, []byte("#!")),
	}}
}

// kept returns a content that stays: the last rendering when it is equal, else a copy.
func (w *worker) kept(path string, content []byte) []byte {
	if w.last != nil {
		if last := w.last(path); last != nil && bytes.Equal(last, content) {
			return last
		}
	}
	return bytes.Clone(content)
}

// skeleton is the text of a file with a token for each value.
type skeleton struct {
	mode mode
	text string
}

// frames holds the frames of all skeletons that were seen.
type frames struct {
	mu    sync.Mutex
	known map[skeleton]*frame
}

// get returns the frame of a skeleton.
func (l *frames) get(m mode, text []byte) *frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.known[skeleton{m, string(text)}]
	if found == nil {
		found = frameOf(m, string(text))
		l.known[skeleton{m, string(text)}] = found
	}
	return found
}

package tree

// survey is what can be known of a repository before it is known what is wanted: the
// state, and which files are on disk just as the state has them.
type survey struct {
	archives []*archive
	note     note
	found    scanner
	err      error
	done     chan struct{}
}

// ReadAhead begins to read the repository, for a Compare that follows and in the
// meantime for whatever else there is to do. When that Compare's plan is to be applied,
// the repository must be locked before: another run might write what was read already.
func (r *Repository) ReadAhead(version string) { r.ahead = r.survey(version) }

// survey begins a survey, or returns the one that was begun ahead, once.
func (r *Repository) survey(version string) *survey {
	if s := r.ahead; s != nil {
		r.ahead = nil
		return s
	}
	s := &survey{done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = s.read(r, version)
	}()
	return s
}

func (s *survey) read(r *Repository, version string) error {
	archives, err := r.readState(version, &s.found)
	if err != nil {
		return err
	}
	s.archives, s.note = takeNote(archives)
	if s.note.archive == nil { // a run that was interrupted left more than a glance sees
		glance(r.root, s.archives)
	}
	return nil
}

// wait waits until everything is read.
func (s *survey) wait() error {
	<-s.done
	return s.err
}

package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/wavewright/wavewright/generator/internal/git"
)

const (
	// connecting is how long a machine may take to answer, and loading how long to send everything.
	connecting, loading = 10 * time.Second, 3 * time.Minute
	// redirects is how often an answer may name another address.
	redirects = 10
)

// Limits of what is fetched.
const (
	mostFile  = 10 << 20
	mostIndex = 128 << 20
	mostChart = 64 << 20
	mostFiles = 100_000
)

// web gets files by HTTP.
type web struct{ client http.Client }

func newWeb() *web {
	return &web{http.Client{
		Timeout: loading,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: connecting}).DialContext,
			TLSHandshakeTimeout: connecting, ResponseHeaderTimeout: loading, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			switch {
			case len(before) >= redirects:
				return fmt.Errorf("more than %d redirects", redirects)
			case before[0].URL.Scheme == "https" && next.URL.Scheme != "https":
				return errors.New("it leads from https to " + next.URL.Scheme)
			}
			return nil
		},
	}}
}

// load returns what is at an address.
func (f *Fetcher) load(address string, most int64) (text []byte, err error) {
	err = f.hosts.ask(hostOf(address), func() error {
		text, err = f.web.get(address, most)
		return err
	})
	return text, err
}

func (w *web) get(address string, most int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errors.New("it has no address that can be asked")
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return nil, unanswered(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %s", strings.ToLower(answer.Status))
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, unanswered(err)
	case int64(len(text)) > most:
		return nil, fmt.Errorf("it is larger than %d MB", most>>20)
	}
	return text, nil
}

// unanswered is the error of a request without the address, which may hold credentials.
func unanswered(err error) error {
	if in, is := errors.AsType[*url.Error](err); is {
		err = in.Err
	}
	if in, is := errors.AsType[*net.OpError](err); is && in.Op == "dial" {
		return &git.UnreachableError{Reason: err.Error()}
	}
	if in, is := errors.AsType[net.Error](err); is && in.Timeout() {
		return &git.UnreachableError{Reason: err.Error()}
	}
	return err
}

func (f *Fetcher) bringFile(t Thing) (*Content, string, error) {
	text, err := f.load(t.Address, mostFile)
	if err != nil {
		return nil, "", err
	}
	return &Content{Thing: t, Files: map[string][]byte{baseName(t.Address): text}}, sum(text), nil
}

// hosts are the machines that were asked. One that does not answer is not asked again.
type hosts struct{ known sync.Map }

type host struct {
	mutex    sync.Mutex
	answered bool
	silent   error
}

// ask asks a machine for something. Until it has answered once, only one question is put to it.
func (h *hosts) ask(name string, question func() error) error {
	if name == "" {
		return question()
	}
	known, _ := h.known.LoadOrStore(name, &host{})
	at := known.(*host)
	at.mutex.Lock()
	if at.answered {
		at.mutex.Unlock()
		return question()
	}
	defer at.mutex.Unlock()
	if at.silent != nil {
		return at.silent
	}
	err := question()
	if _, is := errors.AsType[*git.UnreachableError](err); is {
		at.silent = &git.UnreachableError{Reason: name + " does not answer: " + err.Error()}
		return at.silent
	}
	at.answered = true
	return err
}

// hostOf is the machine of an address; empty for this one.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Scheme != "" {
		return u.Host
	}
	if onDisk(address) {
		return ""
	}
	name, _, _ := strings.Cut(git.Address(address), "/")
	return name
}

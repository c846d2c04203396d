package cluster

import (
	"errors"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// Status says how a check came out.
type Status string

// OK is the status of a passed check. After Failed, workloads or Argo CD would not work;
// a Warning is for a person to judge; and Unknown is a check without an answer.
const (
	OK      Status = "ok"
	Failed  Status = "failed"
	Warning Status = "warning"
	Unknown Status = "unknown"
)

// Finding is the result of one check.
type Finding struct {
	// Code of the check, for example doctor/gateway.
	Code   string `json:"code"`
	Status Status `json:"status"`
	// Part that was asked: a cluster or an Argo CD.
	Part string `json:"part"`
	// Subject of the check, and what was found.
	Subject string `json:"subject"`
	Found   string `json:"found"`
	// Do says what to do about it.
	Do string `json:"do,omitempty"`
}

// Report holds the results of all checks, in order.
type Report struct {
	Context  string         `json:"context"`
	Findings []Finding      `json:"findings"`
	Counts   map[Status]int `json:"counts"`
}

func (r *Report) add(part string, findings []Finding) {
	for _, f := range findings {
		f.Part = part
		r.Findings = append(r.Findings, f)
		r.Counts[f.Status]++
	}
}

// question is a check that has a code and a subject before it has an answer.
type question struct{ code, subject string }

func (q question) finding(status Status, found, do string) Finding {
	return Finding{Code: q.code, Status: status, Subject: diag.Redact(q.subject), Found: diag.Redact(found), Do: diag.Redact(do)}
}

func (q question) ok(found string) Finding { return q.finding(OK, found, "") }

func (q question) failed(found, do string) Finding { return q.finding(Failed, found, do) }

func (q question) warning(found, do string) Finding { return q.finding(Warning, found, do) }

// unanswered is the finding for an error: a missing object fails the check, and an answer
// that the user may not read leaves it unknown.
func (q question) unanswered(err error, do string) Finding {
	switch {
	case errors.Is(err, ErrNotFound):
		return q.failed("there is none", do)
	case errors.Is(err, ErrForbidden):
		return q.finding(Unknown, "kubectl is not permitted to read this",
			"Get permission to read it, or have somebody who has the permission run wavewright doctor.")
	}
	return q.finding(Unknown, firstLine(err.Error()), "Run wavewright doctor again.")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

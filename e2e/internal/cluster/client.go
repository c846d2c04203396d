package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// The bodies that the server takes.
const (
	JSON  = "application/json"
	Apply = "application/apply-patch+yaml"
	Merge = "application/merge-patch+json"
)

// Request is what somebody asks of the server.
type Request struct {
	Method string
	Path   string
	Query  url.Values
	// User and Groups are who asks; without a user it is the administrator.
	User   string
	Groups []string
	// Type is the content type of the body.
	Type string
	Body []byte
}

// Answer is what the server answers.
type Answer struct {
	Status   int
	Body     []byte
	Warnings []string
}

// OK reports whether the request was granted.
func (a Answer) OK() bool { return a.Status/100 == 2 }

// Message is what the server says of a request that it did not grant.
func (a Answer) Message() string {
	var status struct{ Message string }
	err := json.Unmarshal(a.Body, &status)
	if err != nil || status.Message == "" {
		return string(a.Body)
	}
	return status.Message
}

// Ask sends a request. When a program of the server has ended, its last words are the error.
func (s *Server) Ask(r Request) (Answer, error) {
	err := s.ended()
	if err != nil {
		return Answer{}, err
	}
	target := url.URL{Scheme: "https", Host: s.address, Path: r.Path, RawQuery: r.Query.Encode()}
	request, err := http.NewRequest(r.Method, target.String(), bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	if r.Type != "" {
		request.Header.Set("Content-Type", r.Type)
	}
	if r.User != "" {
		request.Header.Set("Impersonate-User", r.User)
	}
	for _, group := range r.Groups {
		request.Header.Add("Impersonate-Group", group)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Body: body, Warnings: warnings(response.Header)}, err
}

// warnings are the texts of a response's warnings: 299 - "text".
func warnings(header http.Header) []string {
	var found []string
	for _, warning := range header.Values("Warning") {
		found = append(found, strings.Trim(strings.TrimPrefix(warning, "299 - "), `"`))
	}
	return found
}

// resource is how the server calls a kind.
type resource struct {
	Name, Kind string
	Namespaced bool
}

// Path is where objects of a kind are: of a namespace, if they have one, and the one with a
// name, if it is given.
func (s *Server) Path(apiVersion, kind, namespace, name string) (string, error) {
	r, err := s.resource(apiVersion, kind)
	if err != nil {
		return "", err
	}
	path := root(apiVersion)
	if r.Namespaced {
		path += "/namespaces/" + namespace
	}
	path += "/" + r.Name
	if name != "" {
		path += "/" + name
	}
	return path, nil
}

// Namespaced reports whether objects of a kind are in a namespace.
func (s *Server) Namespaced(apiVersion, kind string) (bool, error) {
	r, err := s.resource(apiVersion, kind)
	return r.Namespaced, err
}

func root(apiVersion string) string {
	if !strings.Contains(apiVersion, "/") {
		return "/api/" + apiVersion
	}
	return "/apis/" + apiVersion
}

// resource finds a kind among those that the server has.
func (s *Server) resource(apiVersion, kind string) (resource, error) {
	s.finding.Lock()
	defer s.finding.Unlock()
	if _, known := s.resources[apiVersion][kind]; !known {
		err := s.discover(apiVersion)
		if err != nil {
			return resource{}, err
		}
	}
	r, known := s.resources[apiVersion][kind]
	if !known {
		return resource{}, fmt.Errorf("the server has no kind %s %s", apiVersion, kind)
	}
	return r, nil
}

// discover asks what kinds there are.
func (s *Server) discover(apiVersion string) error {
	answer, err := s.Ask(Request{Method: http.MethodGet, Path: root(apiVersion)})
	if err != nil {
		return err
	}
	if !answer.OK() {
		return fmt.Errorf("the server has no kinds of %s: %s", apiVersion, answer.Message())
	}
	var list struct{ Resources []resource }
	err = json.Unmarshal(answer.Body, &list)
	if err != nil {
		return err
	}
	kinds := map[string]resource{}
	for _, r := range list.Resources {
		if !strings.Contains(r.Name, "/") { // not a subresource
			kinds[r.Kind] = r
		}
	}
	s.resources[apiVersion] = kinds
	return nil
}

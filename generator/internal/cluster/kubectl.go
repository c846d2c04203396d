package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Client asks one cluster.
type Client struct {
	// Context of kubectl's configuration.
	Context string
	// Timeout of each question.
	Timeout time.Duration
}

// Errors that say why a question has no answer.
var (
	// ErrNoKubectl says that kubectl is not installed.
	ErrNoKubectl = errors.New("kubectl is not on the PATH")
	// ErrNoContext says that kubectl's configuration does not have the context.
	ErrNoContext = errors.New("kubectl has no context of this name")
	// ErrUnreachable says that the cluster does not answer.
	ErrUnreachable = errors.New("the cluster does not answer")
	// ErrUnauthorized says that the cluster does not accept the user's credential.
	ErrUnauthorized = errors.New("the cluster does not accept the credential")
	// ErrForbidden says that the user is not permitted to read the object.
	ErrForbidden = errors.New("not permitted")
	// ErrNotFound says that the object does not exist.
	ErrNotFound = errors.New("not found")
)

// get runs kubectl get and returns what it prints.
func (c *Client) get(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*c.Timeout)
	defer cancel()
	all := append([]string{"--context", c.Context, "--request-timeout", c.Timeout.String(), "get"}, args...)
	cmd := exec.CommandContext(ctx, "kubectl", all...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return stdout.Bytes(), nil
	case errors.Is(err, exec.ErrNotFound):
		return nil, ErrNoKubectl
	case ctx.Err() != nil:
		return nil, ErrUnreachable
	}
	return nil, reason(stderr.String(), err)
}

// words of kubectl's messages that stand for one of the errors above.
type words struct {
	err   error
	words []string
}

// reasons maps words of kubectl's messages to errors, because kubectl has one exit code
// for all of them.
func reasons() []words {
	return []words{
		{ErrNoContext, []string{"does not exist", "no context exists", "context was not found"}},
		{ErrForbidden, []string{"(Forbidden)", "is forbidden"}},
		{ErrNotFound, []string{"(NotFound)", "the server doesn't have a resource type", "could not find the requested resource"}},
		{ErrUnauthorized, []string{"(Unauthorized)", "must be logged in", "getting credentials"}},
		{ErrUnreachable, []string{"Unable to connect", "connection refused", "was refused", "i/o timeout", "no such host", "(ServiceUnavailable)", "deadline exceeded", "Client.Timeout"}},
	}
}

// reason turns what kubectl printed into one of the errors above, with its last line.
func reason(stderr string, err error) error {
	text := strings.TrimSpace(stderr)
	last := text[strings.LastIndexByte(text, '\n')+1:]
	for _, r := range reasons() {
		if slices.ContainsFunc(r.words, func(word string) bool { return strings.Contains(text, word) }) {
			return fmt.Errorf("%w: %s", r.err, last)
		}
	}
	if last == "" {
		return fmt.Errorf("kubectl: %w", err)
	}
	return fmt.Errorf("kubectl: %s", last)
}

// read decodes a path of the API server.
func (c *Client) read(ctx context.Context, path string, into any) error {
	return c.decode(ctx, into, "--raw", path)
}

// object decodes one object; an object that does not exist is ErrNotFound. The
// namespace is empty for what has none.
func (c *Client) object(ctx context.Context, into any, resource, namespace, name string) error {
	args := []string{resource, name, "--ignore-not-found", "--output", "json"}
	if namespace != "" {
		args = append(args, "--namespace", namespace)
	}
	out, err := c.get(ctx, args...)
	switch {
	case err != nil:
		return err
	case len(bytes.TrimSpace(out)) == 0:
		return ErrNotFound
	}
	return decode(out, into)
}

// list decodes the objects of a namespace that a selector selects.
func (c *Client) list(ctx context.Context, into any, resource, namespace, selector string) error {
	args := []string{resource, "--output", "json"}
	if namespace != "" {
		args = append(args, "--namespace", namespace)
	}
	if selector != "" {
		args = append(args, "--selector", selector)
	}
	return c.decode(ctx, into, args...)
}

// everywhere decodes the objects of all namespaces that a selector selects.
func (c *Client) everywhere(ctx context.Context, into any, resource, selector string) error {
	return c.decode(ctx, into, resource, "--all-namespaces", "--selector", selector, "--output", "json")
}

// decode runs kubectl get and decodes what it prints.
func (c *Client) decode(ctx context.Context, into any, args ...string) error {
	out, err := c.get(ctx, args...)
	if err != nil {
		return err
	}
	return decode(out, into)
}

func decode(answer []byte, into any) error {
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("kubectl did not print JSON: %w", err)
	}
	return nil
}

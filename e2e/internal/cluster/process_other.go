//go:build !linux

package cluster

import "errors"

// Runs says that the server can be run on this system: elsewhere no kernel kills a program
// when the one that started it has ended.
const Runs = false

type process struct{}

func start(string, string, ...string) (*process, error) { return nil, errors.ErrUnsupported }
func (*process) stop()                                  {}
func (*process) ended() error                           { return errors.ErrUnsupported }

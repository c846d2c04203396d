//go:build !linux

package process

import "errors"

// Runs says that programs can be run on this system: elsewhere no kernel kills a program
// when the one that started it has ended.
const Runs = false

// Process is a running program.
type Process struct{ Command }

// Start runs no program here.
func Start(Command) (*Process, error) { return nil, errors.ErrUnsupported }

// Stop ends nothing here.
func (*Process) Stop() {}

// Ended reports that nothing runs here.
func (*Process) Ended() error { return errors.ErrUnsupported }

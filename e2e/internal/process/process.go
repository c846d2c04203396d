// Package process runs programs that do not outlive the one that started them, however that
// one ends: a test that panics, is killed or times out leaves nothing behind.
package process

import "net"

// Command is a program to run.
type Command struct {
	Program string
	Args    []string
	// Env is added to the environment of this process.
	Env []string
	// Log is the file that takes the program's output.
	Log string
}

// FreePort finds a port that nobody listens on.
func FreePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

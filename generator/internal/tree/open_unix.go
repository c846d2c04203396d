//go:build unix

package tree

import "syscall"

// unpolled is added to the flags of every file that is opened. It means nothing for
// regular files, but it spares four system calls a file in which package os tries out
// polling; and should a pipe take a file's place, opening it does not hang.
const unpolled = syscall.O_NONBLOCK

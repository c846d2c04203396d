// Package crash kills the built wavewright at its system calls, lets them fail, and runs
// two of it at once. What must hold afterwards is that a plain run reaches the tree that
// an undisturbed one reaches, and that nothing a person wrote is lost.
package crash

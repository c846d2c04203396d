// Package model resolves the spec: it merges the layers of each application on
// each target once and derives everything that a template prints. Names, label
// sets, quantities, sums and conditions are fields or methods here, so that
// templates only loop and print.
//
// Invariants: every default is applied; every list is sorted (environments and targets keep
// the promotion order); each value of the spec keeps its merged tree, so that a finding can
// point at the line that sets it.
package model

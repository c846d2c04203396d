// Package report describes a resolved platform for people: the tables, diagrams and steps of
// the generated documents, and the output of explain. Package report reads the model and the
// model never reads the report, so that no object can depend on the wording of a document.
package report

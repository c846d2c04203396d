// Package report words a resolved platform for people: the tables, pictures and steps of
// the generated documents, and what explain prints. It reads the model, and the model
// never reads it, so that what an object is rendered from cannot depend on how a document
// words it.
package report

package schema

// ci checks that the pipeline can stand where its provider looks for it.
func (v *validator) ci() {
	if !stated(v.spec.Node, "ci") || v.spec.Repository.Path == "" {
		return
	}
	d := v.list.Error(v.spec.Node.KeyAt("ci"), "ci/path", "the pipeline would not be at the root of the repository")
	d.Detail = "The spec is in " + v.spec.Repository.Path + ", where no provider looks for pipelines."
	d.Hint = "Take ci out, and run wavewright generate --check in a pipeline of your own."
}

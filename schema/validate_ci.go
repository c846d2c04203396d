package schema

import "github.com/wavewright/wavewright/schema/yamltree"

// ci checks that the provider would find the pipeline, and that fields for a pipeline are
// not set without one.
func (v *validator) ci() {
	if !stated(v.spec.Node, "ci") {
		v.withoutPipeline()
		return
	}
	if v.spec.Repository.Path == "" {
		return
	}
	d := v.list.Error(v.spec.Node.KeyAt("ci"), "ci/path", "the pipeline would not be at the root of the repository")
	d.Detail = "The spec is in " + v.spec.Repository.Path + ", where no provider looks for pipelines."
	d.Hint = "Take ci out, and run wavewright generate --check in a pipeline of your own."
}

// withoutPipeline reports fields without effect.
func (v *validator) withoutPipeline() {
	for _, name := range sortedKeys(v.spec.Profiles) {
		v.stepsWithoutPipeline(v.spec.Profiles[name].Node)
	}
	for _, env := range v.spec.Environments {
		v.stepsWithoutPipeline(env.Node)
		if stated(env.Node.Get("promotion"), "mode") {
			v.list.Error(env.Node.KeyAt("promotion", "mode"), "ci/missing", "there is no pipeline that promotes").Hint = addPipeline
		}
	}
}

const addPipeline = "Add ci: {provider: github} or ci: {provider: gitlab} to the spec, or take this out."

// stepsWithoutPipeline reports validation steps other than nulls and test Jobs, which run
// in the cluster.
func (v *validator) stepsWithoutPipeline(n *yamltree.Node) {
	steps := n.Get("validation")
	if steps == nil {
		return
	}
	for _, entry := range steps.Entries {
		uses := entry.Value.Get("uses")
		if entry.Value.Kind == yamltree.Map && (uses == nil || uses.Kind == yamltree.String && uses.Text != "job") {
			v.list.Error(entry.KeyRange, "ci/missing", "there is no pipeline that runs this step").Hint = addPipeline
		}
	}
}

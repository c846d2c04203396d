package e2e

import (
	"path/filepath"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// health runs our script for autoscalers as Argo CD does: with the libraries that it
// opens, and no others.
func health(t *testing.T, script string, conditions []map[string]string) string {
	t.Helper()
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			t.Fatal(err)
		}
	}
	object := state.NewTable()
	if conditions != nil {
		list, status := state.NewTable(), state.NewTable()
		for _, condition := range conditions {
			entry := state.NewTable()
			for key, value := range condition {
				entry.RawSetString(key, lua.LString(value))
			}
			list.Append(entry)
		}
		status.RawSetString("conditions", list)
		object.RawSetString("status", status)
	}
	state.SetGlobal("obj", object)
	if err := state.DoString(script); err != nil {
		t.Fatal(err)
	}
	answer, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script returns %v", state.Get(-1))
	}
	return answer.RawGetString("status").String()
}

// TestAutoscalerHealth wants an autoscaler without metrics to wait, and a broken one to
// be degraded.
func TestAutoscalerHealth(t *testing.T) {
	file := filepath.Join(namedCase(t, "minimal").dir, "bootstrap", "argocd-settings", "argocd-cm.patch.yaml")
	script := configMap(t, file).Data["resource.customizations.health.autoscaling_HorizontalPodAutoscaler"]
	condition := func(kind, status, reason string) map[string]string {
		return map[string]string{"type": kind, "status": status, "reason": reason, "message": "m"}
	}
	able, active := condition("AbleToScale", "True", "ReadyForNewScale"), condition("ScalingActive", "True", "ValidMetricFound")
	for _, c := range []struct {
		name, want string
		conditions []map[string]string
	}{
		{"no status", "Progressing", nil},
		{"no condition", "Progressing", []map[string]string{}},
		{"scaling", "Healthy", []map[string]string{able, active, condition("ScalingLimited", "False", "DesiredWithinRange")}},
		{"at its limit", "Healthy", []map[string]string{able, active, condition("ScalingLimited", "True", "TooFewReplicas")}},
		{"able only", "Healthy", []map[string]string{able}},
		{"no metrics yet", "Progressing", []map[string]string{able, condition("ScalingActive", "False", "FailedGetResourceMetric")}},
		{"no metrics of a container", "Progressing", []map[string]string{able, condition("ScalingActive", "False", "FailedGetContainerResourceMetric")}},
		{"no external metrics", "Progressing", []map[string]string{able, condition("ScalingActive", "False", "FailedGetExternalMetric")}},
		{"no metrics, without a message", "Progressing", []map[string]string{able, {"type": "ScalingActive", "status": "False", "reason": "FailedGetPodsMetric"}}},
		{"scaled to zero by a person", "Healthy", []map[string]string{able, condition("ScalingActive", "False", "ScalingDisabled")}},
		{"two autoscalers", "Degraded", []map[string]string{able, condition("ScalingActive", "False", "AmbiguousSelector")}},
		{"bad selector", "Degraded", []map[string]string{able, condition("ScalingActive", "False", "InvalidSelector")}},
		{"no target", "Degraded", []map[string]string{condition("AbleToScale", "False", "FailedGetScale")}},
		{"may not scale", "Degraded", []map[string]string{condition("AbleToScale", "False", "FailedUpdateScale"), active}},
	} {
		if got := health(t, script, c.conditions); got != c.want {
			t.Errorf("%s: %s, expected %s", c.name, got, c.want)
		}
	}
}

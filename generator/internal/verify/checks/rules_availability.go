package checks

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// availabilityRules are the rules of this area.
var availabilityRules = []Rule{
	{Code: "availability/budget-blocks-drain", Severity: Error, Title: "a disruption budget that never lets a pod be evicted", run: inScopes(judgeBudget)},
	{Code: "availability/budget-over-single-replica", Severity: Warning, Title: "a disruption budget that holds the only pod", run: inScopes(judgeSingle)},
	{Code: "availability/budgets-overlap", Severity: Error, Title: "pods under two disruption budgets", run: inScopes(judgeOverlap)},
	{Code: "availability/budget-selects-nothing", Severity: Warning, Title: "a disruption budget that selects no pod", run: inScopes(judgeIdle)},
	{Code: "availability/autoscaler-without-target", Severity: Warning, Title: "an autoscaler whose workload is not there", run: inScopes(judgeScaled)},
	{Code: "availability/autoscaler-target-version", Severity: Error, Title: "an autoscaler that names the wrong API of its workload", run: inScopes(judgeScaledVersion)},
	{Code: "availability/autoscaler-target-kind", Severity: Error, Title: "an autoscaler of what has no number of pods", run: inScopes(judgeScaledKind)},
	{Code: "availability/budget-cannot-count", Severity: Warning, Title: "a disruption budget over pods that cannot be counted", run: inScopes(judgeUncounted)},
	{Code: "availability/autoscaler-limits", Severity: Error, Title: "an autoscaler whose minimum is above its maximum", run: inScopes(judgeScalerLimits)},
	{Code: "availability/autoscaler-without-requests", Severity: Error, Title: "an autoscaler that measures the use of what no container requests", run: inScopes(judgeScalerRequests)},
	{Code: "availability/autoscaler-container", Severity: Error, Title: "an autoscaler that measures a container that is not there", run: inScopes(judgeScalerContainer)},
	{Code: "availability/autoscalers-compete", Severity: Error, Title: "two autoscalers of one workload", run: inScopes(judgeScalersCompete)},
	{Code: "availability/replicas-under-autoscaler", Severity: Warning, Title: "replicas in a manifest that an autoscaler changes", run: inScopes(judgeReplicas)},
	{Code: "availability/rollout-refused", Severity: Error, Title: "a rollout strategy that the API server refuses", run: inScopes(judgeRollout)},
	{Code: "availability/rollout-blocked-by-volume", Severity: Warning, Title: "a rollout that needs a volume in two places", run: inScopes(judgeVolumeRollout)},
	{Code: "availability/restart-policy", Severity: Error, Title: "a restart policy that the API server refuses", run: inScopes(judgeRestart)},
	{Code: "availability/too-few-nodes", Severity: Error, Title: "pods that must not meet on a node, on too few nodes", run: both(inScopes(judgeAntiAffinity), inScopes(judgeHostPorts))},
	{Code: "availability/spread-selects-nothing", Severity: Warning, Title: "a spread constraint that counts no pod", run: inScopes(judgeSpread)},
	{Code: "availability/probe-port", Severity: Error, Title: "a probe of a port that the container does not have", run: eachContainer(judgeProbePort)},
	{Code: "availability/probe-refused", Severity: Error, Title: "a probe that the API server refuses", run: eachContainer(judgeProbe)},
	{Code: "availability/liveness-as-strict", Severity: Warning, Title: "a liveness probe that acts no later than readiness", run: eachContainer(judgeLiveness)},
	{Code: "availability/startup-exceeds-deadline", Severity: Warning, Title: "a start that takes longer than the rollout waits", run: eachContainer(judgeStartup)},
	{Code: "availability/grace-period", Severity: Warning, Title: "a preStop hook that takes all the time to end", run: eachContainer(judgeGrace)},
	{Code: "availability/statefulset-service", Severity: Warning, Title: "a StatefulSet whose Service gives its pods no names", run: inScopes(judgeSetService)},
	{Code: "availability/statefulset-claims", Severity: Note, Title: "claims that an autoscaler leaves behind", run: inScopes(judgeSetClaims)},
	{Code: "availability/shared-volume", Severity: Warning, Title: "several pods with a volume that may be in one place", run: inScopes(judgeSharedVolume)},
	{Code: "availability/statefulset-partition", Severity: Warning, Title: "a partition that keeps updates from all pods", run: inScopes(judgePartition)},
	{Code: "availability/cronjob-schedule", Severity: Error, Title: "a schedule that is refused or never comes true", run: inScopes(judgeSchedule)},
	{Code: "availability/cronjob-name", Severity: Error, Title: "a CronJob whose name is too long", run: inScopes(judgeCronName)},
	{Code: "availability/cronjob-deadline", Severity: Warning, Title: "a CronJob whose deadline is shorter than the controller's pause", run: inScopes(judgeCronDeadline)},
}

// last is the last name of a path.
func last(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// printed is a selector as it is written in short.
func printed(selector *metav1.LabelSelector) string {
	if selector == nil {
		return "none"
	}
	return metav1.FormatLabelSelector(selector)
}

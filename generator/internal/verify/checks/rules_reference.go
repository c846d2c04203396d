package checks

// referenceRules are the rules of this area.
var referenceRules = []Rule{
	{Code: "reference/missing-configmap", Severity: Note, Title: "a ConfigMap that the repository does not hold", run: existing("ConfigMap")},
	{Code: "reference/missing-secret", Severity: Note, Title: "a Secret that nothing in the repository makes", run: existing("Secret")},
	{Code: "reference/missing-claim", Severity: Note, Title: "a claim of storage that the repository does not hold", run: existing("PersistentVolumeClaim")},
	{Code: "reference/missing-service-account", Severity: Note, Title: "a ServiceAccount that the repository does not hold", run: existing("ServiceAccount")},
	{Code: "reference/missing-priority-class", Severity: Note, Title: "a PriorityClass that the repository does not hold", run: existing("PriorityClass")},
	{Code: "reference/missing-runtime-class", Severity: Note, Title: "a RuntimeClass that the repository does not hold", run: existing("RuntimeClass")},
	{Code: "reference/missing-pull-secret", Severity: Note, Title: "a Secret to pull images with that nothing in the repository makes", run: inScopes(judgePulls)},
	{Code: "reference/missing-storage-class", Severity: Note, Title: "a StorageClass that the repository does not hold", run: inScopes(judgeStorageClass)},
	{Code: "reference/missing-ingress-class", Severity: Note, Title: "an IngressClass that the repository does not hold", run: inScopes(judgeIngressClass)},
	{Code: "reference/stale-generated-name", Severity: Error, Title: "a generated ConfigMap or Secret named without its hash", run: inScopes(judgeStale)},
	{Code: "reference/missing-key", Severity: Error, Title: "a key that the ConfigMap or Secret does not have", run: inScopes(judgeKeys)},
	{Code: "reference/selector-without-own-pods", Severity: Error, Title: "a workload whose selector does not match its pods", run: inScopes(judgeSelector)},
}

package checks

// securityRules are the rules of this area.
var securityRules = []Rule{
	{Code: "security/account-token", Severity: Note, Title: "pods that carry the token of a powerful account", run: tokenOfPower},
	{Code: "security/admin-binding", Severity: Warning, Title: "somebody who may do everything in the cluster", run: eachAccess(adminBinding)},
	{Code: "security/default-account", Severity: Warning, Title: "rights of the account that every pod has", run: eachAccess(defaultAccount)},
	{Code: "security/everybody-binding", Severity: Warning, Title: "rights that everybody has", run: eachAccess(everybodyBinding)},
	{Code: "security/image-moves", Severity: Warning, Title: "an image without a version", Tags: true, run: eachObject(imageMoves)},
	{Code: "security/ingress-without-tls", Severity: Note, Title: "an Ingress without TLS", run: eachObject(ingressPlain)},
	{Code: "security/key-in-configmap", Severity: Warning, Title: "a private key in a ConfigMap", run: eachObject(keyInConfigMap)},
	{Code: "security/open-service", Severity: Note, Title: "a Service that takes connections from everywhere", run: eachObject(openService)},
	{Code: "security/plaintext-secret", Severity: Warning, Title: "a Secret whose values are in Git", run: eachObject(plaintextSecret)},
	{Code: "security/plaintext-variable", Severity: Warning, Title: "a credential in a variable of a container", run: eachObject(plaintextVariable)},
	{Code: "security/pods-beside-power", Severity: Warning, Title: "rights to create pods beside a powerful account", run: eachAccess(podsBesidePower)},
	{Code: "security/privileged-pod", Severity: Warning, Title: "pods with rights on their nodes", run: everyCluster(privilegedPod)},
	{Code: "security/project-too-wide", Severity: Warning, Title: "a project that permits more than its Applications use", run: projectTooWide},
	{Code: "security/role-escalates", Severity: Warning, Title: "a role of the cluster that leads to more rights", run: eachAccess(roleEscalates)},
}

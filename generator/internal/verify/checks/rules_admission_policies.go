package checks

// policyRules ask the ValidatingAdmissionPolicies of a cluster.
var policyRules = []Rule{}

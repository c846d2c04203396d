package checks

import "slices"

// admissionRules are the rules of this area.
var admissionRules = slices.Concat(podSecurityRules, policyRules)

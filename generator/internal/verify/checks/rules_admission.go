package checks

// admissionRules are the rules of this area.
var admissionRules = []Rule{}

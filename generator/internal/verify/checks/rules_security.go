package checks

// securityRules are the rules of this area.
var securityRules = []Rule{}

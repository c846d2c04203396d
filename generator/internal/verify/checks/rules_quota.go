package checks

// quotaRules are the rules of this area.
var quotaRules = []Rule{}

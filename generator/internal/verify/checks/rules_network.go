package checks

// networkRules are the rules of this area.
var networkRules = []Rule{}

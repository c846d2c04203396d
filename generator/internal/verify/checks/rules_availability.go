package checks

// availabilityRules are the rules of this area.
var availabilityRules = []Rule{}

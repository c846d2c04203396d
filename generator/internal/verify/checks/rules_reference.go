package checks

// referenceRules are the rules of this area.
var referenceRules = []Rule{}

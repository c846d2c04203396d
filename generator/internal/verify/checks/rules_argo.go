package checks

// argoRules are the rules of this area.
var argoRules = []Rule{}

package checks

// schemaRules are the rules of this area.
var schemaRules = []Rule{}

package checks

// pinRules are about the commits that environments run. Who reads the pins notes what is wrong with them.
var pinRules = []Rule{
	{Code: "pins/missing-commit", Severity: Error, Title: "a pin of a commit that the repository does not have", run: problems("pins/missing-commit")},
	{Code: "pins/off-branch", Severity: Warning, Title: "a pin of a commit that is not one of the branch", run: problems("pins/off-branch")},
}

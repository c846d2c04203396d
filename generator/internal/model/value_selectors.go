package model

import "strconv"

// operated is a relation of an operator with its values. One that is not there was reported.
func operated(fault func(operator string, values any) (key, text string)) func(object) (string, string) {
	return func(o object) (string, string) {
		if _, stated := lookup(o.Ordered, "operator"); !stated {
			return "", ""
		}
		values, _ := lookup(o.Ordered, "values")
		return fault(o.word("operator"), values)
	}
}

// selected compares an operator with its values.
func selected(operator string, values any) (string, string) {
	n := max(length(values), 0)
	switch operator {
	case "In", "NotIn":
		if n == 0 {
			return "values", "Operator " + operator + " needs values."
		}
	case "Exists", "DoesNotExist":
		if n > 0 {
			return "values", "Operator " + operator + " has no values."
		}
	case "Gt", "Lt":
		if words, _ := values.([]string); len(words) != 1 || !isNumber(words[0]) {
			return "values", "Operator " + operator + " needs one number, as a text: values: [\"4\"]."
		}
	default:
		return "operator", "It " + found(operator) + ", and Kubernetes knows In, NotIn, Exists and DoesNotExist."
	}
	return "", ""
}

// selectedPods are chosen by operators that compare no numbers.
func selectedPods(o object) (string, string) {
	if operator := o.word("operator"); operator == "Gt" || operator == "Lt" {
		return "operator", "It is " + operator + ", which compares labels of nodes only. Pods have In, NotIn, Exists and DoesNotExist."
	}
	return "", ""
}

// selectedNode is chosen by its name.
func selectedNode(operator string, values any) (string, string) {
	if operator != "In" && operator != "NotIn" {
		return "operator", "It is " + operator + ", and matchFields knows In and NotIn."
	}
	if length(values) != 1 {
		return "values", "matchFields compares with exactly one value."
	}
	return "", ""
}

// labelled is a fault of labels that no pod can have.
func labelled(o object) (string, string) {
	for _, entry := range o.Ordered {
		if value, _ := entry.Value.(string); !isLabel(entry.Key, value) {
			return entry.Key, labelHint
		}
	}
	return "", ""
}

func isNumber(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

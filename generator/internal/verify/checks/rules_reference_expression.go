package checks

import (
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// rulesFile is a PrometheusRule with what Prometheus parses of it.
type rulesFile struct {
	Spec struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Record, For string
				Expr               any
			}
		}
	}
}

// judgeExpressions wants Prometheus to be able to parse the rules.
func judgeExpressions(s *scope, out *judge) {
	language := parser.NewParser(parser.Options{EnableExperimentalFunctions: true, ExperimentalDurationExpr: true, EnableExtendedRangeSelectors: true, EnableBinopFillModifiers: true})
	for _, m := range s.members {
		if m.Kind != "PrometheusRule" || m.Group() != "monitoring.coreos.com" {
			continue
		}
		file := read[rulesFile](m)
		if file == nil {
			continue
		}
		for i, group := range file.Spec.Groups {
			for j, r := range group.Rules {
				path, name := fmt.Sprintf("spec.groups[%d].rules[%d]", i, j), r.Alert+r.Record
				text := fmt.Sprint(r.Expr)
				if _, err := language.ParseExpr(text); r.Expr != nil && err != nil && !isLogQL(text) {
					out.about(m, path+".expr", "rule %s: %v", name, err).Hint = "Prometheus drops the rule, or all of the object. Correct the expression."
				}
				if _, err := model.ParseDuration(r.For); r.For != "" && err != nil {
					out.about(m, path+".for", "rule %s: for: %v", name, err).Hint = "The Prometheus operator refuses the object. Write a duration such as 5m or 1h30m."
				}
			}
		}
	}
}

// isLogQL reports whether an expression is one of Loki, which reads such objects too.
func isLogQL(text string) bool {
	for _, part := range []string{"|=", "|~", "| json", "| logfmt", "| pattern", "| unwrap", "!~ `"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

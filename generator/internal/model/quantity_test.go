package model

import "testing"

func TestParseQuantity(t *testing.T) {
	for _, c := range []struct {
		resource, text string
		want           Quantity
		printed        string
	}{
		{"cpu", "2", 2000, "2"}, {"cpu", "500m", 500, "500m"}, {"cpu", "0.5", 500, "500m"}, {"limits.cpu", "1000m", 1000, "1"},
		{"memory", "1Gi", 1 << 30, "1Gi"}, {"memory", "1536Mi", 1536 << 20, "1536Mi"}, {"memory", "1G", 1e9, "1000000000"},
		{"requests.storage", "0.5Gi", 1 << 29, "512Mi"}, {"pods", "10", 10, "10"}, {"pods", "0", 0, "0"},
	} {
		got, err := ParseQuantity(c.resource, c.text)
		if err != nil || got != c.want || got.Format(c.resource) != c.printed {
			t.Errorf("%s %s: got %d %q, %v; want %d %q", c.resource, c.text, got, got.Format(c.resource), err, c.want, c.printed)
		}
	}
	for _, text := range []string{"", "lots", "1GB", "-1", "1e3", "Gi", "0.0001", "1 Gi", "999999Ti", "NaN", "Inf", "0x10", "1_000"} {
		if got, err := ParseQuantity("cpu", text); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func TestRoomMovesInSteps(t *testing.T) {
	for _, c := range []struct{ need, unit, want Quantity }{
		{0, 4, 0}, {1, 4, 1}, {4, 4, 1}, {5, 4, 2}, {20, 4, 5}, {21, 4, 10}, {81, 4, 50}, {201, 4, 100}, {40000, 4, 10000},
	} {
		if got := c.need.Room(c.unit); got != c.want {
			t.Errorf("%d in units of %d: got %d, want %d", c.need, c.unit, got, c.want)
		}
	}
}

func TestExpand(t *testing.T) {
	scope := expander{{"env", "prod"}, {"app", "web"}}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "{env}": "prod", "a-{env}-{app}": "a-prod-web", "{{env}}": "{{env}}", "${env}": "${env}",
		"{other}": "{other}", "{env": "{env", "{env}}": "{env}}", "{env}{env}": "prodprod", "é{env}é": "éprodé", "{ENV}": "{ENV}",
	} {
		if got := scope.expand(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

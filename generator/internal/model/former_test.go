package model

import (
	"reflect"
	"testing"

	"github.com/wavewright/wavewright/schema"
)

// TestFollow renames environments of which one's name begins with the other's, a cluster, and a team.
func TestFollow(t *testing.T) {
	web := &Application{Name: "web", Team: &Team{Name: "site"}}
	p := &Platform{Teams: []*Team{web.Team}}
	for env, clusters := range map[Name][]Name{"live": {"eu"}, "europe": {"eu", "ap"}} {
		e := &Environment{Name: env, declared: &schema.Environment{}}
		for _, cluster := range clusters {
			target := &Target{Name: env, Env: e, Cluster: &Cluster{Name: cluster}}
			if len(clusters) > 1 {
				target.Name += "-" + cluster
			}
			ns := &Namespace{Name: "site-" + env, Target: target}
			target.Namespaces = []*Namespace{ns}
			target.Instances = []*Instance{{App: web, Target: target, Namespace: ns}}
			e.Targets = append(e.Targets, target)
		}
		p.Environments = append(p.Environments, e)
	}
	renamed := Renamed{"env": {"prod": "live", "prod-eu": "europe"}, "cluster": {"us": "ap"}, "team": {"web": "site"}}
	p.Follow(renamed)
	want := Renamed{
		"env": {"prod": "live", "prod-eu": "europe"}, "cluster": {"us": "ap"}, "team": {"web": "site"},
		"target": {"prod": "live", "prod-eu-eu": "europe-eu", "prod-eu-ap": "europe-ap", "prod-eu-us": "europe-ap", "europe-us": "europe-ap"},
		"fleet":  {"prod": "live", "prod-eu": "europe"},
		"namespace": {
			"site-prod": "site-live", "web-prod": "site-live", "web-live": "site-live",
			"site-prod-eu": "site-europe", "web-prod-eu": "site-europe", "web-europe": "site-europe",
		},
	}
	if !reflect.DeepEqual(renamed, want) {
		t.Errorf("got %v, want %v", renamed, want)
	}
}

package model

import "strings"

// Subscription is an annotation that subscribes channels of a service to a trigger.
type Subscription struct {
	Annotation Path
	// Channels of the service, with semicolons between them.
	Channels string
}

// subscriptions lists the annotations of notifications by trigger and service.
func subscriptions(declared map[string][]string) []Subscription {
	var out []Subscription
	for _, trigger := range sortedKeys(declared) {
		channels := map[string][]string{}
		for _, recipient := range declared[trigger] {
			service, channel, _ := strings.Cut(recipient, ":")
			channels[service] = append(channels[service], channel)
		}
		for _, service := range sortedKeys(channels) {
			out = append(out, Subscription{
				Path("notifications.argoproj.io/subscribe." + trigger + "." + service),
				strings.Join(distinct(channels[service]), ";"),
			})
		}
	}
	return out
}

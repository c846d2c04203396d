package checks

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // The zones of schedules are known on any machine.

	"github.com/robfig/cron/v3"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/utils/ptr"
)

// judgeSetService wants the Service that names the pods of a StatefulSet to be headless and to
// select them.
func judgeSetService(s *scope, out *judge) {
	for _, w := range s.workloads {
		set, ok := w.object.Typed.(*appsv1.StatefulSet)
		if !ok || set.Spec.ServiceName == "" || w.object.Malformed != nil {
			continue
		}
		services := s.find("Service", w.namespace, set.Spec.ServiceName)
		hint := "The pods get no DNS names of their own. Name a Service with clusterIP: None that selects them."
		if len(services) == 0 {
			if s.holds("Service", w.namespace, set.Spec.ServiceName) {
				continue
			}
			f := out.workload(s, w, "", "Service %s, which names the pods, is not in the repository", set.Spec.ServiceName)
			f.Path, f.Hint, f.Severity = "spec.serviceName", hint, Note
			continue
		}
		service, _ := services[0].Typed.(*corev1.Service)
		switch {
		case service == nil || services[0].Malformed != nil:
		case service.Spec.ClusterIP != corev1.ClusterIPNone:
			f := out.workload(s, w, "", "Service %s is not headless, so the pods have no names", service.Name)
			f.Path, f.Hint = "spec.serviceName", hint
		case len(service.Spec.Selector) > 0 && !labels.SelectorFromSet(service.Spec.Selector).Matches(w.labels()):
			f := out.workload(s, w, "", "Service %s does not select the pods", service.Name)
			f.Path, f.Hint, f.Sum = "spec.serviceName", hint, []string{"selector: " + labels.Set(service.Spec.Selector).String(), "labels:   " + w.labels().String()}
		}
	}
}

// judgeSetClaims notes that an autoscaler leaves the claims of the pods that it removes.
func judgeSetClaims(s *scope, out *judge) {
	for _, w := range s.workloads {
		set, ok := w.object.Typed.(*appsv1.StatefulSet)
		if !ok || len(set.Spec.VolumeClaimTemplates) == 0 || len(s.scaling[w.scaled()]) == 0 {
			continue
		}
		if policy := set.Spec.PersistentVolumeClaimRetentionPolicy; policy != nil && policy.WhenScaled == appsv1.DeletePersistentVolumeClaimRetentionPolicyType {
			continue
		}
		f := out.workload(s, w, "", "%s removes pods, and their claims stay", s.scaling[w.scaled()][0])
		f.Path = "spec.volumeClaimTemplates"
		f.Hint = "The volumes cost money and come back with their old data. Say persistentVolumeClaimRetentionPolicy: {whenScaled: Delete} unless that is wanted."
	}
}

// judgeSchedule wants the schedule of a CronJob to be one that the API server accepts and that
// comes true.
func judgeSchedule(s *scope, out *judge) {
	for _, m := range s.members {
		job, ok := m.Typed.(*batchv1.CronJob)
		if !ok || m.Malformed != nil {
			continue
		}
		if zone := ptr.Deref(job.Spec.TimeZone, "UTC"); badZone(zone) {
			out.about(m, "spec.timeZone", "there is no time zone %q", zone).Hint = "The API server refuses the object. Name a zone of the tz database, such as Europe/Berlin."
		}
		schedule, err := cron.ParseStandard(job.Spec.Schedule)
		switch {
		case err != nil:
			out.about(m, "spec.schedule", "schedule %q: %v", job.Spec.Schedule, err).Hint = "The API server refuses the object. Write minute, hour, day of the month, month and day of the week."
		case strings.Contains(job.Spec.Schedule, "TZ"):
			out.about(m, "spec.schedule", "schedule %q holds a time zone", job.Spec.Schedule).Hint = "The API server refuses the object. Use timeZone."
		case schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero():
			out.about(m, "spec.schedule", "schedule %q never comes true", job.Spec.Schedule).Hint = "No month that it names has the day that it names. The job never runs."
		}
	}
}

// badZone reports whether the API server would refuse a zone.
func badZone(zone string) bool {
	if zone == "" || strings.EqualFold(zone, "Local") {
		return true
	}
	_, err := time.LoadLocation(zone)
	return err != nil
}

// judgeCronName wants the name of a CronJob to leave room for the time in the names of its jobs.
func judgeCronName(s *scope, out *judge) {
	for _, m := range s.members {
		if _, ok := m.Typed.(*batchv1.CronJob); ok && len(m.Name) > 52 {
			f := out.about(m, "metadata.name", "the name has %d characters, and a CronJob may have 52", len(m.Name))
			f.Sum = []string{fmt.Sprintf("63 for a Job - 11 for the time = 52 < %d", len(m.Name))}
			f.Hint = "The API server refuses the object. Shorten the name."
		}
	}
}

// judgeCronDeadline wants a CronJob to be looked at within its deadline.
func judgeCronDeadline(s *scope, out *judge) {
	for _, m := range s.members {
		job, ok := m.Typed.(*batchv1.CronJob)
		if ok && m.Malformed == nil && ptr.Deref(job.Spec.StartingDeadlineSeconds, 10) < 10 {
			f := out.about(m, "spec.startingDeadlineSeconds", "startingDeadlineSeconds is %d, and the controller looks every 10 s", *job.Spec.StartingDeadlineSeconds)
			f.Hint = "The controller may come too late and skip the job. Say at least 10, better some minutes."
		}
	}
}

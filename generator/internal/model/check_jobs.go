package model

import (
	"fmt"

	"github.com/wavewright/wavewright/schema"
)

// maxJobName is what the names of an application and of its job may have together: the
// name of a Job is a label of 63 characters, with a hash behind the two and hyphens between.
const maxJobName = 63 - hashLength - 2

// jobs checks the jobs of an application by the rules of its main container.
func (c *checker) jobs(requireDigest bool) {
	for _, run := range c.in.Runs {
		c.job(run, c.w.Jobs[string(run.short)], requireDigest)
	}
}

func (c *checker) job(run *Run, declared schema.Job, requireDigest bool) {
	name := string(run.short)
	at := c.key("jobs", name)
	c.name(at, "a job", name)
	if long := len(c.in.App.Name) + len(name); long > maxJobName {
		c.error(at, "name/long", "the names of %s and of its job have %d characters together", c.in.App.Name, long).Hint =
			fmt.Sprintf("Choose shorter ones: up to %d fit into the name of a Job, which ends with a hash of its content.", maxJobName)
	}
	if declared.Image != "" {
		c.imageIs(declared.Image, requireDigest, c.at("jobs", name, "image"))
	} else if len(declared.Command) == 0 && len(declared.Args) == 0 {
		c.error(at, "job/command", "job %s would start the application itself", name).Hint =
			"Write command: [/bin/migrate], or args, or an image of its own."
	}
	c.jobVariables(name, declared.Env)
	c.jobSidecars(name, declared.Sidecars)
	c.jobVolumes(name, declared)
	c.attempts(declared.Attempts, "jobs", name)
	connectionCheck{c, []any{"jobs", name, "connectsTo"}, true}.all(declared.ConnectsTo)
	if declared.OwnResources() {
		r := resourceCheck{c, run.workload.Resources, []any{"jobs", name}}
		r.amounts()
		r.names()
		r.complete("Write all requests and limits of the job: resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 200m, memory: 64Mi}}; or take resources out, and the job has those of the application.")
	}
}

// jobVariables checks the variables that a job adds to the application's.
func (c *checker) jobVariables(name string, env map[string]string) {
	variableCheck{c, variables{}, []any{"jobs", name}}.plain(env)
	for _, secret := range sortedKeys(c.w.Secrets) {
		for _, variable := range sortedKeys(c.w.Secrets[secret].Env) {
			if _, taken := env[variable]; taken {
				d := c.error(c.key("jobs", name, "env", variable), "env/duplicate", "%s is set twice", variable)
				d.Detail = "The variable also comes from secret " + secret + " of the application, and its jobs get the variables of its secrets."
				d.Hint = "Choose another name for the variable of the job."
			}
		}
	}
}

// jobVolumes checks which of the application's volumes a job mounts beside its replicas.
func (c *checker) jobVolumes(name string, declared schema.Job) {
	if c.faulty("volumes") {
		return
	}
	for i, volume := range declared.Volumes {
		v, known := c.w.Volumes[volume]
		at := c.at("jobs", name, "volumes", i)
		switch {
		case !known:
			c.error(at, "job/volume", "application %s has no volume %q in %s", c.in.App.Name, volume, c.in.Target.Name).Hint =
				"Declare it under volumes: of the application."
		case v.Size != "" && (!shared(v) || c.w.Stateful()):
			c.error(at, "job/volume", "only the pods of %[2]s can mount volume %[1]s", volume, c.in.App.Name).Hint =
				"The job would wait for the volume for ever. Let many pods mount the volume with accessMode: ReadWriteMany, if the storage class has it; or name a volume of an existing claim."
		case v.Size != "" && declared.Phase == preDeploy:
			d := c.error(at, "job/volume", "volume %s does not exist yet when job %s runs", volume, name)
			d.Detail = "Argo CD runs a job of phase pre-deploy before it creates the application's objects, except for service accounts, ConfigMaps, secrets and network policies."
			d.Hint = "Name a volume of an existing claim, volumes: {NAME: {claim: …}}, or write phase: test."
		}
	}
}

// jobSidecars checks which of the application's sidecars a job takes along.
func (c *checker) jobSidecars(name string, sidecars []string) {
	for i, sidecar := range sidecars {
		if _, declared := c.w.Sidecars[sidecar]; !declared && !c.faulty("sidecars") && !c.faulty("sidecars", sidecar) {
			c.error(c.at("jobs", name, "sidecars", i), "job/sidecar", "application %s has no sidecar %q in %s", c.in.App.Name, sidecar, c.in.Target.Name).Hint =
				"Declare it under sidecars: of the application."
		}
	}
	if _, taken := c.w.Sidecars[name]; taken {
		c.error(c.key("jobs", name), "container/duplicate", "job %s and a sidecar have the same name", name).Hint = "Choose another name."
	}
}

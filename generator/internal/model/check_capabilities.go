package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// privileged is the Pod Security Standard that refuses nothing.
const privileged = "privileged"

// lowPortCapability is the only capability that the restricted Pod Security Standard permits.
const lowPortCapability = "NET_BIND_SERVICE"

// baselineCapabilities are those that the baseline Pod Security Standard permits.
func baselineCapabilities() []string {
	return []string{
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", lowPortCapability, "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	}
}

// capabilities checks the capabilities of a container, which stand below a path.
func (c *checker) capabilities(declared *schema.Capabilities, path ...any) {
	if declared == nil {
		return
	}
	at := append(path[:len(path):len(path)], "capabilities")
	if strings.TrimSpace(declared.Reason) == "" && !c.faulty(append(at, "reason")...) {
		c.error(c.at(at...), "reason/missing", "this exception needs a reason").Hint =
			"Write reason: TEXT; wavewright keeps the text in an annotation, for reviewers."
	}
	for i, name := range declared.Add {
		c.capability(name, append(at, "add", i)...)
	}
}

func (c *checker) capability(name string, path ...any) {
	env := c.in.Target.Env
	enforced, permitted := env.Settings.PodSecurity.Enforce, baselineCapabilities()
	if enforced == privileged {
		return
	}
	if enforced == "restricted" {
		permitted = []string{lowPortCapability}
	}
	if slices.Contains(permitted, name) {
		return
	}
	d := c.error(c.at(path...), "security/capability", "%s refuses pods with the capability %q", env.Name, name)
	d.Detail = fmt.Sprintf("Its namespaces enforce the %s Pod Security Standard, which permits %s.", enforced, strings.Join(permitted, ", "))
	d.Hint = "Take it out, or state it for the environments that permit it."
	if near := yamltree.Suggest(strings.TrimPrefix(strings.ToUpper(name), "CAP_"), permitted); near != "" {
		d.Hint = "Did you mean " + near + "?"
	}
}

package model

// containers checks the containers beside the main one, by the rules of the main one.
func (c *checker) containers(requireDigest bool) {
	seen := map[string]string{string(c.in.App.Name): "the main container"}
	for _, beside := range c.w.containers() {
		at := c.key(beside.group, beside.name)
		c.name(at, "a container", beside.name)
		if other, taken := seen[beside.name]; taken {
			c.error(at, "container/duplicate", "%s and %s have the same name", other, beside.group+"."+beside.name).Hint = "Choose another name."
		}
		seen[beside.name] = beside.group + "." + beside.name
		path := []any{beside.group, beside.name}
		if beside.Image == "" && c.stated(beside.group, beside.name, "image") {
			c.error(c.at(path...), "workload/image", "container %s has no image", beside.name).Hint = "Write image: NAME:TAG."
		}
		if beside.Image != "" {
			c.imageIs(beside.Image, requireDigest, c.at(beside.group, beside.name, "image"))
		}
		c.variables(beside.Env, beside.group, beside.name, "env")
		for i, arg := range beside.Args {
			c.misspelt(c.at(beside.group, beside.name, "args", i), arg)
		}
		r := resourceCheck{c, beside.Resources, path}
		r.amounts()
		r.names()
		r.complete("The quota of the namespace counts every container, so state all four: resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 200m, memory: 64Mi}}.")
	}
}

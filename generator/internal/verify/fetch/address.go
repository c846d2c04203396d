package fetch

import (
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// clean is an address without credentials.
func clean(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return diag.RedactSource(address)
	}
	if u.User != nil {
		name := u.User.Username()
		if u.User = nil; u.Scheme == "ssh" {
			u.User = url.User(name)
		}
	}
	return diag.RedactSource(u.String())
}

// unfilled reports whether an address has something that another program fills in first.
func (t Thing) unfilled() bool {
	return strings.ContainsAny(t.Address+t.Chart+t.Revision, "{}<>") && !registryRange(t)
}

// registryRange reports whether only the range of versions of a chart has such signs.
func registryRange(t Thing) bool {
	return t.Kind != File && !strings.ContainsAny(t.Address+t.Chart, "{}<>") && !strings.ContainsAny(t.Revision, "{}")
}

// short is an address of SSH in its short form.
var short = regexp.MustCompile(`^[^@/:]+@[^/:]+:`)

// fault is why nothing can be at an address; nil when something may be.
func (t Thing) fault() error {
	scheme, _, whole := strings.Cut(t.Address, "://")
	switch {
	case t.Kind == Chart && (strings.HasPrefix(t.Address, "@") || strings.HasPrefix(t.Address, "alias:")):
		return errors.New("its repository is an alias, which only the settings of helm know")
	case t.Kind == Chart && whole && scheme != "oci" && scheme != "http" && scheme != "https":
		return errors.New("its repository has no address of http, https or oci")
	case t.Kind == Git && !whole && !short.MatchString(t.Address):
		return errors.New("the address has no scheme, such as https://")
	}
	return nil
}

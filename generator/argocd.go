package generator

import (
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/templates"
)

// argocd is the release of Argo CD that comes with this version.
func argocd() model.ArgoCDRelease {
	return model.ArgoCDRelease{Version: templates.ArgoCDVersion, Manifests: templates.ArgoCD, License: templates.ArgoCDLicense}
}

// setApart gives the manifests of Argo CD an archive of their own: they are large and
// change with the version only, while most changes of a spec touch the repository's archive.
func setApart(rendered tree.Tree) {
	for name, file := range rendered {
		if strings.HasPrefix(name, layout.ArgoCDUpstream) {
			file.Archive = "argocd"
			rendered[name] = file
		}
	}
}

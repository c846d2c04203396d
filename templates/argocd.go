package templates

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
)

//go:generate go run ../scripts/vendorargocd argocd

// ArgoCDVersion is the release of Argo CD that wavewright can install, and the oldest
// that the generated repository is made for.
const ArgoCDVersion = "3.6.1"

//go:embed argocd/*.gz argocd/LICENSE
var argocd embed.FS

// ArgoCD returns the manifests of Argo CD as they were released, with its custom
// resource definitions: 2 MB. The high-availability variant needs three nodes.
func ArgoCD(highlyAvailable bool) []byte {
	rest := "argocd/install.yaml.gz"
	if highlyAvailable {
		rest = "argocd/install-ha.yaml.gz"
	}
	var manifests bytes.Buffer
	manifests.Grow(3 << 20)
	decompress(&manifests, "argocd/definitions.yaml.gz")
	decompress(&manifests, rest)
	return manifests.Bytes()
}

// ArgoCDLicense returns the licence of Argo CD.
func ArgoCDLicense() []byte { return embedded("argocd/LICENSE") }

// decompress appends an embedded file. That it is whole is tested.
func decompress(to *bytes.Buffer, name string) {
	r, err := gzip.NewReader(bytes.NewReader(embedded(name)))
	if err == nil {
		_, err = io.Copy(to, r)
	}
	if err != nil {
		panic("templates: embedded " + name + ": " + err.Error())
	}
}

func embedded(name string) []byte {
	content, err := argocd.ReadFile(name)
	if err != nil {
		panic("templates: " + err.Error())
	}
	return content
}

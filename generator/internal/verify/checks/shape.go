package checks

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// shape is a hash of everything that rules without Tags read. A change of it that nobody sees but them is one of
// the tags of images, and that is what most changes of a repository are. ok is false with other repositories beside it,
// which are not hashed. The base is read by rules with Tags alone.
func (w *world) shape() (m mark, ok bool) {
	if len(w.Others) > 0 {
		return mark{}, false
	}
	sum := sha256.New()
	s := &shaper{json.NewEncoder(sum), true}
	s.add(w.Kubernetes, w.Problems, w.Skipped, w.External, w.Standing, w.Configuration)
	s.objects(w.Definitions, w.Given, w.Granted, management(w.Repository))
	for _, e := range w.Environments {
		s.add(e.Name, e.Profile) // what is live follows from what Argo CD reads
	}
	for _, t := range w.targets {
		s.add(t.environment, t.profile, t.Name, t.Instance, t.Cluster, t.kubernetes, t.Declared, t.external)
		s.objects(t.Granted)
		for _, d := range t.Applications {
			s.add(d.Application, d.Overlay, d.Element, d.Assumed, d.Chart, d.Made, d.Declared)
			if d.Set != nil {
				s.objects([]*repo.Object{d.Set})
			}
			s.objects(d.Objects)
		}
	}
	return mark(sum.Sum(nil)[:len(mark{})]), s.ok
}

// shaper hashes what can be written as JSON, in which keys of maps have an order.
type shaper struct {
	*json.Encoder
	ok bool
}

func (s *shaper) add(values ...any) {
	for _, value := range values {
		s.ok = s.Encode(value) == nil && s.ok
	}
}

func (s *shaper) objects(lists ...[]*repo.Object) {
	for _, list := range lists {
		s.add(len(list))
		for _, o := range list {
			hash := untagged(o)
			s.add(hash[:], o.Origin, o.Namespace, o.ClusterWide)
		}
	}
}

// untagged is a hash of an object without the tags of its images.
func untagged(o *repo.Object) [sha256.Size]byte {
	w := fromTyped(o.Typed)
	if w == nil {
		return o.Digest
	}
	text := o.JSON
	for c := range w.containers() {
		tagged, err := json.Marshal(c.Image)
		if err == nil && strings.ContainsAny(c.Image, ":@") {
			text = bytes.ReplaceAll(text, append([]byte(`"image":`), tagged...), []byte(`"image":"`+imageName(c.Image)+`"`))
		}
	}
	return sha256.Sum256(text)
}

// imageName is an image without its tag and digest.
func imageName(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if at := strings.LastIndex(image, ":"); at > strings.LastIndex(image, "/") {
		image = image[:at]
	}
	return image
}

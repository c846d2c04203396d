package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Quantity is an amount of a resource: thousandths of a core for cpu, and whole
// units (bytes, pods) for everything else.
type Quantity int64

// maxQuantity is the most that one container can state, maxSum where products and sums
// stop, so that they and their steps stay within 64 bits.
const (
	maxQuantity = 1 << 47
	maxSum      = 1 << 60
)

// times returns n of q, and maxSum when that is more.
func (q Quantity) times(n int) Quantity {
	if q > 0 && Quantity(n) > maxSum/q {
		return maxSum
	}
	return q * Quantity(n)
}

// plus returns the sum of both, and maxSum when that is more.
func (q Quantity) plus(other Quantity) Quantity { return min(q+other, maxSum) }

// quantityHint describes quantities.
const quantityHint = "Write cores as 2 or 500m, bytes as 512Mi or 1Gi, and numbers of things as they are."

// ParseQuantity reads a Kubernetes quantity of a resource. The error names the mistake.
func ParseQuantity(resource, text string) (Quantity, error) {
	number, suffix := splitQuantity(text)
	value, err := strconv.ParseFloat(number, 64)
	factor, known := quantityFactor(suffix)
	if err != nil || !known || number == "" {
		return 0, fmt.Errorf("%q is not a quantity such as 2, 500m or 1Gi", text)
	}
	value *= factor
	if isCPU(resource) {
		value *= 1000
	}
	switch {
	case value > maxQuantity:
		return 0, fmt.Errorf("%q is too large", text)
	case math.Abs(value-math.Round(value)) > 1e-6:
		return 0, fmt.Errorf("%q is finer than Kubernetes counts %s", text, resource)
	}
	return Quantity(math.Round(value)), nil
}

func splitQuantity(text string) (number, suffix string) {
	end := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// unit is a suffix of quantities and its factor.
type unit struct {
	suffix string
	factor float64
}

// units are all that a quantity can have; the first four are those in which people count
// bytes, the largest first.
func units() []unit {
	return []unit{
		{"Ti", 1 << 40}, {"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10},
		{"", 1}, {"m", 1e-3}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12},
	}
}

func quantityFactor(suffix string) (float64, bool) {
	for _, u := range units() {
		if u.suffix == suffix {
			return u.factor, true
		}
	}
	return 0, false
}

func isCPU(resource string) bool { return strings.HasSuffix(resource, "cpu") }

// isBytes reports whether a resource is counted in bytes.
func isBytes(resource string) bool {
	return strings.HasSuffix(resource, "memory") || strings.HasSuffix(resource, "storage")
}

// Format writes q as people write an amount of the resource: 1500m, 2, 512Mi, 3Gi.
func (q Quantity) Format(resource string) string {
	switch {
	case isCPU(resource) && q%1000 != 0:
		return fmt.Sprintf("%dm", int64(q))
	case isCPU(resource):
		return strconv.FormatInt(int64(q)/1000, 10)
	case isBytes(resource):
		return formatBytes(int64(q))
	}
	return strconv.FormatInt(int64(q), 10)
}

func formatBytes(n int64) string {
	for _, u := range units()[:4] {
		if size := int64(u.factor); n >= size && n%size == 0 {
			return strconv.FormatInt(n/size, 10) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

// Room rounds q up to 1, 2, 5, 10, 20, 50 … times unit. With these steps, ordinary growth
// leaves an automatic quota unchanged, and branches that add applications do not conflict
// in it.
func (q Quantity) Room(unit Quantity) Quantity {
	if q == 0 || unit == 0 {
		return 0
	}
	units := (q + unit - 1) / unit
	for decade := Quantity(1); ; decade *= 10 {
		for _, step := range []Quantity{1, 2, 5} {
			if units <= step*decade {
				return step * decade
			}
		}
	}
}

// Headroom returns q times 1.2, as an automatic quota has it.
func (q Quantity) Headroom() Quantity { return q.plus((q + 4) / 5) }

// wholeUnit is the unit in which an automatic quota counts a resource: a core, a gibibyte,
// a pod.
func wholeUnit(resource string) Quantity {
	switch {
	case isCPU(resource):
		return 1000
	case isBytes(resource):
		return 1 << 30
	}
	return 1
}

// Count is a number with its noun: 1 pod, 2 pods.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

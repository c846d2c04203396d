package schema

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Where a resource without a domain may stand.
const (
	ofContainer = 1 << iota
	ofQuota
	ofAnything
	counted
)

// standardResources are the resources without a domain.
func standardResources() map[corev1.ResourceName]int {
	return map[corev1.ResourceName]int{
		"cpu": ofContainer | ofQuota | ofAnything, "memory": ofContainer | ofQuota | ofAnything, "ephemeral-storage": ofContainer | ofQuota | ofAnything, "storage": ofAnything,
		"requests.cpu": ofQuota | ofAnything, "requests.memory": ofQuota | ofAnything, "requests.storage": ofQuota, "requests.ephemeral-storage": ofQuota | ofAnything,
		"limits.cpu": ofQuota | ofAnything, "limits.memory": ofQuota | ofAnything, "limits.ephemeral-storage": ofQuota | ofAnything,
		"pods": ofQuota | ofAnything | counted, "resourcequotas": ofQuota | ofAnything | counted, "services": ofQuota | ofAnything | counted, "replicationcontrollers": ofQuota | ofAnything | counted,
		"secrets": ofQuota | ofAnything | counted, "configmaps": ofQuota | ofAnything | counted, "persistentvolumeclaims": ofQuota | ofAnything | counted,
		"services.nodeports": ofQuota | ofAnything | counted, "services.loadbalancers": ofQuota | ofAnything | counted,
	}
}

// resourceName checks the name of a resource, which has a domain or is standard where it stands.
func (v *values) resourceName(name corev1.ResourceName, where int, at *field.Path) {
	if reasons := validation.IsQualifiedName(string(name)); len(reasons) > 0 {
		v.reasons(string(name), reasons, at)
		return
	}
	pages := strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) || where&ofQuota != 0 && strings.HasPrefix(string(name), corev1.ResourceRequestsHugePagesPrefix)
	if !strings.Contains(string(name), "/") && standardResources()[name]&where == 0 && !pages {
		v.add(at, "there is no standard resource %q here, and others have a domain such as nvidia.com/gpu", string(name))
	}
}

// quota checks the amounts and the scopes of a quota.
func (v *values) quota(s *corev1.ResourceQuotaSpec, spec *field.Path) {
	for _, name := range slices.Sorted(maps.Keys(s.Hard)) {
		at, amount := spec.Child("hard").Key(string(name)), s.Hard[name]
		v.resourceName(name, ofQuota, at)
		v.amount(name, amount, at)
	}
	var scopes []corev1.ResourceQuotaScope
	for i, scope := range s.Scopes {
		scopes = append(scopes, scope)
		v.scope(scope, s.Hard, spec.Child("scopes").Index(i))
	}
	v.conflicts(scopes, spec.Child("scopes"))
	if s.ScopeSelector == nil {
		return
	}
	at := spec.Child("scopeSelector", "matchExpressions")
	scopes = nil
	for i, r := range s.ScopeSelector.MatchExpressions {
		scopes = append(scopes, r.ScopeName)
		v.scope(r.ScopeName, s.Hard, at.Index(i).Child("scopeName"))
		v.scopeOperator(r, at.Index(i))
	}
	v.conflicts(scopes, at)
}

// amount checks the sign of an amount, and that what is counted is whole.
func (v *values) amount(name corev1.ResourceName, amount resource.Quantity, at *field.Path) {
	if amount.Sign() < 0 {
		v.add(at, "the amount is %s, and it must be at least 0", amount.String())
	}
	if whole := standardResources()[name]&counted != 0 || extended(name); whole && amount.MilliValue()%1000 != 0 {
		v.add(at, "the amount is %s, and it must be a whole number", amount.String())
	}
}

// extended reports whether a resource is one of a device plugin.
func extended(name corev1.ResourceName) bool {
	text := string(name)
	native := !strings.Contains(text, "/") || strings.Contains(text, corev1.ResourceDefaultNamespacePrefix)
	return !native && !strings.HasPrefix(text, corev1.DefaultResourceRequestsPrefix) && len(validation.IsQualifiedName(corev1.DefaultResourceRequestsPrefix+text)) == 0
}

func podScopes() []corev1.ResourceQuotaScope {
	return []corev1.ResourceQuotaScope{
		corev1.ResourceQuotaScopeTerminating, corev1.ResourceQuotaScopeNotTerminating, corev1.ResourceQuotaScopeBestEffort, corev1.ResourceQuotaScopeNotBestEffort,
		corev1.ResourceQuotaScopePriorityClass, corev1.ResourceQuotaScopeCrossNamespacePodAffinity,
	}
}

// scope checks that a scope is one, and that each amount is of what it selects.
func (v *values) scope(scope corev1.ResourceQuotaScope, hard corev1.ResourceList, at *field.Path) {
	ofClaims := scope == corev1.ResourceQuotaScopeVolumeAttributesClass
	if !ofClaims && !slices.Contains(podScopes(), scope) {
		v.add(at, "the value is %q, and it must be one of %s, %s", string(scope), listed(podScopes()), corev1.ResourceQuotaScopeVolumeAttributesClass)
		return
	}
	fits := []corev1.ResourceName{"pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"}
	switch {
	case ofClaims:
		fits = []corev1.ResourceName{"persistentvolumeclaims", "requests.storage"}
	case scope == corev1.ResourceQuotaScopeBestEffort:
		fits = fits[:1]
	}
	for _, name := range slices.Sorted(maps.Keys(hard)) {
		if standardResources()[name]&ofQuota != 0 && !slices.Contains(fits, name) {
			v.add(at, "a quota with the scope %s limits only %s, and this one limits %s", scope, listed(fits), name)
		}
	}
}

func (v *values) conflicts(scopes []corev1.ResourceQuotaScope, at *field.Path) {
	for _, pair := range [][2]corev1.ResourceQuotaScope{
		{corev1.ResourceQuotaScopeBestEffort, corev1.ResourceQuotaScopeNotBestEffort}, {corev1.ResourceQuotaScopeTerminating, corev1.ResourceQuotaScopeNotTerminating},
	} {
		if slices.Contains(scopes, pair[0]) && slices.Contains(scopes, pair[1]) {
			v.add(at, "the scopes %s and %s exclude each other", pair[0], pair[1])
		}
	}
}

func (v *values) scopeOperator(r corev1.ScopedResourceSelectorRequirement, at *field.Path) {
	byClass := r.ScopeName == corev1.ResourceQuotaScopePriorityClass || r.ScopeName == corev1.ResourceQuotaScopeVolumeAttributesClass
	if !byClass && r.Operator != corev1.ScopeSelectorOpExists {
		v.add(at.Child("operator"), "the value is %q, and with the scope %s it must be Exists", string(r.Operator), r.ScopeName)
	}
	switch r.Operator {
	case corev1.ScopeSelectorOpIn, corev1.ScopeSelectorOpNotIn:
		if len(r.Values) == 0 {
			v.add(at.Child("values"), "the field is required with the operator %s", r.Operator)
		}
	case corev1.ScopeSelectorOpExists, corev1.ScopeSelectorOpDoesNotExist:
		if len(r.Values) > 0 {
			v.add(at.Child("values"), "the operator %s has no values", r.Operator)
		}
	default:
		v.add(at.Child("operator"), "the value is %q, and it must be one of In, NotIn, Exists, DoesNotExist", string(r.Operator))
	}
}

// limits checks the items of a limit range.
func (v *values) limits(s *corev1.LimitRangeSpec, spec *field.Path) {
	seen := map[string]bool{}
	for i := range s.Limits {
		item, at := &s.Limits[i], spec.Child("limits").Index(i)
		v.limitType(item.Type, at.Child("type"))
		v.unique(seen, string(item.Type), at.Child("type"))
		for _, list := range bounds(item) {
			for _, name := range slices.Sorted(maps.Keys(list.amounts)) {
				v.limitName(item.Type, name, at.Child(list.name).Key(string(name)))
			}
		}
		v.limitItem(item, at)
	}
}

func (v *values) limitType(kind corev1.LimitType, at *field.Path) {
	known := []corev1.LimitType{corev1.LimitTypePod, corev1.LimitTypeContainer, corev1.LimitTypePersistentVolumeClaim}
	if len(validation.IsQualifiedName(string(kind))) > 0 || !strings.Contains(string(kind), "/") && !slices.Contains(known, kind) {
		v.add(at, "the value is %q, and it must be one of %s", string(kind), listed(known))
	}
}

func (v *values) limitName(kind corev1.LimitType, name corev1.ResourceName, at *field.Path) {
	where := ofAnything
	if kind == corev1.LimitTypePod || kind == corev1.LimitTypeContainer {
		where = ofContainer
	}
	v.resourceName(name, where, at)
}

// bound is a list of amounts of an item of a limit range.
type bound struct {
	name    string
	amounts corev1.ResourceList
}

// bounds are the lists of an item, those first that must not be more than the later ones.
func bounds(item *corev1.LimitRangeItem) []bound {
	return []bound{{"min", item.Min}, {"defaultRequest", item.DefaultRequest}, {"default", item.Default}, {"max", item.Max}, {"maxLimitRequestRatio", item.MaxLimitRequestRatio}}
}

func (v *values) limitItem(item *corev1.LimitRangeItem, at *field.Path) {
	lists := bounds(item)
	if item.Type == corev1.LimitTypePod {
		for _, list := range lists[1:3] {
			if len(list.amounts) > 0 {
				v.add(at.Child(list.name), "an item of type Pod has no defaults: they are those of its containers")
			}
		}
	}
	_, least := item.Min[corev1.ResourceStorage]
	_, most := item.Max[corev1.ResourceStorage]
	if item.Type == corev1.LimitTypePersistentVolumeClaim && !least && !most {
		v.add(at, "an item of type PersistentVolumeClaim needs min or max of storage")
	}
	for i, low := range lists[:3] {
		for _, high := range lists[i+1 : 4] {
			v.ordered(low, high, at)
		}
	}
	v.ratios(item, at.Child("maxLimitRequestRatio"))
}

// ordered wants no amount to be more than another one of the same resource.
func (v *values) ordered(low, high bound, at *field.Path) {
	for _, name := range slices.Sorted(maps.Keys(low.amounts)) {
		less, more := low.amounts[name], high.amounts[name]
		if _, there := high.amounts[name]; there && less.Cmp(more) > 0 {
			v.add(at.Child(low.name).Key(string(name)), "%s is %s, which is more than %s, %s", low.name, less.String(), high.name, more.String())
		}
	}
}

func (v *values) ratios(item *corev1.LimitRangeItem, at *field.Path) {
	for _, name := range slices.Sorted(maps.Keys(item.MaxLimitRequestRatio)) {
		ratio := item.MaxLimitRequestRatio[name]
		if ratio.CmpInt64(1) < 0 {
			v.add(at.Key(string(name)), "the ratio is %s, and it must be at least 1", ratio.String())
		}
		least, first := item.Min[name]
		most, second := item.Max[name]
		if first && second && ratio.AsApproximateFloat64() > most.AsApproximateFloat64()/least.AsApproximateFloat64() {
			v.add(at.Key(string(name)), "the ratio is %s, and max / min is %s / %s, which is less", ratio.String(), most.String(), least.String())
		}
	}
}

package checks

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// bound is a RoleBinding or ClusterRoleBinding.
type bound struct {
	*member
	role     rbacv1.RoleRef
	subjects []rbacv1.Subject
}

func (s *scope) bindings() []bound {
	var found []bound
	for _, m := range s.members {
		switch b := m.Typed.(type) {
		case *rbacv1.RoleBinding:
			found = append(found, bound{m, b.RoleRef, b.Subjects})
		case *rbacv1.ClusterRoleBinding:
			found = append(found, bound{m, b.RoleRef, b.Subjects})
		}
	}
	return found
}

// judgeRoles wants the role of a binding to be there.
func judgeRoles(s *scope, out *judge) {
	for _, b := range s.bindings() {
		if b.role.Name == "" || b.Malformed != nil || s.holds(b.role.Kind, b.namespace, b.role.Name) || b.role.Kind == "ClusterRole" && wellKnownRole(b.role.Name) {
			continue
		}
		f := out.about(b.member, "roleRef.name", "%s %s is not in the repository", b.role.Kind, b.role.Name)
		f.Hint = "The binding grants nothing until it exists. Name a role that is there, or see to it that the cluster has it."
	}
}

// wellKnownRole reports whether Kubernetes or Argo CD brings a ClusterRole along.
func wellKnownRole(name string) bool {
	return slices.Contains([]string{"cluster-admin", "admin", "edit", "view"}, name) || strings.HasPrefix(name, "system:")
}

// judgeSubjects wants the accounts that a binding grants something to be there.
func judgeSubjects(s *scope, out *judge) {
	for _, b := range s.bindings() {
		for i, subject := range b.subjects {
			namespace := subject.Namespace
			if namespace == "" {
				namespace = b.namespace
			}
			if subject.Kind != rbacv1.ServiceAccountKind || namespace == "" && b.Kind == "ClusterRoleBinding" || alwaysThere("ServiceAccount", subject.Name) || s.holds("ServiceAccount", namespace, subject.Name) || s.mayProvide(namespace, subject.Name) {
				continue
			}
			f := out.about(b.member, fmt.Sprintf("subjects[%d]", i), "ServiceAccount %s is not in the repository", inNamespaceOf(b.namespace, namespace, subject.Name))
			f.Hint = "The binding grants nothing, and whoever may create the account gets it. Name an account that is there."
			if s.isDark(namespace) || !s.populated(namespace) || strings.HasPrefix(namespace, "kube-") || strings.HasPrefix(namespace, "openshift-") {
				f.Severity = Note
			}
		}
	}
}

// judgeSubjectNamespaces wants a ClusterRoleBinding to say the namespace of an account.
func judgeSubjectNamespaces(s *scope, out *judge) {
	for _, b := range s.bindings() {
		for i, subject := range b.subjects {
			if b.Kind == "ClusterRoleBinding" && subject.Kind == rbacv1.ServiceAccountKind && subject.Namespace == "" && b.Malformed == nil {
				f := out.about(b.member, fmt.Sprintf("subjects[%d]", i), "ServiceAccount %s has no namespace, and the binding is of none", subject.Name)
				f.Hint = "The API server refuses the object. Say the namespace of the account."
				if b.Application != nil && isFolder(b.Application) {
					f.Severity = Warning // A kustomization elsewhere may fill it in.
				}
			}
		}
	}
}

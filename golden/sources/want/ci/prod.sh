#!/usr/bin/env bash
# Validation steps of prod before a merge.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

build bootstrap/roots/prod.yaml
build argocd/prod
build overlays/prod-eu 1.36.0
build overlays/prod-us 1.36.0

check linting lint
check schemas schema
check resources policy \
  container-resources \
  container-ephemeral-storage-request-and-limit
check health policy \
  pod-probes \
  pod-probes-identical
check configuration policy \
  container-ports-check \
  deployment-pod-selector-labels-match-template-metadata-labels \
  deployment-targeted-by-hpa-does-not-have-replicas-configured \
  environment-variable-key-duplication \
  horizontalpodautoscaler-has-target \
  ingress-targets-service \
  label-values \
  networkpolicy-targets-pod \
  service-targets-pod \
  stable-version \
  statefulset-has-servicename \
  statefulset-pod-selector-labels-match-template-metadata-labels
check availability policy \
  cronjob-has-deadline \
  deployment-has-poddisruptionbudget \
  deployment-replicas \
  deployment-strategy \
  horizontalpodautoscaler-replicas \
  poddisruptionbudget-has-policy \
  statefulset-has-poddisruptionbudget
check hardening policy \
  container-seccomp-profile \
  container-security-context-privileged \
  container-security-context-readonlyrootfilesystem \
  container-security-context-user-group-id \
  pod-networkpolicy \
  service-type
check images security
check audit policy \
  container-image-pull-policy \
  container-image-tag \
  deployment-has-host-podantiaffinity \
  pod-topology-spread-constraints \
  statefulset-has-host-podantiaffinity
check compliance compliance

finish

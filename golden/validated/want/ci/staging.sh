#!/usr/bin/env bash
# Validation steps of staging before a merge.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

build bootstrap/roots/staging.yaml
build argocd/staging
build overlays/staging 1.36.0

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

finish

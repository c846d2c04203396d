#!/usr/bin/env bash
# Validation steps of dev before a merge.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

build bootstrap/roots/dev.yaml
build argocd/dev
build overlays/dev

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

finish

#!/usr/bin/env bash
# Judges what Argo CD would deploy, as the cluster and Argo CD do. With BASE, a commit, only what is not found
# there too counts.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

tool wavewright
wavewright verify ${BASE:+--base "$BASE"} ${GITHUB_ACTIONS:+--output github}

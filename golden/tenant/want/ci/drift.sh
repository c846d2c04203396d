#!/usr/bin/env bash
# Exits with 3 when the repository differs from its specification.
# shellcheck source-path=SCRIPTDIR source=steps.sh disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

tool wavewright
wavewright generate --check

#!/usr/bin/env bash
# The repository is what its specification says: otherwise this ends with 3.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

tool wavewright
wavewright generate --check

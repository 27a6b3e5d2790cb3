#!/usr/bin/env bash
# test.sh: everything that must hold, on a fresh machine or a warm one. Ends with the counts of each part.
set -euo pipefail
cd "$(dirname "$0")/.."
xtask/setup.sh
eval "$(xtask/wasm-toolchain.sh env)"
cargo xtask ci

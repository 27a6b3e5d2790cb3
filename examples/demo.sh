#!/usr/bin/env bash
# demo.sh: loads a music shop into a database file, asks it five questions, then serves the same database
# engine in a web page and prints the page's address.
#
#   examples/demo.sh            native load and answers, then the page until Ctrl-C
#   examples/demo.sh --check    the same, but drives the page with headless Chromium and ends
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --check ]; then xtask/setup.sh; else xtask/setup.sh build; fi
eval "$(xtask/wasm-toolchain.sh env)"

mkdir -p target/demo
rm -f target/demo/music.ddb target/demo/music.ddb-wal
cargo run --quiet --release --package decentdb-examples --bin music -- target/demo/music.ddb
node npm/scripts/build.mjs
if [ "${1:-}" = --check ]; then
  node examples/browser/check.mjs
else
  node examples/browser/serve.mjs
fi

#!/usr/bin/env bash
# setup.sh: installs what this machine lacks to build and test DecentDB; does nothing when all is there.
#
#   xtask/setup.sh          everything: Rust components, wasm tools, Chromium, strace, PostgreSQL
#   xtask/setup.sh build    only what building needs
#
# Debian packages are installed with apt-get, which needs root once; without it the script says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

has cargo || { say "Rust is needed: https://rustup.rs"; exit 1; }
has node && has npm || { say "Node.js 20 or newer with npm is needed"; exit 1; }
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt >&2
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy >&2

if [ "$what" = all ]; then
  packages=()
  has chromium || packages+=(chromium)
  has strace || packages+=(strace)
  has postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || packages+=(postgresql)
  if [ ${#packages[@]} -gt 0 ]; then
    if has apt-get && [ "$(id -u)" = 0 ]; then
      say "apt-get install ${packages[*]}"
      apt-get update -qq >&2
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    else
      say "please install: ${packages[*]}"
      exit 1
    fi
  fi
fi

xtask/wasm-toolchain.sh >&2

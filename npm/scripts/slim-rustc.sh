#!/bin/sh
# Cargo's RUSTC_WRAPPER for the browser build: compiles the copies in $SLIM_INTO in the place of the crates of
# the registry they are made from, and everything else as it is.
rustc=$1
shift
for argument do
  shift
  case $argument in
    */registry/src/*/*/src/*)
      crate=${argument#*/registry/src/*/}
      [ -e "$SLIM_INTO/${crate%%/*}" ] && argument=$SLIM_INTO/$crate ;;
  esac
  set -- "$@" "$argument"
done
# Two flags that only unstable compilers take (build.mjs, RUST_FLAGS), and nothing else of theirs.
case " $* " in
  *' -Zlocation-detail=none '*) export RUSTC_BOOTSTRAP=1 ;;
esac
exec "$rustc" "$@"

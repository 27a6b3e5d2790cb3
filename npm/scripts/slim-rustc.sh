#!/bin/sh
# Cargo's RUSTC_WRAPPER for the browser build: compiles the slim copy of sqlparser ($SLIM_INTO) in the place
# of the original ($SLIM_FROM), and everything else as it is.
rustc=$1
shift
for argument do
  shift
  case $argument in
    "$SLIM_FROM"/src/*) argument=$SLIM_INTO${argument#"$SLIM_FROM"} ;;
  esac
  set -- "$@" "$argument"
done
exec "$rustc" "$@"

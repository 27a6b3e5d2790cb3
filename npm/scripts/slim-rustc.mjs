#!/usr/bin/env node
// Cargo's RUSTC_WRAPPER for the browser build: compiles the slim copy of sqlparser in the place of the
// original, and everything else as it is.

import { spawnSync } from 'node:child_process'

const [rustc, ...args] = process.argv.slice(2)
const { SLIM_FROM: from, SLIM_INTO: into } = process.env
const mapped = from && into ? args.map((arg) => (arg.startsWith(`${from}/src`) ? into + arg.slice(from.length) : arg)) : args
const { status, error } = spawnSync(rustc, mapped, { stdio: 'inherit' })
if (error) throw error
process.exit(status ?? 1)

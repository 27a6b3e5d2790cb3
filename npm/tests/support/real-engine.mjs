// The real glue and the real wasm over whatever OPFS is installed in this process, without a worker.

import { readFileSync } from 'node:fs'

import { Engine } from '../../dist/engine.js'
import { openDatabase } from '../../dist/open.js'

const wasm = new WebAssembly.Module(readFileSync(new URL('../../dist/wasm/decentdb_bg.wasm', import.meta.url)))

function connect(receive) {
  let ended = false
  const breathe = () => new Promise((resolve) => setImmediate(resolve))
  const engine = new Engine((message) => ended || receive(message), breathe, wasm)
  return { post: (message) => engine.receive(message), terminate: () => (ended = true) }
}

export const openHere = (name, options = {}) => openDatabase(name, { lockTimeout: 0, ...options }, connect)

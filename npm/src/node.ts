// The package in Node.js: databases in memory, in the same thread. For tests and tools; servers use the crate.

import { readFile } from 'node:fs/promises'

import { Engine, FIRST_INSTANCE } from './engine.js'
import type { Instance } from './engine.js'
import { DecentError } from './errors.js'
import { openDatabase } from './open.js'
import type { Connect } from './open.js'
import type { Database } from './database.js'
import type { OpenOptions } from './types.js'

export { Database, Statement, Transaction } from './database.js'
export { DecentError } from './errors.js'
export type { ErrorKind } from './errors.js'
export { id, sql } from './sql.js'
export type { Sql } from './sql.js'
export type * from './types.js'

let instance = FIRST_INSTANCE
let instances = 1

/** An instance to open a database in: a new one when the last has ended. A worker would be ended with its own. */
async function living(): Promise<Instance> {
  if (instance.dead) {
    const again = `./wasm/decentdb.js?${instances++}`
    instance = { bindings: (await import(again)) as Instance['bindings'], dead: false }
  }
  return instance
}

/** Opens a database in memory; `storage: 'memory'` must be said, for nothing is kept. */
export async function open(name: string, options: OpenOptions = {}): Promise<Database> {
  if (options.storage !== 'memory') {
    const message = "in Node.js this package keeps databases in memory only: say storage: 'memory'"
    throw new DecentError({ sqlstate: '0A000', kind: 'storage', storage: 'Unavailable', message })
  }
  const wasm = await readFile(new URL('./wasm/decentdb_bg.wasm', import.meta.url))
  const own = await living()
  const connect: Connect = (receive) => {
    let ended = false
    const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const engine = new Engine((message) => void (ended || receive(message)), breathe, wasm, own)
    return {
      post: (message) => setImmediate(() => void (ended || engine.receive(message))),
      terminate: () => void (ended = true),
    }
  }
  return openDatabase(name, options, connect)
}

/** There is nothing to remove: databases in memory go when they are closed. */
export async function remove(_name: string): Promise<void> {}

// The package in a browser: public names only.

import { DecentError } from './errors.js'
import { openDatabase, removeDatabase } from './open.js'
import type { Connect } from './open.js'
import type { Database } from './database.js'
import type { FromWorker } from './protocol.js'
import type { OpenOptions } from './types.js'

export { Database, Statement, Transaction } from './database.js'
export { DecentError } from './errors.js'
export type { ErrorKind } from './errors.js'
export { id, sql } from './sql.js'
export type { Sql } from './sql.js'
export type * from './types.js'

/**
 * Opens a database, creating it if need be. The engine runs in a worker of its own; the database is open in
 * one tab at a time, and a second `open` waits for `lockTimeout` and then fails with `storage: 'AlreadyOpen'`.
 */
export async function open(name: string, options: OpenOptions = {}): Promise<Database> {
  if (options.persist === true && typeof navigator !== 'undefined') await navigator.storage?.persist?.()
  return openDatabase(name, options, connector(options))
}

/** Removes a database with all its data. It must be closed; one that does not exist is fine. */
export async function remove(name: string, options: Pick<OpenOptions, 'wasm' | 'worker'> = {}): Promise<void> {
  return removeDatabase(name, options, connector(options))
}

function connector(options: Pick<OpenOptions, 'worker'>): Connect {
  return (receive, failed) => {
    if (options.worker === undefined && typeof Worker === 'undefined') {
      const message = 'there are no workers here; open the database from a page or a worker of a browser'
      throw new DecentError({ sqlstate: '0A000', kind: 'storage', storage: 'Unavailable', message })
    }
    const worker =
      options.worker?.() ?? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'decentdb' })
    worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data)
    worker.onerror = (event) => {
      event.preventDefault()
      const detail = event.message ?? ''
      failed(new DecentError({ sqlstate: 'XX000', kind: 'dead', message: 'the worker of the database failed', ...(detail === '' ? {} : { detail }) }))
    }
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      terminate: () => worker.terminate(),
    }
  }
}

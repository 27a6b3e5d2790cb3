// From options to an open database, whatever the link.

import { Client } from './client.js'
import type { Link } from './client.js'
import { Database } from './database.js'
import { checkText } from './errors.js'
import type { DecentError } from './errors.js'
import type { FromWorker, OpenRequest } from './protocol.js'
import type { OpenOptions, StorageKind } from './types.js'

/** Makes the way to a new engine. */
export type Connect = (receive: (message: FromWorker) => void, failed: (error: DecentError) => void) => Link

const CACHE_BYTES = 32 << 20
const LOCK_TIMEOUT_MILLIS = 5000

export async function openDatabase(name: string, options: OpenOptions, connect: Connect): Promise<Database> {
  const request = openRequest(name, options)
  const client = new Client(connect)
  try {
    await client.call(request)
  } catch (error) {
    client.end()
    throw error
  }
  return new Database(name, client, {
    int8: options.int8 ?? 'auto',
    dates: options.dates ?? 'text',
    timeout: options.timeout ?? 0,
  })
}

export async function removeDatabase(name: string, options: Pick<OpenOptions, 'wasm'>, connect: Connect): Promise<void> {
  checkText(name, 'the name of a database')
  const client = new Client(connect)
  try {
    await client.call({ kind: 'remove', name, wasm: wasmSource(options.wasm) })
  } finally {
    client.end()
  }
}

const DURABILITIES: readonly unknown[] = ['full', 'normal', 'relaxed', 'none']

function openRequest(name: string, options: OpenOptions): OpenRequest {
  checkText(name, 'the name of a database')
  if (!DURABILITIES.includes(options.durability ?? 'full')) {
    throw new TypeError(`durability is one of ${DURABILITIES.join(', ')}, not ${String(options.durability)}`)
  }
  for (const key of ['lockTimeout', 'cacheBytes', 'timeout'] as const) {
    const value: unknown = options[key]
    if (value !== undefined && !(typeof value === 'number' && value >= 0)) throw new TypeError(`${key} is a number, not ${String(value)}`)
  }
  const storage: StorageKind = options.storage ?? 'opfs'
  return {
    kind: 'open',
    name,
    storage,
    create: options.create ?? true,
    durability: options.durability ?? 'full',
    lockTimeout: options.lockTimeout ?? LOCK_TIMEOUT_MILLIS,
    cacheBytes: options.cacheBytes ?? CACHE_BYTES,
    wasm: wasmSource(options.wasm),
  }
}

function wasmSource(wasm: OpenOptions['wasm']): string | WebAssembly.Module | undefined {
  return wasm instanceof URL ? wasm.href : wasm
}

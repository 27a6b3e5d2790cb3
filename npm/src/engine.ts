// Owns the wasm instance: takes requests in order, one at a time, and looks for cancels between slices of work.

import type { CancelReason, WireError } from './errors.js'
import { canceledWire } from './errors.js'
import type { FromWorker, Request, ToWorker } from './protocol.js'
import type { Durability } from './types.js'
import * as bindings from './wasm/decentdb.js'
import type { Session } from './wasm/decentdb.js'

/** How long a statement works before it lets messages in. */
const SLICE_MILLIS = 8

const DURABILITIES: readonly Durability[] = ['full', 'normal', 'relaxed', 'none']

/** What the wasm module is loaded from. */
export type WasmSource = string | URL | WebAssembly.Module | BufferSource | undefined

/** Sends a message to the page. */
export type Post = (message: FromWorker, transfer: ArrayBuffer[]) => void

/** A wasm instance: the engines of a thread share it, and it ends for all of them. */
export interface Instance {
  readonly bindings: typeof bindings
  dead: boolean
}

/** The instance of a thread, as long as none has ended. */
export const FIRST_INSTANCE: Instance = { bindings, dead: false }

interface Queued {
  id: number
  request: Request
}

export class Engine {
  readonly #post: Post
  readonly #breathe: () => Promise<void>
  readonly #defaultWasm: WasmSource
  readonly #instance: Instance
  #session: Session | undefined
  #inMemory = false
  #queue: Queued[] = []
  #pumping = false
  #running: number | undefined
  #cancel: CancelReason | undefined

  constructor(post: Post, breathe: () => Promise<void>, wasm?: WasmSource, instance: Instance = FIRST_INSTANCE) {
    this.#post = post
    this.#breathe = breathe
    this.#defaultWasm = wasm
    this.#instance = instance
  }

  receive(message: ToWorker): void {
    if ('cancel' in message) {
      this.#cancelRequest(message.cancel, message.reason)
      return
    }
    this.#queue.push(message)
    if (!this.#pumping) void this.#pump()
  }

  #cancelRequest(id: number, reason: CancelReason): void {
    const at = this.#queue.findIndex((queued) => queued.id === id)
    if (at >= 0) {
      this.#queue.splice(at, 1)
      this.#post({ id, ok: false, error: canceledWire(reason), dead: false }, [])
    } else if (this.#running === id) {
      this.#cancel = reason
    }
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#running = next.id
      this.#cancel = undefined
      try {
        const result = this.#handle(next.request)
        // Most statements are done at once; awaiting them would cost a turn each.
        const value = result instanceof Promise ? await result : result
        const transfer = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []
        this.#post({ id: next.id, ok: true, value }, transfer)
      } catch (thrown) {
        this.#fail(next.id, thrown)
      }
      this.#running = undefined
    }
    this.#pumping = false
  }

  #fail(id: number, thrown: unknown): void {
    if (isWireError(thrown)) {
      this.#post({ id, ok: false, error: thrown, dead: false }, [])
      return
    }
    // A trap or a stack overflow: nothing was unwound, the instance must not be entered again.
    this.#instance.dead = true
    this.#session = undefined
    this.#post({ id, ok: false, error: deadError(this.#inMemory, thrown), dead: true }, [])
  }

  #handle(request: Request): unknown {
    if (this.#instance.dead) throw deadError(this.#inMemory)
    switch (request.kind) {
      case 'open':
        return this.#open(request)
      case 'remove':
        return this.#remove(request.name, request.wasm)
      case 'query': {
        const session = this.#opened()
        return this.#sliced(session, session.run(request.sql, request.params, SLICE_MILLIS))
      }
      case 'run': {
        const session = this.#opened()
        return this.#sliced(session, session.runPrepared(request.statement, request.params, SLICE_MILLIS))
      }
      case 'exec':
        return this.#opened().exec(request.sql, request.timeout)
      case 'prepare':
        return this.#opened().prepare(request.sql)
      case 'finalize':
        return this.#opened().finalize(request.statement)
      case 'begin':
        return this.#opened().begin()
      case 'end':
        return this.#opened().end(request.transaction, request.commit)
      case 'checkpoint':
        return this.#opened().checkpoint()
      case 'verify':
        return this.#opened().verify()
      case 'status':
        return this.#opened().status()
      case 'counts':
        return this.#opened().ioCounts()
      case 'export':
        return this.#opened().exportFile()
      case 'import':
        return this.#opened().importFile(request.bytes)
      case 'close':
        return this.#close()
    }
  }

  async #open(request: Extract<Request, { kind: 'open' }>): Promise<void> {
    if (this.#session !== undefined) throw wire('55006', 'this engine has a database open already')
    const { Session } = await this.#load(request.wasm)
    this.#inMemory = request.storage === 'memory'
    if (this.#inMemory) {
      this.#session = Session.openMemory(request.name, request.cacheBytes)
      return
    }
    const durability = DURABILITIES.indexOf(request.durability)
    this.#session = await Session.openOpfs(request.name, request.create, request.lockTimeout, durability, request.cacheBytes)
  }

  async #remove(name: string, wasm: WasmSource): Promise<void> {
    const { Session } = await this.#load(wasm)
    await Session.removeOpfs(name)
  }

  async #load(wasm: WasmSource): Promise<typeof bindings> {
    const source = wasm ?? this.#defaultWasm
    await this.#instance.bindings.default(source === undefined ? undefined : { module_or_path: source })
    return this.#instance.bindings
  }

  #opened(): Session {
    if (this.#session === undefined) throw wire('08003', 'the database was closed')
    return this.#session
  }

  #sliced(session: Session, frame: Uint8Array | undefined): Uint8Array | Promise<Uint8Array> {
    return frame ?? this.#resumed(session)
  }

  async #resumed(session: Session): Promise<Uint8Array> {
    for (;;) {
      await this.#breathe()
      if (this.#cancel !== undefined) {
        session.cancel()
        throw canceledWire(this.#cancel)
      }
      const frame = session.resume(SLICE_MILLIS)
      if (frame !== undefined) return frame
    }
  }

  #close(): void {
    const session = this.#session
    this.#session = undefined
    session?.close()
    session?.free()
  }
}

function wire(sqlstate: string, message: string): WireError {
  return { sqlstate, kind: 'statement', message }
}

function isWireError(thrown: unknown): thrown is WireError {
  return typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error) && 'sqlstate' in thrown
}

function deadError(inMemory: boolean, thrown?: unknown): WireError {
  const panic = (globalThis as { __decentdb_panic?: unknown }).__decentdb_panic
  const cause = typeof panic === 'string' ? panic : thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : ''
  const left = inMemory ? 'what it held in memory is gone' : 'open the database again, every acknowledged commit is there'
  const message = `the database engine stopped; ${left}`
  return { sqlstate: 'XX000', kind: 'dead', message, ...(cause === '' ? {} : { detail: cause }) }
}

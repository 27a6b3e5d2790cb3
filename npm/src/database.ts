// Database and Transaction: what a page calls.

import type { Client } from './client.js'
import { checkText, closedError, DecentError } from './errors.js'
import { decodeColumns, decodeFrame } from './frame.js'
import type { FrameOptions } from './frame.js'
import { encodeParams } from './params.js'
import type { PreparedInfo } from './protocol.js'
import { isSql } from './sql.js'
import type { Sql } from './sql.js'
import type {
  CallOptions, ColumnsResult, DecodeOptions, Field, IoCounts, Param, QueryOptions, Result, Row, Status, TransactionOptions,
} from './types.js'

const IDLE_TIMEOUT_MILLIS = 5000

/** Where statements are sent, and when they may go. */
interface Route {
  readonly client: Client
  readonly defaults: DecodeOptions & CallOptions
  /** Runs a call in its turn. */
  through<T>(call: () => Promise<T>): Promise<T>
}

/** What a database and a transaction have in common. */
abstract class Queryable {
  protected abstract readonly route: Route

  /** Runs one statement with parameters `$1`, `$2`, ... */
  async query<R = Row>(sql: string | Sql, params?: readonly Param[], options: QueryOptions = {}): Promise<Result<R>> {
    const { text, packed } = statement(sql, params)
    const settings = { ...this.route.defaults, ...options }
    const frame = await this.route.through(() =>
      this.route.client.call<Uint8Array>({ kind: 'query', sql: text, params: packed }, settings),
    )
    return single<R>(frame, settings)
  }

  /** Like `query`, with the values in columns: for many rows, or for charts and typed arrays. */
  async columns(sql: string | Sql, params?: readonly Param[], options: CallOptions & DecodeOptions = {}): Promise<ColumnsResult> {
    const { text, packed } = statement(sql, params)
    const settings = { ...this.route.defaults, ...options }
    const frame = await this.route.through(() =>
      this.route.client.call<Uint8Array>({ kind: 'query', sql: text, params: packed }, settings),
    )
    return decodeColumns(frame.buffer as ArrayBuffer, settings)
  }

  /**
   * Runs a script: statements with `;` between them, in one transaction unless it says BEGIN itself. A
   * timeout or an abort takes effect between two of its statements.
   */
  async exec(script: string, options: QueryOptions = {}): Promise<Result[]> {
    const settings = { ...this.route.defaults, ...options }
    const timeout = settings.timeout ?? 0
    checkText(script, 'the script')
    const frame = await this.route.through(() =>
      this.route.client.call<Uint8Array>({ kind: 'exec', sql: script, timeout }, settings),
    )
    return decodeFrame(frame.buffer as ArrayBuffer, settings)
  }

  /** Parses and plans one statement for repeated use. */
  async prepare<R = Row>(sql: string): Promise<Statement<R>> {
    checkText(sql, 'the statement')
    const info = await this.route.through(() => this.route.client.call<PreparedInfo>({ kind: 'prepare', sql }))
    return new Statement<R>(this.route, info)
  }
}

/** A statement that was parsed and planned once. */
export class Statement<R = Row> {
  readonly #route: Route
  readonly #id: number
  /** PostgreSQL's numbers of the parameter types, `$1` first. */
  readonly parameterTypeIDs: readonly number[]
  readonly fields: readonly Field[]
  #closed = false

  /** @internal */
  constructor(route: Route, info: PreparedInfo) {
    this.#route = route
    this.#id = info.id
    this.parameterTypeIDs = info.parameters
    this.fields = info.columns.map(({ name, oid, modifier }) => ({ name, dataTypeID: oid, modifier }))
  }

  /** Runs it. */
  async run(params?: readonly Param[], options: QueryOptions = {}): Promise<Result<R>> {
    if (this.#closed) throw new DecentError({ sqlstate: '26000', kind: 'statement', message: 'the prepared statement was closed' })
    const packed = encodeParams(params)
    const settings = { ...this.#route.defaults, ...options }
    const frame = await this.#route.through(() =>
      this.#route.client.call<Uint8Array>({ kind: 'run', statement: this.#id, params: packed }, settings),
    )
    return single<R>(frame, settings)
  }

  /** Forgets it; calling it again is fine. */
  async finalize(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    try {
      await this.#route.client.call({ kind: 'finalize', statement: this.#id })
    } catch (error) {
      // A database that was closed has forgotten it already.
      if (!(error instanceof DecentError && error.code === '08003')) throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finalize()
  }
}

/** An open database. */
export class Database extends Queryable {
  readonly name: string
  protected readonly route: Route
  readonly #client: Client
  /** Resolves when the transaction that holds the database is over. */
  #turn: Promise<void> = Promise.resolve()
  #held = false
  #closed: Promise<void> | undefined

  /** @internal */
  constructor(name: string, client: Client, defaults: DecodeOptions & CallOptions) {
    super()
    this.name = name
    this.#client = client
    this.route = { client, defaults, through: (call) => this.#through(call) }
  }

  /**
   * Runs `work` in a transaction: it commits when `work` is done and rolls back when it throws. Other calls
   * on the database wait for its end, so use `tx` inside, not the database. A ROLLBACK or COMMIT among its
   * statements ends it before its time: then it rejects with 25P01. Inside a transaction that was begun with
   * BEGIN it is a part of that one, which its owner commits.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (typeof work !== 'function') throw new TypeError('the work of a transaction is a function')
    options.signal?.throwIfAborted()
    const release = await this.#hold()
    try {
      return await runTransaction(this.route, work, options)
    } finally {
      release()
    }
  }

  /** The database as the bytes of one file, which opens natively too. Not inside a transaction. */
  async export(): Promise<Uint8Array> {
    return this.#through(() => this.#client.call<Uint8Array>({ kind: 'export' }))
  }

  /** Replaces the database by the bytes of another. They are verified first; it happens as a whole or not at all. */
  async import(bytes: Uint8Array | ArrayBuffer | Blob): Promise<void> {
    if (!(bytes instanceof Blob || bytes instanceof ArrayBuffer || ArrayBuffer.isView(bytes))) {
      throw new TypeError('the bytes of a database are a Uint8Array, an ArrayBuffer or a Blob')
    }
    const source = bytes instanceof Blob ? new Uint8Array(await bytes.arrayBuffer()) : new Uint8Array(bytes)
    const copy = bytes instanceof Blob ? source : source.slice()
    await this.#through(() => this.#client.call<void>({ kind: 'import', bytes: copy }, {}, [copy.buffer as ArrayBuffer]))
  }

  /** Checks everything against everything; answers what is wrong, in words. */
  async verify(): Promise<string[]> {
    return this.#through(() => this.#client.call<string[]>({ kind: 'verify' }))
  }

  /** Moves the log into the database file. It also happens by itself. */
  async checkpoint(): Promise<void> {
    await this.#through(() => this.#client.call<void>({ kind: 'checkpoint' }))
  }

  /** What an acknowledged commit survives here, and what the browser says of the storage. */
  async status(): Promise<Status> {
    const status = await this.#client.call<Status>({ kind: 'status' })
    if (status.storage === 'memory' || typeof navigator === 'undefined' || navigator.storage === undefined) return status
    const [estimate, persisted] = await Promise.all([navigator.storage.estimate(), navigator.storage.persisted()])
    return {
      ...status,
      persisted,
      ...(estimate.usage === undefined ? {} : { usageBytes: estimate.usage }),
      ...(estimate.quota === undefined ? {} : { quotaBytes: estimate.quota }),
    }
  }

  /** Calls to the browser's files since the database was opened. */
  async ioCounts(): Promise<IoCounts> {
    return this.#client.call<IoCounts>({ kind: 'counts' })
  }

  /** Waits for what was asked before, checkpoints and gives the files back. Closing twice is fine. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    if (this.#held) await this.#turn
    try {
      await this.#client.call<void>({ kind: 'close' })
    } catch (error) {
      // An engine that stopped has given its files back already.
      if (!(error instanceof DecentError && error.kind === 'dead')) throw error
    } finally {
      this.#client.end()
    }
  }

  async #through<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw closedError()
    // Without a transaction in the way the call goes out at once, in the order of the program.
    if (this.#held) await this.#turn
    return call()
  }

  /** Waits for the turn of a transaction and holds the database until the answer is called. */
  async #hold(): Promise<() => void> {
    if (this.#closed !== undefined) throw closedError()
    const before = this.#turn
    const mustWait = this.#held
    let over: () => void = () => {}
    const turn = new Promise<void>((resolve) => (over = resolve))
    this.#turn = turn
    this.#held = true
    if (mustWait) await before
    return () => {
      if (this.#turn === turn) this.#held = false
      over()
    }
  }
}

/** A transaction under way. */
export class Transaction extends Queryable {
  protected readonly route: Route
  readonly #base: Route
  readonly #idleMillis: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #calls = 0
  #over: DecentError | undefined
  readonly #number: number
  #expire: (error: DecentError) => void = () => {}
  /** Rejects when the transaction was rolled back for being idle. */
  readonly expired: Promise<never>

  /** @internal */
  constructor(base: Route, number: number, options: TransactionOptions) {
    super()
    this.#base = base
    this.#number = number
    this.#idleMillis = options.idleTimeout ?? IDLE_TIMEOUT_MILLIS
    this.route = { client: base.client, defaults: base.defaults, through: (call) => this.#through(call) }
    this.expired = new Promise<never>((_, reject) => (this.#expire = reject))
    this.expired.catch(() => {})
    this.#rest()
  }

  /**
   * A part that can be undone on its own: a savepoint. Like the whole, it rejects with 25P01 when a
   * statement inside has ended it.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const part = await this.#through(() => beginAt(this.#base))
    let result: T
    try {
      result = await work(this)
    } catch (error) {
      // The first error matters; a part that is over already needs no undoing.
      if (this.#over === undefined) await this.#through(() => endAt(this.#base, part, false)).catch(() => {})
      throw error
    }
    await this.#through(() => endAt(this.#base, part, true))
    return result
  }

  /** @internal Ends it: later calls are refused. */
  finish(error: DecentError): void {
    clearTimeout(this.#timer)
    this.#over ??= error
  }

  /** @internal */
  get isOver(): boolean {
    return this.#over !== undefined
  }

  async #through<T>(call: () => Promise<T>): Promise<T> {
    if (this.#over !== undefined) throw this.#over
    clearTimeout(this.#timer)
    this.#calls++
    try {
      return await call()
    } finally {
      this.#calls--
      this.#rest()
    }
  }

  #rest(): void {
    if (this.#idleMillis <= 0 || this.#calls > 0 || this.#over !== undefined) return
    this.#timer = setTimeout(() => void this.#idle(), this.#idleMillis)
  }

  async #idle(): Promise<void> {
    const message = `the transaction was rolled back: it did nothing for ${this.#idleMillis} ms`
    const error = new DecentError({ sqlstate: '25P03', kind: 'retry', message })
    this.finish(error)
    await endAt(this.#base, this.#number, false).catch(() => {})
    this.#expire(error)
  }
}

/** Begins a transaction, or inside an open one a part of it; its number. */
function beginAt(route: Route): Promise<number> {
  return route.client.call<number>({ kind: 'begin' })
}

/** Ends the transaction of that number, and no other: 25P01 when it is over already. */
function endAt(route: Route, transaction: number, commit: boolean): Promise<void> {
  return route.client.call<void>({ kind: 'end', transaction, commit })
}

async function runTransaction<T>(route: Route, work: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
  const number = await beginAt(route)
  const tx = new Transaction(route, number, options)
  let removeAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    const { signal } = options
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    removeAbort = () => signal?.removeEventListener('abort', onAbort)
  })
  aborted.catch(() => {})
  try {
    const result = await Promise.race([work(tx), tx.expired, aborted])
    if (!tx.isOver) {
      tx.finish(transactionOver())
      await endAt(route, number, true)
    }
    return result
  } catch (error) {
    if (!tx.isOver) {
      tx.finish(transactionOver())
      // The first error matters; a rollback that fails means the engine is gone, and with it the transaction.
      await endAt(route, number, false).catch(() => {})
    }
    throw error
  } finally {
    removeAbort?.()
  }
}

function transactionOver(): DecentError {
  return new DecentError({ sqlstate: '25000', kind: 'statement', message: 'the transaction is over' })
}

function statement(sql: string | Sql, params: readonly Param[] | undefined): { text: string; packed: Uint8Array } {
  if (typeof sql === 'string') {
    checkText(sql, 'the statement')
    return { text: sql, packed: encodeParams(params) }
  }
  if (!isSql(sql)) throw new TypeError('a statement is a string, or made with sql`...`')
  checkText(sql.text, 'the statement')
  return { text: sql.text, packed: encodeParams(sql.params) }
}

function single<R>(frame: Uint8Array, options: FrameOptions): Result<R> {
  const [result] = decodeFrame<R>(frame.buffer as ArrayBuffer, options)
  if (result === undefined) throw new DecentError({ sqlstate: 'XX000', kind: 'internal', message: 'a statement without a result' })
  return result
}

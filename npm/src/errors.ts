// Errors keep PostgreSQL's fields across every boundary.

/** What the worker sends; the fields of {@link DecentError}. */
export interface WireError {
  sqlstate: string
  message: string
  kind?: ErrorKind
  storage?: string
  detail?: string
  hint?: string
  position?: number
  schema?: string
  table?: string
  column?: string
  constraint?: string
}

/** What a caller can do. */
export type ErrorKind =
  /** Mend the statement or its parameters. */
  | 'statement'
  /** The data forbid it. */
  | 'constraint'
  /** Try again. */
  | 'retry'
  /** Free space or memory, or raise a limit. */
  | 'resource'
  /** The file is not what it should be. */
  | 'corrupt'
  /** The storage failed: close and open again. */
  | 'storage'
  /** A defect of DecentDB. */
  | 'internal'
  /** The engine stopped: open the database again. Every acknowledged commit is there. */
  | 'dead'

/** A failure of the database. */
export class DecentError extends Error {
  override readonly name = 'DecentError'
  /** The SQLSTATE, as in appendix A of PostgreSQL's manual. */
  readonly code: string
  readonly kind: ErrorKind
  /** What the storage says: `AlreadyOpen`, `NotFound`, `DiskFull`, `Unavailable`, `HandleLost`, ... */
  readonly storage: string | undefined
  readonly detail: string | undefined
  readonly hint: string | undefined
  /** Where in the statement, in characters from 1. */
  readonly position: number | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly constraint: string | undefined

  constructor(error: WireError) {
    super(error.message)
    this.code = error.sqlstate
    this.kind = error.kind ?? 'internal'
    this.storage = error.storage
    this.detail = error.detail
    this.hint = error.hint
    this.position = error.position
    this.schema = error.schema
    this.table = error.table
    this.column = error.column
    this.constraint = error.constraint
  }

  /** Whether the same call can succeed later. */
  get retryable(): boolean {
    return this.kind === 'retry'
  }
}

export function closedError(): DecentError {
  return new DecentError({ sqlstate: '08003', kind: 'statement', message: 'the database was closed' })
}

export function canceledError(why: CancelReason): DecentError {
  return new DecentError(canceledWire(why))
}

export type CancelReason = 'user' | 'timeout'

export function canceledWire(why: CancelReason): WireError {
  const reason = why === 'timeout' ? 'statement timeout' : 'user request'
  return { sqlstate: '57014', kind: 'retry', message: `canceling statement due to ${reason}` }
}

/** A caller's mistake that never reaches the engine. */
export function callError(sqlstate: string, message: string): DecentError {
  return new DecentError({ sqlstate, kind: 'statement', message })
}

const LONE_SURROGATE = /[\ud800-\udfff]/u

/** Refuses a text that UTF-8 cannot hold (22021): encoding it would put another character in its place. */
export function checkText(text: string, what: string): void {
  if (typeof (text as unknown) !== 'string') throw new TypeError(`${what} is a string, not ${text === null ? 'null' : typeof text}`)
  const ask = (text as { isWellFormed?: () => boolean }).isWellFormed
  if (ask === undefined ? LONE_SURROGATE.test(text) : !ask.call(text)) {
    throw callError('22021', `${what} holds half of a surrogate pair, which is no character`)
  }
}

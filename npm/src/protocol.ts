// The messages between the page and the worker: one union each way.

import type { CancelReason, WireError } from './errors.js'
import type { Durability, StorageKind } from './types.js'

/** What the worker needs to open a database. */
export interface OpenRequest {
  kind: 'open'
  name: string
  storage: StorageKind
  create: boolean
  durability: Durability
  lockTimeout: number
  cacheBytes: number
  wasm: string | WebAssembly.Module | undefined
}

/** The requests; each gets exactly one {@link Reply}. */
export type Request =
  | OpenRequest
  | { kind: 'query'; sql: string; params: Uint8Array }
  | { kind: 'exec'; sql: string; timeout: number }
  | { kind: 'prepare'; sql: string }
  | { kind: 'run'; statement: number; params: Uint8Array }
  | { kind: 'finalize'; statement: number }
  | { kind: 'begin' }
  | { kind: 'end'; transaction: number; commit: boolean }
  | { kind: 'checkpoint' }
  | { kind: 'verify' }
  | { kind: 'status' }
  | { kind: 'counts' }
  | { kind: 'export' }
  | { kind: 'import'; bytes: Uint8Array }
  | { kind: 'remove'; name: string; wasm: string | WebAssembly.Module | undefined }
  | { kind: 'close' }

/** To the worker. */
export type ToWorker = { id: number; request: Request } | { cancel: number; reason: CancelReason }

/** From the worker. `dead`: the engine stopped, and nothing more will be answered. */
export type FromWorker =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; error: WireError; dead: boolean }

/** What `prepare` answers. */
export interface PreparedInfo {
  id: number
  parameters: number[]
  columns: { name: string; oid: number; modifier: number }[]
}

// The public types; no logic here.

/** Where the files of a database are. */
export type StorageKind = 'opfs' | 'memory'

/** When a commit is called done: see the section on durability of the README. */
export type Durability = 'full' | 'normal' | 'relaxed' | 'none'

/** What JavaScript gets for `bigint`, `count(*)` and `sum` of integers. */
export type Int8Mode =
  /** A number up to 2^53, a bigint beyond. */
  | 'auto'
  /** Always a number; a value beyond 2^53 is an error (22003). */
  | 'number'
  | 'bigint'
  | 'string'

/** What JavaScript gets for `date`, `timestamp` and `timestamptz`. */
export type DateMode =
  /** PostgreSQL's text: nothing is lost. */
  | 'text'
  /** A `Date`: microseconds are lost, a `timestamp` is read as UTC, infinities become invalid dates. */
  | 'date'

/** A value that can be a parameter. An Array fits an array or JSON, any other object JSON. */
export type Param =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ArrayBuffer
  | Date
  | { readonly [key: string]: unknown }
  | readonly unknown[]

/** A value of a row. */
export type Value = null | boolean | number | bigint | string | Uint8Array | Date | readonly Value[] | { readonly [key: string]: Value }

/** A row as an object, by column name. */
export type Row = Record<string, Value>

/** A column of a result. */
export interface Field {
  readonly name: string
  /** PostgreSQL's number of the type. */
  readonly dataTypeID: number
  /** PostgreSQL's modifier: the length of a varchar, the precision of a numeric; -1 for none. */
  readonly modifier: number
}

/** Something worth saying that is not an error. */
export interface Notice {
  readonly severity: string
  readonly code: string
  readonly message: string
}

/** A finished statement. */
export interface Result<R = Row> {
  /** The rows; none for a statement that returns none. */
  readonly rows: R[]
  readonly fields: readonly Field[]
  /** Rows changed, or rows returned. */
  readonly rowCount: number
  /** `SELECT`, `INSERT`, `CREATE TABLE`, ... */
  readonly command: string
  readonly notices: readonly Notice[]
}

/** A column of a result in columns: numbers without NULLs come as a typed array. */
export type ColumnValues = readonly Value[] | Int32Array | Float64Array

/** A finished statement, its values in columns: nothing is made per row. */
export interface ColumnsResult extends Omit<Result<never>, 'rows'> {
  readonly columns: readonly ColumnValues[]
}

/** How values are decoded. */
export interface DecodeOptions {
  readonly int8?: Int8Mode
  readonly dates?: DateMode
}

/** Limits of one call. */
export interface CallOptions {
  /** Aborting undoes the statement and rejects with code 57014. */
  readonly signal?: AbortSignal
  /** Milliseconds after which the statement is undone, with code 57014. */
  readonly timeout?: number
}

/** Options of a query. */
export interface QueryOptions extends CallOptions, DecodeOptions {
  /** What a row is: an object (the default), or an array of its values. */
  readonly rowMode?: 'object' | 'array'
}

/** Options of a transaction. */
export interface TransactionOptions {
  readonly signal?: AbortSignal
  /** Milliseconds a transaction may wait for its own code before it is rolled back; 5000 by default, 0 for ever. */
  readonly idleTimeout?: number
}

/** How a database is opened. */
export interface OpenOptions extends DecodeOptions {
  /** `opfs` (the default): durable. `memory`: gone when closed. Never chosen for you. */
  readonly storage?: StorageKind
  /** Whether a missing database is created (the default) or an error (58P01). */
  readonly create?: boolean
  readonly durability?: Durability
  /** Milliseconds to wait for another tab or a dying worker to give the files up; 5000 by default. */
  readonly lockTimeout?: number
  /** Memory for pages, in bytes; 32 MiB by default. */
  readonly cacheBytes?: number
  /** Default of {@link CallOptions.timeout}; 0, the default, for none. */
  readonly timeout?: number
  /** Ask the browser to keep the data when storage runs short; the answer is in `status()`. */
  readonly persist?: boolean
  /** Where the wasm file is, or the compiled module, when the bundler cannot find it. */
  readonly wasm?: string | URL | WebAssembly.Module
  /** The worker to use instead of `worker.js` beside this file. */
  readonly worker?: () => Worker
}

/** What an acknowledged commit survives, and what is known of the storage. */
export interface Status {
  readonly storage: StorageKind
  readonly durability: Durability
  /** `flush`: each Full commit ends in the browser's `flush()`. */
  readonly barrier: 'flush' | 'none'
  /** Whether the browser promised not to evict the data; `undefined` where it does not say. */
  readonly persisted?: boolean
  readonly usageBytes?: number
  readonly quotaBytes?: number
}

/** Calls to the browser's files since the database was opened. */
export interface IoCounts {
  readonly reads: number
  readonly writes: number
  readonly writtenBytes: number
  readonly flushes: number
}

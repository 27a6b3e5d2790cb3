// Results out of one buffer; wasm/src/frame.rs has the layout.

import { DecentError } from './errors.js'
import { textMaker } from './values.js'
import type { ColumnsResult, ColumnValues, DecodeOptions, Field, Int8Mode, Notice, Result, Row, Value } from './types.js'

const MAGIC = 0x31464444
const BOOL = 1
const INT32 = 2
const FLOAT = 3
const INT64 = 4
const TEXT = 5
const BYTES = 6

// A byte order mark at the start of a column is a character like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** How rows are made. */
export interface FrameOptions extends DecodeOptions {
  readonly rowMode?: 'object' | 'array'
}

interface Head {
  readonly fields: Field[]
  readonly rows: number
  readonly rowCount: number
  readonly command: string
  readonly notices: Notice[]
}

class Reader {
  readonly #view: DataView
  readonly #buffer: ArrayBuffer
  #at = 0

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer
    this.#view = new DataView(buffer)
  }

  align(to: number): void {
    this.#at = Math.ceil(this.#at / to) * to
  }

  u32(): number {
    const value = this.#view.getUint32(this.#at, true)
    this.#at += 4
    return value
  }

  i32(): number {
    return this.u32() | 0
  }

  f64(): number {
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(this.#buffer, this.#at, length)
    this.#at += length
    return bytes
  }

  string(): string {
    const text = decoder.decode(this.bytes(this.u32()))
    this.align(4)
    return text
  }

  int32s(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#skip(length * 4), length)
  }

  uint32s(length: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#skip(length * 4), length)
  }

  floats(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#skip(length * 8), length)
  }

  #skip(length: number): number {
    const at = this.#at
    this.#at += length
    return at
  }
}

/** All statements of a frame, their rows as objects or arrays. */
export function decodeFrame<R = Row>(buffer: ArrayBuffer, options: FrameOptions): Result<R>[] {
  return outcomes(buffer, (reader, head) => {
    const columns = head.fields.map((field) => columnValues(reader, head.rows, field, options))
    const rows = options.rowMode === 'array' ? arrays(columns, head.rows) : objects(columns, head)
    const { fields, rowCount, command, notices } = head
    return { rows: rows as R[], fields, rowCount, command, notices }
  })
}

/** The first statement of a frame, in columns. */
export function decodeColumns(buffer: ArrayBuffer, options: DecodeOptions): ColumnsResult {
  const [result] = outcomes(buffer, (reader, head) => {
    const columns = head.fields.map((field) => columnValues(reader, head.rows, field, options))
    const { fields, rowCount, command, notices } = head
    return { columns, fields, rowCount, command, notices }
  })
  if (result === undefined) throw malformed()
  return result
}

function outcomes<T>(buffer: ArrayBuffer, decode: (reader: Reader, head: Head) => T): T[] {
  const reader = new Reader(buffer)
  if (reader.u32() !== MAGIC) throw malformed()
  const count = reader.u32()
  const results: T[] = []
  for (let i = 0; i < count; i++) results.push(decode(reader, readHead(reader)))
  return results
}

function readHead(reader: Reader): Head {
  reader.align(8)
  reader.u32()
  const columnCount = reader.u32()
  const rows = reader.u32()
  const noticeCount = reader.u32()
  const rowCount = reader.f64()
  const command = reader.string().replace(/( \d+)+$/, '')
  const fields: Field[] = []
  for (let i = 0; i < columnCount; i++) {
    const dataTypeID = reader.u32()
    const modifier = reader.i32()
    fields.push({ name: reader.string(), dataTypeID, modifier })
  }
  const notices: Notice[] = []
  for (let i = 0; i < noticeCount; i++) {
    notices.push({ severity: reader.string(), code: reader.string(), message: reader.string() })
  }
  return { fields, rows, rowCount, command, notices }
}

function columnValues(reader: Reader, rows: number, field: Field, options: DecodeOptions): ColumnValues {
  reader.align(8)
  const kind = reader.u32()
  const nullBytes = reader.u32()
  const nulls = nullBytes === 0 ? undefined : reader.bytes(nullBytes)
  reader.align(8)
  const isNull = (row: number): boolean => nulls !== undefined && ((nulls[row >> 3]! >> (row & 7)) & 1) === 1
  const each = (make: (row: number) => Value): Value[] => {
    const values = new Array<Value>(rows)
    for (let row = 0; row < rows; row++) values[row] = isNull(row) ? null : make(row)
    return values
  }
  switch (kind) {
    case BOOL: {
      const bytes = reader.bytes(rows)
      return each((row) => bytes[row] === 1)
    }
    case INT32: {
      const values = reader.int32s(rows)
      return nulls === undefined ? values : each((row) => values[row]!)
    }
    case FLOAT: {
      const values = reader.floats(rows)
      return nulls === undefined ? values : each((row) => values[row]!)
    }
    case INT64: {
      const halves = reader.int32s(rows * 2)
      const make = int8Maker(halves, options.int8 ?? 'auto', field.name)
      return each(make)
    }
    case TEXT: {
      const length = reader.u32()
      const ends = reader.uint32s(rows)
      const text = decoder.decode(reader.bytes(length))
      const slice = (row: number): string => text.slice(row === 0 ? 0 : ends[row - 1]!, ends[row]!)
      const make = textMaker(field.dataTypeID, options)
      return make === undefined ? each(slice) : each((row) => make(slice(row)))
    }
    case BYTES: {
      const length = reader.u32()
      const ends = reader.uint32s(rows)
      const bytes = reader.bytes(length)
      return each((row) => bytes.slice(row === 0 ? 0 : ends[row - 1]!, ends[row]!))
    }
    default:
      throw malformed()
  }
}

function int8Maker(halves: Int32Array, mode: Int8Mode, column: string): (row: number) => Value {
  const wide = (row: number): bigint => (BigInt(halves[row * 2 + 1]!) << 32n) | BigInt(halves[row * 2]! >>> 0)
  if (mode === 'bigint') return wide
  if (mode === 'string') return (row) => wide(row).toString()
  return (row) => {
    const value = halves[row * 2 + 1]! * 4294967296 + (halves[row * 2]! >>> 0)
    if (Number.isSafeInteger(value)) return value
    if (mode === 'auto') return wide(row)
    const message = `${wide(row)} in column "${column}" is too large for a number; use int8: 'bigint'`
    throw new DecentError({ sqlstate: '22003', kind: 'statement', message, column })
  }
}

function arrays(columns: ColumnValues[], rows: number): Value[][] {
  const result = new Array<Value[]>(rows)
  for (let row = 0; row < rows; row++) {
    const values = new Array<Value>(columns.length)
    for (let i = 0; i < columns.length; i++) values[i] = columns[i]![row]!
    result[row] = values
  }
  return result
}

function objects(columns: ColumnValues[], head: Head): Row[] {
  const names = head.fields.map((field) => field.name)
  const result = new Array<Row>(head.rows)
  // Assigning to this one name would set the prototype.
  const special = names.includes('__proto__')
  for (let row = 0; row < head.rows; row++) {
    const object: Row = {}
    for (let i = 0; i < columns.length; i++) {
      const value = columns[i]![row]!
      if (special && names[i] === '__proto__') {
        Object.defineProperty(object, '__proto__', { value, configurable: true, enumerable: true, writable: true })
      } else object[names[i]!] = value
    }
    result[row] = object
  }
  return result
}

function malformed(): DecentError {
  return new DecentError({ sqlstate: 'XX000', kind: 'internal', message: 'the result frame is malformed' })
}

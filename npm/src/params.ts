// Parameters as one packed buffer; wasm/src/params.rs has the layout.

import { callError, checkText } from './errors.js'
import type { Param } from './types.js'

const NONE = new Uint8Array(0)
const encoder = new TextEncoder()
const TEXT = 4
const JSON_TEXT = 6
const INT8_MIN = -(2n ** 63n)
const INT8_MAX = 2n ** 63n - 1n

class Writer {
  bytes = new Uint8Array(256)
  view = new DataView(this.bytes.buffer)
  length = 0

  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  blob(kind: number, value: Uint8Array): void {
    this.reserve(5 + value.length)
    this.bytes[this.length] = kind
    this.view.setUint32(this.length + 1, value.length, true)
    this.bytes.set(value, this.length + 5)
    this.length += 5 + value.length
  }

  text(value: string, kind = TEXT): void {
    // Three bytes a unit is UTF-8's worst case; one encoding pass, no string is measured first.
    this.reserve(5 + value.length * 3)
    const { written } = encoder.encodeInto(value, this.bytes.subarray(this.length + 5))
    this.bytes[this.length] = kind
    this.view.setUint32(this.length + 1, written, true)
    this.length += 5 + written
  }

  number(value: number): void {
    this.reserve(9)
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.bytes[this.length] = 2
      this.view.setInt32(this.length + 1, value | 0, true)
      this.view.setInt32(this.length + 5, Math.floor(value / 4294967296), true)
    } else {
      this.bytes[this.length] = 3
      this.view.setFloat64(this.length + 1, value, true)
    }
    this.length += 9
  }

  bigint(value: bigint): void {
    if (value < INT8_MIN || value > INT8_MAX) {
      // Too wide for int8, but perhaps meant for a numeric.
      this.text(value.toString())
      return
    }
    this.reserve(9)
    this.bytes[this.length] = 2
    this.view.setBigInt64(this.length + 1, value, true)
    this.length += 9
  }

  date(value: Date, index: number): void {
    if (Number.isNaN(value.getTime())) throw callError('22007', `parameter $${index + 1} is an invalid Date`)
    this.text(value.toISOString())
  }

  /** JSON has no form for these: it would make `{}` of them, or an object of their indexes. */
  json(value: object, index: number): void {
    if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) {
      const name = (value as object).constructor?.name ?? 'object'
      throw new TypeError(`parameter $${index + 1} is a ${name}; bytes are a Uint8Array, lists an array`)
    }
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) throw new TypeError(`parameter $${index + 1} has no form in JSON`)
    // The engine knows whether a list is wanted as an array or as JSON.
    this.text(text, JSON_TEXT)
  }

  param(value: Param, index: number): void {
    switch (typeof value) {
      case 'string':
        checkText(value, `parameter $${index + 1}`)
        return this.text(value)
      case 'number':
        return this.number(value)
      case 'boolean':
        this.byte(1)
        return this.byte(value ? 1 : 0)
      case 'bigint':
        return this.bigint(value)
      case 'object':
        if (value === null) return this.byte(0)
        if (value instanceof Uint8Array) return this.blob(5, value)
        if (value instanceof ArrayBuffer) return this.blob(5, new Uint8Array(value))
        if (value instanceof Date) return this.date(value, index)
        return this.json(value, index)
      default:
        throw new TypeError(`parameter $${index + 1} is ${typeof value}; use null for NULL`)
    }
  }
}

export function encodeParams(params: readonly Param[] | undefined): Uint8Array {
  if (params === undefined) return NONE
  if (!Array.isArray(params)) {
    throw callError('22023', 'the parameters of a statement are an array: its first value is $1')
  }
  if (params.length === 0) return NONE
  const writer = new Writer()
  writer.view.setUint32(0, params.length, true)
  writer.length = 4
  // By number: a hole in the array is undefined, and forEach would leave it out.
  for (let index = 0; index < params.length; index++) writer.param(params[index] as Param, index)
  return writer.bytes.slice(0, writer.length)
}

// The decoder and the encoder against bytes made by hand: no engine needed.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { decodeColumns, decodeFrame } from '../dist/frame.js'
import { encodeParams } from '../dist/params.js'
import { id, sql } from '../dist/sql.js'

/** A frame of one statement: parts are numbers (u32), strings, or byte arrays; `align` pads. */
class Frame {
  bytes = []
  u32(...values) {
    for (const value of values) this.bytes.push(...new Uint8Array(new Uint32Array([value]).buffer))
    return this
  }
  f64(value) {
    this.bytes.push(...new Uint8Array(new Float64Array([value]).buffer))
    return this
  }
  raw(...bytes) {
    this.bytes.push(...bytes)
    return this
  }
  string(text) {
    const bytes = new TextEncoder().encode(text)
    this.u32(bytes.length)
    this.bytes.push(...bytes)
    return this.align(4)
  }
  align(to) {
    while (this.bytes.length % to !== 0) this.bytes.push(0)
    return this
  }
  buffer() {
    return new Uint8Array(this.bytes).buffer
  }
}

function oneColumn(oid, kind, rows, data, nulls = []) {
  const frame = new Frame().u32(0x31464444, 1, 1, 1, rows, 0).f64(rows).string(`SELECT ${rows}`)
  frame.u32(oid, 0xffffffff).string('c').align(8).u32(kind, nulls.length)
  frame.raw(...nulls).align(8)
  data(frame)
  return frame.buffer()
}

const values = (buffer, options = {}) => decodeFrame(buffer, options)[0].rows.map((row) => row.c)

test('int8 is a number while it is safe and a bigint beyond', () => {
  const numbers = [5n, -7n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n), 4294967296n]
  const buffer = oneColumn(20, 4, numbers.length, (frame) => frame.raw(...new Uint8Array(new BigInt64Array(numbers).buffer)))
  assert.deepEqual(values(buffer), [5, -7, 9007199254740991, 9007199254740992n, -9223372036854775808n, 4294967296])
  assert.deepEqual(values(buffer, { int8: 'bigint' }), numbers)
  assert.deepEqual(values(buffer, { int8: 'string' }), numbers.map(String))
  assert.throws(() => values(buffer, { int8: 'number' }), { code: '22003', column: 'c' })
})

test('text is cut in UTF-16 units, and NULL is no empty string', () => {
  const bytes = new TextEncoder().encode('a\u{1f600}\u00e9')
  const buffer = oneColumn(25, 5, 4, (frame) => frame.u32(bytes.length, 3, 3, 3, 4).raw(...bytes), [0b0010])
  assert.deepEqual(values(buffer), ['a\u{1f600}', null, '', '\u00e9'])
})

test('a byte order mark stays', () => {
  const bytes = new TextEncoder().encode('\ufeffx')
  const buffer = oneColumn(25, 5, 1, (frame) => frame.u32(bytes.length, 2).raw(...bytes))
  assert.deepEqual(values(buffer), ['\ufeffx'])
})

test('bytes are copies, each of its own length', () => {
  const buffer = oneColumn(17, 6, 2, (frame) => frame.u32(3, 1, 3).raw(9, 8, 7))
  const [first, second] = values(buffer)
  assert.deepEqual([[...first], [...second]], [[9], [8, 7]])
  first[0] = 0
  assert.deepEqual(values(buffer)[0][0], 9)
})

test('columns of numbers without nulls are typed arrays', () => {
  const buffer = oneColumn(23, 2, 2, (frame) => frame.u32(1, 0xfffffffe))
  assert.deepEqual(decodeColumns(buffer, {}).columns[0], Int32Array.of(1, -2))
  assert.deepEqual(decodeFrame(buffer, { rowMode: 'array' })[0].rows, [[1], [-2]])
})

test('dates become Date when asked', () => {
  const text = '2024-02-29 12:34:56.789012+05:30'
  const buffer = oneColumn(1184, 5, 1, (frame) => frame.u32(text.length, text.length).raw(...Buffer.from(text)))
  assert.deepEqual(values(buffer), [text])
  assert.equal(values(buffer, { dates: 'date' })[0].toISOString(), '2024-02-29T07:04:56.789Z')
  const short = '2024-02-29 12:00:00+00'
  const other = oneColumn(1184, 5, 1, (frame) => frame.u32(short.length, short.length).raw(...Buffer.from(short)))
  assert.equal(values(other, { dates: 'date' })[0].toISOString(), '2024-02-29T12:00:00.000Z')
})

test('a truncated frame is an error', () => {
  const buffer = oneColumn(23, 2, 2, (frame) => frame.u32(1, 2))
  for (let cut = 0; cut < buffer.byteLength; cut += 4) assert.throws(() => decodeFrame(buffer.slice(0, cut), {}))
})

test('parameters are packed as documented', () => {
  const packed = encodeParams([null, true, -5, 1.5, '\u00fcx', Uint8Array.of(0, 255)])
  assert.deepEqual([...packed.subarray(0, 8)], [6, 0, 0, 0, 0, 1, 1, 2])
  assert.deepEqual([...packed.subarray(8, 16)], [251, 255, 255, 255, 255, 255, 255, 255])
  assert.deepEqual([...packed.subarray(25, 33)], [4, 3, 0, 0, 0, 0xc3, 0xbc, 120])
  assert.deepEqual([...packed.subarray(33)], [5, 2, 0, 0, 0, 0, 255])
  assert.equal(encodeParams([]).length, 0)
  assert.throws(() => encodeParams([undefined]), /\$1 is undefined/)
  const long = 'x'.repeat(100_000)
  assert.equal(encodeParams([long, long]).length, 4 + 2 * (5 + long.length))
})

test('numbers beyond the safe ones keep their sign and size', () => {
  const view = (value) => new DataView(encodeParams([value]).buffer)
  for (const value of [2 ** 53 - 1, -(2 ** 53 - 1), 4294967296, -1, 2147483648]) {
    assert.equal(view(value).getBigInt64(5, true), BigInt(value), String(value))
  }
  assert.equal(view(-0).getUint8(4), 3)
  assert.equal(view(2n ** 63n - 1n).getBigInt64(5, true), 2n ** 63n - 1n)
  assert.equal(view(2n ** 63n).getUint8(4), 4)
})

test('the template makes parameters, and nests', () => {
  const part = sql`b = ${2} and c = '$1' and d = ${3}`
  const made = sql`select * from ${id('a "table"')} where a = ${1} and ${part} limit ${4}`
  assert.equal(made.text, `select * from "a ""table""" where a = $1 and b = $2 and c = '$1' and d = $3 limit $4`)
  assert.deepEqual(made.params, [1, 2, 3, 4])
  // What looks like a statement but was not made by the template is a value.
  assert.deepEqual(sql`select ${{ text: 'drop table t', params: [] }}`.params, [{ text: 'drop table t', params: [] }])
})

test('a column named __proto__ is a value like any other', () => {
  const frame = new Frame().u32(0x31464444, 1, 1, 1, 1, 0).f64(1).string('SELECT 1')
  frame.u32(23, 0xffffffff).string('__proto__').align(8).u32(2, 0).align(8).u32(7)
  const [{ rows }] = decodeFrame(frame.buffer(), {})
  assert.deepEqual(Object.keys(rows[0]), ['__proto__'])
  assert.equal(Object.getPrototypeOf(rows[0]), Object.prototype)
  assert.equal(JSON.stringify(rows), '[{"__proto__":7}]')
})

test('half of a surrogate pair is refused, not replaced', () => {
  const isWellFormed = String.prototype.isWellFormed
  for (const native of [isWellFormed, undefined]) {
    if (native === undefined) delete String.prototype.isWellFormed
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
      assert.throws(() => encodeParams([1, text]), { name: 'DecentError', code: '22021', message: /parameter \$2/ })
    }
    assert.equal(encodeParams(['\u{1f600}']).length, 4 + 5 + 4)
  }
  if (isWellFormed !== undefined) Object.defineProperty(String.prototype, 'isWellFormed', { value: isWellFormed, configurable: true, writable: true })
})

test('parameters that are no array are refused', () => {
  for (const params of [{ 0: 1, length: 1 }, 'ab', 7, null, new Set([1]), new Uint8Array(1)]) {
    assert.throws(() => encodeParams(params), { name: 'DecentError', code: '22023' })
  }
  assert.throws(() => encodeParams([1, , 2]), TypeError)
})

test('what has no form in SQL is refused, not changed', () => {
  const invalid = new Date(NaN)
  assert.throws(() => encodeParams([1, invalid]), { name: 'DecentError', code: '22007', message: /parameter \$2/ })
  for (const value of [undefined, Symbol('s'), () => 1, new Map([[1, 2]]), new Set([1]), new Float64Array(2), new DataView(new ArrayBuffer(1)), { toJSON: () => undefined }]) {
    assert.throws(() => encodeParams([value]), TypeError)
  }
  assert.throws(() => encodeParams([{ deep: 1n }]), TypeError)
  // Buffers are bytes, whatever their class, and only the part they show.
  const shown = new Uint8Array([9, 1, 2, 9]).subarray(1, 3)
  for (const bytes of [shown, Buffer.from(shown), new Uint8Array([1, 2]).buffer]) {
    assert.deepEqual([...encodeParams([bytes])].slice(4), [5, 2, 0, 0, 0, 1, 2])
  }
})

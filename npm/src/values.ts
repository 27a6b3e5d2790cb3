// Values that come as text: dates, JSON, lists. Which, the type says; everything else stays as it is.

import type { DecodeOptions, Value } from './types.js'

type Make = (text: string) => Value

const BOOL = 16
const BYTEA = 17
const INT8 = 20
const DATE = 1082
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
const JSONS: readonly number[] = [114, 3802]
const NUMBERS: readonly number[] = [21, 23, 26, 700, 701]

/** PostgreSQL's numbers of the types of lists, and of their elements. */
const LISTS: ReadonlyMap<number, number> = new Map([
  [1000, BOOL], [1001, BYTEA], [1003, 19], [1005, 21], [1007, 23], [1009, 25], [1014, 1042], [1015, 1043], [1016, INT8],
  [1021, 700], [1022, 701], [1028, 26], [1115, TIMESTAMP], [1182, DATE], [1183, 1083], [1185, TIMESTAMPTZ], [1187, 1186],
  [1231, 1700], [1270, 1266], [199, 114], [2951, 2950], [3807, 3802],
])

/** What makes a value of the text of one, if it is not to stay text. */
export function textMaker(oid: number, options: DecodeOptions): Make | undefined {
  if (JSONS.includes(oid)) return (text) => JSON.parse(text) as Value
  const element = LISTS.get(oid)
  if (element !== undefined) {
    const make = elementMaker(element, options)
    return (text) => readList(text, make)
  }
  return options.dates === 'date' ? dateMaker(oid) : undefined
}

function elementMaker(oid: number, options: DecodeOptions): Make {
  if (oid === BOOL) return (text) => text === 't'
  if (NUMBERS.includes(oid)) return Number
  if (oid === BYTEA) return (text) => Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  if (oid === INT8) {
    if (options.int8 === 'string') return (text) => text
    if (options.int8 === 'bigint') return BigInt
    return (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))
  }
  return textMaker(oid, options) ?? ((text) => text)
}

function dateMaker(oid: number): Make | undefined {
  switch (oid) {
    case DATE:
      return (text) => new Date(`${text}T00:00:00Z`)
    case TIMESTAMP:
      return (text) => new Date(`${text.replace(' ', 'T')}Z`)
    case TIMESTAMPTZ:
      return (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)(:\d\d)?$/, (_, hours, minutes) => hours + (minutes ?? ':00')))
    default:
      return undefined
  }
}

/** `{1,NULL,"a \"b\""}`, nested for more dimensions; bounds before it (`[0:1]={..}`) are no concern of a list's. */
function readList(text: string, make: Make): Value[] {
  const token = /[{},]|"((?:[^"\\]|\\.)*)"|[^{},"]+/gsy
  token.lastIndex = text.indexOf('{')
  const open: Value[][] = []
  for (;;) {
    const found = token.exec(text)
    if (found === null) throw new SyntaxError(`not a list: ${text}`)
    const [whole, quoted] = found
    if (whole === '{') open.push([])
    else if (whole === '}') {
      const closed = open.pop() as Value[]
      const parent = open.at(-1)
      if (parent === undefined) return closed
      parent.push(closed)
    } else if (quoted !== undefined) open.at(-1)?.push(make(quoted.replace(/\\(.)/gs, '$1')))
    else if (whole !== ',') open.at(-1)?.push(whole === 'NULL' ? null : make(whole))
  }
}

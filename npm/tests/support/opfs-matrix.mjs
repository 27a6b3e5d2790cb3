// Every kind of call that the bindings make with every kind of fault that a browser's files can have.
//
// A life without faults says which call is what; then the same life runs again with one fault at one call. What
// the caller heard is noted, and whatever becomes of the browser then, nothing acknowledged may be missing.

import { FakeOpfs } from './fake-opfs.mjs'
import { openHere } from './real-engine.mjs'

const UNITS = 10
const SEGMENT_BYTES = 256 << 10
/** Calls tried per cell and life. */
const CALLS_PER_CELL = 4

const isRead = (call) => call.startsWith('read')
const isFlush = (call) => call.startsWith('flush')
const isName = (call) => ['create a file', 'take a handle', 'grow the file', 'close: empty the log'].includes(call)

export const CALLS = [
  'create a file', 'take a handle', 'read the pointer', 'write the pointer', 'flush the pointer',
  'read a slot at opening', 'read in recovery', 'reserve log space', 'write the log', 'flush the log', 'read the log',
  'grow the file', 'write a page', 'flush the pages', 'write a slot', 'flush a slot', 'read a page',
  'close: empty the log', 'flush the empty log',
]

/** What browsers do: the fault for a call of so many bytes, whether it stays, and for which calls it is meant. */
export const FAULTS = [
  { name: 'an exception, once', at: () => 'UnknownError' },
  { name: 'an exception, from then on', at: () => 'UnknownError', stays: true },
  { name: 'QuotaExceededError, once', at: () => 'QuotaExceededError', excuse: (call) => isRead(call) && 'r' },
  { name: 'QuotaExceededError, from then on', at: () => 'QuotaExceededError', stays: true, excuse: (call) => isRead(call) && 'r' },
  { name: 'Chromium\'s 4294967288', at: () => 4294967288, excuse: (call) => (isRead(call) && 'r') || bytesOnly(call) },
  { name: 'Firefox\'s short count', at: (length) => length >> 1, stays: true, excuse: bytesOnly },
  { name: 'a short count, once', at: (length) => length >> 1, excuse: bytesOnly },
  { name: 'more than asked', at: (length) => length + 1, excuse: bytesOnly },
  { name: 'a count of nothing', at: () => 0, stays: true, excuse: bytesOnly },
  { name: 'takes ten seconds', at: () => undefined, slow: true },
  { name: 'power cut, torn', at: () => ({ does: 'cut' }) },
  { name: 'fails and marks clean', at: () => ({ does: 'clean' }), excuse: (call) => !isFlush(call) && 'f' },
  { name: 'says ok, is lost', at: () => ({ does: 'lost' }), lies: true, excuse: (call) => (isRead(call) && 'r') || (isName(call) && 'm') },
  { name: 'another place', at: () => ({ does: 'elsewhere' }), lies: true, excuse: bytesOnly },
  { name: 'a bit is wrong', at: () => ({ does: 'flip' }), lies: true, excuse: bytesOnly },
  { name: 'handle lost, from then on', at: () => 'InvalidStateError', stays: true },
]

function bytesOnly(call) {
  return (isFlush(call) || isName(call)) && 'n'
}

/** A letter for a cell that cannot be, as in docs/FAULTS.md. */
export const excuseOf = (call, fault) => fault.excuse?.(call) || undefined

const bodyBytes = (id) => (id % 4) * 30_000 + 300
const body = (id) => 'x'.repeat(bodyBytes(id))

/** The rows that are there; an error if one of them is not what was written. */
async function idsOf(db) {
  const { rows } = await db.query('SELECT id, body FROM t ORDER BY id')
  for (const row of rows) {
    if (row.body !== body(row.id)) throw Object.assign(new Error(`row ${row.id} is not whole`), { code: 'WRONG' })
  }
  return rows.map((row) => row.id)
}

/** A life from the first opening, or with what an earlier one left: commits, checkpoints, reads, a close. */
async function live(opfs, { fresh, close = true, phase = {} }) {
  opfs.install()
  const units = Array.from({ length: UNITS }, (_, index) => index + 1)
  const known = {
    made: !fresh, acked: new Set(fresh ? [] : units), attempted: new Set(fresh ? [] : units),
    first: undefined, poisoned: false, unreadable: false,
  }
  const heard = async (promise) => {
    try {
      return { value: await promise }
    } catch (error) {
      known.first ??= error.code ?? error.name
      return undefined
    }
  }
  phase.now = 'opening'
  const db = (await heard(openHere('matrix', { cacheBytes: 64 << 10 })))?.value
  phase.now = 'life'
  if (db === undefined) return known
  const look = async () => {
    const seen = await heard(idsOf(db))
    if (seen === undefined) known.unreadable = true
    else for (const id of known.acked) known.unreadable ||= !seen.value.includes(id)
    const state = await db.query('SELECT poisoned FROM sys.durability').catch(() => undefined)
    known.poisoned ||= state !== undefined && state.rows[0].poisoned !== null
  }
  if (fresh) known.made = (await heard(db.exec('CREATE TABLE t (id int PRIMARY KEY, body text)'))) !== undefined
  for (const id of fresh ? units : [101, 102, 103]) {
    known.attempted.add(id)
    if (await heard(db.query('INSERT INTO t VALUES ($1, $2)', [id, body(id)]))) known.acked.add(id)
    if (id === 4 || id === 8) await heard(db.checkpoint())
    if (id === 6 || id > 100) await look()
  }
  await look()
  phase.now = 'closing'
  if (close) await heard(db.close())
  return known
}

/** What a call is for; nothing for one that is not in the table. */
function purpose({ kind, name, at, length }, phase, before) {
  const log = name.endsWith('-wal')
  const opening = phase === 'opening'
  const slot = !log && (at === 0 || at === 16384)
  if (kind === 'create') return 'create a file'
  if (kind === 'open') return 'take a handle'
  if (name === 'current') return kind === 'truncate' ? undefined : `${kind} the pointer`
  if (kind === 'truncate') {
    if (opening) return 'create a file'
    return log ? 'close: empty the log' : 'grow the file'
  }
  if (kind === 'read') {
    if (opening) return slot ? 'read a slot at opening' : 'read in recovery'
    return log ? 'read the log' : 'read a page'
  }
  if (kind === 'write') {
    if (!log) return slot ? 'write a slot' : 'write a page'
    if (at === 0) return 'create a file'
    return length === SEGMENT_BYTES ? 'reserve log space' : 'write the log'
  }
  if (log) return before.emptied ? 'flush the empty log' : 'flush the log'
  return before.slot ? 'flush a slot' : 'flush the pages'
}

/** The calls of a life without faults, each with what it is for. */
async function callsOf(opfs, fresh) {
  const calls = []
  const phase = {}
  const before = { slot: false, emptied: false }
  opfs.fault = (number, kind, name, length, at) => {
    const call = { number, kind, name, length, at }
    calls.push({ ...call, use: purpose(call, phase.now, before) })
    if (name.endsWith('-wal')) before.emptied = kind === 'truncate'
    else if (kind === 'write' && name !== 'current') before.slot = at === 0 || at === 16384
  }
  const known = await live(opfs, { fresh, phase })
  if (known.first !== undefined) throw new Error(`the life without faults hears ${known.first}`)
  return calls
}

/** Numbers between 0 and 1, always the same. */
function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Whatever became of the browser: what was acknowledged is there, what is there was attempted, all whole. */
async function examine(opfs, known, fault, what) {
  opfs.install()
  const fail = (words) => {
    throw new Error(`${what}: ${words}`)
  }
  let db
  try {
    db = await openHere('matrix')
  } catch (error) {
    // Where the medium lies, a refusal is an answer: damage of the files, or of the pointer to them (58030).
    if (fault.lies && ['XX001', '58030'].includes(error.code)) return
    fail(`does not open: ${error.code} ${error.message}`)
  }
  try {
    const wrong = await db.verify().catch((error) => [error.message])
    let ids
    try {
      ids = await idsOf(db)
    } catch (error) {
      if (error.code === 'WRONG') fail(error.message)
      if (error.code === '42P01' && (!known.made || fault.lies)) return
      if (fault.lies && wrong.length > 0) return
      fail(`does not read: ${error.code} ${error.message}`)
    }
    if (wrong.length > 0 && !fault.lies) fail(`verify: ${wrong.join('; ')}`)
    const foreign = ids.find((id) => !known.attempted.has(id))
    if (foreign !== undefined) fail(`row ${foreign} comes from nowhere`)
    const missing = [...known.acked].find((id) => !ids.includes(id))
    if (missing !== undefined && !fault.lies) fail(`row ${missing} was acknowledged and is gone`)
  } finally {
    await db.close().catch(() => {})
  }
}

/** Runs one life with one fault and looks at what it leaves; adds to the cell what callers heard. */
async function runCell(base, fresh, call, fault, cell, clock) {
  const what = `${fault.name} at ${call.use}, call ${call.number} (${call.kind} of ${call.name} at ${call.at})`
  const opfs = base.copy()
  let hit = false
  opfs.fault = (number, kind, name, length, at) => {
    if (number === call.number) {
      if (kind !== call.kind || name !== call.name || at !== call.at) throw new Error(`${what}: the life is another one`)
      hit = true
      if (fault.slow) clock.late += 10_000
      return fault.at(length)
    }
    // What stays is the device's trouble: every later call of this kind has it.
    return hit && fault.stays && kind === call.kind ? fault.at(length) : undefined
  }
  const known = await live(opfs, { fresh })
  if (!hit) throw new Error(`${what}: the fault was never reached`)
  if (!fault.lies && ['XX000', 'XX001', 'WRONG'].includes(known.first)) throw new Error(`${what}: callers hear ${known.first}`)
  if (known.first === 'WRONG') throw new Error(`${what}: a row that was never written`)
  cell.runs++
  cell.errors.add(known.first ?? 'none')
  cell.poisoned.add(known.poisoned)
  cell.readable.add(!known.unreadable)
  const ends = [['kill'], ['power'], ['power', 1], ['power', 2]]
  for (const [how, seed] of fault.at(8)?.does === 'cut' ? ends.slice(1) : ends) {
    const after = opfs.copy()
    const random = seeded(seed ?? 0)
    after.crash(how, seed === undefined ? undefined : () => random() < 0.5)
    await examine(after, known, fault, `${what}, ${how} ${seed ?? ''}`)
  }
}

/** Every cell as `{ call, fault, runs, errors, poisoned, readable }`. */
export async function runMatrix() {
  const clock = { late: 0 }
  const now = performance.now.bind(performance)
  Object.defineProperty(performance, 'now', { value: () => now() + clock.late, configurable: true, writable: true })
  const cells = []
  for (const call of CALLS) {
    for (const fault of FAULTS) {
      if (excuseOf(call, fault)) continue
      cells.push({ call, fault, runs: 0, errors: new Set(), poisoned: new Set(), readable: new Set() })
    }
  }
  const unclosed = new FakeOpfs()
  await live(unclosed, { fresh: true, close: false })
  unclosed.crash('kill')
  const closed = new FakeOpfs()
  await live(closed, { fresh: true })
  for (const [base, fresh] of [[new FakeOpfs(), true], [unclosed, false], [closed, false]]) {
    const calls = await callsOf(base.copy(), fresh)
    for (const cell of cells) {
      const mine = calls.filter((call) => call.use === cell.call)
      const step = Math.max(1, Math.ceil(mine.length / CALLS_PER_CELL))
      for (let at = 0; at < mine.length; at += step) await runCell(base, fresh, mine[at], cell.fault, cell, clock)
    }
  }
  delete performance.now
  return cells
}

const words = (set) => (set.has(true) && set.has(false) ? 'some' : set.has(true) ? 'yes' : 'no')

/** The two tables of docs/FAULTS.md. */
export function tables(cells) {
  const names = FAULTS.map((fault) => fault.name)
  const lines = [`| | ${names.join(' | ')} |`, `|---|${'---|'.repeat(names.length)}`]
  for (const call of CALLS) {
    const marks = FAULTS.map((fault) => excuseOf(call, fault) ?? (cells.some((cell) => cell.call === call && cell.fault === fault && cell.runs > 0) ? '+' : '?'))
    lines.push(`| ${call} | ${marks.join(' | ')} |`)
  }
  lines.push('', '| call | fault | first error | poisoned | reads go on |', '|---|---|---|---|---|')
  for (const { call, fault, errors, poisoned, readable } of cells) {
    lines.push(`| ${call} | ${fault.name} | ${[...errors].sort().join(', ')} | ${words(poisoned)} | ${words(readable)} |`)
  }
  return lines.join('\n')
}

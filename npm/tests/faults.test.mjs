// The real glue and engine over an OPFS that lies, fails and crashes: no browser needed.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FakeOpfs } from './support/fake-opfs.mjs'
import { openHere } from './support/real-engine.mjs'

const open = (options = {}) => openHere('faulty', options)

/** Inserts rows until one fails or `count` are in; answers the acknowledged ones and the error. */
async function insertRows(db, count) {
  const acked = []
  for (let i = 0; i < count; i++) {
    try {
      await db.query('INSERT INTO t VALUES ($1, $2)', [i, `row ${i}`])
      acked.push(i)
    } catch (error) {
      return { acked, error }
    }
  }
  return { acked, error: undefined }
}

async function rowsOf(db) {
  const { rows } = await db.query('SELECT id FROM t ORDER BY id')
  return rows.map((row) => row.id)
}

async function fresh() {
  const opfs = new FakeOpfs()
  opfs.install()
  const db = await open()
  await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)')
  return { opfs, db }
}

/** Every acknowledged row is there, and what is there is a prefix of what was tried. */
function checkRows(present, acked, what) {
  assert.deepEqual(present.slice(0, acked.length), acked, what)
  assert.ok(present.length <= acked.length + 1, `${what}: ${present.length} rows of ${acked.length} acknowledged`)
}

const FAULTS = [
  ['a full quota as Chromium reports it', 'write', 4294967288, /quota is full/],
  ['a short count', 'write', 100, /100 of \d+ bytes were moved/],
  ['a count of nothing', 'write', 0, /0 of \d+ bytes were moved/],
  ['a QuotaExceededError', 'write', 'QuotaExceededError', /QuotaExceededError/],
  ['a lost handle', 'write', 'InvalidStateError', /InvalidStateError/],
  ['a failed flush', 'flush', 'InvalidStateError', /sync of .* failed/],
]

for (const [name, kind, fault, words] of FAULTS) {
  test(`${name} fails the commit, keeps what was acknowledged, and a reopen mends it`, async () => {
    const { opfs, db } = await fresh()
    const before = await insertRows(db, 5)
    assert.equal(before.error, undefined)
    opfs.fault = (_, operation) => (operation === kind ? fault : undefined)
    const error = await db.query('INSERT INTO t VALUES (5, NULL)').then(() => undefined, (error) => error)
    assert.ok(error !== undefined, 'the insert was acknowledged')
    assert.equal(error.name, 'DecentError', error.stack)
    // The commit's bytes may be there or not: nobody can know before the file is opened again.
    assert.equal(error.code, '08007', error.message)
    assert.match(error.message, words)
    const next = await db.query('INSERT INTO t VALUES (6, NULL)').then(() => undefined, (error) => error)
    assert.ok(next !== undefined, 'a poisoned database took another commit')
    // Reading goes on.
    assert.deepEqual(await rowsOf(db), before.acked)
    opfs.fault = () => undefined
    await db.close().catch(() => {})
    opfs.crash('kill')
    const again = await open()
    checkRows(await rowsOf(again), before.acked, name)
    assert.deepEqual(await again.verify(), [])
    await again.query('INSERT INTO t VALUES (100, NULL)')
    await again.close()
  })
}

for (const how of ['kill', 'power']) {
  test(`every operation can be the last one (${how}): acknowledged rows survive`, async () => {
    const ROWS = 12
    let points = 0
    for (let last = 1; ; last += 3) {
      const opfs = new FakeOpfs()
      opfs.install()
      // The browser is gone after operation `last`: this and all later ones fail.
      opfs.fault = (operation) => (operation > last ? 'InvalidStateError' : undefined)
      let acked = []
      let created = false
      let done = false
      const db = await open().catch(() => undefined)
      if (db !== undefined) {
        created = await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)').then(() => true, () => false)
        if (created) {
          const result = await insertRows(db, ROWS)
          acked = result.acked
          done = result.error === undefined
        }
        await db.close().catch(() => (done = false))
      }
      opfs.crash(how)
      const again = await open()
      const present = await rowsOf(again).catch((error) => {
        assert.equal(error.code, '42P01', error.message)
        assert.equal(created, false, `the table is gone after operation ${last}`)
        return []
      })
      checkRows(present, acked, `after operation ${last}`)
      assert.deepEqual(await again.verify(), [], `after operation ${last}`)
      await again.close()
      points++
      if (done && opfs.operations <= last) break
      assert.ok(last < 5000, 'the script never ended')
    }
    assert.ok(points > 10, `only ${points} crash points`)
  })
}

test('two engines cannot have the same database', async () => {
  const { opfs, db } = await fresh()
  const error = await open().then(() => undefined, (error) => error)
  assert.equal(error?.storage, 'AlreadyOpen')
  assert.equal(error?.code, '55006')
  await db.close()
  const again = await open()
  await again.close()
  assert.ok(opfs.operations > 0)
})

test('a missing database is an error when it shall not be created', async () => {
  new FakeOpfs().install()
  const error = await open({ create: false }).then(() => undefined, (error) => error)
  assert.equal(error?.storage, 'NotFound')
  assert.equal(error?.code, '58P01')
})

test('no OPFS is an error, and never a database in memory', async () => {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  const error = await open().then(() => undefined, (error) => error)
  assert.equal(error?.storage, 'Unavailable')
})

test('a crash at any operation of an import leaves the old database or the new one, whole', async () => {
  const source = await fresh()
  await source.db.exec("INSERT INTO t SELECT n, 'new' FROM (VALUES (1000), (1001), (1002)) AS v (n)")
  const bytes = await source.db.export()
  await source.db.close()
  let sawOld = false
  let sawNew = false
  for (let last = 1; ; last += 2) {
    const { opfs, db } = await fresh()
    await db.query("INSERT INTO t VALUES (1, 'old')")
    const start = opfs.operations
    opfs.fault = (operation) => (operation > start + last ? 'InvalidStateError' : undefined)
    const imported = await db.import(bytes).then(() => true, () => false)
    opfs.crash('power')
    const again = await open()
    const present = await rowsOf(again)
    assert.deepEqual(await again.verify(), [])
    await again.close()
    if (present.length === 1) sawOld = true
    else sawNew = true
    assert.deepEqual(present, present.length === 1 ? [1] : [1000, 1001, 1002], `after operation ${last}`)
    if (imported) {
      assert.equal(present.length, 3, 'the import was acknowledged')
      break
    }
    assert.ok(last < 5000, 'the import never ended')
  }
  assert.ok(sawOld && sawNew)
})

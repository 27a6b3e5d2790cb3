// The package in Chromium: what a page relies on.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'

import { launch, newProfile, openPage, servePackage } from './support/browser.mjs'

let profile, server, context, page

before(async () => {
  profile = newProfile()
  server = await servePackage()
  context = await launch(profile)
})

after(async () => {
  await context?.close().catch(() => {})
  await server?.close()
  profile?.remove()
})

beforeEach(async () => {
  await page?.close().catch(() => {})
  page = await openPage(context, server)
})

test('rows survive the end of the browser', async () => {
  const count = await page.evaluate(async () => {
    const db = await decentdb.open('survivor')
    await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)')
    for (let i = 0; i < 20; i++) await db.query('INSERT INTO t VALUES ($1, $2)', [i, `name ${i}`])
    // Not closed on purpose: an acknowledged row needs no farewell.
    return 20
  })
  await context.close()
  context = await launch(profile)
  page = await openPage(context, server)
  const { rows, faults } = await page.evaluate(async () => {
    const db = await decentdb.open('survivor', { create: false })
    const { rows } = await db.query('SELECT id, name FROM t ORDER BY id')
    const faults = await db.verify()
    await db.close()
    return { rows, faults }
  })
  assert.equal(rows.length, count)
  assert.deepEqual(rows[7], { id: 7, name: 'name 7' })
  assert.deepEqual(faults, [])
})

test('a browser that crashes keeps every acknowledged row', async () => {
  const acked = []
  await page.exposeFunction('ack', (id) => acked.push(id))
  await page.evaluate(async () => {
    const db = await decentdb.open('crashed')
    await db.exec('CREATE TABLE t (id int PRIMARY KEY)')
    void (async () => {
      for (let i = 0; ; i++) {
        await db.query('INSERT INTO t VALUES ($1)', [i])
        void ack(i)
      }
    })()
  })
  while (acked.length < 30) await new Promise((resolve) => setTimeout(resolve, 10))
  const session = await context.newCDPSession(page)
  await session.send('Browser.crash').catch(() => {})
  await context.close().catch(() => {})
  context = await launch(profile)
  page = await openPage(context, server)
  const present = await page.evaluate(async () => {
    const db = await decentdb.open('crashed')
    const { rows } = await db.query('SELECT id FROM t ORDER BY id', [], { rowMode: 'array' })
    await db.close()
    return rows.flat()
  })
  assert.ok(acked.length >= 30)
  for (const id of acked) assert.ok(present.includes(id), `row ${id} was acknowledged and is gone`)
})

test('a worker that is terminated in the middle of inserts keeps every acknowledged row', async () => {
  const rounds = await page.evaluate(async () => {
    const rounds = []
    for (let round = 0; round < 5; round++) {
      let worker
      const make = () => (worker = new Worker('/dist/worker.js', { type: 'module' }))
      const db = await decentdb.open('terminated', { worker: make })
      await db.exec('CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, round int)')
      const acked = []
      let next = 0
      await new Promise((resolve) => {
        // Always 30 on their way: Chromium lets a terminated worker finish what it has received.
        const insert = () => {
          const id = round * 10000 + next++
          db.query('INSERT INTO t VALUES ($1, $2)', [id, round]).then(() => {
            acked.push(id)
            if (acked.length < 40 + round * 17) return insert()
            worker.terminate()
            resolve()
          }, () => {})
        }
        for (let i = 0; i < 30; i++) insert()
      })
      const seen = [...acked]
      const again = await decentdb.open('terminated')
      const { rows } = await again.query('SELECT id FROM t WHERE round = $1 ORDER BY id', [round], { rowMode: 'array' })
      const faults = await again.verify()
      await again.close()
      rounds.push({ seen, present: rows.flat(), faults })
    }
    return rounds
  })
  for (const { seen, present, faults } of rounds) {
    assert.deepEqual(present.slice(0, seen.length), seen)
    assert.deepEqual(faults, [])
    assert.ok(present.length <= seen.length + 30, `${present.length} rows of ${seen.length} acknowledged`)
  }
})

test('a second opener gets a clear error, and its turn after close', async () => {
  const other = await openPage(context, server)
  const error = await page.evaluate(async () => {
    window.db = await decentdb.open('single')
    await window.db.exec('CREATE TABLE t (id int)')
  }).then(() => other.evaluate(() => caught(() => decentdb.open('single', { lockTimeout: 300 }))))
  assert.equal(error.storage, 'AlreadyOpen')
  assert.equal(error.code, '55006')
  assert.match(error.message, /another tab or worker/)
  // The second tab waits while the first one closes.
  const waiting = other.evaluate(async () => {
    const db = await decentdb.open('single')
    const { rowCount } = await db.query('SELECT * FROM t')
    await db.close()
    return rowCount
  })
  await page.evaluate(() => window.db.close())
  assert.equal(await waiting, 0)
  await other.close()
})

test('errors carry the fields of PostgreSQL', async () => {
  const errors = await page.evaluate(async () => {
    const db = await decentdb.open('errors')
    await db.exec('CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE t (id int CONSTRAINT t_key PRIMARY KEY, n int NOT NULL, p int REFERENCES parent)')
    await db.query('INSERT INTO t VALUES (1, 1)')
    const errors = {
      unique: await caught(() => db.query('INSERT INTO t VALUES ($1, 2)', [1])),
      notNull: await caught(() => db.query('INSERT INTO t (id) VALUES (2)')),
      foreign: await caught(() => db.query('INSERT INTO t VALUES (3, 3, 9)')),
      syntax: await caught(() => db.query('SELECT 1 FRM t')),
      column: await caught(() => db.query('SELECT nam FROM t')),
      division: await caught(() => db.query('SELECT 1 / 0')),
      name: await caught(() => decentdb.open('../etc')),
      instance: await db.query('SELECT 1 / 0').catch((error) => error instanceof decentdb.DecentError && error instanceof Error),
    }
    await db.close()
    errors.closed = await caught(() => db.query('SELECT 1'))
    return errors
  })
  assert.equal(errors.unique.code, '23505')
  assert.equal(errors.unique.constraint, 't_key')
  assert.equal(errors.unique.table, 't')
  assert.equal(errors.unique.kind, 'constraint')
  assert.equal(errors.unique.detail, 'Key (id)=(1) already exists.')
  assert.equal(errors.notNull.code, '23502')
  assert.equal(errors.notNull.column, 'n')
  assert.equal(errors.foreign.code, '23503')
  assert.equal(errors.syntax.code, '42601')
  assert.ok(errors.syntax.position > 0)
  assert.equal(errors.column.code, '42703')
  assert.equal(errors.column.position, 8)
  assert.equal(errors.division.code, '22012')
  assert.equal(errors.name.storage, 'InvalidName')
  assert.equal(errors.instance, true)
  assert.equal(errors.closed.code, '08003')
})

test('values of every type come back as they went in', async () => {
  const row = await page.evaluate(async () => {
    const db = await decentdb.open('types', { storage: 'memory' })
    await db.exec(`CREATE TABLE t (id int PRIMARY KEY, b boolean, s smallint, i integer, l bigint, r real, d double precision,
      n numeric(30, 10), x text, v varchar(10), y bytea, a date, ts timestamp, tz timestamptz, u uuid)`)
    const params = [
      1, true, -32768, 2147483647, 9007199254740993n, 0.1, 1e300, '12345678901234567890.0123456789', 'gr\u00fc\u00df \u{1f600}', 'short',
      Uint8Array.of(0, 1, 255), '2024-02-29', '2024-02-29 12:34:56.789012', new Date('2024-02-29T12:34:56.789Z'),
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    ]
    await db.query(`INSERT INTO t VALUES (${params.map((_, i) => `$${i + 1}`).join(', ')})`, params)
    await db.query('INSERT INTO t (id) VALUES (2)')
    const { rows, fields, command, rowCount } = await db.query('SELECT * FROM t ORDER BY id')
    await db.close()
    return {
      first: { ...rows[0], l: String(rows[0].l), lType: typeof rows[0].l, y: [...rows[0].y] },
      second: rows[1],
      types: fields.map((field) => field.dataTypeID),
      command,
      rowCount,
    }
  })
  assert.deepEqual(row.first, {
    id: 1, b: true, s: -32768, i: 2147483647, l: '9007199254740993', lType: 'bigint', r: 0.1, d: 1e300,
    n: '12345678901234567890.0123456789', x: 'gr\u00fc\u00df \u{1f600}', v: 'short', y: [0, 1, 255], a: '2024-02-29',
    ts: '2024-02-29 12:34:56.789012', tz: '2024-02-29 12:34:56.789+00', u: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  })
  for (const [name, value] of Object.entries(row.second)) assert.equal(value, name === 'id' ? 2 : null, name)
  assert.deepEqual(row.types, [23, 16, 21, 23, 20, 700, 701, 1700, 25, 1043, 17, 1082, 1114, 1184, 2950])
  assert.equal(row.command, 'SELECT')
  assert.equal(row.rowCount, 2)
})

test('a transaction commits, rolls back on a throw, and keeps others waiting', async () => {
  const seen = await page.evaluate(async () => {
    const db = await decentdb.open('transactions', { storage: 'memory' })
    await db.exec('CREATE TABLE t (id int PRIMARY KEY)')
    const count = async (on = db) => (await on.query('SELECT count(*) AS n FROM t')).rows[0].n
    const seen = {}
    seen.value = await db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (1)')
      return 'value'
    })
    seen.thrown = await caught(() => db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (2)')
      throw new Error('mine')
    }))
    seen.afterThrow = await count()
    // A call from outside waits until the transaction is over, and sees all of it.
    const order = []
    const transaction = db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (3)')
      await new Promise((resolve) => setTimeout(resolve, 50))
      await tx.query('INSERT INTO t VALUES (4)')
      order.push('transaction')
    })
    const outside = count().then((n) => (order.push('outside'), n))
    const next = db.transaction(async (tx) => (order.push('next'), count(tx)))
    await transaction
    seen.outside = await outside
    seen.next = await next
    seen.order = order
    // A savepoint undoes its part only.
    await db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (5)')
      await caught(() => tx.transaction(async (part) => {
        await part.query('INSERT INTO t VALUES (6)')
        await part.query('INSERT INTO t VALUES (1)')
      }))
      await tx.query('INSERT INTO t VALUES (7)')
    })
    seen.ids = (await db.query('SELECT id FROM t ORDER BY id', [], { rowMode: 'array' })).rows.flat()
    // An error that the callback swallows still fails the transaction, and says so.
    seen.swallowed = await caught(() => db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (1)').catch(() => {})
    }))
    seen.idle = await caught(() => db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (8)')
      await new Promise((resolve) => setTimeout(resolve, 400))
      await tx.query('INSERT INTO t VALUES (9)')
    }, { idleTimeout: 50 }))
    let kept
    await db.transaction(async (tx) => void (kept = tx))
    seen.late = await caught(() => kept.query('SELECT 1'))
    seen.end = await count()
    await db.close()
    return seen
  })
  assert.equal(seen.value, 'value')
  assert.equal(seen.thrown.message, 'mine')
  assert.equal(seen.afterThrow, 1)
  assert.equal(seen.outside, 3)
  assert.equal(seen.next, 3)
  assert.deepEqual(seen.order, ['transaction', 'outside', 'next'])
  assert.deepEqual(seen.ids, [1, 3, 4, 5, 7])
  assert.equal(seen.swallowed.code, '25P02')
  assert.equal(seen.idle.code, '25P03')
  assert.equal(seen.late.code, '25000')
  assert.equal(seen.end, 5)
})

test('prepared statements run again and again', async () => {
  const seen = await page.evaluate(async () => {
    const db = await decentdb.open('prepared')
    await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)')
    const insert = await db.prepare('INSERT INTO t VALUES ($1, $2)')
    for (let i = 0; i < 10; i++) await insert.run([i, `n${i}`])
    const find = await db.prepare('SELECT name FROM t WHERE id = $1')
    const names = []
    for (const i of [3, 9, 99]) names.push((await find.run([i])).rows[0]?.name)
    // Exporting closes and opens the database below it.
    await db.export()
    names.push((await find.run([4])).rows[0].name)
    const types = find.parameterTypeIDs
    const fields = find.fields
    await find.finalize()
    await find.finalize()
    const error = await caught(() => find.run([1]))
    await db.close()
    return { names, types, fields, error }
  })
  assert.deepEqual(seen.names, ['n3', 'n9', undefined, 'n4'])
  assert.deepEqual(seen.types, [23])
  assert.deepEqual(seen.fields, [{ name: 'name', dataTypeID: 25, modifier: -1 }])
  assert.equal(seen.error.code, '26000')
})

test('a long query gives way to a cancel and to a timeout', async () => {
  const seen = await page.evaluate(async () => {
    const db = await decentdb.open('cancel', { storage: 'memory' })
    await db.exec('CREATE TABLE n (i int)')
    await db.query(`INSERT INTO n VALUES ${Array.from({ length: 1000 }, (_, i) => `(${i})`).join(',')}`)
    const long = 'SELECT count(*) FROM n a, n b, n c WHERE a.i + b.i + c.i = -1'
    const timed = async (options) => {
      const start = performance.now()
      const error = await caught(() => db.query(long, [], options))
      return { code: error?.code, message: error?.message, millis: performance.now() - start }
    }
    const timeout = await timed({ timeout: 100 })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const aborted = await timed({ signal: controller.signal })
    const before = await timed({ signal: AbortSignal.abort() })
    const after = (await db.query('SELECT count(*) AS n FROM n')).rows[0].n
    await db.close()
    return { timeout, aborted, before, after }
  })
  assert.equal(seen.timeout.code, '57014')
  assert.match(seen.timeout.message, /statement timeout/)
  assert.equal(seen.aborted.code, '57014')
  assert.equal(seen.before.code, '57014')
  for (const { millis } of [seen.timeout, seen.aborted]) assert.ok(millis < 2000, `gave way after ${millis} ms`)
  assert.equal(seen.after, 1000)
})

test('each durable commit is one flush', async () => {
  const { flushes, writes, bytes, readFlushes } = await page.evaluate(async () => {
    const db = await decentdb.open('flushes')
    await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)')
    const insert = await db.prepare('INSERT INTO t VALUES ($1, $2)')
    await insert.run([0, 'first'])
    const before = await db.ioCounts()
    for (let i = 1; i <= 100; i++) await insert.run([i, `row number ${i}`])
    const after = await db.ioCounts()
    for (let i = 0; i < 20; i++) await db.query('SELECT * FROM t WHERE id = $1', [i])
    const end = await db.ioCounts()
    await db.close()
    return {
      flushes: after.flushes - before.flushes,
      writes: after.writes - before.writes,
      bytes: after.writtenBytes - before.writtenBytes,
      readFlushes: end.flushes - after.flushes,
    }
  })
  console.log(`100 durable inserts: ${flushes} flushes, ${writes} writes, ${bytes} bytes`)
  assert.ok(flushes >= 100, 'a commit was acknowledged without a flush')
  assert.ok(flushes <= 110, `${flushes} flushes for 100 commits`)
  assert.equal(readFlushes, 0)
})

test('what is exported can be imported, and a damaged file cannot', async () => {
  const seen = await page.evaluate(async () => {
    const db = await decentdb.open('exporter')
    await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)')
    for (let i = 0; i < 300; i++) await db.query('INSERT INTO t VALUES ($1, $2)', [i, `name ${i}`])
    const bytes = await db.export()
    await db.query('DELETE FROM t')
    const other = await decentdb.open('importer')
    await other.exec('CREATE TABLE old (id int)')
    await other.import(bytes)
    const { rows } = await other.query('SELECT count(*) AS n, max(name) AS last FROM t')
    const damaged = bytes.slice()
    for (let at = 0; at < damaged.length; at += 512) damaged[at] ^= 0xff
    const error = await caught(() => other.import(damaged))
    const kept = (await other.query('SELECT count(*) AS n FROM t')).rows[0].n
    const old = await caught(() => other.query('SELECT * FROM old'))
    const inTransaction = await caught(() => other.exec('BEGIN').then(() => other.export()))
    await other.exec('ROLLBACK')
    await other.close()
    const again = await decentdb.open('importer', { create: false })
    const reopened = (await again.query('SELECT count(*) AS n FROM t')).rows[0].n
    await again.close()
    await db.close()
    await decentdb.remove('importer')
    const removed = await caught(() => decentdb.open('importer', { create: false }))
    return { rows, error, kept, old, inTransaction, reopened, removed, magic: [...bytes.subarray(0, 8)] }
  })
  assert.deepEqual(seen.rows, [{ n: 300, last: 'name 99' }])
  assert.ok(seen.error !== undefined, 'a damaged file was taken')
  assert.equal(seen.kept, 300)
  assert.equal(seen.old.code, '42P01')
  assert.equal(seen.inTransaction.code, '25001')
  assert.equal(seen.reopened, 300)
  assert.equal(seen.removed.storage, 'NotFound')
})

test('an engine that panics is dead, says so, and comes back', async () => {
  const seen = await page.evaluate(async () => {
    const db = await decentdb.open('panic', { worker: () => new Worker('/tests/support/panic-worker.js', { type: 'module' }) })
    await db.exec('CREATE TABLE t (id int PRIMARY KEY)')
    await db.query('INSERT INTO t VALUES (1)')
    const pending = caught(() => db.verify().then(() => undefined))
    const queued = caught(() => db.query('SELECT 1'))
    const seen = { panic: await pending, queued: await queued, later: await caught(() => db.query('SELECT 1')) }
    await db.close()
    const again = await decentdb.open('panic')
    seen.rows = (await again.query('SELECT * FROM t')).rows
    await again.close()
    return seen
  })
  assert.equal(seen.panic.kind, 'dead')
  assert.match(seen.panic.detail, /provoked by a test/)
  assert.equal(seen.queued.kind, 'dead')
  assert.equal(seen.later.kind, 'dead')
  assert.deepEqual(seen.rows, [{ id: 1 }])
})

test('a script is one transaction and answers each statement', async () => {
  const seen = await page.evaluate(async () => {
    const db = await decentdb.open('script', { storage: 'memory' })
    const results = await db.exec("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); SELECT id FROM t ORDER BY id;")
    const failed = await caught(() => db.exec('INSERT INTO t VALUES (3); SELECT 1 / 0'))
    const { rows } = await db.query('SELECT count(*) AS n FROM t')
    const tagged = await db.query(decentdb.sql`SELECT id FROM ${decentdb.id('t')} WHERE id = ${2}`)
    const columns = await db.columns('SELECT id FROM t ORDER BY id')
    await db.close()
    return {
      commands: results.map((result) => [result.command, result.rowCount]),
      rows: results[2].rows, failed, n: rows[0].n, tagged: tagged.rows, columns: [...columns.columns[0]],
    }
  })
  assert.deepEqual(seen.commands, [['CREATE TABLE', 0], ['INSERT', 2], ['SELECT', 2]])
  assert.deepEqual(seen.rows, [{ id: 1 }, { id: 2 }])
  assert.equal(seen.failed.code, '22012')
  assert.equal(seen.n, 2)
  assert.deepEqual(seen.tagged, [{ id: 2 }])
  assert.deepEqual(seen.columns, [1, 2])
})

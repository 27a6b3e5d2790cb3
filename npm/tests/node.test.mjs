// The package in Node.js: databases in memory.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { open } from 'decentdb'

test('a database in memory works in Node.js', async () => {
  const db = await open('scratch', { storage: 'memory' })
  await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text)')
  await db.transaction(async (tx) => {
    for (let i = 0; i < 5; i++) await tx.query('INSERT INTO t VALUES ($1, $2)', [i, `name ${i}`])
  })
  const { rows } = await db.query('SELECT * FROM t WHERE id > $1 ORDER BY id', [2])
  assert.deepEqual(rows, [{ id: 3, name: 'name 3' }, { id: 4, name: 'name 4' }])
  const status = await db.status()
  assert.deepEqual([status.storage, status.barrier], ['memory', 'none'])
  const bytes = await db.export()
  const other = await open('copy', { storage: 'memory' })
  await other.import(bytes)
  assert.equal((await other.query('SELECT count(*) AS n FROM t')).rows[0].n, 5)
  await other.close()
  await db.close()
  await db.close()
  await assert.rejects(db.query('SELECT 1'), { code: '08003' })
})

test('memory is never chosen for you', async () => {
  await assert.rejects(open('durable'), { storage: 'Unavailable' })
})

/** A database in memory with one table of one row. */
async function withTable() {
  const db = await open('scratch', { storage: 'memory' })
  await db.exec('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)')
  const ids = async () => (await db.query('SELECT id FROM t ORDER BY id')).rows.map((row) => row.id)
  return { db, ids }
}

test('a transaction that a statement inside has ended rejects', async () => {
  const { db, ids } = await withTable()
  const gone = { code: '25P01', message: 'the transaction was ended by a statement inside it' }
  await assert.rejects(db.transaction(async (tx) => {
    await tx.query('INSERT INTO t VALUES (2)')
    await tx.query('rollback')
  }), gone)
  await assert.rejects(db.transaction(async (tx) => {
    await tx.query('INSERT INTO t VALUES (3)')
    await tx.query('/* done */ commit')
    await tx.query('INSERT INTO t VALUES (4)')
  }), gone)
  await assert.rejects(db.transaction(async (tx) => void (await tx.exec('ROLLBACK; BEGIN; INSERT INTO t VALUES (5)'))), gone)
  await db.query('ROLLBACK')
  await assert.rejects(db.transaction(async (tx) => {
    await tx.query('rollback')
    throw new Error('mine')
  }), { message: 'mine' })
  assert.deepEqual(await ids(), [1, 3, 4])
  await db.close()
})

test('a transaction inside the caller\u2019s own BEGIN is a part of it', async () => {
  const { db, ids } = await withTable()
  await db.query('begin')
  await db.transaction(async (tx) => void (await tx.query('INSERT INTO t VALUES (2)')))
  await assert.rejects(db.transaction(async (tx) => {
    await tx.query('INSERT INTO t VALUES (3)')
    throw new Error('undo this part')
  }), { message: 'undo this part' })
  assert.deepEqual(await ids(), [1, 2])
  await db.query('rollback')
  assert.deepEqual(await ids(), [1], 'the caller\u2019s rollback undoes what was a part of it')
  await db.close()
})

test('a nested transaction is undone alone, and rejects when it was ended from inside', async () => {
  const { db, ids } = await withTable()
  await db.transaction(async (tx) => {
    await tx.transaction(async (part) => void (await part.query('INSERT INTO t VALUES (2)')))
    await assert.rejects(tx.transaction(async (part) => void (await part.query('INSERT INTO t VALUES (1)'))), { code: '23505' })
    await tx.transaction(async (part) => {
      await assert.rejects(part.query('INSERT INTO t VALUES (1)'), { code: '23505' })
    }).then(() => assert.fail('it had failed'), (error) => assert.equal(error.code, '25P02'))
    await tx.query('SAVEPOINT s')
    await assert.rejects(tx.transaction(async (part) => void (await part.query('ROLLBACK TO s'))), { code: '25P01' })
    await tx.query('INSERT INTO t VALUES (3)')
  })
  assert.deepEqual(await ids(), [1, 2, 3])
  await db.close()
})

test('parameters are neither rounded nor mended', async () => {
  const { db, ids } = await withTable()
  await assert.rejects(db.query('INSERT INTO t VALUES ($1)', [1.5]), { code: '22P02' })
  await db.query('INSERT INTO t VALUES ($1)', [2.0])
  await assert.rejects(db.query('SELECT $1::text', ['a\0b']), { code: '22021' })
  assert.deepEqual(await ids(), [1, 2])
  const { rows } = await db.query('SELECT 7 AS "__proto__", 8 AS a')
  assert.deepEqual([Object.keys(rows[0]), Object.getOwnPropertyDescriptor(rows[0], '__proto__').value], [['__proto__', 'a'], 7])
  await db.close()
})

test('memory takes the names that files can have', async () => {
  for (const name of ['', 'a/b', '..', 'x'.repeat(65), '\u00e4']) {
    await assert.rejects(open(name, { storage: 'memory' }), { storage: 'InvalidName' })
  }
})

test('an import says what it was given', async () => {
  const { db, ids } = await withTable()
  const message = 'the imported bytes are not a DecentDB database'
  for (const bytes of [new Uint8Array(0), new Uint8Array(100), new Uint8Array(1 << 20), new TextEncoder().encode('SQLite format 3'.repeat(4096))]) {
    await assert.rejects(db.import(bytes), { code: 'XX001', message })
  }
  const whole = await db.export()
  await assert.rejects(db.import(whole.slice(0, whole.length >> 1)), { code: 'XX001' })
  assert.deepEqual(await ids(), [1], 'what was there stays')
  await db.close()
})

test('a closed database refuses everything, and closes twice', async () => {
  const { db } = await withTable()
  const statement = await db.prepare('SELECT id FROM t')
  const [first, second] = [db.close(), db.close()]
  await Promise.all([first, second])
  await db.close()
  const closed = { name: 'DecentError', code: '08003' }
  for (const call of [
    () => db.query('SELECT 1'), () => db.exec('SELECT 1'), () => db.prepare('SELECT 1'), () => statement.run(),
    () => db.transaction(async () => {}), () => db.export(), () => db.import(new Uint8Array(1)), () => db.verify(),
    () => db.checkpoint(), () => db.status(), () => db.ioCounts(),
  ]) {
    await assert.rejects(call(), closed, call.toString())
  }
  await statement.finalize()
})

test('calls that were made before close are answered', async () => {
  const { db } = await withTable()
  const asked = [1, 2, 3].map((n) => db.query('SELECT $1::int AS n', [n]))
  await db.close()
  const answers = await Promise.all(asked)
  assert.deepEqual(answers.map(({ rows }) => rows[0].n), [1, 2, 3])
})

test('values go in and come out as they are', async () => {
  const { db } = await withTable()
  const one = async (sql, value) => Object.values((await db.query(sql, [value])).rows[0])[0]
  assert.equal(await one('SELECT $1::int8 AS v', 9007199254740993n), 9007199254740993n)
  assert.equal(await one('SELECT $1::int8 AS v', 5n), 5)
  assert.equal(await one('SELECT $1::numeric AS v', 123456789012345678901234567890n), '123456789012345678901234567890')
  await assert.rejects(one('SELECT $1::int8 AS v', 1n << 63n), { code: '22003' })
  await assert.rejects(one('SELECT $1::int4 AS v', 1n << 40n), { code: '22003' })
  assert.ok(Object.is(await one('SELECT $1::float8 AS v', -0), -0))
  assert.ok(Number.isNaN(await one('SELECT $1::float8 AS v', NaN)))
  assert.equal(await one('SELECT $1::float8 AS v', Infinity), Infinity)
  assert.deepEqual(await one('SELECT $1::bytea AS v', new Uint8Array([0, 255])), new Uint8Array([0, 255]))
  assert.equal(await one('SELECT $1::timestamptz = timestamptz \'2020-02-03 04:05:06.789Z\' AS v', new Date('2020-02-03T04:05:06.789Z')), true)
  assert.deepEqual(JSON.parse(await one('SELECT $1::text AS v', { a: [1, null] })), { a: [1, null] })
  assert.equal(await one('SELECT $1::text IS NULL AS v', null), true)
  await assert.rejects(one('SELECT $1::text AS v', undefined), TypeError)
  await db.close()
})

test('time zones have the rules that Intl knows', async () => {
  const db = await open('zones', { storage: 'memory' })
  const shown = async (sql) => Object.values((await db.query(sql)).rows[0])
  await db.exec("SET timezone = 'europe/berlin'")
  assert.deepEqual(await shown('SHOW timezone'), ['Europe/Berlin'])
  const at = (text) => shown(`SELECT '${text}'::timestamptz::text`)
  assert.deepEqual(await at('2024-01-01 12:00'), ['2024-01-01 12:00:00+01'])
  assert.deepEqual(await at('2024-07-01 12:00'), ['2024-07-01 12:00:00+02'])
  assert.deepEqual(await at('2024-03-31 02:30'), ['2024-03-31 03:30:00+02'], 'a time that clocks skip')
  assert.deepEqual(await at('2024-10-27 02:30'), ['2024-10-27 02:30:00+01'], 'a time that clocks show twice')
  assert.deepEqual(await at('2024-03-31 00:59:59+00'), ['2024-03-31 01:59:59+01'])
  assert.deepEqual(await at('2024-03-31 01:00:00+00'), ['2024-03-31 03:00:00+02'])
  assert.deepEqual(await at('1890-01-01 00:00'), ['1890-01-01 00:00:00+00:53:28'], 'before standard time')
  assert.deepEqual(await at('2024-07-01 12:00 America/New_York'), ['2024-07-01 18:00:00+02'])
  assert.deepEqual(await shown("SELECT ('2024-07-01 12:00+00'::timestamptz AT TIME ZONE 'asia/kolkata')::text"),
    ['2024-07-01 17:30:00'])
  assert.deepEqual(await shown("SELECT to_char('2024-07-01 12:00+00'::timestamptz, 'HH24:MI TZ OF')"), ['14:00 CEST +02'])
  assert.deepEqual(await shown("SELECT ('2024-03-30 12:00'::timestamptz + interval '1 day')::text"), ['2024-03-31 12:00:00+02'])
  await assert.rejects(db.query("SET timezone = 'Mars/Olympus'"), { code: '22023' })
  await db.close()
})

test('an engine that ended takes the open databases along, not the next one', () => {
  const script = fileURLToPath(new URL('./support/dead.mjs', import.meta.url))
  const printed = execFileSync(process.execPath, ['--stack-size=200', script], { encoding: 'utf8' })
  const dead = 'dead XX000 the database engine stopped; what it held in memory is gone'
  assert.deepEqual(printed.trim().split('\n'), ['1', dead, dead, dead, '3'])
})

test('lists and objects are values, both ways', async () => {
  const db = await open('lists', { storage: 'memory' })
  await db.exec("CREATE TABLE t (id int PRIMARY KEY, a int[], s text[], j jsonb, k json); CREATE TYPE mood AS ENUM ('sad', 'ok')")
  const texts = ['a,b', 'c"d', '\\', null, 'NULL', '', '{x}', ' y ', 'ü\n']
  const object = { a: [1, null, { b: 'ü"' }], c: {} }
  await db.query('INSERT INTO t VALUES (1, $1, $2, $3, $4)', [[1, null, -3], texts, object, [1, 'x']])
  await db.query('INSERT INTO t VALUES (2, $1, $2, $3, $4)', [[], [], [], 'null'])
  const { rows } = await db.query('SELECT * FROM t ORDER BY id')
  assert.deepEqual(rows, [
    { id: 1, a: [1, null, -3], s: texts, j: object, k: [1, 'x'] },
    { id: 2, a: [], s: [], j: [], k: null },
  ])
  const ids = await db.query('SELECT id FROM t WHERE id = ANY($1)', [[2, 7]])
  assert.deepEqual(ids.rows, [{ id: 2 }])
  const one = async (sql, params, options) => (await db.query(`SELECT ${sql} AS x`, params, options)).rows[0].x
  assert.deepEqual(await one('$1::int[]', [[[1, 2], [3, 4]]]), [[1, 2], [3, 4]])
  assert.deepEqual(await one("'[0:1]={5,6}'::int[]"), [5, 6])
  assert.deepEqual(await one('$1::bool[]', [[true, false]]), [true, false])
  assert.deepEqual(await one('$1::numeric[]', [[1.5, '2.50']]), ['1.5', '2.50'])
  assert.deepEqual(await one('$1::bigint[]', [[1, 2n ** 60n].map(String)]), [1, 2n ** 60n])
  assert.deepEqual(await one('$1::bigint[]', [['1']], { int8: 'bigint' }), [1n])
  assert.deepEqual(await one('$1::float8[]', [[0.5, 'NaN']]), [0.5, NaN])
  assert.deepEqual(await one("ARRAY['\\x01ff'::bytea]"), [new Uint8Array([1, 255])])
  assert.deepEqual(await one("ARRAY[date '2020-02-03']", [], { dates: 'date' }), [new Date('2020-02-03T00:00:00Z')])
  assert.deepEqual(await one('$1::jsonb[]', [[{ a: 1 }, [2]].map((item) => JSON.stringify(item))]), [{ a: 1 }, [2]])
  assert.deepEqual(await one('$1::mood[]', ['{ok,sad}']), '{ok,sad}')
  assert.equal(await one('$1::text', [{ a: 1 }]), '{"a":1}')
  await assert.rejects(one('$1::int[]', [[[1, 2], [3]]]), { code: '22P02' })
  await assert.rejects(one('$1::int[]', [{ a: 1 }]), { code: '22P02' })
  await assert.rejects(one('$1::int', [[1]]), { code: '22P02' })
  await db.close()
})

test('values of the wrong kind are refused where they come in', async () => {
  const db = await open('wrong', { storage: 'memory' })
  for (const value of [undefined, null, 5, {}, [], Symbol('s')]) {
    await assert.rejects(db.exec(value), TypeError)
    await assert.rejects(db.query(value), TypeError)
    await assert.rejects(db.prepare(value), TypeError)
    await assert.rejects(db.import(value), TypeError)
    await assert.rejects(db.transaction(value), TypeError)
    await assert.rejects(open(value, { storage: 'memory' }), TypeError)
  }
  await assert.rejects(open('wrong', { storage: 'memory', durability: 'most' }), TypeError)
  await assert.rejects(open('wrong', { storage: 'memory', cacheBytes: '1 MB' }), TypeError)
  await assert.rejects(open('wrong', { storage: 'memory', lockTimeout: NaN }), TypeError)
  assert.deepEqual((await db.query('SELECT 1 AS x')).rows, [{ x: 1 }])
  await db.close()
})

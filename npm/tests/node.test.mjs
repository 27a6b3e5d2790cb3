// The package in Node.js: databases in memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'

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

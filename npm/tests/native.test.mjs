// One file format: what a browser exports opens natively, and the other way round. The browser runs on OPFS.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { launch, newProfile, openPage, packageDir, servePackage } from './support/browser.mjs'

const rootDir = join(packageDir, '..')
const ROWS = 2000
let profile, server, context, page, folder, command

/** The native command: built already by whoever builds the project, else built now. */
function nativeCommand() {
  const target = process.env.CARGO_TARGET_DIR ?? join(rootDir, 'target')
  const built = ['release', 'debug'].map((name) => join(target, name, 'decentdb')).find((path) => existsSync(path))
  if (built !== undefined) return built
  execFileSync('cargo', ['build', '--quiet', '-p', 'decentdb-cli'], { cwd: rootDir, stdio: 'inherit' })
  return join(target, 'debug', 'decentdb')
}

const native = (file, sql) => execFileSync(command, ['--csv', file, '-c', sql], { encoding: 'utf8' }).trim().split(/\r?\n/)

before(async () => {
  command = nativeCommand()
  folder = mkdtempSync(join(tmpdir(), 'decentdb-native-'))
  profile = newProfile()
  server = await servePackage()
  context = await launch(profile)
  page = await openPage(context, server)
})

after(async () => {
  await context?.close()
  await server?.close()
  profile?.remove()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

test('a database written in the browser opens natively', async () => {
  const base64 = await page.evaluate(async (rows) => {
    const db = await decentdb.open('outward')
    await db.exec('CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, amount numeric(12, 3), at timestamptz, raw bytea); CREATE INDEX ON t (name)')
    await db.transaction(async (tx) => {
      const insert = await tx.prepare('INSERT INTO t VALUES ($1, $2, $3, $4, $5)')
      for (let i = 0; i < rows; i++) {
        await insert.run([i, `name \u00fc ${i}`, `${i}.125`, '2024-02-29 12:00:00+00', new Uint8Array(i % 50).fill(i)])
      }
    })
    await db.exec('CREATE TABLE long (id int PRIMARY KEY, body text)')
    await db.query('INSERT INTO long VALUES (1, $1)', ['long '.repeat(20_000)])
    await db.query('DELETE FROM t WHERE id % 10 = 3')
    const bytes = await db.export()
    await db.close()
    const blob = new Blob([bytes])
    return new Promise((resolve) => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result.split(',')[1])
      reader.readAsDataURL(blob)
    })
  }, ROWS)
  const file = join(folder, 'outward.ddb')
  writeFileSync(file, Buffer.from(base64, 'base64'))
  assert.equal(native(file, 'SELECT count(*), sum(amount), sum(length(raw)) FROM t')[1], `${ROWS - ROWS / 10},${expectedSum()},${expectedBytes()}`)
  assert.equal(native(file, "SELECT id FROM t WHERE name = 'name \u00fc 1998'")[1], '1998')
  assert.equal(native(file, 'SELECT length(body) FROM long')[1], '100000')
  // It is a database like any other: it takes more.
  native(file, "INSERT INTO t VALUES (5000, 'native', 1, NULL, NULL)")
  assert.equal(native(file, 'SELECT name FROM t WHERE id = 5000')[1], 'native')
})

const kept = Array.from({ length: ROWS }, (_, i) => i).filter((i) => i % 10 !== 3)
const expectedSum = () => kept.reduce((sum, i) => sum + i + 0.125, 0).toFixed(3)
const expectedBytes = () => kept.reduce((sum, i) => sum + (i % 50), 0)

test('a database written natively opens in the browser', async () => {
  const file = join(folder, 'inward.ddb')
  const values = Array.from({ length: ROWS }, (_, i) => `(${i}, 'n${i}')`).join(', ')
  native(file, `CREATE TABLE p (id int PRIMARY KEY, name text); INSERT INTO p VALUES ${values}; CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p); INSERT INTO c SELECT id, id FROM p WHERE id < 10`)
  const bytes = readFileSync(file)
  const seen = await page.evaluate(async (base64) => {
    const bytes = new Uint8Array(await (await fetch(`data:application/octet-stream;base64,${base64}`)).arrayBuffer())
    const db = await decentdb.open('inward')
    await db.import(bytes)
    const { rows } = await db.query('SELECT p.name FROM c JOIN p ON p.id = c.p ORDER BY c.id LIMIT 2')
    const count = (await db.query('SELECT count(*) AS n FROM p')).rows[0].n
    const error = await caught(() => db.query('INSERT INTO c VALUES (100, 999999)'))
    await db.query("INSERT INTO p VALUES (-1, 'browser')")
    const faults = await db.verify()
    await db.close()
    return { rows, count, error, faults }
  }, bytes.toString('base64'))
  assert.deepEqual(seen.rows, [{ name: 'n0' }, { name: 'n1' }])
  assert.equal(seen.count, ROWS)
  assert.equal(seen.error.code, '23503')
  assert.deepEqual(seen.faults, [])
})

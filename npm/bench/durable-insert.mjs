// A durable insert through the package against SQLite on opfs-sahpool, in one run of Chromium.
//
//   node bench/durable-insert.mjs [rounds] [inserts per round]
//
// Both engines run in a worker of their own and are called by messages from the page, one awaited insert at
// a time; SQLite in its fastest configuration that flushes each commit (exclusive, WAL, synchronous=FULL).
// Rounds alternate, so a busy machine slows both; the ratio is of the medians.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { launch, newProfile, openPage, servePackage } from '../tests/support/browser.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const rounds = Number(process.argv[2] ?? 12)
const inserts = Math.ceil(Number(process.argv[3] ?? 200) / 10) * 10

if (!existsSync(join(here, 'node_modules/@sqlite.org'))) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' })
}

const profile = newProfile()
const server = await servePackage()
const context = await launch(profile)
try {
  const page = await openPage(context, server)
  const result = await page.evaluate(
    async ({ rounds, inserts }) => {
      const sqlite = new Worker('/bench/sqlite-worker.js', { type: 'module' })
      const answers = []
      sqlite.onmessage = ({ data }) => (data.error ? answers.shift()?.reject(new Error(data.error)) : answers.shift()?.resolve(data))
      const ask = (message) => new Promise((resolve, reject) => (answers.push({ resolve, reject }), sqlite.postMessage(message)))
      const { version, modes } = await ask({ open: true })
      const db = await decentdb.open('bench')
      const schema = 'CREATE TABLE t (id int PRIMARY KEY, name text, amount double precision)'
      await db.exec(schema)
      const insert = await db.prepare('INSERT INTO t VALUES ($1, $2, $3)')
      const engines = {
        decentdb: (id) => insert.run([id, `row number ${id}`, id / 3]),
        sqlite: (id) => ask({ insert: [id, `row number ${id}`, id / 3] }),
      }
      const times = { decentdb: [], sqlite: [] }
      let id = 0
      // The browser's clock ticks every 100 us: ten inserts are timed together.
      const block = 10
      for (let round = 0; round <= rounds; round++) {
        const order = round % 2 ? ['decentdb', 'sqlite'] : ['sqlite', 'decentdb']
        const start = id
        for (const name of order) {
          id = start
          for (let i = 0; i < inserts; i += block) {
            const begun = performance.now()
            for (let j = 0; j < block; j++, id++) await engines[name](id)
            // The first round warms up.
            if (round > 0) times[name].push((performance.now() - begun) / block)
          }
        }
      }
      const counts = await db.ioCounts()
      const rows = (await db.query('SELECT count(*) AS n FROM t')).rows[0].n
      const sqliteRows = (await ask({ count: true })).count
      await db.close()
      return { version, modes, times, counts, rows, sqliteRows, expected: (rounds + 1) * inserts }
    },
    { rounds, inserts },
  )
  if (result.rows !== result.expected || result.sqliteRows !== result.expected) throw new Error('rows are missing')
  const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(values.length * q)]
  const line = (name, values) =>
    console.log(`${name.padEnd(34)} p10 ${us(quantile(values, 0.1))}  p50 ${us(quantile(values, 0.5))}  p95 ${us(quantile(values, 0.95))}`)
  const us = (millis) => `${Math.round(millis * 1000)} us`.padStart(9)
  line('decentdb', result.times.decentdb)
  line(`sqlite ${result.version} ${result.modes}`, result.times.sqlite)
  const { flushes, writes, writtenBytes } = result.counts
  const commits = result.expected
  console.log(`decentdb per commit: ${(flushes / commits).toFixed(2)} flushes, ${(writes / commits).toFixed(2)} writes, ${Math.round(writtenBytes / commits)} bytes`)
  const ratio = quantile(result.times.sqlite, 0.5) / quantile(result.times.decentdb, 0.5)
  console.log(`durable inserts per second: decentdb is ${ratio.toFixed(2)} times sqlite`)
} finally {
  await context.close()
  await server.close()
  profile.remove()
}

// Sudden ends: the browser is killed, workers are terminated, pages are reloaded, all in the middle of
// inserts. What was acknowledged is noted in this process, outside the browser.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'

import { launch, newProfile, openPage, servePackage } from './support/browser.mjs'

const KILLS = Number(process.env.KILLS ?? 50)
const TERMINATIONS = Number(process.env.TERMINATIONS ?? 50)
const RELOADS = Number(process.env.RELOADS ?? 20)

let profile, server, context

before(async () => {
  profile = newProfile()
  server = await servePackage()
})

after(async () => {
  await context?.close().catch(() => {})
  await server?.close()
  profile?.remove()
})

/** Kills every process of the browser that uses this profile, at once and without warning. */
function killBrowser(dir) {
  let killed = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--user-data-dir=${dir}`)) continue
      process.kill(Number(pid), 'SIGKILL')
      killed++
    } catch (error) {
      // A process may end between being listed and being read.
      if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error
    }
  }
  return killed
}

/** Lets the page insert numbers from `from` on until it is stopped; `ack(number)` is called in this process. */
function startInserts(page, from) {
  return page.evaluate(async (from) => {
    window.db = await decentdb.open('sudden')
    await db.exec('CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, half int, filler text); CREATE INDEX IF NOT EXISTS t_half ON t (half)')
    void (async () => {
      for (let id = from; ; id++) {
        // Several pages now and then: a commit of many frames is cut in more places.
        await db.query('INSERT INTO t VALUES ($1, $2, $3)', [id, id >> 1, 'x'.repeat(id % 7 === 0 ? 20_000 : 40)])
        void ack(id)
      }
    })().catch((error) => void failed(String(error)))
  }, from)
}

/** All ids that are there, and what `verify` finds. */
function readBack(page) {
  return page.evaluate(async () => {
    const db = await decentdb.open('sudden')
    const { rows } = await db.query('SELECT id FROM t ORDER BY id', [], { rowMode: 'array' })
    const faults = await db.verify()
    await db.close()
    return { present: rows.flat(), faults }
  })
}

/** Acknowledged rows are there, without a gap before or after them, and the file is whole; answers the next id. */
function check({ present, faults }, acked, what) {
  const there = new Set(present)
  const missing = acked.filter((id) => !there.has(id))
  assert.deepEqual(missing, [], `${what}: acknowledged rows are gone`)
  // Ids are inserted one after the other, so what is there is a beginning of them. The last acknowledgements
  // may not have left the browser: there may be more rows than this process knows of, never fewer.
  assert.deepEqual(present, present.map((_, index) => index), `${what}: a gap, or a row twice`)
  assert.deepEqual(faults, [], what)
  return present.length
}

async function until(condition, what) {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 60_000) throw new Error(`timeout: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test(`${KILLS} times SIGKILL of the browser in the middle of inserts`, async () => {
  const acked = []
  let next = 0
  for (let round = 0; round < KILLS; round++) {
    context = await launch(profile)
    const page = await openPage(context, server)
    if (round > 0) next = check(await readBack(page), acked, `round ${round}`)
    const goal = acked.length + 3 + (round * 7) % 23
    const failures = []
    await page.exposeFunction('ack', (id) => acked.push(id))
    await page.exposeFunction('failed', (message) => failures.push(message))
    await startInserts(page, next)
    await until(() => acked.length >= goal || failures.length > 0, `round ${round}`)
    assert.deepEqual(failures, [], `round ${round}`)
    assert.ok(killBrowser(profile.dir) > 0, 'no browser to kill')
    await context.close().catch(() => {})
  }
  context = await launch(profile)
  const page = await openPage(context, server)
  check(await readBack(page), acked, 'at the end')
  await context.close()
  assert.ok(acked.length >= KILLS * 3)
})

test(`${TERMINATIONS} times terminate() of the worker, ${RELOADS} quick reloads`, async () => {
  const own = newProfile()
  context = await launch(own)
  try {
    const acked = []
    let next = 0
    const failures = []
    let page = await openPage(context, server)
    const expose = async () => {
      await page.exposeFunction('ack', (id) => acked.push(id))
      await page.exposeFunction('failed', (message) => failures.push(message))
    }
    await expose()
    for (let round = 0; round < TERMINATIONS; round++) {
      const goal = acked.length + 1 + (round * 5) % 13
      await page.evaluate(() => {
        const Real = Worker
        window.Worker = class extends Real {
          constructor(...words) {
            super(...words)
            window.worker = this
          }
        }
      })
      await startInserts(page, next)
      await until(() => acked.length >= goal || failures.length > 0, `termination ${round}`)
      assert.deepEqual(failures, [])
      await page.evaluate(() => window.worker.terminate())
      // The calls that were on their way arrive before the answer to this one.
      next = check(await readBack(page), acked, `termination ${round}`)
    }
    for (let round = 0; round < RELOADS; round++) {
      const goal = acked.length + 1 + round % 5
      await startInserts(page, next)
      await until(() => acked.length >= goal || failures.length > 0, `reload ${round}`)
      assert.deepEqual(failures, [])
      await page.close()
      page = await openPage(context, server)
      await expose()
      next = check(await readBack(page), acked, `reload ${round}`)
    }
    assert.ok(acked.length >= TERMINATIONS + RELOADS)
  } finally {
    await context.close().catch(() => {})
    own.remove()
  }
})

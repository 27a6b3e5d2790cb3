// Drives headless Chromium through the page and ends with 0 if it does what it should.
//
//   node examples/browser/check.mjs [screenshot.png]

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { launch, newProfile } from '../../npm/tests/support/browser.mjs'
import { QUESTIONS } from './questions.js'
import { serveExample } from './server.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const DEADLINE_MILLIS = 120_000

/** The start of each answer; the native example prints the same. */
const ANSWERS = [
  ['Iron Maiden', '138.60', '140'],
  ['24', 'Love In An Elevator'],
  undefined,
  undefined,
  ['long'],
]

function checkQuestions() {
  const source = readFileSync(join(here, '../src/lib.rs'), 'utf8').replace(/\\\n\s*/g, '').replaceAll('\\"', '"')
  for (const { text, sql } of QUESTIONS) {
    assert.ok(source.includes(text), `examples/src/lib.rs does not ask: ${text}`)
    assert.ok(source.includes(sql.replaceAll('\n', ' ')), `examples/src/lib.rs asks otherwise: ${text}`)
  }
}

async function waitReady(page) {
  await page.waitForFunction(() => document.getElementById('state').dataset.state !== 'starting', undefined, { timeout: DEADLINE_MILLIS })
  const { state, words } = await page.evaluate(() => {
    const item = document.getElementById('state')
    return { state: item.dataset.state, words: item.textContent }
  })
  assert.equal(state, 'ready', words)
}

async function answer(page, start) {
  await page.evaluate(() => document.getElementById('result').replaceChildren())
  await start()
  await page.waitForFunction(() => document.getElementById('result').childElementCount > 0, undefined, { timeout: DEADLINE_MILLIS })
  return page.evaluate(() => ({
    error: document.querySelector('#result .error')?.textContent,
    rows: [...document.querySelectorAll('#result tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent)),
    timing: document.getElementById('timing').textContent,
  }))
}

checkQuestions()
const profile = newProfile()
const server = await serveExample(0)
let context
try {
  context = await launch(profile)
  let page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && console.error('page:', message.text()))
  await page.goto(`${server.url}/`)
  await waitReady(page)
  console.log((await page.locator('#facts').innerText()).replaceAll('\n', ' | '))
  for (const [index, question] of QUESTIONS.entries()) {
    const { error, rows, timing } = await answer(page, () => page.click(`#question-${index}`))
    assert.equal(error, undefined, question.text)
    assert.ok(rows.length > 0, `no answer: ${question.text}`)
    if (ANSWERS[index]) assert.deepEqual(rows[0].slice(0, ANSWERS[index].length), ANSWERS[index], question.text)
    console.log(`${question.text}  ${timing}`)
  }
  const type = async (sql) => answer(page, async () => {
    await page.fill('#sql', sql)
    await page.press('#sql', 'Control+Enter')
  })
  const wrong = await type('SELECT nonsense FROM track')
  assert.match(wrong.error ?? '', /42703/)
  assert.equal((await type("CREATE TABLE visitor (id int PRIMARY KEY, name text); INSERT INTO visitor VALUES (1, 'Ada')")).error, undefined)
  if (process.argv[2]) {
    await page.click('#question-0')
    await page.waitForSelector('#result tbody tr')
    await page.screenshot({ path: process.argv[2] })
  }
  // The browser goes, its profile stays: the row must be there.
  await context.close()
  context = await launch(profile)
  page = await context.newPage()
  await page.goto(`${server.url}/`)
  await waitReady(page)
  assert.deepEqual((await type('SELECT * FROM visitor')).rows, [['1', 'Ada']])
  console.log('the page answers, and keeps what was written over a restart of the browser')
} finally {
  await context?.close()
  await server.close()
  profile.remove()
}

// The fault matrix through the real bindings, on an OPFS in memory that answers as browsers do; docs/FAULTS.md says
// what callers hear. `DECENTDB_WRITE_FAULTS=1` writes that part of the page anew.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { runMatrix, tables } from './support/opfs-matrix.mjs'

const page = new URL('../../docs/FAULTS.md', import.meta.url)
const BEGIN = '<!-- Made by npm/tests/matrix.test.mjs. -->\n'
const END = '\n<!-- End of what npm/tests/matrix.test.mjs makes. -->'

test('every cell of the fault matrix on OPFS is reached and loses nothing', async () => {
  const cells = await runMatrix()
  const missed = cells.filter((cell) => cell.runs === 0).map(({ call, fault }) => `${call} / ${fault.name}`)
  const runs = cells.reduce((sum, cell) => sum + cell.runs, 0)
  console.log(`OPFS fault matrix: ${cells.length - missed.length} of ${cells.length} cells hit, ${runs} runs`)
  assert.deepEqual(missed, [])
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)]
  assert.ok(from >= BEGIN.length && to >= from, 'docs/FAULTS.md has no marks')
  const made = tables(cells)
  if (process.env.DECENTDB_WRITE_FAULTS) writeFileSync(page, text.slice(0, from) + made + text.slice(to))
  else assert.equal(text.slice(from, to), made)
})

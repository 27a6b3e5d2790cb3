// The conformance suite that every host's files must pass, on OPFS in a dedicated worker of Chromium.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { launch, newProfile, packageDir, servePackage } from './support/browser.mjs'

let profile, server, context

before(async () => {
  assert.ok(existsSync(join(packageDir, 'dist-testing')), 'run: node scripts/build.mjs --testing')
  profile = newProfile()
  server = await servePackage()
  context = await launch(profile)
})

after(async () => {
  await context?.close()
  await server?.close()
  profile?.remove()
})

test('OPFS keeps the contract of a VFS', async (t) => {
  const page = await context.newPage()
  await page.goto(`${server.url}/tests/support/page.html`)
  const answer = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const worker = new Worker('/tests/support/contract-worker.js', { type: 'module' })
        worker.onmessage = (event) => resolve(event.data)
        worker.onerror = (event) => resolve({ failed: event.message })
      }),
  )
  assert.equal(answer.failed, undefined)
  assert.ok(answer.lines.length >= 15, `only ${answer.lines.length} checks ran`)
  for (const line of answer.lines) {
    await t.test(line.replace(/^(not )?ok /, '').split(':')[0], () => assert.ok(line.startsWith('ok '), line))
  }
})

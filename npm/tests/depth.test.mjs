// Deep statements have a result or are refused with 54001; none uses up the stack, which would end the instance.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./support/deep.mjs', import.meta.url))

// A page's worker has about 1 MB, of which its own frames need some: 800 KiB are what the engine may count on.
// V8's compilers make frames of other sizes, and which one meets a function is chance.
for (const [name, flags] of [
  ['as it comes', []],
  ['by the first compiler', ['--liftoff-only']],
  ['by the second compiler', ['--no-liftoff']],
]) {
  test(`deep statements are done or refused, ${name}`, () => {
    const printed = execFileSync(process.execPath, ['--stack-size=800', ...flags, script], { encoding: 'utf8' })
    assert.equal(printed, '')
  })
}

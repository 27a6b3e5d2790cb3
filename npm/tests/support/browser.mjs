// Chromium with a profile of its own, and a page with the package on it.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { chromium } from 'playwright-core'

import { serve } from '../../scripts/static-server.mjs'

export const packageDir = join(dirname(fileURLToPath(import.meta.url)), '../..')

const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** A profile folder that goes when it is closed; browsers come and go in it. */
export function newProfile() {
  const dir = mkdtempSync(join(tmpdir(), 'decentdb-profile-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Starts Chromium in a profile. */
export async function launch(profile) {
  if (CHROMIUM === undefined) throw new Error('no Chromium: install it, or set CHROMIUM to its path')
  return chromium.launchPersistentContext(profile.dir, { executablePath: CHROMIUM, args: FLAGS, ignoreDefaultArgs: ['--disable-dev-shm-usage'] })
}

/** The server of the package's folder. */
export function servePackage() {
  return serve({ '/': packageDir })
}

/** A page of the test origin with the package as `window.decentdb`. */
export async function openPage(context, server, dist = 'dist') {
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error('page:', error.message))
  await page.goto(`${server.url}/tests/support/page.html`)
  await page.evaluate(async (dist) => {
    window.decentdb = await import(`/${dist}/index.js`)
    // Errors lose their fields on the way to the test: this keeps them.
    window.caught = async (work) => {
      try {
        await work()
        return undefined
      } catch (error) {
        const { name, message, code, kind, storage, detail, hint, position, schema, table, column, constraint } = error
        return { name, message, code, kind, storage, detail, hint, position, schema, table, column, constraint }
      }
    }
  }, dist)
  return page
}

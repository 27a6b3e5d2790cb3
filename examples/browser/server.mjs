// What the page is made of: its own files, the built package, the data.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { serve } from '../../npm/scripts/static-server.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')

export async function serveExample(port) {
  const dist = join(root, 'npm/dist')
  if (!existsSync(join(dist, 'wasm/decentdb_bg.wasm'))) throw new Error('build the package first: node npm/scripts/build.mjs')
  const folders = { '/': here, '/decentdb/': dist, '/data/': join(root, 'examples/data/chinook') }
  const native = join(root, 'target/demo/music.ddb')
  // The file the native program made, if it ran: the page takes it as it is.
  if (existsSync(native)) folders['/data/music.ddb'] = native
  return serve(folders, port)
}

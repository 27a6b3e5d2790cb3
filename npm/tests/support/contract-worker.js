// Runs the conformance suite of the files in a dedicated worker and posts its lines.

import init, { vfsContract } from '/dist-testing/wasm/decentdb.js'

try {
  await init()
  postMessage({ lines: await vfsContract() })
} catch (error) {
  postMessage({ failed: error.message ?? String(error) })
}

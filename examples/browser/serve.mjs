// Serves the page: node examples/browser/serve.mjs [port]

import { serveExample } from './server.mjs'

const server = await serveExample(Number(process.argv[2] ?? 8080)).catch(() => serveExample(0))
console.log(`the music shop: ${server.url}/`)

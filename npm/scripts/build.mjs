// Builds the package: wasm by wasm-pack, JavaScript by tsc, and says what the wasm file weighs and why.
//
//   node scripts/build.mjs              everything
//   node scripts/build.mjs --js-only    the JavaScript alone, beside the wasm that is there
//   node scripts/build.mjs --testing    with the exports that only the browser tests call, into dist-testing/

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import { slimCrates } from './slim-crates.mjs'
import { bytesByCrate, withoutNames } from './wasm-sections.mjs'

/** The complete package, compressed: the most a page should pay for a database. */
const GZIP_BYTES_MAX = 1_048_576

const packageDir = join(dirname(fileURLToPath(import.meta.url)), '..')
const rootDir = join(packageDir, '..')
const jsOnly = process.argv.includes('--js-only')
const testing = process.argv.includes('--testing')
const distDir = join(packageDir, testing ? 'dist-testing' : 'dist')
const wasmDir = join(packageDir, testing ? 'wasm-testing' : 'wasm')
const OPT_FLAGS = [
  // Functions that have one caller stay functions if they are more than a few instructions: bodies put into one
  // another are 6 % less alike, for gzip, and their frames are five times as large, for deep statements.
  '--one-caller-inline-max-function-size', '20',
  // Twice: the second finds what the first has laid bare.
  '-Oz', '-Oz', '--enable-bulk-memory', '--enable-nontrapping-float-to-int', '--enable-sign-ext',
  '--enable-mutable-globals', '--enable-reference-types', '--enable-multivalue',
  // Nothing lives below address 1024: offsets may be folded into loads and stores.
  '--low-memory-unused',
  // Functions of one module and one trait resemble each other: side by side they compress 3 % better.
  '--reorder-functions-by-name',
]

const RUST_FLAGS = [
  // As .cargo/config.toml has it, which these replace.
  '-Clink-arg=-zstack-size=2097152',
  // Where a panic was and what {:?} prints are for us, not for a page: 18 KB in gzip (ADR 0011).
  '-Zlocation-detail=none', '-Zfmt-debug=none',
]

function run(command, args, options = {}) {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: packageDir, ...options })
}

/** wasm-pack and the optimiser, through the project's own toolchain step. */
function runTool(command, args, options = {}) {
  run(join(rootDir, 'xtask/wasm-toolchain.sh'), ['run', command, ...args], { cwd: rootDir, ...options })
}

function buildWasm() {
  rmSync(wasmDir, { recursive: true, force: true })
  const args = ['build', 'wasm', '--target', 'web', '--no-pack', '--no-opt', '--profile', 'wasm', '--out-dir', wasmDir, '--out-name', 'decentdb']
  if (testing) args.push('--features', 'testing')
  // A target folder of its own: cargo does not see that the parser it compiles here is another.
  const targetDir = join(process.env.CARGO_TARGET_DIR ?? join(rootDir, 'target'), 'browser')
  slimCrates(rootDir, targetDir)
  const env = {
    ...process.env,
    CARGO_TARGET_DIR: targetDir,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: RUST_FLAGS.join(' '),
    RUSTC_WRAPPER: join(packageDir, 'scripts/slim-rustc.sh'),
    SLIM_INTO: join(targetDir, 'slim'),
    // Names stay in until the size report is done; they are cut off below.
    CARGO_PROFILE_WASM_STRIP: 'none',
    CARGO_PROFILE_WASM_DEBUG: 'false',
  }
  runTool('wasm-pack', args, { env })
  const file = join(wasmDir, 'decentdb_bg.wasm')
  const named = join(wasmDir, 'named.wasm')
  // The test build is used once: optimising it would cost more than it saves.
  if (testing) cpSync(file, named)
  else runTool('wasm-opt', [...OPT_FLAGS, '-g', file, '-o', named])
  const bytes = readFileSync(named)
  writeFileSync(file, withoutNames(bytes))
  if (!testing) writeFileSync(join(wasmDir, 'by-crate.json'), JSON.stringify(bytesByCrate(bytes), null, 1))
  rmSync(named)
}

function buildJs() {
  rmSync(distDir, { recursive: true, force: true })
  // tsc reads the declarations of the glue beside the sources.
  const glue = join(packageDir, 'src/wasm')
  rmSync(glue, { recursive: true, force: true })
  mkdirSync(glue)
  cpSync(join(wasmDir, 'decentdb.d.ts'), join(glue, 'decentdb.d.ts'))
  const tsc = (...args) => run(process.execPath, [join(packageDir, 'node_modules/typescript/bin/tsc'), '--outDir', distDir, ...args])
  // The comments are for whoever reads the types; a browser need not load them.
  tsc('--emitDeclarationOnly')
  tsc('--declaration', 'false', '--removeComments')
  mkdirSync(join(distDir, 'wasm'), { recursive: true })
  for (const file of ['decentdb.js', 'decentdb.d.ts', 'decentdb_bg.wasm']) cpSync(join(wasmDir, file), join(distDir, 'wasm', file))
}

function report() {
  const wasm = readFileSync(join(distDir, 'wasm/decentdb_bg.wasm'))
  const scripts = ['index', 'database', 'client', 'open', 'params', 'frame', 'values', 'sql', 'errors', 'worker', 'engine', 'wasm/decentdb']
  const js = Buffer.concat(scripts.map((name) => readFileSync(join(distDir, `${name}.js`))))
  const sizes = (bytes) => ({
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  })
  const parts = { 'decentdb_bg.wasm': sizes(wasm), 'JavaScript': sizes(js) }
  const total = { raw: 0, gzip: 0, brotli: 0 }
  const line = (name, size) => console.log(`${name.padEnd(18)}${['raw', 'gzip', 'brotli'].map((key) => String(size[key]).padStart(11)).join('')}`)
  console.log(`${'bytes'.padEnd(18)}${['raw', 'gzip', 'brotli'].map((key) => key.padStart(11)).join('')}`)
  for (const [name, size] of Object.entries(parts)) {
    line(name, size)
    for (const key of Object.keys(total)) total[key] += size[key]
  }
  line('package', total)
  const byCrate = join(wasmDir, 'by-crate.json')
  if (existsSync(byCrate)) {
    console.log('\nwhere the code bytes go (raw, after wasm-opt):')
    for (const [crate, bytes] of JSON.parse(readFileSync(byCrate, 'utf8')).slice(0, 16)) {
      console.log(`${crate.padEnd(34)}${String(bytes).padStart(10)}`)
    }
  }
  if (total.gzip > GZIP_BYTES_MAX) {
    console.error(`OVER THE BUDGET: the package is ${total.gzip} bytes in gzip, more than the ${GZIP_BYTES_MAX} it may have`)
    process.exit(1)
  }
}

if (!existsSync(join(packageDir, 'node_modules/typescript'))) run('npm', ['ci', '--no-audit', '--no-fund'])
if (!jsOnly) buildWasm()
buildJs()
if (!testing) report()

// Copies of dependencies for the browser, with what the package never reaches cut off.
//
// Cargo keeps its lock file: rustc is given the copies by a wrapper (slim-rustc.sh), in a target folder of
// its own. Each cut must fit exactly, so that a new version of a crate stops the build instead of being cut
// in the wrong place.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { slimCrc32fast } from './slim-crc32fast.mjs'
import { slimSqlparser } from './slim-sqlparser.mjs'

/** The sources of one copied crate. */
export class Sources {
  #name
  #dir
  #texts = new Map()

  constructor(name, dir) {
    this.#name = name
    this.#dir = dir
  }

  #read(file) {
    if (!this.#texts.has(file)) this.#texts.set(file, readFileSync(join(this.#dir, 'src', file), 'utf8'))
    return this.#texts.get(file)
  }

  /** Replaces a text that stands in the file so many times. */
  replace(file, text, replacement, times = 1) {
    const source = this.#read(file)
    const count = source.split(text).length - 1
    if (count !== times) throw new Error(`${this.#name}: ${file} has ${count} times, not ${times}: ${text}`)
    this.#texts.set(file, source.replaceAll(text, () => replacement))
  }

  /** Replaces a whole file. */
  replaceFile(file, text) {
    this.#read(file)
    this.#texts.set(file, text)
  }

  /** Replaces the body of the function whose first line begins with `head`, which stands there once. */
  replaceBody(file, head, body) {
    const source = this.#read(file)
    const at = source.indexOf(head)
    if (at < 0 || source.indexOf(head, at + 1) >= 0) throw new Error(`${this.#name}: ${file} has not once: ${head}`)
    const indent = source.slice(source.lastIndexOf('\n', at) + 1, at).match(/^ */)[0]
    const open = source.indexOf('{\n', at)
    const close = source.indexOf(`\n${indent}}\n`, open)
    if (open < 0 || close < 0) throw new Error(`${this.#name}: ${file}: no body of ${head}`)
    this.#texts.set(file, `${source.slice(0, open)}{\n${indent}    ${body}${source.slice(close)}`)
  }

  /** Cuts the text from where `from` stands, once, up to where `to` follows it. */
  cut(file, from, to) {
    const source = this.#read(file)
    const start = source.indexOf(from)
    if (start < 0 || source.indexOf(from, start + 1) >= 0) throw new Error(`${this.#name}: ${file} has not once: ${from}`)
    const end = source.indexOf(to, start)
    if (end < 0) throw new Error(`${this.#name}: ${file} has no end of the cut: ${to}`)
    this.#texts.set(file, source.slice(0, start) + source.slice(end))
  }

  /** Keeps of the arms that stand `indent` deep in a function's `match` those that `keep` says. */
  keepArms(file, head, indent, keep) {
    const source = this.#read(file)
    const start = source.indexOf(head)
    const end = source.indexOf('\n    }\n', start)
    if (start < 0 || end < 0) throw new Error(`${this.#name}: ${file} has not: ${head}`)
    const margin = ' '.repeat(indent)
    const arms = source.slice(start, end).split(new RegExp(`\n(?=${margin}(?:Keyword::|_ =>|//))`))
    const last = arms.findIndex((arm) => arm.startsWith(`${margin}_ =>`))
    const kept = arms.filter((arm, index) => {
      const keyword = arm.match(/^ *Keyword::(\w+)/)
      return index === 0 || index >= last || (keyword && keep.includes(keyword[1]))
    })
    const found = kept.filter((arm) => /^ *Keyword::/.test(arm)).length
    if (found !== keep.length) throw new Error(`${this.#name}: ${head} has ${found} of the ${keep.length} arms`)
    this.#texts.set(file, source.slice(0, start) + kept.join('\n') + source.slice(end))
  }

  /** Writes what was changed, into `hash` too. */
  write(hash) {
    for (const [file, text] of this.#texts) {
      writeFileSync(join(this.#dir, 'src', file), text)
      hash.update(text)
    }
  }
}

const CRATES = [['sqlparser', slimSqlparser], ['crc32fast', slimCrc32fast]]

/**
 * Makes the copies in the folder `slim` of a target folder, each in one named as cargo's: name and version.
 * Cargo does not see that they are other sources: what it compiled from other copies is forgotten.
 */
export function slimCrates(rootDir, targetDir) {
  const into = join(targetDir, 'slim')
  const hash = createHash('sha256')
  const out = execFileSync('cargo', ['metadata', '--format-version', '1', '--filter-platform', 'wasm32-unknown-unknown'], {
    cwd: rootDir, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { packages } = JSON.parse(out)
  rmSync(into, { recursive: true, force: true })
  for (const [name, cut] of CRATES) {
    const from = dirname(packages.find((entry) => entry.name === name).manifest_path)
    const copy = join(into, basename(from))
    cpSync(from, copy, { recursive: true })
    const sources = new Sources(name, copy)
    cut(sources)
    sources.write(hash)
  }
  const stamp = join(targetDir, 'slim.stamp')
  const digest = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  for (const profile of readdirSync(targetDir, { recursive: true }).filter((path) => basename(path) === '.fingerprint')) {
    for (const unit of readdirSync(join(targetDir, profile))) {
      if (CRATES.some(([name]) => unit.startsWith(`${name}-`))) rmSync(join(targetDir, profile, unit), { recursive: true })
    }
  }
  writeFileSync(stamp, digest)
}

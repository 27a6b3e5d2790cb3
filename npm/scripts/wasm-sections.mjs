// Reads a wasm file's sections: enough to say which crate its code comes from, and to cut the names off.

class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes
    this.at = at
  }
  u32() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  text() {
    const length = this.u32()
    this.at += length
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString('utf8')
  }
}

const CUSTOM = 0
const IMPORT = 2
const CODE = 10
const DATA = 11

function* sections(bytes) {
  const reader = new Reader(bytes, 8)
  while (reader.at < bytes.length) {
    const start = reader.at
    const id = bytes[reader.at++]
    const length = reader.u32()
    yield { id, start, body: reader.at, end: reader.at + length }
    reader.at += length
  }
}

/** The same module without its custom sections of names. */
export function withoutNames(bytes) {
  const parts = [bytes.subarray(0, 8)]
  for (const section of sections(bytes)) {
    const drop = section.id === CUSTOM && ['name', 'producers'].includes(new Reader(bytes, section.body).text())
    if (!drop) parts.push(bytes.subarray(section.start, section.end))
  }
  return Buffer.concat(parts)
}

/** `[crate, bytes of code]`, largest first; for our own core by module. Data are one row. */
export function bytesByCrate(bytes) {
  const sums = new Map()
  const add = (name, count) => sums.set(name, (sums.get(name) ?? 0) + count)
  const names = functionNames(bytes)
  let imported = 0
  for (const section of sections(bytes)) {
    if (section.id === IMPORT) imported = importedFunctions(bytes, section.body)
    if (section.id === DATA) add('(data: texts, tables)', section.end - section.body)
    if (section.id === CODE) {
      const reader = new Reader(bytes, section.body)
      const count = reader.u32()
      for (let i = 0; i < count; i++) {
        const length = reader.u32()
        add(owner(names.get(imported + i) ?? ''), length)
        reader.at += length
      }
    }
  }
  return [...sums].sort((a, b) => b[1] - a[1])
}

function importedFunctions(bytes, at) {
  const reader = new Reader(bytes, at)
  let functions = 0
  const count = reader.u32()
  for (let i = 0; i < count; i++) {
    reader.text()
    reader.text()
    const kind = bytes[reader.at++]
    if (kind === 0) {
      functions++
      reader.u32()
    } else if (kind === 1) {
      reader.at++
      limits(reader)
    } else if (kind === 2) limits(reader)
    else if (kind === 3) reader.at += 2
    else throw new Error(`import kind ${kind}`)
  }
  return functions
}

function limits(reader) {
  const flags = reader.u32()
  reader.u32()
  if (flags & 1) reader.u32()
}

function functionNames(bytes) {
  const names = new Map()
  for (const section of sections(bytes)) {
    if (section.id !== CUSTOM) continue
    const reader = new Reader(bytes, section.body)
    if (reader.text() !== 'name') continue
    while (reader.at < section.end) {
      const id = bytes[reader.at++]
      const end = reader.u32() + reader.at
      if (id === 1) {
        const count = reader.u32()
        for (let i = 0; i < count; i++) {
          const index = reader.u32()
          names.set(index, reader.text())
        }
      }
      reader.at = end
    }
  }
  return names
}

/** The crate a demangled name belongs to: that of the type an impl is for, if the trait is std's. */
function owner(name) {
  // Symbols of the v0 scheme carry the crate's hash: core[1f2e3d]::fmt::write.
  const paths = name.replace(/\[[0-9a-f]+\]/g, '').match(/\b[a-z_][a-z0-9_]*(?:::[a-z_][a-z0-9_]*)+|\b[a-z_][a-z0-9_]*(?=::)/g) ?? []
  const crates = paths.map((path) => path.split('::'))
  const standard = new Set(['core', 'alloc', 'std', 'compiler_builtins'])
  const own = crates.find(([crate]) => !standard.has(crate)) ?? crates[0]
  if (own === undefined) return name.startsWith('__wbindgen') || name.startsWith('__externref') ? 'wasm-bindgen glue' : '(other)'
  if (own[0] === 'decentdb_core' && own[1] !== undefined) return `decentdb_core::${own[1]}`
  return own[0]
}

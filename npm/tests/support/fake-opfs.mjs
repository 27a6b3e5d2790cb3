// OPFS in memory, with the faults of real browsers on demand. What was not flushed can be lost.

/** What a barrier covers and what a power cut keeps or drops is decided in blocks of this size. */
const BLOCK_BYTES = 4096

/**
 * A folder tree as `navigator.storage.getDirectory()` answers it.
 *
 * A fault is what {@link FakeOpfs.fault} answers for an operation:
 * nothing; a number, the count that is answered instead of the real one; a string, the name of what is thrown; or
 * `{ does }`: `cut` (half of it, then the browser is gone), `lost` (answered as done, not done), `clean` (a flush
 * that throws, and what it was to write is never written), `elsewhere` (another place), `flip` (a bit is wrong).
 */
export class FakeOpfs {
  /** Calls so far: read, write, truncate, flush; create and open of files. */
  operations = 0
  /** Called before each operation as (operation number, kind, file name, length, place). */
  fault = () => undefined
  /** The browser is gone: every operation throws. */
  gone = false
  root = new FakeDirectory(this, '')

  install() {
    Object.defineProperty(globalThis, 'navigator', {
      value: { storage: { getDirectory: async () => this.root } },
      configurable: true,
    })
  }

  /**
   * The browser is gone: handles are dead; what was written stays (`kill`) or only what was flushed (`power`).
   * `keeps` is asked for every block that was not flushed, and for every size.
   */
  crash(how, keeps = () => false) {
    this.root.crash(how, keeps)
    this.fault = () => undefined
    this.gone = false
  }

  /** The same files in another browser; handles are closed. */
  copy() {
    const out = new FakeOpfs()
    out.root = this.root.copy(out)
    return out
  }

  /** Counts an operation; answers its fault unless it is one that throws. */
  before(kind, name, length = 0, at = 0) {
    if (this.gone) throw exception('InvalidStateError', 'the access handle was closed')
    const fault = this.fault(++this.operations, kind, name, length, at)
    if (typeof fault === 'string') throw exception(fault)
    if (fault?.does === 'cut') this.gone = true
    return fault
  }
}

function exception(name, message = name) {
  return new DOMException(message, name)
}

class FakeDirectory {
  constructor(opfs, name) {
    this.opfs = opfs
    this.name = name
    this.entries = new Map()
  }

  async getDirectoryHandle(name, { create = false } = {}) {
    return this.#entry(name, create, () => new FakeDirectory(this.opfs, name))
  }

  async getFileHandle(name, { create = false } = {}) {
    return this.#entry(name, create, () => new FakeFile(this.opfs, name))
  }

  async removeEntry(name) {
    const entry = this.entries.get(name)
    if (entry === undefined) throw exception('NotFoundError')
    if (entry instanceof FakeFile && entry.open) throw exception('NoModificationAllowedError')
    this.entries.delete(name)
  }

  crash(how, keeps) {
    for (const entry of this.entries.values()) entry.crash(how, keeps)
  }

  copy(opfs) {
    const out = new FakeDirectory(opfs, this.name)
    for (const [name, entry] of this.entries) out.entries.set(name, entry.copy(opfs))
    return out
  }

  #entry(name, create, make) {
    let entry = this.entries.get(name)
    if (entry === undefined) {
      if (!create) throw exception('NotFoundError')
      const cut = this.opfs.before('create', name)?.does === 'cut'
      entry = make()
      if (cut) throw exception('InvalidStateError', 'the access handle was closed')
      this.entries.set(name, entry)
    }
    return entry
  }
}

class FakeFile {
  constructor(opfs, name) {
    this.opfs = opfs
    this.name = name
    this.bytes = new Uint8Array(0)
    this.durable = new Uint8Array(0)
    /** Blocks written since the last flush. */
    this.dirty = new Set()
    this.open = false
    this.life = 0
  }

  async createSyncAccessHandle() {
    if (this.open) throw exception('NoModificationAllowedError')
    this.opfs.before('open', this.name)
    this.open = true
    return new FakeHandle(this)
  }

  /** Changes bytes as a write does, whatever the medium makes of them. */
  put(source, at) {
    this.resize(Math.max(this.bytes.length, at + source.length))
    this.bytes.set(source, at)
    for (let block = Math.floor(at / BLOCK_BYTES); block * BLOCK_BYTES < at + source.length; block++) this.dirty.add(block)
  }

  resize(size) {
    if (size !== this.bytes.length) this.bytes = resized(this.bytes, size)
  }

  /** What was written reaches the medium: all of it, or what `keeps` says. */
  settle(keeps) {
    if (keeps()) this.durable = resized(this.durable, this.bytes.length)
    for (const block of this.dirty) {
      if (!keeps()) continue
      const from = block * BLOCK_BYTES
      const part = this.bytes.subarray(from, Math.min(from + BLOCK_BYTES, this.durable.length))
      if (from < this.durable.length) this.durable.set(part, from)
    }
    this.dirty.clear()
  }

  crash(how, keeps) {
    this.open = false
    this.life++
    if (how !== 'power') return
    this.settle(keeps)
    this.bytes = this.durable.slice()
  }

  copy(opfs) {
    const out = new FakeFile(opfs, this.name)
    out.bytes = this.bytes.slice()
    out.durable = this.durable.slice()
    out.dirty = new Set(this.dirty)
    return out
  }
}

function resized(bytes, size) {
  const out = new Uint8Array(size)
  out.set(bytes.subarray(0, size))
  return out
}

class FakeHandle {
  constructor(file) {
    this.file = file
    this.life = file.life
  }

  #before(kind, length, at) {
    this.#check()
    return this.file.opfs.before(kind, this.file.name, length, at)
  }

  #check() {
    const { file } = this
    if (!file.open || this.life !== file.life) throw exception('InvalidStateError', 'the access handle was closed')
  }

  /** Throws if the operation was the last thing that this browser did. */
  #survive(fault) {
    if (fault?.does === 'cut') throw exception('InvalidStateError', 'the access handle was closed')
  }

  read(buffer, { at = 0 } = {}) {
    const fault = this.#before('read', buffer.byteLength, at)
    this.#survive(fault)
    const { bytes } = this.file
    const from = fault?.does === 'elsewhere' ? elsewhere(at) : at
    const count = typeof fault === 'number' ? fault : buffer.byteLength
    const part = bytes.slice(from, Math.min(from + Math.min(buffer.byteLength, count), bytes.length))
    if (fault?.does === 'flip') flip(part)
    new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).set(part)
    return count > buffer.byteLength ? count : part.length
  }

  write(buffer, { at = 0 } = {}) {
    const fault = this.#before('write', buffer.byteLength, at)
    const { file } = this
    const count = typeof fault === 'number' ? fault : undefined
    // A count that is an error code wrote nothing; a short one wrote that much.
    const length = fault?.does === 'cut' ? buffer.byteLength >> 1 : count === undefined ? buffer.byteLength : count > buffer.byteLength ? 0 : count
    const source = new Uint8Array(buffer.buffer, buffer.byteOffset, length).slice()
    if (fault?.does === 'flip') flip(source)
    if (fault?.does === 'lost') file.resize(Math.max(file.bytes.length, at + length))
    else file.put(source, fault?.does === 'elsewhere' ? elsewhere(at) : at)
    this.#survive(fault)
    return count ?? length
  }

  truncate(size) {
    const fault = this.#before('truncate', size, 0)
    this.file.resize(size)
    this.#survive(fault)
  }

  flush() {
    const fault = this.#before('flush', 0, 0)
    this.#survive(fault)
    if (fault === undefined) this.file.settle(() => true)
    else this.file.dirty.clear()
    if (fault?.does === 'clean') throw exception('InvalidStateError', 'flush failed')
  }

  getSize() {
    this.#check()
    return this.file.bytes.length
  }

  close() {
    if (this.life === this.file.life) this.file.open = false
  }
}

/** A place that is wrong, but not absurd. */
function elsewhere(at) {
  return at >= 2 * BLOCK_BYTES ? at - 2 * BLOCK_BYTES : at + 2 * BLOCK_BYTES
}

function flip(bytes) {
  if (bytes.length > 0) bytes[bytes.length >> 1] ^= 4
}

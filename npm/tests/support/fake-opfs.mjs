// OPFS in memory, with the faults of real browsers on demand. What was not flushed can be lost.

/** A folder tree as `navigator.storage.getDirectory()` answers it. */
export class FakeOpfs {
  /** Calls of read, write, truncate and flush so far. */
  operations = 0
  /** Called before each operation as (operation number, kind, file name, length); see {@link Fault}. */
  fault = () => undefined
  root = new FakeDirectory(this, '')

  install() {
    Object.defineProperty(globalThis, 'navigator', {
      value: { storage: { getDirectory: async () => this.root } },
      configurable: true,
    })
  }

  /** The browser is gone: handles are dead; what was written stays (`kill`) or only what was flushed (`power`). */
  crash(how) {
    this.root.crash(how)
    this.fault = () => undefined
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

  crash(how) {
    for (const entry of this.entries.values()) entry.crash(how)
  }

  #entry(name, create, make) {
    let entry = this.entries.get(name)
    if (entry === undefined) {
      if (!create) throw exception('NotFoundError')
      entry = make()
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
    this.open = false
    this.life = 0
  }

  async createSyncAccessHandle() {
    if (this.open) throw exception('NoModificationAllowedError')
    this.open = true
    return new FakeHandle(this)
  }

  crash(how) {
    this.open = false
    this.life++
    if (how === 'power') this.bytes = this.durable.slice()
  }
}

class FakeHandle {
  constructor(file) {
    this.file = file
    this.life = file.life
  }

  /** A fault is a count to answer instead of the real one, an exception's name, or nothing. */
  #before(kind, length) {
    const { file } = this
    if (!file.open || this.life !== file.life) throw exception('InvalidStateError', 'the access handle was closed')
    const fault = file.opfs.fault(++file.opfs.operations, kind, file.name, length)
    if (typeof fault === 'string') throw exception(fault)
    return fault
  }

  read(buffer, { at = 0 } = {}) {
    const count = this.#before('read', buffer.byteLength)
    const { bytes } = this.file
    const part = bytes.subarray(at, Math.min(at + Math.min(buffer.byteLength, count ?? Infinity), bytes.length))
    new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).set(part)
    return part.length
  }

  write(buffer, { at = 0 } = {}) {
    const count = this.#before('write', buffer.byteLength)
    const { file } = this
    // A count that is an error code wrote nothing; a short one wrote that much.
    const length = count === undefined ? buffer.byteLength : count > buffer.byteLength ? 0 : count
    const source = new Uint8Array(buffer.buffer, buffer.byteOffset, length)
    if (at + length > file.bytes.length) {
      const grown = new Uint8Array(at + length)
      grown.set(file.bytes)
      file.bytes = grown
    }
    file.bytes.set(source, at)
    return count ?? length
  }

  truncate(size) {
    this.#before('truncate', size)
    const bytes = new Uint8Array(size)
    bytes.set(this.file.bytes.subarray(0, size))
    this.file.bytes = bytes
  }

  flush() {
    this.#before('flush', 0)
    this.file.durable = this.file.bytes.slice()
  }

  getSize() {
    if (!this.file.open || this.life !== this.file.life) throw exception('InvalidStateError', 'the access handle was closed')
    return this.file.bytes.length
  }

  close() {
    if (this.life === this.file.life) this.file.open = false
  }
}

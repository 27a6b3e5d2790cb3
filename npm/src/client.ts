// Calls to the engine: numbers them, matches the replies, cancels.

import type { CancelReason } from './errors.js'
import { canceledError, closedError, DecentError } from './errors.js'
import type { FromWorker, Request, ToWorker } from './protocol.js'
import type { CallOptions } from './types.js'

/** The way to an engine, wherever it runs. */
export interface Link {
  post(message: ToWorker, transfer: ArrayBuffer[]): void
  /** Ends the engine; its files are given back. */
  terminate(): void
}

interface Pending {
  resolve(value: unknown): void
  reject(error: unknown): void
  settled(): void
}

export class Client {
  readonly #link: Link
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #ended: DecentError | undefined

  constructor(link: (receive: (message: FromWorker) => void, failed: (error: DecentError) => void) => Link) {
    this.#link = link(
      (message) => this.#receive(message),
      (error) => this.end(error),
    )
  }

  /** One request; it settles once, whatever happens to the engine. */
  call<T>(request: Request, options: CallOptions = {}, transfer: ArrayBuffer[] = []): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const { signal, timeout } = options
    if (signal?.aborted === true) return Promise.reject(abortReason(signal))
    const id = this.#nextId++
    return new Promise<T>((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      let aborted = false
      const cancel = (reason: CancelReason): void => this.#link.post({ cancel: id, reason }, [])
      const onAbort = (): void => {
        aborted = true
        cancel('user')
      }
      const pending: Pending = {
        resolve: resolve as (value: unknown) => void,
        // The engine says 57014; a caller who aborted for a reason of their own wants that reason.
        reject: (error) => reject(aborted && isCancel(error) ? abortReason(signal) : error),
        settled: () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
        },
      }
      this.#pending.set(id, pending)
      signal?.addEventListener('abort', onAbort, { once: true })
      if (timeout !== undefined && timeout > 0) timer = setTimeout(() => cancel('timeout'), timeout)
      try {
        this.#link.post({ id, request }, transfer)
      } catch (error) {
        this.#settle(id)?.reject(error)
      }
    })
  }

  /** Ends the engine; what is pending is rejected. */
  end(error: DecentError = closedError()): void {
    if (this.#ended !== undefined) return
    this.#ended = error
    this.#link.terminate()
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error)
  }

  #receive(message: FromWorker): void {
    const pending = this.#settle(message.id)
    if (message.ok) {
      pending?.resolve(message.value)
      return
    }
    const error = new DecentError(message.error)
    pending?.reject(error)
    if (message.dead) this.end(error)
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    pending?.settled()
    return pending
  }
}

function isCancel(error: unknown): boolean {
  return error instanceof DecentError && error.code === '57014'
}

function abortReason(signal: AbortSignal | undefined): unknown {
  const reason: unknown = signal?.reason
  // An abort without a reason of its own is a DOMException "AbortError": say what it did to the statement.
  if (reason instanceof DOMException && reason.name === 'TimeoutError') return canceledError('timeout')
  if (reason === undefined || (reason instanceof DOMException && reason.name === 'AbortError')) return canceledError('user')
  return reason
}

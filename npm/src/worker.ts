// The entry of the dedicated worker.

import { Engine } from './engine.js'
import type { FromWorker, ToWorker } from './protocol.js'

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: FromWorker, transfer: ArrayBuffer[]): void
}

const scope = globalThis as unknown as WorkerScope

// A message to ourselves is the shortest wait that lets other messages in; timers are held to 4 ms.
const channel = new MessageChannel()
let resumed: (() => void) | undefined
channel.port1.onmessage = () => resumed?.()
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    resumed = resolve
    channel.port2.postMessage(0)
  })

const engine = new Engine((message, transfer) => scope.postMessage(message, transfer), breathe)
scope.onmessage = (event) => engine.receive(event.data)

// The worker of the package, with a defect on purpose: verify() panics.

import { Session, provokePanic } from '/dist-testing/wasm/decentdb.js'
import '/dist-testing/worker.js'

Session.prototype.verify = () => provokePanic()

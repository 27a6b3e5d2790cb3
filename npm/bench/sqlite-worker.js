// SQLite on opfs-sahpool: exclusive, WAL, synchronous=FULL.

import init from './node_modules/@sqlite.org/sqlite-wasm/dist/index.mjs'

let db, insert

async function open() {
  const sqlite3 = await init({ print: () => {}, printErr: () => {} })
  const pool = await sqlite3.installOpfsSAHPoolVfs({ name: 'bench', clearOnInit: true })
  db = new pool.OpfsSAHPoolDb('/bench.db')
  db.exec('PRAGMA locking_mode=exclusive; PRAGMA page_size=4096; PRAGMA journal_mode=wal; PRAGMA synchronous=full')
  const modes = ['journal_mode', 'synchronous', 'locking_mode'].map((name) => db.selectValue(`PRAGMA ${name}`)).join('/')
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, amount REAL)')
  insert = db.prepare('INSERT INTO t VALUES (?, ?, ?)')
  return { version: sqlite3.version.libVersion, modes }
}

onmessage = async ({ data }) => {
  try {
    if (data.open) postMessage(await open())
    else if (data.count) postMessage({ count: db.selectValue('SELECT count(*) FROM t') })
    else {
      insert.bind(data.insert).stepReset()
      postMessage({ done: true })
    }
  } catch (error) {
    postMessage({ error: error.message })
  }
}

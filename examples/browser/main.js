// The page: opens the database, loads the music shop once, asks and shows.

import { open } from './decentdb/index.js'
import { QUESTIONS, TABLES } from './questions.js'

const element = (id) => document.getElementById(id)
const state = element('state')
let db

function setState(name, words) {
  state.dataset.state = name
  state.textContent = words
}

function addFact(words) {
  const item = document.createElement('li')
  item.textContent = words
  element('facts').append(item)
}

const millis = (since) => performance.now() - since
const inWords = (time) => (time < 10 ? `${time.toFixed(2)} ms` : time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(2)} s`)

async function start() {
  const begun = performance.now()
  db = await open('music')
  addFact(`opened in ${inWords(millis(begun))}`)
  if (!(await isLoaded())) await load()
  await showTables()
  const status = await db.status()
  addFact(`${status.storage.toUpperCase()}, ${status.durability} durability`)
  if (status.usageBytes !== undefined) addFact(`${(status.usageBytes / 1e6).toFixed(1)} MB used`)
  setState('ready', 'ready')
}

async function isLoaded() {
  try {
    await db.query('SELECT count(*) FROM invoice_line')
    return true
  } catch (error) {
    if (error.code === '42P01') return false
    throw error
  }
}

/** Takes the file that the native program made, where the server has one; else runs the same script here. */
async function load() {
  const begun = performance.now()
  const file = await fetch('data/music.ddb')
  if (file.ok) {
    setState('starting', 'taking the native file')
    await db.import(await file.blob())
    addFact(`native file taken in ${inWords(millis(begun))}`)
    return
  }
  setState('starting', 'loading the script')
  const script = await (await fetch('data/chinook.sql')).text()
  await db.exec(script)
  addFact(`${TABLES.length} tables loaded in ${inWords(millis(begun))}`)
}

async function showTables() {
  const list = element('tables')
  list.replaceChildren()
  for (const table of TABLES) {
    const { rows } = await db.query(`SELECT count(*) AS n FROM ${table}`)
    const item = document.createElement('li')
    const count = document.createElement('span')
    count.textContent = Number(rows[0].n).toLocaleString('en')
    item.append(table, count)
    list.append(item)
  }
}

async function run(sql) {
  const button = element('run')
  button.disabled = true
  element('timing').textContent = 'running'
  const begun = performance.now()
  try {
    const results = await db.exec(sql, { rowMode: 'array' })
    const time = millis(begun)
    const last = results.at(-1)
    element('timing').textContent = `${describe(last)} in ${inWords(time)}`
    element('result').replaceChildren(last === undefined || last.fields.length === 0 ? note(describe(last)) : table(last))
  } catch (error) {
    element('timing').textContent = `failed after ${inWords(millis(begun))}`
    element('result').replaceChildren(problem(error, sql))
  }
  button.disabled = false
}

function describe(result) {
  if (result === undefined) return 'nothing to do'
  return result.fields.length > 0 || /^(INSERT|UPDATE|DELETE)/.test(result.command)
    ? `${result.command}: ${result.rowCount} row${result.rowCount === 1 ? '' : 's'}`
    : result.command
}

function note(words) {
  const paragraph = document.createElement('p')
  paragraph.className = 'note'
  paragraph.textContent = words
  return paragraph
}

// int2, int4, int8, float4, float8, numeric, oid: to the right.
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700])
const SHOWN_ROWS_MAX = 1000

function table(result) {
  const view = document.createElement('table')
  const head = view.createTHead().insertRow()
  for (const field of result.fields) {
    const cell = document.createElement('th')
    cell.textContent = field.name
    cell.classList.toggle('number', NUMBERS.has(field.dataTypeID))
    head.append(cell)
  }
  const body = view.createTBody()
  for (const row of result.rows.slice(0, SHOWN_ROWS_MAX)) {
    const line = body.insertRow()
    row.forEach((value, index) => {
      const cell = line.insertCell()
      cell.textContent = value === null ? 'NULL' : value instanceof Uint8Array ? `${value.length} bytes` : String(value)
      cell.classList.toggle('null', value === null)
      cell.classList.toggle('number', NUMBERS.has(result.fields[index].dataTypeID))
    })
  }
  return view
}

function problem(error, sql) {
  const paragraph = document.createElement('p')
  paragraph.className = 'error'
  paragraph.textContent = `${error.code ?? ''} ${error.message}`.trim()
  for (const more of [error.detail, error.hint]) if (more) paragraph.append(document.createElement('br'), more)
  if (error.position !== undefined) {
    const code = document.createElement('code')
    const before = [...sql].slice(0, error.position - 1)
    const line = before.join('').split('\n').at(-1)
    code.textContent = `${[...sql].slice(before.length - [...line].length).join('').split('\n')[0]}\n${' '.repeat([...line].length)}^`
    paragraph.append(code)
  }
  return paragraph
}

for (const [index, question] of QUESTIONS.entries()) {
  const button = document.createElement('button')
  button.type = 'button'
  button.id = `question-${index}`
  button.textContent = question.text
  button.addEventListener('click', () => {
    for (const other of element('questions').querySelectorAll('button')) other.removeAttribute('aria-current')
    button.setAttribute('aria-current', 'true')
    element('sql').value = question.sql
    void run(question.sql)
  })
  const item = document.createElement('li')
  item.append(button)
  element('questions').append(item)
}

element('form').addEventListener('submit', (event) => {
  event.preventDefault()
  void run(element('sql').value)
})

element('sql').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) element('form').requestSubmit()
})

element('export').addEventListener('click', async () => {
  const bytes = await db.export()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  link.download = 'music.ddb'
  link.click()
  URL.revokeObjectURL(link.href)
})

element('reset').addEventListener('click', async () => {
  setState('starting', 'loading the script')
  for (const table of [...TABLES].reverse()) await db.exec(`DROP TABLE IF EXISTS ${table} CASCADE`)
  const begun = performance.now()
  await db.exec(await (await fetch('data/chinook.sql')).text())
  addFact(`${TABLES.length} tables loaded in ${inWords(millis(begun))}`)
  await showTables()
  setState('ready', 'ready')
})

start().catch((error) => {
  const words = error.storage === 'AlreadyOpen' ? 'open in another tab: close that one and reload' : `${error.code ?? ''} ${error.message}`
  setState('failed', words)
  console.error(error)
})

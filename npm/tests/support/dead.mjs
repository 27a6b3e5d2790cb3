// A stack too small for a deep statement ends the instance: prints what two open databases and a new one say then.

import { open } from 'decentdb'

const nested = `SELECT ${'abs('.repeat(199)}1${')'.repeat(199)} AS x`
const said = (promise) => promise.then((result) => result.rows[0].x, (error) => `${error.kind} ${error.code} ${error.message}`)
const first = await open('first', { storage: 'memory' })
const second = await open('second', { storage: 'memory' })
console.log(await said(first.query('SELECT 1 AS x')))
console.log(await said(first.query(nested)))
console.log(await said(first.query('SELECT 2 AS x')))
console.log(await said(second.query('SELECT 2 AS x')))
const third = await open('third', { storage: 'memory' })
console.log(await said(third.query('SELECT 3 AS x')))

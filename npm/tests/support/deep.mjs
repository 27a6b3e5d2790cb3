// Deep statements on the package in this process: prints a line for every one that is neither done nor 54001.

import { open } from 'decentdb'

const nest = (before, middle, after, depth) => before.repeat(depth) + middle + after.repeat(depth)
const list = (depth, item) => Array.from({ length: depth }, (_, at) => item(at)).join('')

/** Name, the depth to which it must have a result, the statement at a depth. */
const SHAPES = [
  ['parentheses', 199, (n) => `SELECT ${nest('(', '1', ')', n)}`],
  ['calls', 60, (n) => `SELECT ${nest('abs(', 'a', ')', n)} FROM t`],
  ['lists of arguments', 60, (n) => `SELECT ${nest('coalesce(NULL, ', '1', ')', n)}`],
  ['NOT', 100, (n) => `SELECT ${nest('NOT ', 'true', '', n)}`],
  ['NOT ()', 30, (n) => `SELECT ${nest('NOT (', 'a = 1', ')', n)} FROM t`],
  ['minus', 100, (n) => `SELECT ${nest('- ', 'a', '', n)} FROM t`],
  ['CASE', 12, (n) => `SELECT ${nest('CASE WHEN a > 5 THEN 1 ELSE ', 'a', ' END', n)} FROM t`],
  ['CAST', 60, (n) => `SELECT ${nest('CAST(', '1', ' AS int8)', n)}`],
  ['AND in OR', 12, (n) => `SELECT 1 FROM t WHERE ${nest('(a = 1 AND (a = 2 OR ', 'a = 3', '))', n)}`],
  ['BETWEEN in BETWEEN', 2, (n) => `SELECT ${nest('(', 'true', ' BETWEEN false AND true)', n)}`],
  ['BETWEEN SYMMETRIC', 2, (n) => `SELECT ${nest('(true BETWEEN SYMMETRIC ', 'false', ' AND true)', n)}`],
  ['arrays', 30, (n) => `SELECT ${nest('ARRAY[array_length(', 'ARRAY[1]', ', 1)]', n)}`],
  ['subscripts', 60, (n) => `SELECT ${nest('(ARRAY[1, 1])[', '1', ']', n)}`],
  ['scalar', 6, (n) => `SELECT ${nest('(SELECT ', '1', ')', n)}`],
  ['FROM', 6, (n) => `SELECT * FROM ${nest('(SELECT * FROM ', 't', ') x', n)}`],
  ['grouped FROM', 6, (n) => `SELECT * FROM ${nest('(SELECT max(a) AS a FROM ', 't', ' GROUP BY a ORDER BY a) x', n)}`],
  ['windows in FROM', 6, (n) => `SELECT * FROM ${nest('(SELECT sum(a) OVER (ORDER BY a) AS a FROM ', 't', ') x', n)}`],
  ['EXISTS', 6, (n) => `SELECT 1 WHERE ${nest('EXISTS (SELECT 1 WHERE ', 'true', ')', n)}`],
  ['IN', 6, (n) => `SELECT 1 WHERE ${nest('1 IN (SELECT 1 WHERE ', 'true', ')', n)}`],
  ['WITH', 6, (n) => nest('WITH c AS (', 'SELECT 1', ') SELECT * FROM c', n)],
  ['WITH after WITH', 60, (n) => `WITH c0 AS (SELECT 1 AS x)${list(n, (at) => `, c${at + 1} AS (SELECT * FROM c${at})`)} SELECT * FROM c${n}`],
  ['UNION in parentheses', 6, (n) => nest('(', 'SELECT 1', ' UNION SELECT 1)', n)],
  ['joins in parentheses', 6, (n) => `SELECT 1 FROM ${'('.repeat(n)}t${list(n, (at) => ` JOIN t t${at} ON false)`)}`],
  ['joins', 60, (n) => `SELECT 1 FROM t${list(n, (at) => ` JOIN t t${at} ON t${at}.a = t.a`)}`],
  ['OR', 5_990, (n) => `SELECT 1 FROM t WHERE a = 0${' OR a = 1'.repeat(n)}`],
  ['AND', 5_990, (n) => `SELECT 1 FROM t WHERE a = 0${' AND a = 1'.repeat(n)}`],
  ['EXPLAIN', 1_200, (n) => `EXPLAIN SELECT 1 FROM t WHERE a = 0${' OR a = 1'.repeat(n)}`],
  ['plus', 150, (n) => `SELECT a${' + 1'.repeat(n)} FROM t`],
  ['concatenation', 150, (n) => `SELECT b${" || 'x'".repeat(n)} FROM t`],
  ['casts', 150, (n) => `SELECT 1${'::int'.repeat(n)}`],
  ['UNION', 60, (n) => `SELECT 1${' UNION SELECT 1'.repeat(n)}`],
  ['IN list', 20_000, (n) => `SELECT 1 FROM t WHERE a IN (1${', 1'.repeat(n)})`],
  ['VALUES', 20_000, (n) => `VALUES (1)${', (1 + 1)'.repeat(n)}`],
  ['JSON', 990, (n) => `SELECT '${nest('[', '1', ']', n)}'::jsonb`],
  ['a regular expression', 60, (n) => `SELECT 'a' ~ '${nest('(', 'a', ')', n)}'`],
]

const DEPTHS = [2, 6, 12, 30, 60, 100, 150, 199, 201, 499, 501, 990, 1_200, 5_990, 6_010, 10_000, 20_000]

async function fresh() {
  const db = await open('deep', { storage: 'memory' })
  await db.exec("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, 'y')")
  return db
}

const db = await fresh()
for (const [name, works, shape] of SHAPES) {
  for (const depth of DEPTHS) {
    try {
      await db.query(shape(depth))
    } catch (error) {
      const refused = ['54001', '54000', '2201B'].includes(error.code)
      if (!refused || depth <= works) console.log(`${name} at ${depth}: ${error.code} ${error.message}`)
      // A trap ends the instance, which all databases of a process share.
      if (error.kind === 'dead') process.exit()
    }
  }
}
const { rows } = await db.query('SELECT count(*) AS n FROM t')
if (rows[0].n !== 2) console.log('the instance does not answer any more')

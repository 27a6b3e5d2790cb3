// The tagged template: text with $1, $2, ... and the parameters beside it.

import type { Param } from './types.js'

/** A statement with its parameters. */
export interface Sql {
  readonly text: string
  readonly params: readonly Param[]
}

/** `` sql`select * from t where id = ${id}` ``: values become parameters, never text. Statements can be nested. */
export function sql(parts: TemplateStringsArray, ...values: readonly (Param | Sql | undefined)[]): Sql {
  const params: Param[] = []
  let text = parts[0] ?? ''
  values.forEach((value, index) => {
    if (isSql(value)) {
      text += renumbered(value.text, params.length)
      params.push(...value.params)
    } else {
      params.push(value as Param)
      text += `$${params.length}`
    }
    text += parts[index + 1] ?? ''
  })
  const made: Sql = { text, params }
  tagged.add(made)
  return made
}

/** A name, quoted, for a place where a parameter cannot stand. */
export function id(name: string): Sql {
  const made: Sql = { text: `"${name.replaceAll('"', '""')}"`, params: [] }
  tagged.add(made)
  return made
}

// Only what was made here is spliced into text: an object from JSON with the same fields is a value.
const tagged = new WeakSet<object>()

export function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && tagged.has(value)
}

function renumbered(text: string, by: number): string {
  if (by === 0) return text
  // Placeholders only: what stands in quotes, dollar quotes or comments is left as it is.
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|\$(\d+)/g
  return text.replace(token, (whole: string, _tag: string | undefined, number: string | undefined) =>
    number === undefined ? whole : `$${Number(number) + by}`,
  )
}

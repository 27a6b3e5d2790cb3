// A copy of sqlparser for the browser, with what PostgreSQL's dialect never reaches cut off.
//
// sqlparser decides at run time which of a dozen dialects it speaks, and its syntax tree can print and
// locate every statement of all of them. DecentDB speaks one, prints expressions only, and asks only
// expressions and queries where they are. Each edit below keeps what those do; each must fit exactly, so
// that a new version of sqlparser stops the build instead of being cut in the wrong place.
//
// Cargo keeps its lock file: rustc is given the copy by a wrapper (slim-rustc.sh), in a target folder of
// its own.

import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the crate as cargo has it. */
function crateDir(rootDir) {
  const out = execFileSync('cargo', ['metadata', '--format-version', '1', '--filter-platform', 'wasm32-unknown-unknown'], {
    cwd: rootDir, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'],
  })
  const found = JSON.parse(out).packages.find((entry) => entry.name === 'sqlparser')
  return dirname(found.manifest_path)
}

/** `[file, text, replacement, times]`. */
const EDITS = [
  // One dialect, known when compiling: every `dialect_of!` and every `supports_...` becomes a constant.
  ['parser/mod.rs', "    dialect: &'a dyn Dialect,", "    dialect: &'a PostgreSqlDialect,", 2],
  ['parser/mod.rs', "pub fn new(dialect: &'a dyn Dialect) -> Self", "pub fn new(dialect: &'a PostgreSqlDialect) -> Self", 1],
  ['parser/mod.rs', 'pub fn parse_sql(dialect: &dyn Dialect,', 'pub fn parse_sql(dialect: &PostgreSqlDialect,', 1],
  ['tokenizer.rs', "    dialect: &'a dyn Dialect,", "    dialect: &'a PostgreSqlDialect,", 1],
  ['tokenizer.rs', "pub fn new(dialect: &'a dyn Dialect, query", "pub fn new(dialect: &'a PostgreSqlDialect, query", 1],
  ['dialect/mod.rs', '($($parsed_dialect.dialect.is::<$dialect_type>())||+)', '($(crate::dialect::is_postgres::<$dialect_type>())||+)', 1],
  ['dialect/mod.rs', '($($dialect.is::<$dialect_type>())||+)', '($(crate::dialect::is_postgres::<$dialect_type>())||+)', 1],
  [
    'dialect/mod.rs',
    'impl dyn Dialect {\n',
    '#[inline(always)]\npub(crate) fn is_postgres<T: Dialect>() -> bool {\n    TypeId::of::<T>() == TypeId::of::<PostgreSqlDialect>()\n}\n\nimpl dyn Dialect {\n',
    1,
  ],
  ['lib.rs', 'pub mod test_utils;', '#[cfg(test)]\npub mod test_utils;', 1],
  // Whole statements inside expressions (WITH ... AS (INSERT ...)) are neither printed nor located.
  [
    'ast/mod.rs',
    '    #[allow(clippy::cognitive_complexity)]\n    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {\n        match self {\n            Statement::Flush {',
    '    #[allow(clippy::cognitive_complexity)]\n    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {\n        if let Statement::Query(query) = self {\n            return query.fmt(f);\n        }\n        f.write_str("a statement")\n    }\n}\n\nimpl Statement {\n    #[allow(dead_code)]\n    fn print(&self, f: &mut fmt::Formatter) -> fmt::Result {\n        match self {\n            Statement::Flush {',
    1,
  ],
  [
    'ast/spans.rs',
    'impl Spanned for Statement {\n    fn span(&self) -> Span {\n        match self {',
    'impl Spanned for Statement {\n    fn span(&self) -> Span {\n        Span::empty()\n    }\n}\n\nimpl Statement {\n    #[allow(dead_code)]\n    fn whole_span(&self) -> Span {\n        match self {',
    1,
  ],
]

/** Makes the copy in `into` and answers where rustc must look instead of the original. */
export function slimSqlparser(rootDir, into) {
  const from = crateDir(rootDir)
  rmSync(into, { recursive: true, force: true })
  cpSync(from, into, { recursive: true })
  for (const [file, text, replacement, times] of EDITS) {
    const path = join(into, 'src', file)
    const source = readFileSync(path, 'utf8')
    // Unit tests stand at the end of a file and use other dialects; they are not compiled.
    const count = source.split(text).length - 1
    if (count !== times) throw new Error(`sqlparser: ${file} has ${count} times, not ${times}: ${text}`)
    writeFileSync(path, source.replaceAll(text, () => replacement))
  }
  return { from, into }
}

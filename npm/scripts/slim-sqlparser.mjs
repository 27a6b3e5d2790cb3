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
  // A thousand arms that each write a constant: the table of names is there already, in the same order.
  [
    'keywords.rs',
    '                match self {\n                    Keyword::NoKeyword => write!(f, "NoKeyword"),\n                    $(Keyword::$ident => write!(f, "{}", $ident),)*\n                }',
    '                let at = (*self as usize).checked_sub(1);\n                f.write_str(at.and_then(|at| ALL_KEYWORDS.get(at)).copied().unwrap_or("NoKeyword"))',
    1,
  ],
  // Expressions are compared and cloned, statements only where they stand inside queries (`parse` shares them).
  [
    'ast/mod.rs',
    '#[allow(clippy::large_enum_variant)]\n#[derive(Debug, Clone, PartialEq, PartialOrd, Eq, Ord, Hash)]\n#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]\n#[cfg_attr(\n    feature = "visitor",\n    derive(Visit, VisitMut),\n    visit(with = "visit_statement")\n)]\npub enum Statement {',
    'impl PartialEq for Statement {\n    fn eq(&self, other: &Self) -> bool {\n        matches!((self, other), (Statement::Query(a), Statement::Query(b)) if a == b)\n    }\n}\n\nimpl Clone for Statement {\n    fn clone(&self) -> Self {\n        match self {\n            Statement::Query(query) => Statement::Query(query.clone()),\n            Statement::Insert(insert) => Statement::Insert(insert.clone()),\n            Statement::Update(update) => Statement::Update(update.clone()),\n            Statement::Delete(delete) => Statement::Delete(delete.clone()),\n            Statement::Merge(merge) => Statement::Merge(merge.clone()),\n            _ => unreachable!("only what stands inside a query is cloned"),\n        }\n    }\n}\n\n#[allow(clippy::large_enum_variant)]\n#[derive(Debug, PartialOrd, Eq, Ord, Hash)]\npub enum Statement {',
    1,
  ],
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

/** Statements and objects of other systems; PostgreSQL calls them syntax errors, and so does this copy. */
const FOREIGN_STATEMENTS = [
  ['KILL', 'self.parse_kill()'],
  ['FLUSH', 'self.parse_flush()'],
  ['MSCK', 'self.parse_msck().map(Into::into)'],
  ['CACHE', 'self.parse_cache_table()'],
  ['UNCACHE', 'self.parse_uncache_table()'],
  ['REPLACE', 'self.parse_replace(next_token)'],
  ['USE', 'self.parse_use()'],
  ['RAISERROR', 'Ok(self.parse_raiserror()?)'],
  ['ASSERT', 'self.parse_assert()'],
  ['PRAGMA', 'self.parse_pragma()'],
  ['RENAME', 'self.parse_rename()'],
  ['PRINT', 'self.parse_print()'],
  ['WAITFOR', 'self.parse_waitfor()'],
  ['RETURN', 'self.parse_return()'],
]
const FOREIGN_BLOCKS = ['CASE', 'IF', 'WHILE', 'RAISE', 'DENY', 'THROW', 'UNLOAD', 'EXPORT', 'OPEN']
const FOREIGN_OBJECTS = [['MACRO', 1], ['SECRET', 2], ['WAREHOUSE', 3], ['VIRTUAL', 1], ['CONNECTOR', 2], ['EXTERNAL', 2]]
/** Objects of PostgreSQL that DecentDB refuses by name before it parses (`core/src/parse/command.rs`). */
const REFUSED_OBJECTS = [['POLICY', 2], ['USER', 4], ['ROLE', 4], ['OPERATOR', 2], ['SERVER', 1], ['DATABASE', 3], ['COLLATION', 3], ['PROCEDURE', 2]]
const REFUSED_ALTERS = [
  ['COLLATION', 'self.parse_alter_collation().map(Into::into)'],
  ['AGGREGATE', 'self.parse_alter_function(AlterFunctionKind::Aggregate)'],
  ['ROLE', 'self.parse_alter_role()'],
  ['POLICY', 'self.parse_alter_policy().map(Into::into)'],
  ['CONNECTOR', 'self.parse_alter_connector()'],
]

function foreignEdits() {
  return [
    ...FOREIGN_STATEMENTS.map(([keyword, call]) => ['parser/mod.rs', `                Keyword::${keyword} => ${call},\n`, '', 1]),
    ...FOREIGN_BLOCKS.map((keyword) => [
      'parser/mod.rs',
      `                Keyword::${keyword} => {\n                    self.prev_token();\n`,
      `                Keyword::${keyword} if false => {\n                    self.prev_token();\n`,
      1,
    ]),
    ...[...FOREIGN_OBJECTS, ...REFUSED_OBJECTS].map(([keyword, times]) => [
      'parser/mod.rs', `} else if self.parse_keyword(Keyword::${keyword}) {`, '} else if false {', times,
    ]),
    ...REFUSED_ALTERS.map(([keyword, call]) => ['parser/mod.rs', `            Keyword::${keyword} => ${call},\n`, '', 1]),
    ['parser/mod.rs', 'self.parse_one_of_keywords(&[Keyword::PIVOT, Keyword::UNPIVOT])', 'None::<Keyword>', 2],
  ]
}

/** Makes the copy in `into` and answers where rustc must look instead of the original. */
export function slimSqlparser(rootDir, into) {
  const from = crateDir(rootDir)
  rmSync(into, { recursive: true, force: true })
  cpSync(from, into, { recursive: true })
  for (const [file, text, replacement, times] of [...EDITS, ...foreignEdits()]) {
    const path = join(into, 'src', file)
    const source = readFileSync(path, 'utf8')
    // Unit tests stand at the end of a file and use other dialects; they are not compiled.
    const count = source.split(text).length - 1
    if (count !== times) throw new Error(`sqlparser: ${file} has ${count} times, not ${times}: ${text}`)
    writeFileSync(path, source.replaceAll(text, () => replacement))
  }
  return { from, into }
}

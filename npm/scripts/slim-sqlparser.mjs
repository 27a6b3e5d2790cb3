// What DecentDB never reaches in sqlparser.
//
// sqlparser decides at run time which of a dozen dialects it speaks, and its syntax tree can print and
// locate every statement of all of them. DecentDB speaks one, prints scalar expressions only, and has a
// grammar of its own for most commands (`core/src/parse/define`).

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

/** The statements that sqlparser reads for us; the others are refused or read before it is asked. */
const STATEMENTS = [
  'EXPLAIN', 'SELECT', 'CREATE', 'DELETE', 'INSERT', 'UPDATE', 'ALTER', 'SET', 'SHOW', 'START', 'BEGIN', 'END',
  'SAVEPOINT', 'RELEASE', 'COMMIT', 'ROLLBACK', 'ABORT', 'RESET', 'MERGE',
]

/** Names of types that are words of the grammar; all others are names. */
const TYPES = [
  'BOOLEAN', 'BOOL', 'FLOAT', 'REAL', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'INT2', 'SMALLINT', 'INT', 'INT4', 'INT8', 'INTEGER',
  'BIGINT', 'VARCHAR', 'CHARACTER', 'CHAR', 'BIT', 'VARBIT', 'UUID', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'TIME', 'TIMETZ',
  'INTERVAL', 'JSON', 'JSONB', 'REGCLASS', 'TEXT', 'BYTEA', 'NUMERIC', 'DECIMAL', 'DEC', 'ARRAY', 'TSVECTOR', 'TSQUERY',
]

/** Parts of the grammar that never begin. */
const NEVER = [
  'parse_create_snapshot_table', 'parse_create_text_search', 'parse_create_view', 'parse_create_policy',
  'parse_create_external_table', 'parse_create_function', 'parse_create_domain', 'parse_create_trigger',
  'parse_create_macro', 'parse_create_secret', 'parse_create_user', 'parse_create_schema', 'parse_create_warehouse',
  'parse_create_extension', 'parse_create_virtual_table', 'parse_create_database', 'parse_create_role',
  'parse_create_sequence', 'parse_create_collation', 'parse_create_type', 'parse_create_procedure',
  'parse_create_connector', 'parse_create_operator', 'parse_create_operator_family', 'parse_create_operator_class',
  'parse_pg_create_server', 'parse_alter_text_search', 'parse_alter_schema', 'parse_alter_view', 'parse_alter_type',
  'parse_alter_collation', 'parse_alter_function', 'parse_alter_operator_family', 'parse_alter_operator_class',
  'parse_alter_operator',
  'parse_pivot_table_factor', 'parse_unpivot_table_factor', 'parse_match_recognize', 'parse_xml_table_factor',
  'parse_open_json_table_factor', 'parse_json_table_column_def', 'parse_semantic_view_table_factor',
  'parse_snowflake_stage_table_factor', 'parse_unpivot_expr_table_factor', 'parse_alter_table_add_projection',
  'parse_alter_sort_key', 'parse_partition',
]

const NEVER_ALTERS = ['parse_alter_role', 'parse_alter_policy', 'parse_alter_connector', 'parse_alter_user']

/** Parts of the grammar that are always asked for and never there. */
const ABSENT = [
  ['fn parse_create_view_params(', 'Ok(None)'],
  ['fn maybe_parse_multiset(', 'None'],
  ['fn parse_settings(', 'Ok(None)'],
  ['fn parse_for_clause(', 'Ok(None)'],
  ['fn parse_hive_distribution(', 'Ok(HiveDistributionStyle::NONE)'],
  ['fn parse_hive_formats(', 'Ok(None)'],
  ['fn parse_optional_clustered_by(', 'Ok(None)'],
  ['fn parse_plain_options(', 'Ok(vec![])'],
  ['fn maybe_parse_connect_by(', 'Ok(vec![])'],
  ['fn maybe_parse_table_version(', 'Ok(None)'],
  ['fn parse_value_table_mode(', 'Ok(None)'],
  ['fn maybe_parse_optimizer_hints(', 'Ok(vec![])'],
]

/** What is said of ALTER TABLE before it is parsed, or by other systems only: from, up to. */
const ALTER_CUTS = [
  ['        } else if self.parse_keyword(Keyword::DISABLE) {', '        } else if self.parse_keyword(Keyword::DROP) {'],
  ['if self.parse_keywords(&[Keyword::IF, Keyword::EXISTS, Keyword::PARTITION]) {', 'if self.parse_keyword(Keyword::CONSTRAINT) {'],
  ['            } else if self.parse_keywords(&[Keyword::PRIMARY, Keyword::KEY]) {\n                let drop', '            } else {\n                let has_column_keyword'],
  ['        } else if self.parse_keyword(Keyword::PARTITION) {\n            self.expect_token(&Token::LParen)?;\n            let before', '        } else if self.parse_keyword(Keyword::ALTER) {'],
  ['        } else if self.parse_keyword(Keyword::SWAP) {', '        } else if self.parse_keywords(&[Keyword::VALIDATE, Keyword::CONSTRAINT]) {'],
  ['        } else if self.parse_keywords(&[Keyword::SET, Keyword::LOGGED]) {', '        } else {\n            let mut options ='],
]

/** Queries and statements inside scalar expressions are not printed. */
const UNPRINTED = [
  ['ast/query.rs', 'impl fmt::Display for Query {'],
  ['ast/query.rs', 'impl fmt::Display for TableFactor {'],
  ['ast/ddl.rs', 'impl fmt::Display for AlterTableOperation {'],
  ['ast/ddl.rs', 'impl fmt::Display for ColumnOption {'],
]

/** @param {import('./slim-crates.mjs').Sources} sources */
export function slimSqlparser(sources) {
  for (const edit of EDITS) sources.replace(...edit)
  sources.keepArms('parser/mod.rs', 'pub fn parse_statement(&mut self)', 16, STATEMENTS)
  sources.keepArms('parser/mod.rs', 'fn parse_data_type_helper(', 16, TYPES)
  const never = 'self.expected_ref("something else", self.peek_token_ref())'
  for (const name of NEVER) sources.replaceBody('parser/mod.rs', `fn ${name}(`, never)
  for (const name of NEVER_ALTERS) sources.replaceBody('parser/alter.rs', `fn ${name}(`, never)
  for (const [head, body] of ABSENT) sources.replaceBody('parser/mod.rs', head, body)
  for (const [from, to] of ALTER_CUTS) sources.cut('parser/mod.rs', from, to)
  for (const [file, head] of UNPRINTED) sources.replaceBody(file, head, 'fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { f.write_str("...") }')
  // Trees are neither copied nor compared: what would ask for it is not ours, or is asked in another way.
  sources.replace('parser/mod.rs', 'data_type: DataType::Custom(name.clone(), modifiers.clone()),\n', 'data_type: DataType::JSON,\n')
  sources.replace('parser/mod.rs', '(limit.is_some() && limit != Some(None))', 'limit.as_ref().is_some_and(Option::is_some)')
  sources.replace('ast/ddl.rs', 'if self.data_type == DataType::Unspecified {', 'if matches!(self.data_type, DataType::Unspecified) {')
  for (const [keyword, call] of [['CONVERT', 'self.parse_convert_expr(false)?'], ['TRY_CAST', 'self.parse_cast_expr(CastKind::TryCast)?'], ['SAFE_CAST', 'self.parse_cast_expr(CastKind::SafeCast)?']]) {
    sources.replace('parser/mod.rs', `            Keyword::${keyword} => Ok(Some(${call})),\n`, '')
  }
  sources.replace('parser/mod.rs', 'v.value.to_lowercase() == "from"', 'v.value.eq_ignore_ascii_case("from")')
  // Places are looked up by `core/src/parse/span.rs`.
  sources.replace('parser/mod.rs', 'parser_err!("expected function expression", root.span().start)', 'parser_err!("expected function expression", Location::new(0, 0))')
  sources.cut('parser/mod.rs', '            let Some(AccessExpr::Dot(Expr::OuterJoin(inner_expr))) = access_chain.pop()', '        }\n\n        Ok(Expr::CompoundFieldAccess {')
  for (const owner of ['x', 'root']) sources.replace('parser/mod.rs', `                ${owner === 'x' ? '        ' : ''}${owner}.span().start\n`, '                Location::new(0, 0)\n')
  sources.replaceBody('parser/mod.rs', 'fn parse_show(', 'Ok(Statement::ShowVariable { variable: self.parse_identifiers()? })')
}

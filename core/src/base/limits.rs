//! Every bound in one place, each with its reason; relations between them are asserted here.

/// Page size of a new database, in bytes. 16 KiB scans faster but copies twice as much per write.
pub const PAGE_SIZE_DEFAULT: u32 = 8192;
/// Smallest page size allowed, in bytes: one disk block.
pub const PAGE_SIZE_MIN: u32 = 4096;
/// Largest page size allowed, in bytes: offsets within a page fit 16 bits.
pub const PAGE_SIZE_MAX: u32 = 65536;
/// Longest SQL text accepted, in bytes. A script is bounded statement by statement.
pub const STATEMENT_BYTES_MAX: usize = 1 << 20;
/// Stack of the caller that the stages of a statement may use each, in bytes: what a thread of 512 KiB leaves, and
/// one of 1 MiB where nothing is optimised and one frame more may take 100 KiB; natively, planning goes on with a
/// larger stack when this one is used up (`db::deep`). In the browser only what has an address
/// is on the stack that can be measured; V8's own, of 1 MB, then holds about two and a half times as much.
pub const STACK_BYTES_MAX: usize = match () {
    () if cfg!(target_family = "wasm") => 256 << 10,
    () if cfg!(debug_assertions) => 832 << 10,
    () => 288 << 10,
};
/// Deepest nesting of expressions and queries; wasm's stack carries it with room to spare.
pub const NESTING_MAX: usize = 200;
/// Deepest recursion of sqlparser. Where it is met some of its alternatives hide why they failed: `parse` counts
/// beforehand what leads there.
pub const PARSER_DEPTH_MAX: usize = NESTING_MAX + 50;
/// Longest chain of operators other than AND and OR at one level (`a + b + c`): each one is a level of
/// depth in every stage after the parser.
pub const OPERATOR_CHAIN_MAX: usize = 500;
/// Longest chain of AND and OR at one level: deep only in the parser's tree, which frees it recursively.
pub const LOGIC_CHAIN_MAX: usize = 6000;
/// Most set operations or joins at one level: their plans nest to the left.
pub const QUERY_CHAIN_MAX: usize = 200;
/// Most levels of a plan with the expressions and subqueries in it. Text is bounded above; WITH, views and
/// merged conditions put plans into plans. What walks a plan does not ask for the stack: its frames are small.
pub const PLAN_DEPTH_MAX: usize = 1000;
/// Most levels of an expression that is copied: without optimisation a level of a copy takes 2 KiB.
pub const COPIED_DEPTH_MAX: usize = if cfg!(debug_assertions) { 200 } else { PLAN_DEPTH_MAX };
/// Most nodes an expression may come to when a rule puts expressions in the place of columns.
pub const MERGED_NODES_MAX: usize = 1000;
/// Most columns a table may have (PostgreSQL: 1600).
pub const COLUMNS_MAX: usize = 1600;
/// Most columns a select list may have (PostgreSQL: 1664).
pub const TARGETS_MAX: usize = 1664;
/// Most columns an index may have (PostgreSQL: 32).
pub const INDEX_COLUMNS_MAX: usize = 32;
/// Most parameters of one statement (PostgreSQL's protocol: 65535).
pub const PARAMETERS_MAX: usize = 65535;
/// Longest identifier in bytes; longer ones are truncated as PostgreSQL does (NAMEDATALEN - 1).
pub const IDENTIFIER_BYTES_MAX: usize = 63;
/// Deepest B+tree: at 8 KiB and the smallest fan-out this holds far more pages than a file may have.
pub const TREE_DEPTH_MAX: usize = 40;
/// Rows a batch carries at most: the columns of a batch stay in the first two cache levels.
pub const BATCH_ROWS_MAX: usize = 1024;
/// Bytes of the values that expressions make for the rows of a batch, in bytes; one value more may exceed it.
pub const COLUMN_BYTES_MAX: usize = 256 << 20;
/// Bytes of text that a scan reads into a batch: with longer rows it reads fewer of them at a time.
pub const SCAN_BYTES: usize = 4 << 20;
/// Largest single value, in bytes (PostgreSQL: 1 GB).
pub const VALUE_BYTES_MAX: usize = 1 << 30;
/// Memory one statement may hold for sorts, hashes and results, in bytes, unless set otherwise.
pub const STATEMENT_MEMORY_DEFAULT: usize = 256 << 20;
/// First OID given to user objects, as in PostgreSQL.
pub const FIRST_USER_OBJECT: u32 = 16384;

const _: () = assert!(PAGE_SIZE_DEFAULT >= PAGE_SIZE_MIN && PAGE_SIZE_DEFAULT <= PAGE_SIZE_MAX);

//! The configuration parameters there are: name, kind, default and bounds, as PostgreSQL 15's `pg_settings`
//! gives them. What a parameter does stands in `mod.rs`; one that is not named there has no effect here.
//!
//! Server parameters that no session can change are absent, but for those that clients ask for.

/// What a parameter's text may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Anything.
    Text,
    /// on or off, in any of the usual words.
    Flag,
    /// A whole number with a unit.
    Int {
        /// The smallest.
        min: i32,
        /// The largest.
        max: i32,
        /// What one is.
        unit: Unit,
    },
    /// A number.
    Real {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
    },
    /// One of these words, with commas between them.
    Choice(&'static str),
    /// It can be shown only.
    Fixed,
}

/// What a whole number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Plain,
    Bytes,
    Kilobytes,
    Blocks,
    Millis,
}

/// A parameter; its default is written as the value is stored: numbers in the parameter's own unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) default: &'static str,
}

const fn flag(name: &'static str, on: bool) -> Parameter {
    Parameter { name, kind: Kind::Flag, default: if on { "on" } else { "off" } }
}

const fn int(name: &'static str, default: &'static str, min: i32, max: i32, unit: Unit) -> Parameter {
    Parameter { name, kind: Kind::Int { min, max, unit }, default }
}

const fn real(name: &'static str, default: &'static str, min: f64, max: f64) -> Parameter {
    Parameter { name, kind: Kind::Real { min, max }, default }
}

const fn choice(name: &'static str, default: &'static str, choices: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Choice(choices), default }
}

const fn text(name: &'static str, default: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Text, default }
}

const fn fixed(name: &'static str, value: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Fixed, default: value }
}

const MAX: i32 = i32::MAX;

/// Values that only one setting of has a meaning here: any other is refused by name.
pub(super) const ONLY: [(&str, &str); 14] = [
    ("array_nulls", "on"),
    ("bytea_output", "hex"),
    ("client_encoding", "UTF8"),
    ("default_table_access_method", "heap"),
    ("default_tablespace", ""),
    ("default_with_oids", "off"),
    ("lc_messages", "C"),
    ("lc_monetary", "C"),
    ("lc_numeric", "C"),
    ("lc_time", "C"),
    ("quote_all_identifiers", "off"),
    ("session_replication_role", "origin"),
    ("standard_conforming_strings", "on"),
    ("transform_null_equals", "off"),
];

/// All of them, by name without regard to case.
pub(super) const PARAMETERS: &[Parameter] = &[
    text("application_name", ""),
    flag("array_nulls", true),
    int("backend_flush_after", "0", 0, 256, Unit::Blocks),
    choice("backslash_quote", "safe_encoding", "safe_encoding,on,off"),
    choice("bytea_output", "hex", "escape,hex"),
    flag("check_function_bodies", true),
    int("client_connection_check_interval", "0", 0, MAX, Unit::Millis),
    text("client_encoding", "UTF8"),
    choice("client_min_messages", "notice", "debug5,debug4,debug3,debug2,debug1,log,notice,warning,error"),
    int("commit_delay", "0", 0, 100_000, Unit::Plain),
    int("commit_siblings", "5", 0, 1000, Unit::Plain),
    choice("compute_query_id", "auto", "auto,regress,on,off"),
    choice("constraint_exclusion", "partition", "partition,on,off"),
    real("cpu_index_tuple_cost", "0.005", 0.0, f64::MAX),
    real("cpu_operator_cost", "0.0025", 0.0, f64::MAX),
    real("cpu_tuple_cost", "0.01", 0.0, f64::MAX),
    real("cursor_tuple_fraction", "0.1", 0.0, 1.0),
    text("DateStyle", "ISO, MDY"),
    int("deadlock_timeout", "1000", 1, MAX, Unit::Millis),
    flag("debug_pretty_print", true),
    flag("debug_print_parse", false),
    flag("debug_print_plan", false),
    flag("debug_print_rewritten", false),
    int("default_statistics_target", "100", 1, 10_000, Unit::Plain),
    text("default_table_access_method", "heap"),
    text("default_tablespace", ""),
    text("default_text_search_config", "pg_catalog.english"),
    choice("default_toast_compression", "pglz", "pglz,lz4"),
    flag("default_transaction_deferrable", false),
    choice(
        "default_transaction_isolation",
        "read committed",
        "serializable,repeatable read,read committed,read uncommitted",
    ),
    flag("default_transaction_read_only", false),
    flag("default_with_oids", false),
    text("durability", ""),
    int("effective_cache_size", "524288", 1, MAX, Unit::Blocks),
    int("effective_io_concurrency", "1", 0, 1000, Unit::Plain),
    flag("enable_async_append", true),
    flag("enable_bitmapscan", true),
    flag("enable_gathermerge", true),
    flag("enable_hashagg", true),
    flag("enable_hashjoin", true),
    flag("enable_incremental_sort", true),
    flag("enable_indexonlyscan", true),
    flag("enable_indexscan", true),
    flag("enable_material", true),
    flag("enable_memoize", true),
    flag("enable_mergejoin", true),
    flag("enable_nestloop", true),
    flag("enable_parallel_append", true),
    flag("enable_parallel_hash", true),
    flag("enable_partition_pruning", true),
    flag("enable_partitionwise_aggregate", false),
    flag("enable_partitionwise_join", false),
    flag("enable_seqscan", true),
    flag("enable_sort", true),
    flag("enable_tidscan", true),
    flag("escape_string_warning", true),
    int("extra_float_digits", "1", -15, 3, Unit::Plain),
    choice("force_parallel_mode", "off", "off,on,regress"),
    int("from_collapse_limit", "8", 1, MAX, Unit::Plain),
    flag("geqo", true),
    int("geqo_effort", "5", 1, 10, Unit::Plain),
    int("geqo_generations", "0", 0, MAX, Unit::Plain),
    int("geqo_pool_size", "0", 0, MAX, Unit::Plain),
    real("geqo_seed", "0", 0.0, 1.0),
    real("geqo_selection_bias", "2", 1.5, 2.0),
    int("geqo_threshold", "12", 2, MAX, Unit::Plain),
    int("gin_fuzzy_search_limit", "0", 0, MAX, Unit::Plain),
    int("gin_pending_list_limit", "4096", 64, MAX, Unit::Kilobytes),
    real("hash_mem_multiplier", "2", 1.0, 1000.0),
    int("idle_in_transaction_session_timeout", "0", 0, MAX, Unit::Millis),
    int("idle_session_timeout", "0", 0, MAX, Unit::Millis),
    fixed("in_hot_standby", "off"),
    fixed("integer_datetimes", "on"),
    choice("IntervalStyle", "postgres", "postgres,postgres_verbose,sql_standard,iso_8601"),
    fixed("is_superuser", "on"),
    flag("jit", true),
    real("jit_above_cost", "100000", -1.0, f64::MAX),
    flag("jit_expressions", true),
    real("jit_inline_above_cost", "500000", -1.0, f64::MAX),
    real("jit_optimize_above_cost", "500000", -1.0, f64::MAX),
    flag("jit_tuple_deforming", true),
    int("join_collapse_limit", "8", 1, MAX, Unit::Plain),
    fixed("lc_collate", "C"),
    fixed("lc_ctype", "C"),
    text("lc_messages", "C"),
    text("lc_monetary", "C"),
    text("lc_numeric", "C"),
    text("lc_time", "C"),
    int("lock_timeout", "0", 0, MAX, Unit::Millis),
    flag("log_duration", false),
    choice("log_error_verbosity", "default", "terse,default,verbose"),
    flag("log_executor_stats", false),
    flag("log_lock_waits", false),
    int("log_min_duration_sample", "-1", -1, MAX, Unit::Millis),
    int("log_min_duration_statement", "-1", -1, MAX, Unit::Millis),
    choice(
        "log_min_error_statement",
        "error",
        "debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic",
    ),
    choice(
        "log_min_messages",
        "warning",
        "debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic",
    ),
    int("log_parameter_max_length", "-1", -1, 1_073_741_823, Unit::Bytes),
    int("log_parameter_max_length_on_error", "0", -1, 1_073_741_823, Unit::Bytes),
    flag("log_parser_stats", false),
    flag("log_planner_stats", false),
    choice("log_statement", "none", "none,ddl,mod,all"),
    flag("log_statement_stats", false),
    int("log_temp_files", "-1", -1, MAX, Unit::Kilobytes),
    int("logical_decoding_work_mem", "65536", 64, MAX, Unit::Kilobytes),
    int("maintenance_io_concurrency", "10", 0, 1000, Unit::Plain),
    int("maintenance_work_mem", "65536", 1024, MAX, Unit::Kilobytes),
    fixed("max_identifier_length", "63"),
    int("max_parallel_maintenance_workers", "2", 0, 1024, Unit::Plain),
    int("max_parallel_workers", "8", 0, 1024, Unit::Plain),
    int("max_parallel_workers_per_gather", "2", 0, 1024, Unit::Plain),
    fixed("max_prepared_transactions", "0"),
    int("max_stack_depth", "2048", 100, MAX, Unit::Kilobytes),
    int("min_parallel_index_scan_size", "64", 0, 715_827_882, Unit::Blocks),
    int("min_parallel_table_scan_size", "1024", 0, 715_827_882, Unit::Blocks),
    flag("parallel_leader_participation", true),
    real("parallel_setup_cost", "1000", 0.0, f64::MAX),
    real("parallel_tuple_cost", "0.1", 0.0, f64::MAX),
    choice("plan_cache_mode", "auto", "auto,force_generic_plan,force_custom_plan"),
    flag("quote_all_identifiers", false),
    real("random_page_cost", "4", 0.0, f64::MAX),
    real("recursive_worktable_factor", "10", 0.001, 1_000_000.0),
    flag("row_security", true),
    text("search_path", "public"),
    real("seq_page_cost", "1", 0.0, f64::MAX),
    fixed("server_encoding", "UTF8"),
    fixed("server_version", "15.0"),
    fixed("server_version_num", "150000"),
    choice("session_replication_role", "origin", "origin,replica,local"),
    flag("standard_conforming_strings", true),
    int("statement_timeout", "0", 0, MAX, Unit::Millis),
    choice("stats_fetch_consistency", "cache", "none,cache,snapshot"),
    flag("synchronize_seqscans", true),
    choice("synchronous_commit", "on", "local,remote_write,remote_apply,on,off"),
    int("temp_buffers", "1024", 100, 1_073_741_823, Unit::Blocks),
    text("temp_tablespaces", ""),
    text("TimeZone", "UTC"),
    text("timezone_abbreviations", ""),
    flag("trace_notify", false),
    flag("trace_sort", false),
    flag("track_activities", true),
    flag("track_counts", true),
    choice("track_functions", "none", "none,pl,all"),
    flag("track_io_timing", false),
    flag("track_wal_io_timing", false),
    flag("transaction_deferrable", false),
    choice(
        "transaction_isolation",
        "read committed",
        "serializable,repeatable read,read committed,read uncommitted",
    ),
    flag("transaction_read_only", false),
    flag("transform_null_equals", false),
    flag("update_process_title", true),
    real("vacuum_cost_delay", "0", 0.0, 100.0),
    int("vacuum_cost_limit", "200", 1, 10_000, Unit::Plain),
    int("vacuum_cost_page_dirty", "20", 0, 10_000, Unit::Plain),
    int("vacuum_cost_page_hit", "1", 0, 10_000, Unit::Plain),
    int("vacuum_cost_page_miss", "2", 0, 10_000, Unit::Plain),
    int("vacuum_failsafe_age", "1600000000", 0, 2_100_000_000, Unit::Plain),
    int("vacuum_freeze_min_age", "50000000", 0, 1_000_000_000, Unit::Plain),
    int("vacuum_freeze_table_age", "150000000", 0, 2_000_000_000, Unit::Plain),
    int("vacuum_multixact_failsafe_age", "1600000000", 0, 2_100_000_000, Unit::Plain),
    int("vacuum_multixact_freeze_min_age", "5000000", 0, 1_000_000_000, Unit::Plain),
    int("vacuum_multixact_freeze_table_age", "150000000", 0, 2_000_000_000, Unit::Plain),
    int("work_mem", "4096", 64, MAX, Unit::Kilobytes),
    choice("xmlbinary", "base64", "base64,hex"),
    choice("xmloption", "content", "content,document"),
];

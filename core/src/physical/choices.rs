//! What the planner may use: the `enable_*` parameters that mean something here.
//!
//! They force plans, so that the same query can be run in several ways and must answer the same.

/// Ways that may be taken. A way without an alternative is taken all the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Choices {
    /// `enable_seqscan`: reading a whole table where an index has something to say about a condition.
    pub seq_scan: bool,
    /// `enable_indexscan`: reading by key, be it an index's or the row's own.
    pub index_scan: bool,
    /// `enable_hashjoin` or `enable_mergejoin`: joining by keys. Without it every pair of rows is looked at.
    pub hash_join: bool,
    /// `enable_nestloop`: joining by looking each left row up in the right table.
    pub nested_loop: bool,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices { seq_scan: true, index_scan: true, hash_join: true, nested_loop: true }
    }
}

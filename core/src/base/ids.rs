//! Newtypes for everything that is counted or numbered.

use core::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $letter:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $letter, self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id!(
    /// A page of the database file. Page 0 is never a tree page: it is where the meta slots live, and
    /// so serves as "no page" in links.
    PageNo, u32, "p");
id!(
    /// The position of a frame in the log's history; strictly increasing within one epoch.
    Lsn, u64, "l");
id!(
    /// The number of a commit. A snapshot *is* the number of the last commit it may see.
    CommitSeq, u64, "c");
id!(
    /// The key of a row in its table: the integer primary key where there is one, else a hidden number.
    RowId, i64, "r");
id!(
    /// A catalog object (table, index, sequence, ...): PostgreSQL's OID. User objects start at 16384.
    ObjectId, u32, "o");
id!(
    /// A column of a plan: unique within one statement, whatever node produces it.
    ColumnId, u32, "#");

impl PageNo {
    /// "No page" in links; also where the meta slots live.
    pub const NONE: PageNo = PageNo(0);
}

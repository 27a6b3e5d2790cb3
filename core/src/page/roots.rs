//! The few numbers from which everything in a snapshot is reached.

use crate::base::PageNo;
use crate::error::{Error, Result};

/// What a commit says about the whole file: its size, its free pages, its catalog.
///
/// Only a commit frame changes roots, so a rolled-back transaction leaves no trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Roots {
    /// Pages the file has, free ones included: the largest page number in use.
    pub page_count: u32,
    /// First trunk of the free list, or none.
    pub free_head: PageNo,
    /// Free pages, trunks included.
    pub free_count: u32,
    /// Root page of the catalog, or none in an empty database.
    pub catalog_root: PageNo,
    /// Grows with every change of the schema.
    pub schema_version: u64,
}

/// Bytes of encoded roots.
pub const ROOTS_BYTES: usize = 24;

impl Roots {
    /// Little-endian bytes: page_count, free_head, free_count, catalog_root (u32 each), schema_version.
    pub fn encode(&self) -> [u8; ROOTS_BYTES] {
        let mut out = [0u8; ROOTS_BYTES];
        out[0..4].copy_from_slice(&self.page_count.to_le_bytes());
        out[4..8].copy_from_slice(&self.free_head.0.to_le_bytes());
        out[8..12].copy_from_slice(&self.free_count.to_le_bytes());
        out[12..16].copy_from_slice(&self.catalog_root.0.to_le_bytes());
        out[16..24].copy_from_slice(&self.schema_version.to_le_bytes());
        out
    }

    /// Reads roots; pages they name must exist.
    pub fn decode(bytes: &[u8]) -> Result<Roots> {
        let Some(bytes) = bytes.get(..ROOTS_BYTES) else {
            return Err(Error::corrupt("the roots are cut short"));
        };
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let roots = Roots {
            page_count: word(0),
            free_head: PageNo(word(4)),
            free_count: word(8),
            catalog_root: PageNo(word(12)),
            schema_version: u64::from(word(16)) | u64::from(word(20)) << 32,
        };
        let inside = |no: PageNo| no.0 <= roots.page_count;
        if !inside(roots.free_head)
            || !inside(roots.catalog_root)
            || roots.free_count > roots.page_count
            || (roots.free_head == PageNo::NONE) != (roots.free_count == 0)
        {
            return Err(Error::corrupt("the roots name pages past the end of the file"));
        }
        Ok(roots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_survive_their_bytes_and_refuse_pages_past_the_end() {
        let roots = Roots {
            page_count: 9,
            free_head: PageNo(4),
            free_count: 2,
            catalog_root: PageNo(1),
            schema_version: 1 << 40,
        };
        assert_eq!(Roots::decode(&roots.encode()).unwrap(), roots);
        assert!(Roots::decode(&roots.encode()[..23]).is_err());
        let past = Roots { catalog_root: PageNo(10), ..roots };
        assert!(Roots::decode(&past.encode()).is_err());
    }
}

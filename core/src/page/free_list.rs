//! Free pages as bytes: trunk pages that list the numbers of other free pages.
//!
//! Knows nothing of who frees or allocates (see the pager). The pages a trunk lists hold stale content
//! that nobody reads; only trunks are logged, so dropping a large table writes a page per 2,000 freed.
//!
//! ```text
//! roots.free_head -> trunk 7 {next: 3, count: 2, [12, 9]} -> trunk 3 {next: 0, count: 0}
//! roots.free_count = 4: the trunks 7 and 3, the listed pages 12 and 9
//! ```
//!
//! F1  A trunk carries [`FREE_TRUNK_TAG`]; a page without it is never handed out as one.
//! F2  `count` is at most [`trunk_capacity`].

use crate::base::PageNo;
use crate::error::{Error, Result};

use super::PAGE_HEADER_BYTES;

/// First content bytes of a trunk page.
pub const FREE_TRUNK_TAG: [u8; 4] = *b"FREE";
/// Where the tag stands.
pub const TAG_OFFSET: usize = PAGE_HEADER_BYTES;
/// Where the number of the next trunk stands (u32; 0 is the end).
pub const NEXT_OFFSET: usize = TAG_OFFSET + 4;
/// Where the count of listed pages stands (u32).
pub const COUNT_OFFSET: usize = NEXT_OFFSET + 4;
/// Where the listed page numbers begin (u32 each).
pub const ENTRIES_OFFSET: usize = COUNT_OFFSET + 4;

/// How many pages a trunk can list.
pub fn trunk_capacity(page_bytes: usize) -> usize {
    page_bytes.saturating_sub(ENTRIES_OFFSET) / 4
}

/// The most pages that a database can speak of: those `there`, in its file or its log, and those never written,
/// which are free and named by one of them. A larger number is not to be believed.
pub fn pages_at_most(there: u64, page_bytes: u32) -> u64 {
    there.saturating_mul(1 + trunk_capacity(page_bytes as usize) as u64)
}

/// The fixed part of a trunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trunk {
    /// The next trunk, or none.
    pub next: PageNo,
    /// How many pages this one lists.
    pub count: usize,
}

fn field(page: &[u8], offset: usize) -> Option<u32> {
    let bytes = page.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Reads a trunk, refusing a page that is none (F1, F2).
pub fn read_trunk(page: &[u8], no: PageNo) -> Result<Trunk> {
    if page.get(TAG_OFFSET..TAG_OFFSET + 4) != Some(&FREE_TRUNK_TAG[..]) {
        return Err(Error::corrupt(format!("page {no} is on the free list but is not a free page")));
    }
    let (next, count) = match (field(page, NEXT_OFFSET), field(page, COUNT_OFFSET)) {
        (Some(next), Some(count)) => (next, usize::try_from(count).unwrap_or(usize::MAX)),
        _ => return Err(Error::corrupt(format!("free page {no} is too short"))),
    };
    if count > trunk_capacity(page.len()) {
        return Err(Error::corrupt(format!("free page {no} lists {count} pages, more than it can hold")));
    }
    Ok(Trunk { next: PageNo(next), count })
}

/// The listed page at `index`.
pub fn trunk_entry(page: &[u8], no: PageNo, index: usize) -> Result<PageNo> {
    match index.checked_mul(4).and_then(|at| field(page, ENTRIES_OFFSET.checked_add(at)?)) {
        Some(entry) if entry != 0 => Ok(PageNo(entry)),
        _ => Err(Error::corrupt(format!("free page {no} lists page 0 or ends early"))),
    }
}

/// Makes `page` a trunk that lists nothing.
pub fn write_empty_trunk(page: &mut [u8], next: PageNo) {
    page[TAG_OFFSET..TAG_OFFSET + 4].copy_from_slice(&FREE_TRUNK_TAG);
    page[NEXT_OFFSET..NEXT_OFFSET + 4].copy_from_slice(&next.0.to_le_bytes());
    page[COUNT_OFFSET..COUNT_OFFSET + 4].fill(0);
}

/// Adds a page to a trunk read as `trunk`; false when it is full.
pub fn push_entry(page: &mut [u8], trunk: Trunk, entry: PageNo) -> bool {
    if trunk.count >= trunk_capacity(page.len()) {
        return false;
    }
    let at = ENTRIES_OFFSET + trunk.count * 4;
    page[at..at + 4].copy_from_slice(&entry.0.to_le_bytes());
    set_count(page, trunk.count + 1);
    true
}

/// Takes the listed page at `index` out of a trunk read as `trunk`; the last one takes its place.
pub fn remove_entry(page: &mut [u8], trunk: Trunk, index: usize) {
    let last = trunk.count.saturating_sub(1);
    let at = ENTRIES_OFFSET + last * 4;
    page.copy_within(at..at + 4, ENTRIES_OFFSET + index * 4);
    set_count(page, last);
}

/// Names the trunk after this one.
pub fn set_next(page: &mut [u8], next: PageNo) {
    page[NEXT_OFFSET..NEXT_OFFSET + 4].copy_from_slice(&next.0.to_le_bytes());
}

/// Cuts the listed pages of a trunk to `count`.
pub fn set_count(page: &mut [u8], count: usize) {
    let count = u32::try_from(count).expect("F2: a trunk's count fits its page");
    page[COUNT_OFFSET..COUNT_OFFSET + 4].copy_from_slice(&count.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trunk_gives_back_what_it_was_given() {
        let mut page = vec![0u8; 4096];
        write_empty_trunk(&mut page, PageNo(3));
        for entry in 1..=trunk_capacity(4096) {
            let trunk = read_trunk(&page, PageNo(9)).unwrap();
            assert_eq!(trunk, Trunk { next: PageNo(3), count: entry - 1 });
            assert!(push_entry(&mut page, trunk, PageNo(entry as u32)));
        }
        let full = read_trunk(&page, PageNo(9)).unwrap();
        assert!(!push_entry(&mut page, full, PageNo(1)));
        assert_eq!(trunk_entry(&page, PageNo(9), 4).unwrap(), PageNo(5));
    }

    #[test]
    fn bytes_that_are_no_trunk_are_refused() {
        let mut page = vec![0u8; 4096];
        assert!(read_trunk(&page, PageNo(9)).is_err());
        write_empty_trunk(&mut page, PageNo::NONE);
        page[COUNT_OFFSET..COUNT_OFFSET + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(read_trunk(&page, PageNo(9)).is_err());
        assert!(read_trunk(&page[..18], PageNo(9)).is_err());
        assert!(read_trunk(&[], PageNo(9)).is_err());
    }
}

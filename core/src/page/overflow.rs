//! Pages of values kept out of line.
//!
//! ```text
//! value page:  16 kind  20 place of the page in its value u32   24 bytes ..
//! run list:    16 kind  20 next list page u32  24 count u32     28 (first u32, pages u32) ..
//! ```

use crate::base::PageNo;
use crate::error::Result;

use super::bytes::{
    KIND_AT, KIND_OVERFLOW, KIND_OVERFLOW_MAP, PAGE_HEADER_RANGE, damaged, page_no_at, put_size, put_u32,
    size_at, u32_at,
};

pub(super) const PLACE_AT: usize = 20;
pub(super) const DATA_AT: usize = 24;
pub(super) const NEXT_AT: usize = 20;
pub(super) const RUN_COUNT_AT: usize = 24;
pub(super) const RUNS_AT: usize = 28;

/// Bytes of a value one page holds.
pub fn data_bytes(page_size: usize) -> usize {
    page_size - DATA_AT
}

/// Runs one list page holds.
pub fn runs_max(page_size: usize) -> usize {
    (page_size - RUNS_AT) / 8
}

/// Pages that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// The first.
    pub first: PageNo,
    /// How many.
    pub pages: u32,
}

/// Fills a value page; `data` fits it.
pub fn write_data(bytes: &mut [u8], place: u32, data: &[u8]) {
    bytes[PAGE_HEADER_RANGE.end..].fill(0);
    bytes[KIND_AT] = KIND_OVERFLOW;
    put_u32(bytes, PLACE_AT, place);
    bytes[DATA_AT..DATA_AT + data.len()].copy_from_slice(data);
}

/// The bytes of page number `place` of a value.
pub fn read_data(bytes: &[u8], place: u32) -> Result<&[u8]> {
    if bytes[KIND_AT] != KIND_OVERFLOW || u32_at(bytes, PLACE_AT) != place {
        return Err(damaged(bytes, "is not the part of the value it should be"));
    }
    Ok(&bytes[DATA_AT..])
}

/// Fills a list page; the runs fit it.
pub fn write_runs(bytes: &mut [u8], runs: &[Run], next: PageNo) {
    bytes[PAGE_HEADER_RANGE.end..].fill(0);
    bytes[KIND_AT] = KIND_OVERFLOW_MAP;
    put_u32(bytes, NEXT_AT, next.0);
    put_size(bytes, RUN_COUNT_AT, runs.len());
    for (index, run) in runs.iter().enumerate() {
        put_u32(bytes, RUNS_AT + index * 8, run.first.0);
        put_u32(bytes, RUNS_AT + index * 8 + 4, run.pages);
    }
}

/// Reads a list page: its runs and the next list page.
pub fn read_runs(bytes: &[u8], out: &mut Vec<Run>) -> Result<PageNo> {
    let count = size_at(bytes, RUN_COUNT_AT);
    if bytes[KIND_AT] != KIND_OVERFLOW_MAP || count == 0 || count > runs_max(bytes.len()) {
        return Err(damaged(bytes, "is not the run list of a value"));
    }
    for index in 0..count {
        let run = Run {
            first: page_no_at(bytes, RUNS_AT + index * 8),
            pages: u32_at(bytes, RUNS_AT + index * 8 + 4),
        };
        if run.pages == 0 || run.first == PageNo::NONE || run.first.0.checked_add(run.pages - 1).is_none() {
            return Err(damaged(bytes, "has a damaged run list"));
        }
        out.push(run);
    }
    Ok(page_no_at(bytes, NEXT_AT))
}

//! Values out of line: written to runs of consecutive pages where the free pages allow it, read in order.
//!
//! A pointer names one run directly. When the pages do not follow each other it names the first of a
//! list of runs. Every loop is bounded by the length in the pointer, whatever the list says.

use crate::base::PageNo;
use crate::base::limits::VALUE_BYTES_MAX;
use crate::error::{Error, Result, SqlState};
use crate::page::overflow::{Run, data_bytes, read_data, read_runs, runs_max, write_data, write_runs};
use crate::page::row_leaf::OverflowPointer;
use crate::page::{PageMover, PageSink, PageSource};

/// Writes a value to pages of its own.
pub(super) fn write_value(sink: &mut dyn PageSink, value: &[u8]) -> Result<OverflowPointer> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(Error::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("a value of {} bytes is larger than {VALUE_BYTES_MAX} bytes", value.len()),
        ));
    }
    let length = u32::try_from(value.len()).expect("the value limit is below 4 GiB");
    let chunk = data_bytes(sink.page_size());
    let mut pages = Vec::with_capacity(value.len().div_ceil(chunk));
    for _ in 0..value.len().div_ceil(chunk) {
        pages.push(sink.allocate()?);
    }
    // Free pages come in any order; sorted, they make the fewest runs.
    crate::base::order::sort(&mut pages);
    let mut runs: Vec<Run> = Vec::new();
    for (place, (no, data)) in pages.iter().zip(value.chunks(chunk)).enumerate() {
        let place = u32::try_from(place).expect("fewer pages than bytes");
        write_data(sink.page_mut(*no)?, place, data);
        push_page(&mut runs, *no);
    }
    let mut prefix = [0; 4];
    let known = value.len().min(4);
    prefix[..known].copy_from_slice(&value[..known]);
    let (first, pages) = name_runs(sink, &runs, Vec::new())?;
    Ok(OverflowPointer { length, first, pages, prefix })
}

/// What a pointer says of these runs: `first` and `pages`. Lists of runs are written to the pages of
/// `lists`, then to new ones; what is left of `lists` is freed.
fn name_runs(sink: &mut dyn PageSink, runs: &[Run], mut lists: Vec<PageNo>) -> Result<(PageNo, u32)> {
    let mut named = (PageNo::NONE, 0);
    if let [run] = runs {
        named = (run.first, run.pages);
    } else {
        for part in runs.chunks(runs_max(sink.page_size())).rev() {
            let no = match lists.pop() {
                Some(no) => no,
                None => sink.allocate()?,
            };
            write_runs(sink.page_mut(no)?, part, named.0);
            named.0 = no;
        }
    }
    for no in lists {
        sink.free(no)?;
    }
    Ok(named)
}

/// Moves those pages of a value that are to move; answers the new pointer if any did.
pub(super) fn relocate_value(
    mover: &mut dyn PageMover,
    pointer: &OverflowPointer,
) -> Result<Option<OverflowPointer>> {
    let mut lists = Vec::new();
    let old = runs_of(&*mover, pointer, &mut |no| lists.push(no))?;
    let mut moved = false;
    let mut runs: Vec<Run> = Vec::with_capacity(old.len());
    for no in old.iter().flat_map(|run| run.first.0..run.first.0 + run.pages) {
        let to = mover.move_page(PageNo(no))?;
        moved |= to.is_some();
        push_page(&mut runs, to.unwrap_or(PageNo(no)));
    }
    for no in &mut lists {
        if let Some(to) = mover.move_page(*no)? {
            *no = to;
            moved = true;
        }
    }
    if !moved {
        return Ok(None);
    }
    let (first, pages) = name_runs(mover, &runs, lists)?;
    Ok(Some(OverflowPointer { first, pages, ..*pointer }))
}

/// The next page of a value: it prolongs the last run or begins one.
fn push_page(runs: &mut Vec<Run>, no: PageNo) {
    match runs.last_mut() {
        Some(run) if run.first.0.checked_add(run.pages) == Some(no.0) => run.pages += 1,
        _ => runs.push(Run { first: no, pages: 1 }),
    }
}

/// Replaces the content of `out` by the value.
pub(super) fn read_value(
    source: &dyn PageSource,
    pointer: &OverflowPointer,
    out: &mut Vec<u8>,
) -> Result<()> {
    /// Memory taken on the word of a pointer alone; the rest grows as pages turn out to be there.
    const TRUSTED_BYTES: usize = 1 << 20;
    /// Pages announced at once: enough for a host to work well, few enough to stay in the cache.
    const AHEAD_PAGES: u32 = 64;
    out.clear();
    let mut left = usize::try_from(pointer.length).unwrap_or(usize::MAX);
    out.reserve(left.min(TRUSTED_BYTES));
    let mut place = 0;
    for run in runs_of(source, pointer, &mut |_| {})? {
        for no in run.first.0..run.first.0 + run.pages {
            let read = no - run.first.0;
            if read.is_multiple_of(AHEAD_PAGES) && run.pages - read > 1 {
                source.will_need(PageNo(no), AHEAD_PAGES.min(run.pages - read));
            }
            let page = source.page(PageNo(no))?;
            let data = read_data(&page, place)?;
            let take = left.min(data.len());
            out.extend_from_slice(&data[..take]);
            left -= take;
            place += 1;
        }
    }
    Ok(())
}

/// Frees the pages of a value.
pub(super) fn free_value(sink: &mut dyn PageSink, pointer: &OverflowPointer) -> Result<()> {
    let mut lists = Vec::new();
    let runs = runs_of(&*sink, pointer, &mut |no| lists.push(no))?;
    for run in runs {
        for no in run.first.0..run.first.0 + run.pages {
            sink.free(PageNo(no))?;
        }
    }
    for no in lists {
        sink.free(no)?;
    }
    Ok(())
}

/// The runs of a value, exactly as many pages as its length needs; `list` is told each list page.
pub(super) fn runs_of(
    source: &dyn PageSource,
    pointer: &OverflowPointer,
    list: &mut dyn FnMut(PageNo),
) -> Result<Vec<Run>> {
    let length = usize::try_from(pointer.length).unwrap_or(usize::MAX);
    let wanted = length.div_ceil(data_bytes(source.page_size()));
    let wrong = || Error::corrupt(format!("the pages of a value of {length} bytes are not what it needs"));
    if length == 0 || length > VALUE_BYTES_MAX {
        return Err(wrong());
    }
    let mut runs = Vec::new();
    let mut pages = 0;
    if pointer.pages > 0 {
        runs.push(Run { first: pointer.first, pages: pointer.pages });
        pages = usize::try_from(pointer.pages).unwrap_or(usize::MAX);
        if pointer.first == PageNo::NONE || pointer.first.0.checked_add(pointer.pages).is_none() {
            return Err(wrong());
        }
    } else {
        let mut next = pointer.first;
        // Each list page brings at least one page, so this ends.
        while next != PageNo::NONE && pages < wanted {
            list(next);
            let page = source.page(next)?;
            let known = runs.len();
            next = read_runs(&page, &mut runs)?;
            for run in &runs[known..] {
                pages = pages.saturating_add(usize::try_from(run.pages).unwrap_or(usize::MAX));
            }
        }
        if next != PageNo::NONE {
            return Err(wrong());
        }
    }
    if pages != wanted {
        return Err(wrong());
    }
    Ok(runs)
}

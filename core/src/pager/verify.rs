//! Checks what the pager owns: every page whole, the free list true, every page accounted for.
//!
//! Knows nothing of trees: whoever does hands in the pages they reach.

use crate::base::PageNo;
use crate::error::{Error, Result};
use crate::page::{PageSource, Roots, free_list};

/// How a message about a page that nobody has ends.
pub const ORPHAN: &str = "is neither used nor free";

/// What the free list holds.
#[derive(Debug, Default)]
pub struct FreePages {
    /// Per page number: whether it is free.
    pub is_free: Vec<bool>,
    /// Pages that carry the list itself.
    pub trunks: Vec<PageNo>,
    /// What is wrong with it.
    pub problems: Vec<Error>,
}

/// Walks the free list of a snapshot. Ends whatever the pages say: no page is visited twice.
pub fn free_pages(source: &dyn PageSource, roots: &Roots) -> FreePages {
    let count = usize::try_from(roots.page_count).unwrap_or(usize::MAX);
    let mut out = FreePages { is_free: vec![false; count.saturating_add(1)], ..FreePages::default() };
    let mut free_count = 0u64;
    let mut next = roots.free_head;
    while next != PageNo::NONE {
        if !mark(&mut out, next) {
            break;
        }
        free_count += 1;
        out.trunks.push(next);
        let page = match source.page(next) {
            Ok(page) => page,
            Err(error) => {
                out.problems.push(error);
                break;
            }
        };
        let trunk = match free_list::read_trunk(&page, next) {
            Ok(trunk) => trunk,
            Err(error) => {
                out.problems.push(error);
                break;
            }
        };
        for index in 0..trunk.count {
            match free_list::trunk_entry(&page, next, index) {
                Ok(entry) => free_count += u64::from(mark(&mut out, entry)),
                Err(error) => out.problems.push(error),
            }
        }
        next = trunk.next;
    }
    if out.problems.is_empty() && free_count != u64::from(roots.free_count) {
        out.problems.push(Error::corrupt(format!(
            "the free list holds {free_count} pages, the roots say {}",
            roots.free_count
        )));
    }
    out
}

fn mark(out: &mut FreePages, no: PageNo) -> bool {
    let problem = match usize::try_from(no.0).ok().and_then(|at| out.is_free.get_mut(at)) {
        Some(seen) if !*seen => {
            *seen = true;
            return true;
        }
        Some(_) => format!("page {no} is on the free list twice"),
        None => format!("the free list names page {no}, which is not in the file"),
    };
    out.problems.push(Error::corrupt(problem));
    false
}

/// Reads every page in use and walks the free list; answers what is wrong.
pub fn check_pages(source: &dyn PageSource, roots: &Roots) -> Result<Vec<Error>> {
    let mut free = free_pages(source, roots);
    let mut problems = std::mem::take(&mut free.problems);
    for no in 1..=roots.page_count {
        let is_free = usize::try_from(no).is_ok_and(|at| free.is_free[at]);
        if !is_free && let Err(error) = source.page(PageNo(no)) {
            problems.push(error);
        }
    }
    Ok(problems)
}

/// Checks that `reachable` and the free pages are all pages, each once.
pub fn check_partition(
    source: &dyn PageSource,
    roots: &Roots,
    reachable: &mut dyn Iterator<Item = PageNo>,
) -> Vec<Error> {
    let mut free = free_pages(source, roots);
    let mut problems = std::mem::take(&mut free.problems);
    let mut used = vec![false; free.is_free.len()];
    for no in reachable {
        match usize::try_from(no.0).ok().filter(|at| *at > 0 && *at < used.len()) {
            None => problems.push(Error::corrupt(format!("page {no} is used but is not in the file"))),
            Some(at) if free.is_free[at] => {
                problems.push(Error::corrupt(format!("page {no} is used and on the free list")));
            }
            Some(at) if used[at] => problems.push(Error::corrupt(format!("page {no} is used twice"))),
            Some(at) => used[at] = true,
        }
    }
    for (at, (used, free)) in used.iter().zip(&free.is_free).enumerate().skip(1) {
        if !used && !free {
            problems.push(Error::corrupt(format!("page {at} {ORPHAN}")));
        }
    }
    problems
}

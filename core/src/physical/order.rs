//! Orderings that a scan gives for nothing.
//!
//! ```text
//! Sort: a DESC           Scan using the index on a, backwards
//! `- Scan: t      ->
//! ```
//!
//! Must not fire for a sort of the whole table by an index: fetching every row by its key costs more than
//! sorting. Only the rowid's order, an index already chosen, or a LIMIT above make it worth while.

use std::sync::Arc;

use crate::catalog::{Catalog, IndexKey};

use super::plan::{Access, Key, Node, Operation, Range, ScanPlan};

/// Whether the node gives its rows in this order, perhaps after a change of its scan.
pub(super) fn provide(node: &mut Node, keys: &[Key], limited: bool, catalog: &Catalog) -> bool {
    let wanted: Option<Vec<Wanted>> = keys
        .iter()
        .map(|key| {
            let place = key.program.as_column()?;
            Some(Wanted { place, descending: key.descending, nulls_first: key.nulls_first })
        })
        .collect();
    wanted.is_some_and(|wanted| descend(node, wanted, limited, catalog))
}

struct Wanted {
    place: usize,
    descending: bool,
    nulls_first: bool,
}

fn descend(node: &mut Node, mut wanted: Vec<Wanted>, limited: bool, catalog: &Catalog) -> bool {
    match &mut node.operation {
        Operation::Project { input, items } => {
            for key in &mut wanted {
                match items[key.place].as_column() {
                    Some(place) => key.place = place,
                    None => return false,
                }
            }
            descend(input, wanted, limited, catalog)
        }
        Operation::Filter { input, .. } => descend(input, wanted, limited, catalog),
        Operation::Scan(scan) => match Arc::get_mut(scan) {
            Some(scan) => order_scan(scan, &wanted, limited, catalog),
            None => false,
        },
        _ => false,
    }
}

fn order_scan(scan: &mut ScanPlan, wanted: &[Wanted], limited: bool, catalog: &Catalog) -> bool {
    let Some(first) = wanted.first() else { return true };
    let ordinal = |key: &Wanted| scan.columns.get(key.place).copied();
    let is_rowid = |key: &Wanted| match ordinal(key) {
        Some(ordinal) => scan.table.rowid_column == Some(ordinal),
        None => true,
    };
    match &scan.access {
        Access::Nothing => true,
        Access::Full | Access::Rowids(_) if is_rowid(first) => {
            scan.descending = first.descending;
            true
        }
        Access::RowidList(values) => {
            if values.len() > 1 && is_rowid(first) {
                scan.descending = first.descending;
            }
            values.len() == 1 || is_rowid(first)
        }
        Access::Index { index, equal, .. } => {
            let fixed: Vec<usize> = index.keys.iter().take(equal.len()).map(|key| key.column).collect();
            // Columns held to one value do not order anything.
            let open: Vec<(usize, &Wanted)> = wanted
                .iter()
                .filter_map(|key| ordinal(key).map(|ordinal| (ordinal, key)))
                .filter(|(ordinal, _)| !fixed.contains(ordinal))
                .collect();
            if wanted.iter().any(|key| ordinal(key).is_none()) {
                return false;
            }
            match direction(&index.keys[equal.len()..], &open) {
                Some(descending) => {
                    scan.descending = descending;
                    true
                }
                None => false,
            }
        }
        Access::Full if limited => {
            let open: Option<Vec<(usize, &Wanted)>> =
                wanted.iter().map(|key| Some((ordinal(key)?, key))).collect();
            let Some(open) = open else { return false };
            let found = scan
                .table
                .indexes
                .iter()
                .filter_map(|id| catalog.indexes.get(id))
                .filter(|index| index.predicate.is_none())
                .find_map(|index| Some((index, direction(&index.keys, &open)?)));
            let Some((index, descending)) = found else { return false };
            scan.access =
                Access::Index { index: Arc::clone(index), equal: Vec::new(), range: Range::default() };
            scan.descending = descending;
            true
        }
        Access::Full | Access::Rowids(_) | Access::IndexList { .. } => false,
    }
}

/// Which way the parts must be read to give the order; `None`: neither way does.
fn direction(parts: &[IndexKey], wanted: &[(usize, &Wanted)]) -> Option<bool> {
    if wanted.len() > parts.len() {
        return None;
    }
    let mut descending = None;
    for (part, (ordinal, key)) in parts.iter().zip(wanted) {
        if part.column != *ordinal {
            return None;
        }
        let backwards = part.descending != key.descending;
        if (part.nulls_first != key.nulls_first) != backwards {
            return None;
        }
        if *descending.get_or_insert(backwards) != backwards {
            return None;
        }
    }
    Some(descending.unwrap_or(false))
}

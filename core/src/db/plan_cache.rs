//! Plans kept between statements: parsing and planning costs far more than a point query.
//!
//! Two kinds of key share one map: the exact text of a statement, and its text with the literals lifted
//! out (a byte that no text begins with marks the second). An entry is used only under the very catalog
//! and the very settings it was planned for (D3), so nothing needs to be told of a change: stale entries
//! lose on look-up and are replaced or evicted.
//!
//! Eviction is second chance over a ring of entries: a hit costs no list work.

use std::sync::Arc;

use crate::base::hash::HashMap;
use crate::catalog::Catalog;

use super::prepared::Prepared;

/// Longest text kept, in bytes; longer ones are rarely sent twice.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// A bounded map from statement text to plan.
#[derive(Debug)]
pub(super) struct PlanCache {
    entries: HashMap<Arc<str>, usize>,
    ring: Vec<Slot>,
    hand: usize,
    limit: usize,
}

#[derive(Debug)]
struct Slot {
    key: Arc<str>,
    plan: Arc<Prepared>,
    settings: u64,
    used: bool,
}

impl PlanCache {
    pub(super) fn new(limit: usize) -> PlanCache {
        PlanCache { entries: HashMap::default(), ring: Vec::new(), hand: 0, limit }
    }

    /// The plan for `key`, if it was made for this catalog and these settings.
    pub(super) fn get(&mut self, key: &str, catalog: &Arc<Catalog>, settings: u64) -> Option<Arc<Prepared>> {
        let slot = self.ring.get_mut(*self.entries.get(key)?)?;
        if !Arc::ptr_eq(&slot.plan.catalog, catalog) || slot.settings != settings {
            return None;
        }
        slot.used = true;
        Some(Arc::clone(&slot.plan))
    }

    /// Keeps a plan.
    pub(super) fn put(&mut self, key: &str, settings: u64, plan: Arc<Prepared>) {
        if key.len() > TEXT_BYTES_MAX || self.limit == 0 {
            return;
        }
        if let Some(at) = self.entries.get(key) {
            if let Some(slot) = self.ring.get_mut(*at) {
                slot.plan = plan;
                slot.settings = settings;
            }
            return;
        }
        let key: Arc<str> = key.into();
        let slot = Slot { key: Arc::clone(&key), plan, settings, used: false };
        if self.ring.len() < self.limit {
            self.entries.insert(key, self.ring.len());
            self.ring.push(slot);
            return;
        }
        // At most one round clears every mark, so this ends.
        while core::mem::take(&mut self.ring[self.hand].used) {
            self.hand = (self.hand + 1) % self.limit;
        }
        self.entries.remove(&self.ring[self.hand].key);
        self.entries.insert(key, self.hand);
        self.ring[self.hand] = slot;
        self.hand = (self.hand + 1) % self.limit;
    }

    /// Forgets everything: the catalog these plans were made for is gone.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.ring.clear();
        self.hand = 0;
    }
}

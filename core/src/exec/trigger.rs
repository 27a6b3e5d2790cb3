//! Row triggers of the table that a statement changes.
//!
//! BEFORE triggers see a row before it is written and may change it or leave it out; AFTER triggers see it
//! when all rows are written and all references hold. What they do is not known here: [`TableRules::fire`].

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::event::TriggerEvent;
use crate::catalog::{Routine, Table};
use crate::error::Result;
use crate::value::Datum;

use super::context::Firing;
use super::run::Run;

/// The rows that AFTER triggers wait for.
#[derive(Default)]
pub(crate) struct Waiting(VecDeque<Event>);

/// A trigger, its table, and the row before and after.
type Event = (Arc<Routine>, Arc<Table>, TriggerEvent, Option<Vec<Datum>>, Option<Vec<Datum>>);

/// The row to write, after the BEFORE triggers; `None`: it is left alone.
pub(crate) fn before(
    run: &mut Run<'_, '_>,
    triggers: &[Arc<Routine>],
    table: &Table,
    event: TriggerEvent,
    (old, mut new): (Option<&[Datum]>, Option<Vec<Datum>>),
    assigned: &[usize],
) -> Result<Option<Vec<Datum>>> {
    for trigger in triggers.iter().filter(|trigger| trigger.waits_for(true, event)) {
        let firing = Firing { trigger, table, event, old, new: new.as_deref(), assigned };
        let rules = run.cx.rules;
        match rules.fire(run.cx, &firing)? {
            None => return Ok(None),
            Some(row) if new.is_some() => new = Some(row),
            Some(_) => {}
        }
    }
    Ok(new.or_else(|| old.map(<[Datum]>::to_vec)))
}

impl Waiting {
    /// A row was written; answers the bytes that are kept of it.
    pub(crate) fn push(
        &mut self,
        (triggers, table): (&[Arc<Routine>], &Arc<Table>),
        event: TriggerEvent,
        (old, new): (Option<&[Datum]>, Option<&[Datum]>),
        assigned: &[usize],
    ) -> usize {
        let mut bytes = 0;
        for trigger in triggers.iter().filter(|trigger| trigger.waits_for(false, event)) {
            if event == TriggerEvent::Update && !trigger.concerns(assigned) {
                continue;
            }
            let kept = |row: Option<&[Datum]>| row.map(<[Datum]>::to_vec);
            bytes += (old.map_or(0, <[Datum]>::len) + new.map_or(0, <[Datum]>::len)) * 48 + 64;
            self.0.push_back((Arc::clone(trigger), Arc::clone(table), event, kept(old), kept(new)));
        }
        bytes
    }

    /// Fires what waits.
    pub(crate) fn fire(&mut self, run: &mut Run<'_, '_>) -> Result<()> {
        while let Some((trigger, table, event, old, new)) = self.0.pop_front() {
            run.cx.interrupt.check()?;
            let (old, new) = (old.as_deref(), new.as_deref());
            let firing = Firing { trigger: &trigger, table: &table, event, old, new, assigned: &[] };
            let rules = run.cx.rules;
            rules.fire(run.cx, &firing)?;
        }
        Ok(())
    }
}

//! What happens in a life, decided before it begins.
//!
//! Every action has a seed of its own, so that leaving one out leaves the others as they are: a failing
//! plan shrinks by leaving out.

use decentdb_core::db::Durability;
use decentdb_core::env::fault::{Effect, Fault, OperationKind};
use decentdb_core::env::{SplitMix64, VfsErrorKind};

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// The writer goes one step: begins, runs a statement, marks, undoes, commits.
    Write(u64),
    /// A reader begins, looks again, or leaves.
    Read(u64),
    /// A whole checkpoint.
    Checkpoint,
    /// So many pages of one.
    CheckpointStep(usize),
    /// Everything published becomes durable.
    Sync,
    /// Time passes, and the host's timer comes by.
    Tick(u64),
    /// The database is closed and opened again.
    Reopen,
    /// A second writer and a second opener try.
    Intrude,
    /// The disk will fail at a later call.
    Arm(Fault),
    /// The disk has only so many bytes more from now on.
    Fill(u64),
    /// The process is killed, or the power fails, now.
    Disaster(u64),
}

/// A whole life.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Of which it was drawn.
    pub seed: u64,
    /// What the database is opened at.
    pub durability: Durability,
    /// What happens, in order.
    pub actions: Vec<Action>,
    /// The actions that are run; all if none.
    pub only: Option<Vec<usize>>,
}

impl Plan {
    /// The plan of a seed: `steps` actions.
    pub fn draw(seed: u64, steps: usize) -> Plan {
        let mut random = SplitMix64::new(seed);
        let durability = match random.below(16) {
            0 => Durability::None,
            1 => Durability::Relaxed,
            2 | 3 => Durability::Normal,
            _ => Durability::Full,
        };
        let faulty = random.chance(1, 2);
        let actions = (0..steps).map(|_| draw_action(&mut random, faulty)).collect();
        Plan { seed, durability, actions, only: None }
    }

    /// The actions to run, with their numbers.
    pub fn actions(&self) -> impl Iterator<Item = (usize, &Action)> {
        let wanted = |at: &usize| self.only.as_ref().is_none_or(|only| only.contains(at));
        self.actions.iter().enumerate().filter(move |(at, _)| wanted(at))
    }
}

fn draw_action(random: &mut SplitMix64, faulty: bool) -> Action {
    match random.below(100) {
        0..=57 => Action::Write(random.next_u64()),
        58..=69 => Action::Read(random.next_u64()),
        70..=75 => Action::Checkpoint,
        76..=83 => Action::CheckpointStep(1 + random.index(4)),
        84..=85 => Action::Sync,
        86..=88 => Action::Tick(random.below(400_000_000)),
        89..=90 => Action::Reopen,
        91 => Action::Intrude,
        92..=97 if faulty => match random.below(6) {
            0 => Action::Fill(random.below(60_000)),
            _ => Action::Arm(draw_fault(random)),
        },
        98..=99 => Action::Disaster(random.next_u64()),
        _ => Action::Write(random.next_u64()),
    }
}

fn draw_fault(random: &mut SplitMix64) -> Fault {
    let kinds = [
        OperationKind::Write,
        OperationKind::Write,
        OperationKind::Sync,
        OperationKind::Sync,
        OperationKind::Read,
        OperationKind::SetSize,
        OperationKind::Size,
        OperationKind::Open,
        OperationKind::Remove,
        OperationKind::Exists,
        OperationKind::Lock,
    ];
    let errors = [VfsErrorKind::Io, VfsErrorKind::DiskFull, VfsErrorKind::ShortIo, VfsErrorKind::HandleLost];
    let error = errors[random.index(errors.len())];
    let effect = match random.below(5) {
        0 => Effect::CutPower,
        1 => Effect::Partial(error),
        _ => Effect::Error(error),
    };
    Fault {
        kind: Some(kinds[random.index(kinds.len())]),
        file_suffix: ["", "", ".ddb", "-wal"][random.index(4)].to_owned(),
        nth: 1 + random.below(12),
        sticky: random.chance(1, 4),
        effect,
    }
}

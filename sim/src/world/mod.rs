//! One life: the engine over a disk that fails, and the model beside it.
//!
//! ```text
//! action -> engine call -> Ok: the model follows    Err: expected, or a fault was about; the model goes back
//!        -> poisoned or power off? -> readers still see their snapshot, nothing can be written -> restart
//!        -> every change of the disk in between becomes a Point with the commits it may hold
//! ```
//!
//! N1  `history[n]` is the model after commit n of the present life, for every n that may be found.
//! N2  `low_power` is the last commit a power cut must leave, `published` the last one a kill must leave,
//!     `attempted` the last one that may be found.

mod endings;
mod looking;
mod writer;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use decentdb_core::db::{Connection, Database, Durability, Options};
use decentdb_core::env::fault::{Crash, FaultVfs, Operation};
use decentdb_core::env::{Env, ManualClock, Nanos, SeededEntropy, SplitMix64};
use decentdb_core::error::{Error, ErrorKind};
use decentdb_core::pager::{PagerOptions, ReadTxn, ReaderPolicy};

use crate::counts::Counts;
use crate::error::{During, Failed};
use crate::plan::{Action, Plan};
use crate::workload::Workload;

/// The name of the simulated database.
pub(crate) const NAME: &str = "sim.ddb";
const RECOVERIES_MAX: usize = 4;

/// What a commit left.
pub(crate) struct Committed<W> {
    pub(crate) model: W,
    pub(crate) state: String,
}

/// The commits a disk may hold, by number.
pub(crate) type States<W> = BTreeMap<u64, Rc<Committed<W>>>;

/// A state of the disk with a call in flight, and what must be found if it all ends here.
pub(crate) struct Point<W> {
    pub(crate) vfs: FaultVfs,
    pub(crate) operation: Operation,
    pub(crate) phase: &'static str,
    pub(crate) low_power: u64,
    pub(crate) low_kill: u64,
    pub(crate) states: Rc<States<W>>,
    /// Pages were written without barriers: a power cut may leave anything.
    pub(crate) is_unsafe: bool,
}

/// How databases of a life are opened.
#[derive(Clone)]
pub(crate) struct Openings {
    pub(crate) options: Options,
    pub(crate) storage: PagerOptions,
}

impl Openings {
    pub(crate) fn draw(plan: &Plan) -> Openings {
        let mut random = SplitMix64::new(plan.seed ^ 0x0097_1045);
        let page_size = if random.chance(1, 10) { 8192 } else { 4096 };
        let segment = if page_size == 8192 { 32768 } else { 16384 };
        let policy =
            [ReaderPolicy::Lenient, ReaderPolicy::Normal, ReaderPolicy::Strict, ReaderPolicy::Strict];
        Openings {
            options: Options {
                page_size,
                durability: plan.durability,
                busy_timeout_millis: 0,
                ..Options::default()
            },
            storage: PagerOptions {
                page_size,
                cache_bytes: [8, 16, 64][random.index(3)] * page_size as usize,
                wal_segment_bytes: segment,
                wal_soft_bytes: (2 + random.below(6)) * u64::from(segment),
                wal_hard_bytes: (8 + random.below(16)) * u64::from(segment),
                reader_policy: policy[random.index(policy.len())],
                reader_expire_nanos: 200_000_000,
                durability: plan.durability,
                busy_nanos: 0,
                allow_weaker_barrier: false,
                ..PagerOptions::default()
            },
        }
    }

    pub(crate) fn open(&self, vfs: &FaultVfs, clock: &ManualClock, seed: u64) -> Result<Database, Error> {
        let env = Env {
            vfs: Arc::new(vfs.clone()),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy::new(seed)),
            zones: Arc::new(decentdb_core::env::NoTimeZones),
            stacks: Arc::new(decentdb_core::env::OneStack),
        };
        Database::open_with_storage(env, NAME, self.options.clone(), &self.storage)
    }
}

struct Reader {
    txn: ReadTxn,
    fingerprint: u64,
}

/// See the module.
pub(crate) struct World<W> {
    openings: Openings,
    pub(crate) counts: Counts,
    pub(crate) points: Vec<Point<W>>,
    vfs: FaultVfs,
    clock: ManualClock,
    database: Option<Database>,
    connection: Option<Connection>,
    readers: Vec<Reader>,
    history: States<W>,
    /// What the open transaction, or the last commit, has made of the tables.
    model: W,
    marks: Vec<W>,
    in_transaction: bool,
    durability: Durability,
    published: u64,
    full: u64,
    attempted: u64,
    low_power: u64,
    low_kill: u64,
    was_unsafe: bool,
    /// A commit of this opening was above level None: from then on every barrier is there.
    above_none: bool,
    faults_about: bool,
    phase: &'static str,
    openings_made: u64,
    opened_at: u64,
    trace: u64,
    ended: bool,
}

/// What becomes of the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Kill,
    Power,
}

impl<W: Workload> World<W> {
    pub(crate) fn begin(workload: &W, plan: &Plan) -> Result<World<W>, Failed> {
        let empty = Committed { model: workload.clone(), state: workload.state() };
        let mut world = World {
            openings: Openings::draw(plan),
            counts: Counts { seeds: 1, ..Counts::default() },
            points: Vec::new(),
            vfs: FaultVfs::new(plan.seed),
            clock: ManualClock::default(),
            database: None,
            connection: None,
            readers: Vec::new(),
            history: [(0, Rc::new(empty))].into(),
            model: workload.clone(),
            marks: Vec::new(),
            in_transaction: false,
            durability: plan.durability,
            published: 0,
            full: 0,
            attempted: 0,
            low_power: 0,
            low_kill: 0,
            was_unsafe: false,
            above_none: false,
            faults_about: false,
            phase: "creation",
            openings_made: plan.seed,
            opened_at: 0,
            trace: 0,
            ended: false,
        };
        world.vfs.keep_snapshots();
        world.open().during("creation")?;
        world.collect();
        Ok(world)
    }

    /// Runs one action and whatever follows from it.
    pub(crate) fn act(&mut self, action: &Action) -> Result<(), Failed> {
        if self.ended {
            return Ok(());
        }
        self.note_bounds();
        let seed = match action {
            Action::Write(seed) | Action::Read(seed) | Action::Disaster(seed) => *seed,
            _ => self.trace,
        };
        let mut random = SplitMix64::new(seed);
        match action {
            Action::Write(_) => self.write(&mut random)?,
            Action::Read(_) => self.read(&mut random)?,
            Action::Checkpoint => {
                self.phase = "checkpoint";
                let done = self.database()?.checkpoint();
                self.tolerate("checkpoint", done)?;
            }
            Action::CheckpointStep(pages) => {
                self.phase = "checkpoint";
                let done = self.database()?.storage().checkpoint_step(*pages);
                self.tolerate("checkpoint step", done)?;
            }
            Action::Sync => {
                self.phase = "sync";
                let done = self.database()?.storage().sync();
                if self.tolerate("sync", done)?.is_some() {
                    self.full = self.published;
                }
            }
            Action::Tick(nanos) => {
                self.phase = "timer";
                self.clock.advance(Nanos(*nanos));
                let done = self.database()?.storage().step();
                self.tolerate("timer", done)?;
            }
            Action::Reopen => self.reopen(&mut random)?,
            Action::Intrude => self.intrude()?,
            Action::Arm(fault) => {
                self.faults_about = true;
                self.vfs.inject(fault.clone());
            }
            Action::Fill(more) => {
                self.faults_about = true;
                let used: usize = [NAME.to_owned(), format!("{NAME}-wal")]
                    .iter()
                    .filter_map(|name| self.vfs.bytes(name))
                    .map(|bytes| bytes.len())
                    .sum();
                self.vfs.set_capacity_bytes(used as u64 + more);
            }
            Action::Disaster(_) => {
                let end = if random.chance(1, 3) { End::Kill } else { End::Power };
                self.restart(end, &mut random)?;
            }
        }
        self.settle(&mut random)?;
        self.account(action)
    }

    /// `page_count = reachable + free`, and everything else that `verify` knows, in the last commit: after every
    /// action. While the disk is failing nobody looks, for a look may be what fails.
    fn account(&mut self, after: &Action) -> Result<(), Failed> {
        if self.ended || self.faults_about {
            return Ok(());
        }
        self.counts.note("pages accounted for");
        let wrong = self.database()?.verify().during("accounting for the pages")?;
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(Failed(format!("pages after {after:?}: {wrong:#?}"))),
        }
    }

    /// The end of a life: everything is as the model says, and the file closes.
    pub(crate) fn finish(&mut self) -> Result<(), Failed> {
        if self.ended {
            return Ok(());
        }
        self.note_bounds();
        self.vfs.clear_faults();
        self.vfs.set_capacity_bytes(u64::MAX);
        self.faults_about = false;
        self.readers.clear();
        self.phase = "close";
        self.connection = None;
        let Some(database) = self.database.take() else { return Ok(()) };
        database.close().during("the last close")?;
        self.collect();
        self.open().during("the last opening")?;
        self.check_committed("after the last close")?;
        let wrong = self.database()?.verify().during("the last verify")?;
        if !wrong.is_empty() {
            return Err(Failed(format!("the last verify: {wrong:#?}")));
        }
        Ok(())
    }

    /// A number that is equal for equal lives.
    pub(crate) fn trace_hash(&self) -> u64 {
        self.trace ^ self.vfs.trace_hash()
    }

    fn database(&self) -> Result<&Database, Failed> {
        self.database.as_ref().ok_or_else(|| Failed::new("the simulator lost its database"))
    }

    fn connection(&self) -> Result<&Connection, Failed> {
        self.connection.as_ref().ok_or_else(|| Failed::new("the simulator lost its connection"))
    }

    fn committed(&self) -> Result<Rc<Committed<W>>, Failed> {
        let found = self.history.get(&self.published).map(Rc::clone);
        found.ok_or_else(|| Failed(format!("commit {} is not in the history", self.published)))
    }

    fn is_unsafe(&self) -> bool {
        // At level None a checkpoint may mark the file, write and take the mark off within one action.
        let free = self.openings.options.durability == Durability::None && !self.above_none;
        let status = self.database.as_ref().map(|database| database.storage().durability_status());
        free || status.is_some_and(|status| status.unsafe_since.is_some())
    }

    /// What a disaster in the next action must leave.
    fn note_bounds(&mut self) {
        let synced = match &self.database {
            Some(database) => database.storage().durability_status().synced.0,
            None => 0,
        };
        self.low_power = self.full.max(synced.min(self.published));
        self.low_kill = self.published;
        self.was_unsafe = self.is_unsafe();
    }

    /// Takes the states of the disk since the last call.
    fn collect(&mut self) {
        let taken = self.vfs.take_snapshots();
        if taken.is_empty() {
            return;
        }
        let is_unsafe = self.was_unsafe || self.is_unsafe();
        let states: States<W> = self
            .history
            .range(self.low_power.min(self.low_kill)..=self.attempted)
            .map(|(seq, state)| (*seq, Rc::clone(state)))
            .collect();
        let states = Rc::new(states);
        for snapshot in taken {
            self.points.push(Point {
                vfs: snapshot.vfs,
                operation: snapshot.operation,
                phase: self.phase,
                low_power: self.low_power,
                low_kill: self.low_kill,
                states: Rc::clone(&states),
                is_unsafe,
            });
        }
    }

    /// An error is the disk's doing, if anything is wrong with the disk; else it is ours.
    fn tolerate<T>(&mut self, what: &str, done: Result<T, Error>) -> Result<Option<T>, Failed> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error) => {
                let crowded = error.sqlstate().code() == "53400" && !self.readers.is_empty();
                if crowded {
                    self.counts.note("log full");
                    self.readers.clear();
                } else if !self.faults_about || error.kind() == ErrorKind::Internal {
                    return Err(Failed(format!("{what}: {error:?}")));
                } else if error.kind() == ErrorKind::Corrupt {
                    // Nothing in a life lies: not even a read that ends early may be taken for damage.
                    return Err(Failed(format!("{what}: damage that nothing has done: {error:?}")));
                }
                self.counts.note(&format!("error {}", error.sqlstate().code()));
                Ok(None)
            }
        }
    }
}

impl<W> Drop for World<W> {
    fn drop(&mut self) {
        // Readers and sessions go before the database they belong to.
        self.readers.clear();
        self.connection = None;
        self.database = None;
    }
}

/// What a power cut leaves, drawn: half of the writes, all but one, only one, a prefix; torn, garbage.
pub(crate) fn draw_crash(random: &mut SplitMix64) -> Crash {
    use decentdb_core::env::fault::{Damage, Keep};
    let mut crash = Crash::seeded(random.next_u64());
    let write = (random.next_u64() >> 40) as usize;
    match random.below(10) {
        0 => crash = Crash::LOSE_ALL,
        1 => crash = Crash::KEEP_ALL,
        2 => crash.keep = Keep::AllBut(write),
        3 => crash.keep = Keep::Only(write),
        4 => crash.keep = Keep::First(random.index(12)),
        5 => {
            crash.keep = Keep::All;
            crash.damage = Damage::Torn { write, sectors: 1 << random.below(8) };
        }
        _ => {}
    }
    crash
}

/// Two states that ought to be one, told by their first difference.
pub(crate) fn differs(what: &str, found: &str, expected: &str) -> Failed {
    let short =
        |line: Option<&str>| line.map_or("nothing".to_owned(), |line| line.chars().take(60).collect());
    let (mut a, mut b) = (found.lines(), expected.lines());
    loop {
        match (a.next(), b.next()) {
            (a, b) if a == b && a.is_some() => {}
            (a, b) => return Failed(format!("{what}: found {}, expected {}", short(a), short(b))),
        }
    }
}

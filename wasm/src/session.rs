//! One database with one connection, as the worker sees it.

use decentdb_core::base::hash::HashMap;
use decentdb_core::batch::Batch;
use decentdb_core::db::{
    Connection, Database, Durability, Options, Portal, PortalStep, Statement, TransactionId,
    TransactionOptions,
};
use decentdb_core::env::{Clock, FileName, MemoryVfs};
use decentdb_core::error::{Error, Result, SqlState};
use decentdb_vfs_opfs::{JsClock, MountOptions};
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{set, to_js, vfs_to_js};
use crate::frame;
use crate::params::ParamList;
use crate::storage::Storage;

/// Rows' worth of work between two looks at the clock.
const FUEL: u64 = 4_096;

/// One database with one connection.
#[wasm_bindgen]
pub struct Session {
    name: FileName,
    storage: Storage,
    options: Options,
    /// `None` after `close`, or when reopening failed.
    open: Option<Open>,
    statements: HashMap<u32, Prepared>,
    next_statement: u32,
    /// The transactions the page has begun and not ended.
    transactions: HashMap<u32, TransactionId>,
    next_transaction: u32,
    running: Option<Running>,
    clock: JsClock,
}

struct Open {
    database: Database,
    connection: Connection,
}

/// A statement the page holds; planned again when the database was reopened below it.
struct Prepared {
    sql: String,
    statement: Option<Statement>,
}

struct Running {
    portal: Portal,
    rows: Vec<Batch>,
}

#[wasm_bindgen]
impl Session {
    /// Opens a database on OPFS. `durability`: 0 full, 1 normal, 2 relaxed, 3 none.
    #[wasm_bindgen(js_name = openOpfs)]
    pub async fn open_opfs(
        name: String,
        create: bool,
        wait_millis: u32,
        durability: u8,
        cache_bytes: u32,
    ) -> Result<Session, JsValue> {
        let file = FileName::new(format!("{name}.ddb")).map_err(vfs_to_js)?;
        let mount = MountOptions { create, wait_millis };
        let storage = Storage::mount(&name, file.as_str(), &mount).await.map_err(vfs_to_js)?;
        Session::start(file, storage, options(create, durability, cache_bytes)).map_err(|error| to_js(&error))
    }

    /// Opens a new database in memory. Its name keeps the rules of OPFS, so that it can become a file.
    #[wasm_bindgen(js_name = openMemory)]
    pub fn open_memory(name: &str, cache_bytes: u32) -> Result<Session, JsValue> {
        decentdb_vfs_opfs::check_name(name).map_err(vfs_to_js)?;
        let file = FileName::new(format!("{name}.ddb")).map_err(vfs_to_js)?;
        let storage = Storage::Memory(MemoryVfs::new());
        // Memory has no barrier, and was asked for by name.
        let options = Options { allow_weaker_barrier: true, ..options(true, 0, cache_bytes) };
        Session::start(file, storage, options).map_err(|error| to_js(&error))
    }

    /// Removes a database on OPFS that nobody has open.
    #[wasm_bindgen(js_name = removeOpfs)]
    pub async fn remove_opfs(name: String) -> Result<(), JsValue> {
        decentdb_vfs_opfs::remove_database(&name).await.map_err(vfs_to_js)
    }

    /// Runs one statement for about `slice_millis`; the frame of its result, or `undefined`: call `resume`.
    pub fn run(
        &mut self,
        sql: &str,
        params: &[u8],
        slice_millis: f64,
    ) -> Result<Option<Uint8Array>, JsValue> {
        self.begin_portal(|open| open.connection.portal(sql, &ParamList::decode(params)?))
            .and_then(|()| self.advance(slice_millis))
            .map_err(|error| to_js(&error))
    }

    /// Runs a prepared statement, likewise.
    #[wasm_bindgen(js_name = runPrepared)]
    pub fn run_prepared(
        &mut self,
        statement: u32,
        params: &[u8],
        slice_millis: f64,
    ) -> Result<Option<Uint8Array>, JsValue> {
        self.begin_prepared(statement, params)
            .and_then(|()| self.advance(slice_millis))
            .map_err(|error| to_js(&error))
    }

    /// Goes on with the statement that is running.
    pub fn resume(&mut self, slice_millis: f64) -> Result<Option<Uint8Array>, JsValue> {
        self.advance(slice_millis).map_err(|error| to_js(&error))
    }

    /// Ends the statement that is running, undoing what it did; `false` if none is.
    pub fn cancel(&mut self) -> bool {
        self.running.take().is_some()
    }

    /// Runs a script of statements; one frame with all their results. It stops between two statements
    /// when `deadline_millis` have passed (0: never).
    pub fn exec(&mut self, sql: &str, deadline_millis: f64) -> Result<Uint8Array, JsValue> {
        self.exec_script(sql, deadline_millis).map_err(|error| to_js(&error))
    }

    /// Prepares a statement: `{ id, parameters: [oid], columns: [{ name, oid, modifier }] }`.
    pub fn prepare(&mut self, sql: &str) -> Result<JsValue, JsValue> {
        self.prepare_statement(sql).map_err(|error| to_js(&error))
    }

    /// Forgets a prepared statement.
    pub fn finalize(&mut self, statement: u32) {
        self.statements.remove(&statement);
    }

    /// Begins a transaction, or inside an open one a part of it; its number.
    pub fn begin(&mut self) -> Result<u32, JsValue> {
        let begun = self.opened().and_then(|o| o.connection.begin_transaction(TransactionOptions::default()));
        let id = self.next_transaction;
        self.next_transaction += 1;
        self.transactions.insert(id, begun.map_err(|error| to_js(&error))?);
        Ok(id)
    }

    /// Ends the transaction of that number; 25P01 when it is over already.
    pub fn end(&mut self, transaction: u32, commit: bool) -> Result<(), JsValue> {
        self.end_transaction(transaction, commit).map_err(|error| to_js(&error))
    }

    /// Whether a transaction is open.
    #[wasm_bindgen(js_name = inTransaction)]
    pub fn in_transaction(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.connection.in_transaction())
    }

    /// Moves everything from the log to the database file.
    pub fn checkpoint(&mut self) -> Result<(), JsValue> {
        self.opened().and_then(|open| open.database.checkpoint()).map_err(|error| to_js(&error))
    }

    /// What is wrong with the database, in words; nothing if all is well.
    pub fn verify(&mut self) -> Result<Vec<String>, JsValue> {
        self.opened().and_then(|open| open.database.verify()).map_err(|error| to_js(&error))
    }

    /// What the files were asked to do since they were opened: `{ reads, writes, writtenBytes, flushes }`.
    #[wasm_bindgen(js_name = ioCounts)]
    pub fn io_counts(&self) -> JsValue {
        let counts = self.storage.counts();
        let object = Object::new();
        set(&object, "reads", &counts.reads.into());
        set(&object, "writes", &counts.writes.into());
        set(&object, "writtenBytes", &(counts.written_bytes as f64).into());
        set(&object, "flushes", &counts.flushes.into());
        object.into()
    }

    /// What a commit that was acknowledged survives here: `{ storage, durability, barrier }`.
    pub fn status(&self) -> JsValue {
        let object = Object::new();
        let (storage, barrier) = match self.storage {
            Storage::Opfs(_) => ("opfs", "flush"),
            Storage::Memory(_) => ("memory", "none"),
        };
        let durability = match self.options.durability {
            Durability::Full => "full",
            Durability::Normal => "normal",
            Durability::Relaxed => "relaxed",
            Durability::None => "none",
        };
        set(&object, "storage", &storage.into());
        set(&object, "durability", &durability.into());
        set(&object, "barrier", &barrier.into());
        object.into()
    }

    /// The database as the bytes of a single file, which opens natively too.
    #[wasm_bindgen(js_name = exportFile)]
    pub fn export_file(&mut self) -> Result<Uint8Array, JsValue> {
        self.export_bytes().map(|bytes| Uint8Array::from(bytes.as_slice())).map_err(|error| to_js(&error))
    }

    /// Replaces the database by the bytes of another one: written beside it, opened and verified, and only
    /// then put in its place, in one durable step.
    #[wasm_bindgen(js_name = importFile)]
    pub async fn import_file(&mut self, bytes: Vec<u8>) -> Result<(), JsValue> {
        self.check_idle("import").map_err(|error| to_js(&error))?;
        let next = self.storage.begin_replacement().await.map_err(vfs_to_js)?;
        if let Err(error) = self.try_import(&next, &bytes) {
            drop(bytes);
            // The import's own error matters more than one of tidying up, which the next mount repeats.
            let _ = next.abandon().await;
            return Err(to_js(&error));
        }
        self.close_database().map_err(|error| to_js(&error))?;
        next.replace(&self.storage).await.map_err(vfs_to_js)?;
        self.storage = next;
        self.reopen().map_err(|error| to_js(&error))
    }

    /// Checkpoints, closes and gives the files back.
    pub fn close(&mut self) -> Result<(), JsValue> {
        let closed = self.close_database();
        self.storage.close();
        closed.map_err(|error| to_js(&error))
    }
}

impl Session {
    fn start(name: FileName, storage: Storage, options: Options) -> Result<Session> {
        let mut session = Session {
            name,
            storage,
            options,
            open: None,
            statements: HashMap::default(),
            next_statement: 1,
            transactions: HashMap::default(),
            next_transaction: 1,
            running: None,
            clock: JsClock::new(),
        };
        session.reopen()?;
        Ok(session)
    }

    fn reopen(&mut self) -> Result<()> {
        let database = Database::open(self.storage.env()?, self.name.as_str(), self.options.clone())?;
        let connection = database.connect()?;
        self.open = Some(Open { database, connection });
        Ok(())
    }

    fn opened(&self) -> Result<&Open> {
        self.open
            .as_ref()
            .ok_or_else(|| Error::new(SqlState::CONNECTION_DOES_NOT_EXIST, "the database was closed"))
    }

    fn end_transaction(&mut self, transaction: u32, commit: bool) -> Result<()> {
        let Some(id) = self.transactions.remove(&transaction) else {
            return Err(Error::new(SqlState::NO_ACTIVE_SQL_TRANSACTION, "the transaction is over"));
        };
        let connection = &self.opened()?.connection;
        if commit { connection.commit_transaction(id) } else { connection.rollback_transaction(id) }
    }

    fn begin_portal(&mut self, portal: impl FnOnce(&Open) -> Result<Portal>) -> Result<()> {
        if self.running.is_some() {
            return Err(Error::internal("a statement is running already"));
        }
        let portal = portal(self.opened()?)?;
        self.running = Some(Running { portal, rows: Vec::new() });
        Ok(())
    }

    fn begin_prepared(&mut self, id: u32, params: &[u8]) -> Result<()> {
        let missing =
            || Error::new(SqlState::INVALID_SQL_STATEMENT_NAME, "the prepared statement was closed");
        let entry = self.statements.get_mut(&id).ok_or_else(missing)?;
        if entry.statement.is_none() {
            let open = self.open.as_ref().ok_or_else(missing)?;
            entry.statement = Some(open.connection.prepare(&entry.sql)?);
        }
        let portal = entry.statement.as_ref().ok_or_else(missing)?.portal(&ParamList::decode(params)?)?;
        self.begin_portal(|_| Ok(portal))
    }

    /// Steps the running statement until it is done or the slice is over.
    fn advance(&mut self, slice_millis: f64) -> Result<Option<Uint8Array>> {
        let Some(mut running) = self.running.take() else {
            return Err(Error::new(SqlState::QUERY_CANCELED, "canceling statement due to user request"));
        };
        let started = self.clock.monotonic();
        loop {
            // An error drops the portal, which ends the statement.
            match running.portal.step(FUEL)? {
                PortalStep::Rows(batch) => running.rows.push(batch),
                PortalStep::Yield => {}
                PortalStep::Done => break,
            }
            if millis_since(&self.clock, started.0) >= slice_millis {
                self.running = Some(running);
                return Ok(None);
            }
        }
        let outcome = running.portal.outcome_of(running.rows);
        let bytes = frame::encode(&[outcome])?;
        Ok(Some(Uint8Array::from(bytes.as_slice())))
    }

    fn exec_script(&mut self, sql: &str, deadline_millis: f64) -> Result<Uint8Array> {
        let started = self.clock.monotonic();
        let mut outcomes = Vec::new();
        let clock = &self.clock;
        self.opened()?.connection.run_script(sql, |outcome| {
            outcomes.push(outcome);
            if deadline_millis > 0.0 && millis_since(clock, started.0) >= deadline_millis {
                return Err(Error::new(
                    SqlState::QUERY_CANCELED,
                    "canceling statement due to statement timeout",
                ));
            }
            Ok(())
        })?;
        Ok(Uint8Array::from(frame::encode(&outcomes)?.as_slice()))
    }

    fn prepare_statement(&mut self, sql: &str) -> Result<JsValue> {
        let statement = self.opened()?.connection.prepare(sql)?;
        let id = self.next_statement;
        self.next_statement += 1;
        let object = Object::new();
        set(&object, "id", &id.into());
        let parameters: Array = statement.parameters().iter().map(|ty| JsValue::from(ty.oid())).collect();
        set(&object, "parameters", &parameters);
        let columns = Array::new();
        for column in statement.columns().iter() {
            let field = Object::new();
            set(&field, "name", &JsValue::from_str(&column.name));
            set(&field, "oid", &column.ty.ty.oid().into());
            set(&field, "modifier", &column.ty.modifier.into());
            columns.push(&field);
        }
        set(&object, "columns", &columns);
        self.statements.insert(id, Prepared { sql: sql.to_owned(), statement: Some(statement) });
        Ok(object.into())
    }

    /// Closing leaves one file with everything in it; copying it while it is open would leave out the log.
    fn export_bytes(&mut self) -> Result<Vec<u8>> {
        self.check_idle("export")?;
        self.close_database()?;
        let bytes = self.storage.read_file(&self.name);
        self.reopen()?;
        Ok(bytes?)
    }

    fn try_import(&self, next: &Storage, bytes: &[u8]) -> Result<()> {
        if !Database::recognises(bytes) {
            return Err(Error::corrupt("the imported bytes are not a DecentDB database"));
        }
        next.write_file(&self.name, bytes)?;
        let options = Options { create: false, ..self.options.clone() };
        let database = Database::open(next.env()?, self.name.as_str(), options)?;
        let faults = database.verify()?;
        database.close()?;
        match faults.first() {
            None => Ok(()),
            Some(fault) => Err(Error::corrupt(format!("the imported database is damaged: {fault}"))),
        }
    }

    fn close_database(&mut self) -> Result<()> {
        self.running = None;
        self.transactions.clear();
        for prepared in self.statements.values_mut() {
            prepared.statement = None;
        }
        match self.open.take() {
            Some(Open { database, connection }) => {
                drop(connection);
                database.close()
            }
            None => Ok(()),
        }
    }

    fn check_idle(&self, what: &str) -> Result<()> {
        self.opened()?;
        if self.running.is_some() || self.in_transaction() {
            let message = format!("{what} cannot run inside a transaction");
            return Err(Error::new(SqlState::ACTIVE_SQL_TRANSACTION, message));
        }
        Ok(())
    }
}

fn options(create: bool, durability: u8, cache_bytes: u32) -> Options {
    let durability = match durability {
        1 => Durability::Normal,
        2 => Durability::Relaxed,
        3 => Durability::None,
        _ => Durability::Full,
    };
    let mut options = Options { create, durability, ..Options::default() };
    options.cache_bytes = usize::try_from(cache_bytes).unwrap_or(options.cache_bytes);
    options
}

fn millis_since(clock: &JsClock, started: u64) -> f64 {
    clock.monotonic().0.saturating_sub(started) as f64 / 1_000_000.0
}

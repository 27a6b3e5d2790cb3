//! The two engines behind the few calls the workloads need; each does them the way its users would.

use std::path::{Path, PathBuf};

use crate::Failure;

const SCHEMA: &str = "CREATE TABLE item (id bigint PRIMARY KEY, a bigint NOT NULL, b double precision, c text, \
                      d text, e bigint, f boolean, g text)";
const INSERT: &str = "INSERT INTO item VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LOOKUP: &str = "SELECT a, b, c, d, e, f, g FROM item WHERE id = $1";

/// Which engine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Ours.
    DecentDb,
    /// SQLite.
    Sqlite,
}

/// A database with the table `item`.
pub(crate) enum Engine {
    DecentDb(decentdb::Database),
    Sqlite(PathBuf),
}

/// A connection to it.
pub(crate) enum Session {
    DecentDb(decentdb::Connection),
    Sqlite(rusqlite::Connection),
}

impl Engine {
    pub(crate) fn open(kind: Kind, folder: &Path) -> Result<Engine, Failure> {
        let engine = match kind {
            Kind::DecentDb => Engine::DecentDb(decentdb::Database::open(folder.join("item.ddb"))?),
            Kind::Sqlite => Engine::Sqlite(folder.join("item.sqlite")),
        };
        match engine.session()? {
            Session::DecentDb(connection) => connection.execute_script(SCHEMA)?,
            // rowid is the key of both: SQLite wants it spelled `INTEGER PRIMARY KEY`.
            Session::Sqlite(connection) => {
                connection.execute_batch(&SCHEMA.replace("id bigint", "id INTEGER"))?
            }
        }
        Ok(engine)
    }

    pub(crate) fn session(&self) -> Result<Session, Failure> {
        match self {
            Engine::DecentDb(database) => Ok(Session::DecentDb(database.connect()?)),
            Engine::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path)?;
                connection.busy_timeout(std::time::Duration::from_secs(60))?;
                connection.pragma_update(None, "journal_mode", "WAL")?;
                connection.pragma_update(None, "synchronous", "FULL")?;
                Ok(Session::Sqlite(connection))
            }
        }
    }
}

impl Session {
    /// Inserts rows 0 to `rows` - 1 in one transaction, one prepared statement a row.
    pub(crate) fn fill(&self, rows: i64) -> Result<(), Failure> {
        self.in_transaction(|session| session.inserts(0, rows))
    }

    /// Inserts `count` rows from `first` on, each its own durable commit.
    pub(crate) fn durable_inserts(&self, first: i64, count: i64) -> Result<(), Failure> {
        self.inserts(first, count)
    }

    fn in_transaction(&self, work: impl FnOnce(&Session) -> Result<(), Failure>) -> Result<(), Failure> {
        match self {
            Session::DecentDb(connection) => connection.execute_script("BEGIN")?,
            Session::Sqlite(connection) => connection.execute_batch("BEGIN")?,
        }
        work(self)?;
        match self {
            Session::DecentDb(connection) => connection.execute_script("COMMIT")?,
            Session::Sqlite(connection) => connection.execute_batch("COMMIT")?,
        }
        Ok(())
    }

    fn inserts(&self, first: i64, count: i64) -> Result<(), Failure> {
        match self {
            Session::DecentDb(connection) => {
                let statement = connection.prepare(INSERT)?;
                for id in first..first + count {
                    let (name, note) = texts(id);
                    let values =
                        (id, id * 3, 0.5, name.as_str(), note.as_str(), id % 7, id % 2 == 0, "fixed");
                    statement.execute(values)?;
                }
            }
            Session::Sqlite(connection) => {
                let mut statement = connection.prepare(INSERT)?;
                for id in first..first + count {
                    let (name, note) = texts(id);
                    statement.execute((id, id * 3, 0.5, &name, &note, id % 7, id % 2 == 0, "fixed"))?;
                }
            }
        }
        Ok(())
    }

    /// Reads all columns of `count` rows and sums the first.
    pub(crate) fn lookups(&self, count: i64, key: fn(i64) -> i64) -> Result<i64, Failure> {
        let mut sum = 0;
        match self {
            Session::DecentDb(connection) => {
                let statement = connection.prepare(LOOKUP)?;
                for step in 0..count {
                    sum += statement.query_row((key(step),), |row| {
                        let a: i64 = row.get(0)?;
                        let lengths = row.get::<&str>(2)?.len() + row.get::<&str>(3)?.len();
                        Ok(a + i64::from(lengths == 0) + i64::from(row.get::<f64>(1)? < 0.0))
                    })?;
                }
            }
            Session::Sqlite(connection) => {
                let mut statement = connection.prepare(LOOKUP)?;
                for step in 0..count {
                    sum += statement.query_row((key(step),), |row| {
                        let a: i64 = row.get(0)?;
                        let lengths = row.get_ref(2)?.as_str()?.len() + row.get_ref(3)?.as_str()?.len();
                        Ok(a + i64::from(lengths == 0) + i64::from(row.get::<_, f64>(1)? < 0.0))
                    })?;
                }
            }
        }
        Ok(sum)
    }

    pub(crate) fn count(&self) -> Result<i64, Failure> {
        const COUNT: &str = "SELECT count(*) FROM item";
        Ok(match self {
            Session::DecentDb(connection) => connection.query_row(COUNT, (), |row| row.get(0))?,
            Session::Sqlite(connection) => connection.query_row(COUNT, (), |row| row.get(0))?,
        })
    }
}

fn texts(id: i64) -> (String, String) {
    (format!("item number {id}"), format!("a somewhat longer note about item {id}"))
}

//! A throw-away PostgreSQL server on a socket in a temporary folder, and its answers.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::script::Answer;

/// A server that lives as long as this value.
pub struct Server {
    folder: PathBuf,
    tools: PathBuf,
    user: Option<String>,
}

/// The folder of PostgreSQL's programs, if it is installed.
fn tools() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    folders.sort();
    folders.pop()
}

impl Server {
    /// Starts a server, or says why it cannot.
    pub fn start() -> Result<Server, String> {
        let tools = tools().ok_or("PostgreSQL is not installed")?;
        let folder = std::env::temp_dir().join(format!("decentdb-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        // PostgreSQL refuses to run as root: then its own system user runs it.
        let root =
            Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
        let user = root.then(|| "postgres".to_owned());
        if let Some(user) = &user {
            run(Command::new("chown").arg(user).arg(&folder))?;
        }
        let server = Server { folder, tools, user };
        let data = server.folder.join("data");
        run(server
            .command("initdb")
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "-D"])
            .arg(&data))?;
        let options = format!("-c listen_addresses='' -c fsync=off -k {}", server.folder.display());
        run(server
            .command("pg_ctl")
            .args(["-w", "-l"])
            .arg(server.folder.join("log"))
            .arg("-D")
            .arg(&data)
            .args(["-o", &options, "start"]))?;
        Ok(server)
    }

    fn command(&self, program: &str) -> Command {
        let path = self.tools.join(program);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(path);
                command
            }
            None => Command::new(path),
        };
        command.current_dir(&self.folder).stdout(Stdio::null()).stdin(Stdio::null());
        command
    }

    /// A session in a database of its own.
    pub fn session(&self, database: &str) -> Result<Session, String> {
        let url = |name: &str| format!("host={} user=postgres dbname={name}", self.folder.display());
        let mut admin = Client::connect(&url("postgres"), NoTls).map_err(|error| error.to_string())?;
        admin.batch_execute(&format!("CREATE DATABASE {database}")).map_err(|error| error.to_string())?;
        let mut client = Client::connect(&url(database), NoTls).map_err(|error| error.to_string())?;
        client
            .batch_execute("SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'")
            .map_err(|error| error.to_string())?;
        Ok(Session { client })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let stopped = run(self.command("pg_ctl").args(["-m", "immediate", "-D"]).arg(&data).arg("stop"));
        if let Err(error) =
            stopped.and_then(|()| std::fs::remove_dir_all(&self.folder).map_err(|error| error.to_string()))
        {
            eprintln!("the throw-away PostgreSQL did not go away: {error}");
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stderr(Stdio::piped()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// One connection.
pub struct Session {
    client: Client,
}

impl Session {
    /// PostgreSQL's answer to one statement.
    pub fn answer(&mut self, sql: &str) -> Answer {
        match self.client.simple_query(sql) {
            Ok(messages) => {
                let mut answer = Answer::Done(0);
                for message in messages {
                    match (message, &mut answer) {
                        (SimpleQueryMessage::RowDescription(columns), _) => {
                            let columns = columns.iter().map(|column| column.name().to_owned()).collect();
                            answer = Answer::Rows { columns, rows: Vec::new() };
                        }
                        (SimpleQueryMessage::Row(row), Answer::Rows { rows, .. }) => {
                            rows.push((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect());
                        }
                        (SimpleQueryMessage::CommandComplete(affected), Answer::Done(_)) => {
                            answer = Answer::Done(affected);
                        }
                        _ => {}
                    }
                }
                answer
            }
            Err(error) => match error.as_db_error() {
                Some(error) => Answer::Failed {
                    code: error.code().code().to_owned(),
                    message: error.message().to_owned(),
                },
                None => Answer::Failed { code: "08006".to_owned(), message: error.to_string() },
            },
        }
    }
}

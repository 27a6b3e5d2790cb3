//! The commands that concern the file as a whole: `verify`, `repair`, `gc`, `vacuum`, `backup`, `salvage`.

use std::io::Write;

use decentdb::{Database, Error, Options, SqlState, inspect, native_env};

use crate::arguments::Care;

type Done = Result<bool, Box<dyn std::error::Error>>;

/// Runs one; `false` when the file is not what it should be.
pub(crate) fn run(file: &str, command: Care, mut output: impl Write) -> Done {
    match command {
        Care::Inspect(look) => {
            let shown = crate::inspect::show(&look_at(file)?, look, &mut output);
            output.flush()?;
            return shown;
        }
        Care::Salvage => return salvage(file, &mut output),
        Care::Verify | Care::Repair | Care::Gc | Care::Vacuum | Care::Backup(_) => {}
    }
    // None of these makes a database.
    let database = Database::open_with(file, Options { create: false, ..Options::default() })?;
    let done = act(&database, command, &mut output);
    let closed = database.close();
    let done = done?;
    closed?;
    output.flush()?;
    Ok(done)
}

fn look_at(file: &str) -> Result<inspect::File, Error> {
    inspect::File::open(&native_env(), file)
}

fn act(database: &Database, command: Care, output: &mut impl Write) -> Done {
    match command {
        Care::Verify => {
            let problems = database.verify()?;
            for problem in &problems {
                writeln!(output, "{problem}")?;
            }
            if problems.is_empty() {
                writeln!(output, "ok")?;
            }
            return Ok(problems.is_empty());
        }
        Care::Repair => {
            let report = database.repair()?;
            for problem in &report.problems {
                writeln!(output, "found: {problem}")?;
            }
            for index in &report.rebuilt_indexes {
                writeln!(output, "index {index} was built anew")?;
            }
            match report.problems.len() {
                0 => writeln!(output, "nothing to repair")?,
                _ => writeln!(output, "the free list was made anew: {} pages", report.free_pages)?,
            }
        }
        Care::Gc => writeln!(output, "{} lost pages are free now", database.gc()?)?,
        Care::Vacuum => {
            let report = database.vacuum()?;
            let (before, after) = (report.pages_before, report.pages_after);
            writeln!(output, "{before} pages before, {after} after; {} were moved", report.moved_pages)?;
        }
        Care::Backup(target) => {
            database.backup(&target)?;
            writeln!(output, "copied to {target}")?;
        }
        Care::Inspect(_) | Care::Salvage => {
            return Err("invariant: these do not open the database".into());
        }
    }
    Ok(true)
}

/// Prints the rows that can be read; what is lost is told at the end, and by the exit status.
fn salvage(file: &str, output: &mut impl Write) -> Done {
    let mut failed = None;
    let report = look_at(file)?.salvage(&mut |line| {
        writeln!(output, "{line}").map_err(|error| {
            let told = Error::new(SqlState::IO_ERROR, error.to_string());
            failed = Some(error);
            told
        })
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let report = report?;
    writeln!(output, "-- {} rows of {} tables, {} rows lost", report.rows, report.tables, report.lost_rows)?;
    output.flush()?;
    Ok(report.tables > 0 && report.lost_rows == 0 && report.damaged_tables.is_empty())
}

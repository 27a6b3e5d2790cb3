//! The line protocol: one JSON request per line in, one JSON answer per line out, in order.
//!
//! ```text
//! -> {"sql": "SELECT 1 AS a"}
//! <- {"ok": true, "tag": "SELECT 1", "columns": ["a"], "types": ["int4"], "rows": [["1"]]}
//! <- {"ok": false, "code": "42P01", "message": "relation \"x\" does not exist"}
//! ```
//!
//! A request's `copy` is what COPY FROM STDIN reads; an answer's `copy` lists the lines of COPY TO STDOUT.
//! Values are PostgreSQL's text form; NULL is null. A text of several statements is answered by a list.

use std::io::{BufRead, Write};

use decentdb::{Connection, Database, Error, Outcome};
use serde_json::{Value, json};

/// Answers requests until the input ends.
pub(crate) fn serve(
    database: &Database,
    mut input: impl BufRead,
    mut output: impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let connection = database.connect()?;
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            writeln!(output, "{}", answer(&connection, &line))?;
            output.flush()?;
        }
        line.clear();
    }
    Ok(())
}

fn answer(connection: &Connection, line: &[u8]) -> Value {
    let request: Value = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            return json!({"ok": false, "code": "08P01", "message": format!("not a request: {error}")});
        }
    };
    let Some(sql) = request.get("sql").and_then(Value::as_str) else {
        return json!({"ok": false, "code": "08P01", "message": "a request has a field \"sql\""});
    };
    let mut replies = Vec::new();
    let mut each = |outcome: Outcome| {
        replies.push(reply(&outcome)?);
        Ok(())
    };
    let ran = match request.get("copy").and_then(Value::as_str) {
        Some(data) => connection.run_script_with_input(sql, data.as_bytes(), &mut each),
        None => connection.run_script(sql, &mut each),
    };
    match ran {
        Err(error) => {
            replies.push(failure(&error));
            // One statement, one answer: the usual case is not wrapped.
            if replies.len() == 1 { replies.remove(0) } else { Value::Array(replies) }
        }
        Ok(()) if replies.len() == 1 => replies.remove(0),
        Ok(()) if replies.is_empty() => json!({"ok": true, "tag": ""}),
        Ok(()) => Value::Array(replies),
    }
}

fn reply(outcome: &Outcome) -> Result<Value, Error> {
    if let Some(copied) = &outcome.copied {
        let text = String::from_utf8_lossy(copied);
        let lines: Vec<&str> = text.lines().collect();
        return Ok(json!({"ok": true, "tag": outcome.tag, "copy": lines}));
    }
    if !outcome.returns_rows {
        return Ok(json!({"ok": true, "tag": outcome.tag}));
    }
    let columns: Vec<&str> = outcome.columns.iter().map(|column| column.name.as_str()).collect();
    let types: Vec<&str> = outcome.columns.iter().map(|column| column.ty.ty.internal_name()).collect();
    Ok(
        json!({"ok": true, "tag": outcome.tag, "columns": columns, "types": types, "rows": outcome.text_rows()?}),
    )
}

fn failure(error: &Error) -> Value {
    json!({
        "ok": false,
        "code": error.sqlstate().code(),
        "message": error.message(),
        "detail": error.detail(),
        "hint": error.hint(),
        "position": error.position(),
    })
}

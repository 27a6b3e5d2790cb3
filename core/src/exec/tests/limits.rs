//! Memory, interrupts, errors and when they come.

use super::{FULL, How, Rig};
use crate::error::{Error, Result, SqlState};
use crate::exec::{ExecContext, Execution, Interrupt, Pages};

fn numbers(rows: usize) -> Rig {
    let mut rig = Rig::new("CREATE TABLE t (id int PRIMARY KEY, a int, s text)");
    for from in (0..rows).step_by(100) {
        let values: Vec<String> =
            (from..rows.min(from + 100)).map(|id| format!("({id}, {}, 'text {id}')", id % 50)).collect();
        rig.run(&format!("INSERT INTO t VALUES {}", values.join(", ")));
    }
    rig
}

#[test]
fn a_statement_over_its_memory_fails_and_one_within_does_not() {
    let mut rig = numbers(2000);
    let small = How { memory_bytes_max: 20_000, ..FULL };
    for query in [
        "SELECT s FROM t ORDER BY s",
        "SELECT s, count(*) FROM t GROUP BY s",
        "SELECT DISTINCT s FROM t",
        "SELECT x.s FROM t x JOIN t y ON x.s = y.s",
        "SELECT s FROM t EXCEPT SELECT s FROM t",
        "UPDATE t SET a = a + 1",
    ] {
        let error = rig.run_how(query, &[], small).unwrap_err();
        assert_eq!(error.sqlstate(), SqlState::OUT_OF_MEMORY, "{query}");
    }
    for query in
        ["SELECT s FROM t", "SELECT a, count(*) FROM t GROUP BY a", "SELECT s FROM t ORDER BY s LIMIT 3"]
    {
        assert!(rig.run_how(query, &[], small).is_ok(), "{query}");
    }
}

struct Cancelled;

impl Interrupt for Cancelled {
    fn check(&self) -> Result<()> {
        Err(Error::new(SqlState::QUERY_CANCELED, "canceling statement due to user request"))
    }
}

#[test]
fn an_interrupt_ends_a_statement_for_good() {
    let mut rig = numbers(50);
    let plan = std::sync::Arc::new(rig.plan("SELECT * FROM t").unwrap());
    let mut execution = Execution::new(plan);
    let catalog = std::sync::Arc::clone(&rig.catalog);
    let mut cx = ExecContext::new(Pages::Write(&mut rig.pages), &catalog, &[], &crate::eval::NoContext);
    cx.interrupt = &Cancelled;
    assert_eq!(execution.step(&mut cx).unwrap_err().sqlstate(), SqlState::QUERY_CANCELED);
    cx.interrupt = &crate::exec::Uninterrupted;
    assert!(matches!(execution.step(&mut cx), Ok(crate::exec::Step::Done { .. })));
}

#[test]
fn a_snapshot_refuses_changes() {
    let rig = numbers(1);
    let plan = std::sync::Arc::new(rig.plan("DELETE FROM t").unwrap());
    let mut cx = ExecContext::new(Pages::Read(&rig.pages), &rig.catalog, &[], &crate::eval::NoContext);
    let error = Execution::new(plan).step(&mut cx).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::READ_ONLY_SQL_TRANSACTION);
}

#[test]
fn errors_come_only_where_postgresql_would_evaluate() {
    let mut rig = numbers(60);
    for query in [
        "SELECT CASE WHEN a = 0 THEN 0 ELSE 10 / a END FROM t",
        "SELECT a = 0 OR 10 / a > 2 FROM t",
        "SELECT a <> 0 AND 10 / a > 2 FROM t",
        "SELECT id FROM t WHERE a <> 0 AND 10 / a > 2",
        "SELECT COALESCE(a, 1 / (a - a)) FROM t",
        "SELECT id FROM t WHERE a IN (a, 1 / (a - a))",
        "SELECT 10 / a FROM t WHERE a > 0",
        "SELECT 10 / (id - 59) FROM t ORDER BY id LIMIT 5",
        "SELECT 1 / a FROM t LIMIT 0",
        "SELECT NULLIF(a, 0) / a FROM t WHERE a > 100",
    ] {
        assert!(rig.run_how(query, &[], FULL).is_ok(), "{query}");
    }
    for query in [
        "SELECT CASE WHEN a = 1 THEN 0 ELSE 10 / a END FROM t",
        "SELECT a = 1 OR 10 / a > 2 FROM t",
        "SELECT a <> 1 AND 10 / a > 2 FROM t",
        "SELECT COALESCE(NULLIF(a, 3), 1 / (a - 3)) FROM t",
        "SELECT 10 / a FROM t",
        "SELECT sum(10 / a) FROM t",
    ] {
        assert_eq!(rig.error(query).0, "22012", "{query}");
    }
    assert_eq!(rig.error("SELECT (SELECT a FROM t)").0, "21000");
    assert_eq!(rig.error("SELECT id FROM t LIMIT -1").1, "LIMIT must not be negative");
    assert_eq!(rig.error("SELECT id + 2147483600 FROM t").1, "integer out of range");
}

/// Stops at the hundredth question.
struct CountDown(core::cell::Cell<u32>);

impl Interrupt for CountDown {
    fn check(&self) -> Result<()> {
        self.0.set(self.0.get().saturating_sub(1));
        if self.0.get() == 0 { Cancelled.check() } else { Ok(()) }
    }
}

// Rows that a function makes come from no table: nothing else asks.
#[test]
fn whatever_reads_rows_without_end_can_be_interrupted() {
    let mut rig = numbers(50);
    let endless = "generate_series(1, 1000000000000) g";
    for sql in [
        "SELECT count(*) FROM {}",
        "SELECT max(g) FROM {}",
        "SELECT count(DISTINCT g % 3) FROM {}",
        "SELECT g % 3, count(*) FROM {} GROUP BY 1",
        "SELECT * FROM {} WHERE g < 0",
        "SELECT * FROM {} OFFSET 1000000000000",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM {} WHERE g < 0)",
        "SELECT (SELECT max(g) FROM {})",
        "SELECT * FROM {} ORDER BY g DESC LIMIT 1",
        "SELECT * FROM (SELECT g FROM {} UNION ALL SELECT 1) x WHERE g < 0",
        "SELECT DISTINCT g % 2 FROM {}",
        "SELECT count(*) FROM {} JOIN (VALUES (-1)) v (b) ON b = g",
        "SELECT sum(g) OVER () FROM {}",
        "INSERT INTO t SELECT 1, 1 FROM {} WHERE g < 0",
        "WITH RECURSIVE r (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    ] {
        let sql = sql.replace("{}", endless);
        let plan = match rig.plan(&sql) {
            Ok(plan) => std::sync::Arc::new(plan),
            Err(error) => panic!("{sql}: {error:?}"),
        };
        let mut execution = Execution::new(plan);
        let catalog = std::sync::Arc::clone(&rig.catalog);
        let mut cx = ExecContext::new(Pages::Write(&mut rig.pages), &catalog, &[], &crate::eval::NoContext);
        let interrupt = CountDown(core::cell::Cell::new(100));
        cx.interrupt = &interrupt;
        let error = loop {
            match execution.step(&mut cx) {
                Ok(crate::exec::Step::Done { .. }) => panic!("{sql} came to an end"),
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.sqlstate(), SqlState::QUERY_CANCELED, "{sql}: {error:?}");
    }
}

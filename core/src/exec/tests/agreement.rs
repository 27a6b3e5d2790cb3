//! Batch size and fuel change nothing (E1, E5), nor does the short way.

use super::{FULL, How, Random, Rig, sql};
use crate::value::Datum;

fn filled() -> Rig {
    let mut rig = Rig::new(
        "CREATE TABLE a (id int PRIMARY KEY, x int, y int, t text);
         CREATE TABLE b (id int PRIMARY KEY, a_id int, z int);
         CREATE INDEX b_a_id ON b (a_id);
         CREATE TABLE empty (id int PRIMARY KEY, x int);",
    );
    let mut random = Random(0x5eed_0001);
    for id in 0..120 {
        let (x, y) = (random.int(10), random.int(40));
        rig.run(&format!("INSERT INTO a VALUES ({id}, {}, {}, 't{}')", sql(x), sql(y), random.below(7)));
    }
    for id in 0..150 {
        let (a_id, z) = (random.int(140), random.int(9));
        rig.run(&format!("INSERT INTO b VALUES ({id}, {}, {})", sql(a_id), sql(z)));
    }
    rig
}

const QUERIES: &[&str] = &[
    "SELECT * FROM a",
    "SELECT id, x + y, t FROM a WHERE x > 3 AND y < 30",
    "SELECT * FROM a WHERE id = 17",
    "SELECT * FROM a WHERE id IN (3, 5, 5, 99, 1000)",
    "SELECT * FROM a WHERE id BETWEEN 10 AND 20 ORDER BY id DESC",
    "SELECT count(*), sum(x), avg(y), min(t), max(x) FROM a",
    "SELECT count(*) FROM empty",
    "SELECT sum(x) FROM empty GROUP BY id",
    "SELECT x, count(*), sum(y), string_agg(t, ',' ORDER BY id) FROM a GROUP BY x ORDER BY x",
    "SELECT x, count(DISTINCT t), count(*) FILTER (WHERE y > 20) FROM a GROUP BY x ORDER BY 1",
    "SELECT t, x FROM a ORDER BY x DESC NULLS LAST, t, id",
    "SELECT t, x FROM a ORDER BY x, id LIMIT 7 OFFSET 3",
    "SELECT id FROM a LIMIT 5 OFFSET 110",
    "SELECT DISTINCT x FROM a ORDER BY x",
    "SELECT a.id, b.id FROM a JOIN b ON b.a_id = a.id ORDER BY 1, 2",
    "SELECT a.id, b.id FROM a LEFT JOIN b ON b.a_id = a.id AND b.z > 4 ORDER BY 1, 2",
    "SELECT a.id, b.id FROM a RIGHT JOIN b ON b.a_id = a.id ORDER BY 2, 1",
    "SELECT a.id, b.id FROM a FULL JOIN b ON b.a_id = a.id AND a.x = b.z ORDER BY 1, 2",
    "SELECT a.id, b.id FROM a JOIN b ON b.z < a.x AND a.id < 20 ORDER BY 1, 2",
    "SELECT a.x, b.z FROM a JOIN b ON a.x = b.z ORDER BY 1, 2 LIMIT 40",
    "SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a_id = a.id AND b.z > a.x) ORDER BY id",
    "SELECT id FROM a WHERE x NOT IN (SELECT z FROM b WHERE z IS NOT NULL AND z < 4) ORDER BY id",
    "SELECT id, (SELECT max(z) FROM b WHERE b.a_id = a.id) FROM a ORDER BY id",
    "SELECT x FROM a UNION SELECT z FROM b ORDER BY 1",
    "SELECT x FROM a UNION ALL SELECT z FROM b ORDER BY 1",
    "SELECT x FROM a INTERSECT SELECT z FROM b ORDER BY 1",
    "SELECT x FROM a EXCEPT SELECT z FROM b ORDER BY 1",
    "SELECT x FROM a EXCEPT ALL SELECT z FROM b ORDER BY 1",
    "SELECT x FROM a INTERSECT ALL SELECT z FROM b ORDER BY 1",
    "SELECT sum(n) FROM (SELECT x AS n FROM a WHERE x IS NOT NULL ORDER BY x LIMIT 13) s",
    "VALUES (1, 'a'), (2, NULL), (3, 'c')",
];

#[test]
fn batch_size_fuel_and_the_short_way_change_nothing() {
    let mut rig = filled();
    for query in QUERIES {
        let expected = rig.run(query).sorted();
        for batch_rows_max in [1, 3, 64, 1024] {
            for fuel in [1, 5, u64::MAX] {
                for micro in [true, false] {
                    let how = How { batch_rows_max, fuel, micro, ..FULL };
                    let got = rig.run_how(query, &[], how).unwrap_or_else(|e| panic!("{query}: {e:?}"));
                    assert_eq!(got.clone().sorted(), expected, "{query} with {how:?}");
                    if query.contains("ORDER BY") {
                        let again = rig.run(query);
                        assert_eq!(got.rows, again.rows, "{query} with {how:?}: order");
                    }
                }
            }
        }
    }
}

#[test]
fn changes_do_not_depend_on_batch_size_or_fuel() {
    const CHANGES: &[&str] = &[
        "INSERT INTO a SELECT id + 1000, x, y, t FROM a WHERE x < 5 RETURNING id",
        "INSERT INTO empty VALUES (1, 2), (3, 4), (5, NULL)",
        "UPDATE a SET x = y, y = x WHERE id % 3 = 0 RETURNING id, x, y",
        "UPDATE a SET id = id + 5000 RETURNING id",
        "UPDATE a SET x = b.z FROM b WHERE b.a_id = a.id AND b.id < 50",
        "DELETE FROM b WHERE a_id > 70 RETURNING *",
        "DELETE FROM a USING b WHERE b.a_id = a.id",
    ];
    const STATE: &str = "SELECT 'a', id, x, y FROM a UNION ALL SELECT 'b', id, a_id, z FROM b
                         UNION ALL SELECT 'e', id, x, 0 FROM empty ORDER BY 1, 2";
    let rig = filled();
    for change in CHANGES {
        let mut fresh = Rig { pages: rig.pages.clone(), catalog: rig.catalog.clone() };
        let expected = (fresh.run(change), fresh.run(STATE));
        for (batch_rows_max, fuel) in [(1, 1), (1, u64::MAX), (7, 3), (1024, 1), (1024, 50)] {
            let mut fresh = Rig { pages: rig.pages.clone(), catalog: rig.catalog.clone() };
            let how = How { batch_rows_max, fuel, micro: false, ..FULL };
            let got = fresh.run_how(change, &[], how).unwrap_or_else(|e| panic!("{change}: {e:?}"));
            assert_eq!((got, fresh.run(STATE)), expected, "{change} with {how:?}");
        }
    }
}

#[test]
fn an_insert_that_reads_its_own_table_sees_none_of_its_rows() {
    // Streaming would find the new rows at the end of the table, for ever.
    let mut rig = filled();
    let before: u64 = rig.rows("SELECT count(*) FROM b")[0].parse().unwrap();
    let inserted = rig.run("INSERT INTO b SELECT id + 10000, a_id, z FROM b").affected;
    assert_eq!(inserted, before);
    // UPDATE moves rows forward in the order they are read in.
    assert_eq!(rig.run("UPDATE b SET id = id + 20000").affected, before * 2);
}

#[test]
fn changes_of_a_row_by_its_key_agree_with_the_operators() {
    const CHANGES: &[&str] = &[
        "UPDATE p SET v = v + 1 WHERE id = $1",
        "UPDATE p SET v = (SELECT max(v) FROM p) + id, t = t || 'x' WHERE id = $1 AND v < 20",
        "UPDATE p SET id = id + 40 WHERE id = $1",
        "UPDATE p SET code = NULL WHERE id = $1",
        "UPDATE p SET v = -1 WHERE id = $1",
        "UPDATE p SET t = NULL WHERE id = $1",
        "UPDATE p SET code = 7 WHERE id = $1",
        "UPDATE p SET t = 'by code' WHERE code = $1",
        "UPDATE c SET p_id = 90 WHERE id = $1",
        "UPDATE c SET p_id = NULL WHERE id = $1",
        "DELETE FROM p WHERE id = $1",
        "DELETE FROM p WHERE code = $1",
        "DELETE FROM c WHERE id = $1",
    ];
    let script = "CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE, v int CHECK (v >= 0), t text NOT NULL);
                  CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p ON UPDATE CASCADE ON DELETE CASCADE);
                  CREATE TABLE d (id int PRIMARY KEY, p_id int REFERENCES p ON DELETE RESTRICT);
                  CREATE INDEX c_p ON c (p_id);";
    let mut rigs = [Rig::new(script), Rig::new(script), Rig::new(script)];
    let hows = [FULL, How { micro: false, ..FULL }, How { fuel: 1, ..FULL }];
    for rig in &mut rigs {
        for id in 0..30 {
            rig.run(&format!("INSERT INTO p VALUES ({id}, {}, {}, 't')", 1000 - id, id % 25));
            rig.run(&format!("INSERT INTO c VALUES ({id}, {}), ({}, {id})", id / 3, id + 50));
        }
        rig.run("INSERT INTO d VALUES (1, 11)");
        for change in CHANGES {
            assert!(rig.plan(change).expect("plans").is_micro(), "{change}");
        }
        assert!(!rig.plan("DELETE FROM p WHERE id > $1").expect("plans").is_micro());
        assert!(!rig.plan("DELETE FROM p WHERE id = $1 RETURNING v").expect("plans").is_micro());
    }
    const SEED: u64 = 0x5eed_0021;
    println!("seed {SEED:#x}");
    let mut random = Random(SEED);
    let (mut changed, mut refused) = (0, 0);
    for _ in 0..400 {
        let change = random.pick(CHANGES);
        let key = match random.below(12) {
            0 => Datum::Null,
            1 => Datum::Int(1000 - random.below(30).cast_signed()),
            _ => Datum::Int(random.below(80).cast_signed()),
        };
        let outcomes: Vec<_> = rigs
            .iter_mut()
            .zip(hows)
            .map(|(rig, how)| {
                let before = rig.pages.clone();
                rig.run_how(change, core::slice::from_ref(&key), how).map_err(|error| {
                    rig.pages = before;
                    (error.sqlstate(), error.message().to_owned(), error.detail().map(str::to_owned))
                })
            })
            .collect();
        assert_eq!(outcomes[0], outcomes[1], "{change} with {key:?}");
        assert_eq!(outcomes[0], outcomes[2], "{change} with {key:?} and little fuel");
        match &outcomes[0] {
            Ok(outcome) => changed += outcome.affected,
            Err(_) => refused += 1,
        }
        for query in
            ["SELECT * FROM p ORDER BY id", "SELECT * FROM c ORDER BY id", "SELECT id FROM c WHERE p_id = 5"]
        {
            let rows = rigs.each_mut().map(|rig| rig.rows(query));
            assert_eq!(rows[0], rows[1], "{query} after {change} with {key:?}");
            assert_eq!(rows[0], rows[2], "{query} after {change} with {key:?} and little fuel");
        }
    }
    assert!(changed > 50 && refused > 20, "{changed} changed, {refused} refused");
}

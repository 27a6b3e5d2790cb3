//! INSERT, UPDATE, DELETE: constraints, references and their actions, in PostgreSQL's words.

use super::Rig;

#[test]
fn violated_checks_and_nulls_name_the_row() {
    let mut rig = Rig::new(
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text,
                         CONSTRAINT b_check CHECK (a > 0), CONSTRAINT a_check CHECK (a < 100))",
    );
    rig.run("INSERT INTO t VALUES (1, 5, 'x')");
    assert_eq!(
        rig.error("INSERT INTO t VALUES (2, 0, NULL)"),
        (
            "23514".into(),
            "new row for relation \"t\" violates check constraint \"b_check\"".into(),
            "Failing row contains (2, 0, null).".into()
        )
    );
    assert_eq!(
        rig.error("UPDATE t SET a = 200").1,
        "new row for relation \"t\" violates check constraint \"a_check\""
    );
    assert_eq!(
        rig.error("INSERT INTO t VALUES (2, NULL, 'y')"),
        (
            "23502".into(),
            "null value in column \"a\" of relation \"t\" violates not-null constraint".into(),
            "Failing row contains (2, null, y).".into()
        )
    );
    assert_eq!(rig.error("INSERT INTO t VALUES (1, 5, 'z')").2, "Key (id)=(1) already exists.");
    assert_eq!(rig.rows("SELECT * FROM t"), ["1|5|x"]);
}

fn family(action: &str) -> Rig {
    let mut rig = Rig::new(&format!(
        "CREATE TABLE p (id int PRIMARY KEY, v int);
         CREATE TABLE c (id int PRIMARY KEY, p_id int DEFAULT 3 REFERENCES p {action}, w int);"
    ));
    rig.run("INSERT INTO p VALUES (1, 10), (2, 20), (3, 30)");
    rig.run("INSERT INTO c VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3), (4, NULL, 4)");
    rig
}

#[test]
fn a_missing_parent_is_refused_at_the_end_of_the_statement() {
    let mut rig = family("");
    assert_eq!(
        rig.error("INSERT INTO c VALUES (9, 7, 0)"),
        (
            "23503".into(),
            "insert or update on table \"c\" violates foreign key constraint \"c_p_id_fkey\"".into(),
            "Key (p_id)=(7) is not present in table \"p\".".into()
        )
    );
    assert_eq!(
        rig.error("UPDATE c SET p_id = 8 WHERE id = 3").2,
        "Key (p_id)=(8) is not present in table \"p\"."
    );
    rig.run("UPDATE c SET p_id = 3, w = 0 WHERE id = 3");
    rig.run("INSERT INTO c VALUES (9, NULL, 0), (10, 3, 0)");
    // A parent in the same statement, later than its child.
    let mut tree = Rig::new("CREATE TABLE n (id int PRIMARY KEY, up int REFERENCES n)");
    tree.run("INSERT INTO n VALUES (1, 2), (2, 3), (3, 3)");
    assert_eq!(tree.error("INSERT INTO n VALUES (4, 9)").0, "23503");
}

#[test]
fn a_parent_with_children_stays() {
    for action in ["", "ON DELETE RESTRICT ON UPDATE RESTRICT"] {
        let mut rig = family(action);
        assert_eq!(
            rig.error("DELETE FROM p WHERE id = 2"),
            (
                "23503".into(),
                "update or delete on table \"p\" violates foreign key constraint \"c_p_id_fkey\" on table \"c\"".into(),
                "Key (id)=(2) is still referenced from table \"c\".".into()
            )
        );
        assert_eq!(rig.error("UPDATE p SET id = 12 WHERE id = 2").0, "23503");
        assert_eq!(rig.run("DELETE FROM p WHERE id = 3").affected, 1);
        assert_eq!(rig.run("UPDATE p SET v = 0, id = id").affected, 2);
        rig.run("DELETE FROM c WHERE p_id = 2");
        assert_eq!(rig.run("DELETE FROM p WHERE id = 2").affected, 1);
    }
}

#[test]
fn no_action_looks_when_the_statement_is_over() {
    // The key 2 is gone and back again: refused by RESTRICT, not by NO ACTION.
    let swap = "UPDATE p SET id = 5 - id WHERE id IN (2, 3)";
    let mut rig = Rig::new("CREATE TABLE p (id int, k int UNIQUE); CREATE TABLE c (k int REFERENCES p (k))");
    rig.run("INSERT INTO p VALUES (1, 2), (2, 7)");
    rig.run("INSERT INTO c VALUES (2)");
    assert_eq!(rig.error("UPDATE p SET k = k + 1").0, "23503");
    let mut rig = family("");
    assert_eq!(rig.error(swap).0, "23505", "unique keys are looked at row by row");
}

#[test]
fn actions_follow_the_parent() {
    let mut rig = family("ON DELETE CASCADE ON UPDATE CASCADE");
    assert_eq!(rig.run("UPDATE p SET id = id + 100 WHERE id < 3").affected, 2);
    assert_eq!(rig.rows("SELECT id, p_id FROM c ORDER BY id"), ["1|101", "2|101", "3|102", "4|-"]);
    assert_eq!(rig.run("DELETE FROM p WHERE id = 101").affected, 1);
    assert_eq!(rig.rows("SELECT id, p_id FROM c ORDER BY id"), ["3|102", "4|-"]);

    let mut rig = family("ON DELETE SET NULL ON UPDATE SET DEFAULT");
    rig.run("DELETE FROM p WHERE id = 1");
    rig.run("UPDATE p SET id = 9 WHERE id = 2");
    assert_eq!(rig.rows("SELECT id, p_id FROM c ORDER BY id"), ["1|-", "2|-", "3|3", "4|-"]);
}

#[test]
fn keys_that_move_into_each_other_do_not_mix_their_children() {
    let mut rig = Rig::new(
        "CREATE TABLE p (id int, k int UNIQUE);
         CREATE TABLE c (id int PRIMARY KEY, k int REFERENCES p (k) ON UPDATE CASCADE);",
    );
    rig.run("INSERT INTO p VALUES (1, 30), (2, 20), (3, 10)");
    rig.run("INSERT INTO c VALUES (1, 10), (2, 20), (3, 30)");
    rig.run("UPDATE p SET k = k + 10");
    assert_eq!(rig.rows("SELECT id, k FROM c ORDER BY id"), ["1|20", "2|30", "3|40"]);
}

#[test]
fn cascades_go_down_a_tree_and_through_tables() {
    let mut rig = Rig::new(
        "CREATE TABLE n (id int PRIMARY KEY, up int REFERENCES n ON DELETE CASCADE);
         CREATE TABLE leaf (id int PRIMARY KEY, n_id int REFERENCES n ON DELETE CASCADE);
         CREATE TABLE tag (id int PRIMARY KEY, leaf_id int REFERENCES leaf ON DELETE SET NULL);",
    );
    rig.run("INSERT INTO n VALUES (1, NULL), (2, 1), (3, 2), (4, 1), (5, NULL), (6, 6)");
    rig.run("INSERT INTO leaf VALUES (1, 3), (2, 5), (3, 4)");
    rig.run("INSERT INTO tag VALUES (1, 1), (2, 2), (3, NULL)");
    assert_eq!(rig.run("DELETE FROM n WHERE id = 1").affected, 1, "cascaded rows are not counted");
    assert_eq!(rig.rows("SELECT id FROM n ORDER BY id"), ["5", "6"]);
    assert_eq!(rig.rows("SELECT id FROM leaf"), ["2"]);
    assert_eq!(rig.rows("SELECT id, leaf_id FROM tag ORDER BY id"), ["1|-", "2|2", "3|-"]);
    assert_eq!(rig.run("DELETE FROM n WHERE id = 6").affected, 1, "a row that refers to itself");
}

#[test]
fn a_cascade_meets_the_rules_of_the_child() {
    let mut rig = Rig::new(
        "CREATE TABLE p (id int PRIMARY KEY);
         CREATE TABLE c (id int PRIMARY KEY, p_id int NOT NULL REFERENCES p ON DELETE SET NULL);",
    );
    rig.run("INSERT INTO p VALUES (1)");
    rig.run("INSERT INTO c VALUES (1, 1)");
    assert_eq!(rig.error("DELETE FROM p").0, "23502");
}

#[test]
fn composite_references_may_be_partly_null() {
    for (matched, refused) in [("", false), ("MATCH FULL", true)] {
        let mut rig = Rig::new(&format!(
            "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
             CREATE TABLE c (x int, y int, FOREIGN KEY (x, y) REFERENCES p (a, b) {matched});"
        ));
        rig.run("INSERT INTO p VALUES (1, 2)");
        rig.run("INSERT INTO c VALUES (1, 2), (NULL, NULL)");
        assert_eq!(
            rig.error("INSERT INTO c VALUES (2, 1)").2,
            "Key (x, y)=(2, 1) is not present in table \"p\"."
        );
        if refused {
            assert_eq!(
                rig.error("INSERT INTO c VALUES (9, NULL)").2,
                "MATCH FULL does not allow mixing of null and nonnull key values."
            );
        } else {
            rig.run("INSERT INTO c VALUES (9, NULL)");
        }
    }
}

#[test]
fn returning_sees_the_new_row_and_the_rows_it_was_joined_to() {
    let mut rig = family("");
    assert_eq!(rig.rows("INSERT INTO p VALUES (7, 70), (8, 80) RETURNING id * 2, v"), ["14|70", "16|80"]);
    assert_eq!(
        rig.rows("UPDATE c SET w = p.v + 1 FROM p WHERE p.id = c.p_id AND c.id = 3 RETURNING c.id, w, p.v"),
        ["3|21|20"]
    );
    assert_eq!(rig.rows("DELETE FROM c WHERE id = 3 RETURNING *"), ["3|2|21"]);
}

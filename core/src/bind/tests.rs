//! Bound plans as goldens, and errors as PostgreSQL 15 gives them.

use super::fixture::{bind_in, catalog};
use crate::catalog::Catalog;
use crate::plan::tree;

fn shop() -> Catalog {
    catalog(
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text, c numeric(10,2), d timestamp);
         CREATE TABLE u (id int PRIMARY KEY, t_id int REFERENCES t, x varchar(10) DEFAULT 'none', y bool);
         CREATE TABLE k (i bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text NOT NULL UNIQUE)",
    )
}

fn plan(sql: &str) -> String {
    let bound = bind_in(&shop(), sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    tree(&bound.statement)
}

#[test]
fn show() {
    for sql in [
        "select 1",
        "select a + 1, b from t where a > 5 and b like 'x%' order by 1 desc limit 3",
        "select t.b, count(*), sum(c) from t join u on u.t_id = t.id group by t.b having count(*) > 2 order by 2",
        "insert into u (id, t_id) values (1, 2), (3, null)",
        "update t set a = a + 1, b = default from u where u.t_id = t.id returning t.a, x",
        "delete from t using u where u.t_id = t.id returning *",
        "select * from t where exists (select 1 from u where u.t_id = t.id) and a in (select id from u)",
        "select * from t natural join u",
        "with w as (select a from t) select * from w x, w y where x.a = y.a",
        "select 1 union select 'a'::text::int union all select null order by 1",
    ] {
        println!("{sql}\n{}", plan(sql));
    }
}

//! Names are found, changes are applied and refused, and a DROP takes with it what depends on it.

use super::*;
use crate::base::PageNo;
use crate::error::SqlState;
use crate::value::{SqlType, TypeName};

fn table(catalog: &mut Catalog, name: &str) -> Arc<Table> {
    let id = catalog.allot_id().expect("ids are left");
    let column = Column {
        name: "a".into(),
        ty: TypeName::plain(SqlType::Int4),
        not_null: true,
        default: None,
        identity: None,
        generated: None,
        domain: None,
    };
    let key = Constraint {
        deferral: Default::default(),
        name: relation_name(name, None, "pkey"),
        rule: Rule::PrimaryKey { columns: vec![0], index: None },
    };
    catalog.put_table(Table {
        id,
        schema: "public".into(),
        name: name.into(),
        columns: vec![column],
        rowid_column: Some(0),
        indexes: vec![],
        constraints: vec![key],
        root: PageNo(9),
        layouts: vec![],
        materialized: None,
        family: None,
    })
}

fn refer(catalog: &mut Catalog, child: &Arc<Table>, parent: &Arc<Table>) {
    let mut child = Table::clone(child);
    child.constraints.push(Constraint {
        deferral: Default::default(),
        name: relation_name(&child.name, Some("a"), "fkey"),
        rule: Rule::ForeignKey(ForeignKey {
            columns: vec![0],
            parent: parent.id,
            parent_columns: vec![0],
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            match_full: false,
        }),
    });
    catalog.put_table(child);
}

#[test]
fn a_change_is_seen_by_the_next_version_only() {
    let mut first = Catalog::default();
    let t = table(&mut first, "t");
    assert!(first.table("public", "t").is_some(), "built the names of the first version");
    let mut second = first.next_version();
    second.remove_table(t.id);
    table(&mut second, "u");
    assert!(first.table("public", "t").is_some() && first.table("public", "u").is_none());
    assert!(second.table("public", "t").is_none() && second.table("public", "u").is_some());
    assert_eq!(second.version, first.version + 1);
}

#[test]
fn a_key_that_is_the_rowid_still_takes_its_name() {
    let mut catalog = Catalog::default();
    table(&mut catalog, "t");
    assert!(matches!(catalog.relation("public", "t_pkey"), Some(Relation::Key(..))));
    let error = catalog.check_free("public", "t_pkey").expect_err("taken");
    assert_eq!(error.message(), "relation \"t_pkey\" already exists");
    assert_eq!(catalog.free_relation_name("public", "t", None, "pkey", &[]), "t_pkey1");
    assert_eq!(catalog.free_relation_name("public", "t", None, "pkey", &["t_pkey1".into()]), "t_pkey2");
    assert!(catalog.relation("other", "t_pkey").is_none());
}

#[test]
fn long_names_are_cut_like_postgresql_cuts_them() {
    // The longer part loses first; the label stays whole; no character is cut in two.
    let name = relation_name(&"x".repeat(60), Some("column"), "fkey");
    assert_eq!(name, format!("{}_column_fkey", "x".repeat(51)));
    let name = relation_name(&"\u{e9}".repeat(40), None, "pkey");
    assert!(name.len() <= 63 && name.ends_with("_pkey"));
}

#[test]
fn an_id_is_never_given_twice() {
    let mut catalog = Catalog::default();
    let t = table(&mut catalog, "t");
    catalog.remove_table(t.id);
    assert!(catalog.allot_id().expect("ids are left") > t.id);
}

#[test]
fn a_referenced_table_is_dropped_only_with_cascade() {
    let mut catalog = Catalog::default();
    let parent = table(&mut catalog, "p");
    let child = table(&mut catalog, "c");
    refer(&mut catalog, &child, &parent);
    let error = catalog.drop_tables(&[Arc::clone(&parent)], false).expect_err("c refers to it");
    assert_eq!(error.sqlstate(), SqlState::DEPENDENT_OBJECTS_STILL_EXIST);
    assert_eq!(error.message(), "cannot drop table p because other objects depend on it");
    assert_eq!(error.detail(), Some("constraint c_a_fkey on table c depends on table p"));
    assert_eq!(error.hint(), Some("Use DROP ... CASCADE to drop the dependent objects too."));

    let dropped = catalog.drop_tables(&[Arc::clone(&parent)], true).expect("cascade");
    assert_eq!(dropped.constraints, [(child.id, "c_a_fkey".to_owned())]);
    assert_eq!(dropped.notice, Some(("drop cascades to constraint c_a_fkey on table c".into(), None)));

    let child = Arc::clone(&catalog.tables[&child.id]);
    let both = catalog.drop_tables(&[parent, child], false).expect("nobody else refers to them");
    assert!(both.constraints.is_empty() && both.notice.is_none());
}

#[test]
fn an_index_behind_a_constraint_is_not_dropped_alone() {
    let mut catalog = Catalog::default();
    let t = table(&mut catalog, "t");
    let id = catalog.allot_id().expect("ids are left");
    let index = catalog.put_index(Index {
        id,
        schema: "public".into(),
        name: "t_a_key".into(),
        table: t.id,
        keys: vec![IndexKey { column: 0, descending: false, nulls_first: false }],
        unique: true,
        predicate: None,
        include: Vec::new(),
        root: PageNo(10),
    });
    assert!(catalog.drop_indexes(&[Arc::clone(&index)]).is_ok());
    let mut changed = Table::clone(&catalog.tables[&t.id]);
    changed.constraints.push(Constraint {
        deferral: Default::default(),
        name: "t_a_key".into(),
        rule: Rule::Unique { columns: vec![0], index: Some(id) },
    });
    let changed = catalog.put_table(changed);
    let error = catalog.drop_indexes(&[index]).expect_err("the constraint requires it");
    assert_eq!(
        error.message(),
        "cannot drop index t_a_key because constraint t_a_key on table t requires it"
    );
    let dropped = catalog.drop_constraint(&changed, "t_a_key", false).expect("nobody refers to it");
    assert_eq!(dropped.indexes, [id]);
}

//! Descriptions of catalog objects survive the trip; damaged ones are errors.

use super::*;

fn table() -> Table {
    let column = |name: &str, ty| Column {
        name: name.into(),
        ty,
        not_null: name == "a",
        default: (name == "b").then(|| "'x'::text".to_owned()),
        identity: (name == "a").then_some(Identity { always: true, sequence: ObjectId(7) }),
        generated: None,
        domain: None,
    };
    let actions = [
        ReferentialAction::NoAction,
        ReferentialAction::Restrict,
        ReferentialAction::Cascade,
        ReferentialAction::SetNull,
        ReferentialAction::SetDefault,
    ];
    let mut constraints = vec![
        Constraint {
            deferral: Default::default(),
            name: "t_pkey".into(),
            rule: Rule::PrimaryKey { columns: vec![0], index: None },
        },
        Constraint {
            deferral: Default::default(),
            name: "t_b_key".into(),
            rule: Rule::Unique { columns: vec![1, 0], index: Some(ObjectId(17000)) },
        },
        Constraint {
            deferral: Default::default(),
            name: "t_check".into(),
            rule: Rule::Check { expression: "a > 0".into() },
        },
    ];
    constraints.extend(actions.map(|action| Constraint {
        deferral: Default::default(),
        name: format!("fk_{action:?}"),
        rule: Rule::ForeignKey(ForeignKey {
            columns: vec![1],
            parent: ObjectId(16400),
            parent_columns: vec![3],
            on_delete: action,
            on_update: ReferentialAction::Cascade,
            match_full: action == ReferentialAction::Cascade,
        }),
    }));
    Table {
        id: ObjectId(16384),
        schema: "public".into(),
        name: "t".into(),
        columns: vec![
            column("a", TypeName::plain(SqlType::Int8)),
            column("b", TypeName { ty: SqlType::Varchar, modifier: 24 }),
        ],
        rowid_column: Some(0),
        indexes: vec![ObjectId(17000), ObjectId(17001)],
        constraints,
        root: PageNo(42),
        layouts: vec![vec![1], vec![]],
        materialized: None,
        family: Some(Box::new(Family {
            parents: vec![ObjectId(3), ObjectId(4)],
            children: vec![ObjectId(9)],
            key: Some(PartitionKey { strategy: "list".into(), parts: vec!["lower(a)".into()] }),
            bound: Some(PartitionBound { text: "DEFAULT".into(), rule: None }),
        })),
    }
}

fn index() -> Index {
    Index {
        id: ObjectId(17000),
        schema: "public".into(),
        name: "t_b_key".into(),
        table: ObjectId(16384),
        keys: vec![
            IndexKey { column: 1, descending: false, nulls_first: false },
            IndexKey { column: 0, descending: true, nulls_first: true },
        ],
        unique: true,
        predicate: None,
        include: Vec::new(),
        root: PageNo(43),
    }
}

fn sequence() -> Sequence {
    Sequence {
        id: ObjectId(7),
        schema: "public".into(),
        name: "t_a_seq".into(),
        start: 5,
        increment: -3,
        min: i64::MIN,
        max: 100,
        cycle: true,
        owner: Some((ObjectId(16384), 0)),
    }
}

#[test]
fn every_object_comes_back_as_it_was() {
    let (table, index, sequence) = (table(), index(), sequence());
    let back = decode_table(table.id, &encode_table(&table)).expect("reads");
    assert_eq!(format!("{back:?}"), format!("{table:?}"));
    let back = decode_index(index.id, &encode_index(&index)).expect("reads");
    assert_eq!(format!("{back:?}"), format!("{index:?}"));
    let back = decode_sequence(sequence.id, &encode_sequence(&sequence)).expect("reads");
    assert_eq!(format!("{back:?}"), format!("{sequence:?}"));
    assert_eq!(decode_header(&encode_header(99_000)).expect("reads"), 99_000);
    for state in [None, Some(i64::MIN), Some(33)] {
        assert_eq!(decode_state(&encode_state(state)).expect("reads"), state);
    }
}

#[test]
fn every_type_has_one_code() {
    for (code, ty) in TYPES {
        assert_eq!(type_code(ty), code);
        assert_eq!(type_of_code(code).expect("known"), ty);
    }
    assert!(type_of_code(2).is_err());
}

#[test]
fn a_damaged_description_is_an_error_or_reads_never_a_panic() {
    // Every truncation, and every byte changed to a few telling values.
    let whole = encode_table(&table());
    for end in 0..whole.len() {
        let _ = decode_table(ObjectId(1), &whole[..end]);
        let _ = decode_index(ObjectId(1), &whole[..end]);
        let _ = decode_sequence(ObjectId(1), &whole[..end]);
    }
    for at in 0..whole.len() {
        for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            let _ = decode_table(ObjectId(1), &damaged);
            let _ = decode_state(&damaged);
        }
    }
    let error = decode_table(ObjectId(1), &[]).expect_err("empty");
    assert_eq!(error.kind(), crate::error::ErrorKind::Corrupt);
}

#[test]
fn an_unknown_field_is_refused_unless_marked_optional() {
    let mut whole = encode_index(&index());
    whole.extend_from_slice(&[0x90, 1, 0, 0, 0, 5]);
    assert!(decode_index(ObjectId(1), &whole).is_ok(), "0x90 may be skipped");
    whole.extend_from_slice(&[0x20, 0, 0, 0, 0]);
    let error = decode_index(ObjectId(1), &whole).expect_err("0x20 may not");
    assert!(error.message().contains("field 32"), "{error}");
}

#[test]
fn ordinals_that_do_not_exist_are_refused() {
    let mut wrong = table();
    wrong.rowid_column = Some(2);
    assert!(decode_table(wrong.id, &encode_table(&wrong)).is_err());
    let mut wrong = table();
    wrong.layouts = vec![vec![0, 9]];
    assert!(decode_table(wrong.id, &encode_table(&wrong)).is_err());
}

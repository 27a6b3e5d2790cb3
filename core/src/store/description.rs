//! The stored form of catalog objects: fields with tags, so that later versions can add some.
//!
//! ```text
//! object = format:u8 field*
//! field  = tag:u8 length:u32 bytes          lists repeat their tag; nested objects are fields again
//! ```
//!
//! A tag of 0x80 and above may be skipped by a reader that does not know it; any other unknown tag means
//! "written by a newer version" and is refused by name. All numbers are little-endian.
//!
//! E1  Decoding never panics and allocates no more than the bytes it was given justify.
//! E2  What decodes is usable: ordinals exist, identifiers are not empty, steps are not zero.

use crate::base::{ObjectId, PageNo};
use crate::catalog::{
    Column, Comments, Constraint, Deferral, Family, ForeignKey, Identity, Index, IndexKey, Materialized,
    PartitionBound, PartitionKey, ReferentialAction, Rule, Schema, Sequence, StoredQuery, Table, View,
};
use crate::error::{Error, Result};
use crate::value::{SqlType, TypeName};

/// The format written; others are refused.
const FORMAT: u8 = 1;
/// Tags from here on may be skipped.
const OPTIONAL: u8 = 0x80;

/// Collects fields.
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn object() -> Writer {
        Writer(vec![FORMAT])
    }

    pub(super) fn part() -> Writer {
        Writer(Vec::new())
    }

    pub(super) fn bytes(&mut self, tag: u8, bytes: &[u8]) -> &mut Writer {
        let length = u32::try_from(bytes.len()).expect("a description is smaller than a value may be");
        self.0.push(tag);
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(&mut self, tag: u8, text: &str) -> &mut Writer {
        self.bytes(tag, text.as_bytes())
    }

    pub(super) fn u32(&mut self, tag: u8, value: u32) -> &mut Writer {
        self.bytes(tag, &value.to_le_bytes())
    }

    pub(super) fn i64(&mut self, tag: u8, value: i64) -> &mut Writer {
        self.bytes(tag, &value.to_le_bytes())
    }

    pub(super) fn flag(&mut self, tag: u8, set: bool) -> &mut Writer {
        if set { self.bytes(tag, &[]) } else { self }
    }

    fn ordinals(&mut self, tag: u8, ordinals: &[usize]) -> &mut Writer {
        let mut bytes = Vec::with_capacity(ordinals.len() * 2);
        for ordinal in ordinals {
            bytes.extend_from_slice(&ordinal_bytes(*ordinal));
        }
        self.bytes(tag, &bytes)
    }
}

pub(super) fn ordinal_bytes(ordinal: usize) -> [u8; 2] {
    u16::try_from(ordinal).expect("COLUMNS_MAX fits 16 bits").to_le_bytes()
}

/// Hands fields out, in order.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn object(bytes: &'a [u8]) -> Result<Reader<'a>> {
        match bytes.split_first() {
            Some((&FORMAT, rest)) => Ok(Reader { rest }),
            Some((other, _)) => {
                Err(corrupt(&format!("has format {other}; this version of DecentDB reads format {FORMAT}")))
            }
            None => Err(corrupt("is empty")),
        }
    }

    pub(super) fn field(&mut self) -> Result<Option<(u8, &'a [u8])>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (head, rest) = self.rest.split_at_checked(5).ok_or_else(|| corrupt("ends within a field"))?;
        let &[tag, a, b, c, d] = head else { return Err(corrupt("ends within a field")) };
        let length =
            usize::try_from(u32::from_le_bytes([a, b, c, d])).map_err(|_| corrupt("has a huge field"))?;
        let (bytes, rest) = rest.split_at_checked(length).ok_or_else(|| corrupt("ends within a field"))?;
        self.rest = rest;
        Ok(Some((tag, bytes)))
    }
}

pub(super) fn corrupt(what: &str) -> Error {
    Error::corrupt(format!("the description of a catalog object {what}"))
}

pub(super) fn unknown(tag: u8) -> Result<()> {
    if tag >= OPTIONAL {
        return Ok(());
    }
    Err(corrupt(&format!("has a field {tag} unknown to this version of DecentDB")))
}

pub(super) fn text(bytes: &[u8]) -> Result<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| corrupt("has text that is not UTF-8"))
}

pub(super) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| corrupt("has a number of the wrong size"))
}

pub(super) fn u32_of(bytes: &[u8]) -> Result<u32> {
    fixed(bytes).map(u32::from_le_bytes)
}

fn i64_of(bytes: &[u8]) -> Result<i64> {
    fixed(bytes).map(i64::from_le_bytes)
}

pub(super) fn ordinals(bytes: &[u8]) -> Result<Vec<usize>> {
    if !bytes.len().is_multiple_of(2) {
        return Err(corrupt("has half an ordinal"));
    }
    Ok(bytes.chunks_exact(2).map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]]))).collect())
}

pub(super) fn wanted<T>(value: Option<T>, name: &str) -> Result<T> {
    value.ok_or_else(|| corrupt(&format!("has no {name}")))
}

pub(super) fn check(fine: bool, what: &str) -> Result<()> {
    if fine { Ok(()) } else { Err(corrupt(what)) }
}

/// A table's description.
pub(super) fn encode_table(table: &Table) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &table.schema).text(2, &table.name);
    for column in &table.columns {
        let mut part = Writer::part();
        part.text(1, &column.name)
            .u32(2, type_code(column.ty.ty))
            .bytes(3, &column.ty.modifier.to_le_bytes())
            .flag(4, column.not_null);
        if let Some(default) = &column.default {
            part.text(5, default);
        }
        if let Some(identity) = &column.identity {
            part.u32(6, identity.sequence.0).flag(7, identity.always);
        }
        if let Some(generated) = &column.generated {
            part.text(8, generated);
        }
        if let Some(domain) = column.domain {
            part.u32(9, domain.0);
        }
        out.bytes(3, &part.0);
    }
    if let Some(ordinal) = table.rowid_column {
        out.bytes(4, &ordinal_bytes(ordinal));
    }
    for constraint in &table.constraints {
        out.bytes(5, &encode_constraint(constraint));
    }
    out.u32(6, table.root.0);
    for layout in &table.layouts {
        out.ordinals(7, layout);
    }
    for index in &table.indexes {
        out.u32(8, index.0);
    }
    if let Some(view) = &table.materialized {
        out.bytes(9, &encode_query(&view.query)).flag(10, view.populated);
    }
    if let Some(family) = &table.family {
        out.bytes(11, &encode_family(family));
    }
    out.0
}

fn encode_family(family: &Family) -> Vec<u8> {
    let mut part = Writer::part();
    for (tag, ids) in [(1, &family.parents), (2, &family.children)] {
        for id in ids {
            part.u32(tag, id.0);
        }
    }
    if let Some(key) = &family.key {
        part.text(3, &key.strategy);
        for sql in &key.parts {
            part.text(4, sql);
        }
    }
    if let Some(bound) = &family.bound {
        part.text(5, &bound.text);
        if let Some(rule) = &bound.rule {
            part.text(6, rule);
        }
    }
    part.0
}

fn decode_family(bytes: &[u8]) -> Result<Family> {
    let mut reader = Reader { rest: bytes };
    let mut family = Family::default();
    let (mut strategy, mut parts, mut shown, mut rule) = (None, Vec::new(), None, None);
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => family.parents.push(ObjectId(u32_of(bytes)?)),
            2 => family.children.push(ObjectId(u32_of(bytes)?)),
            3 => strategy = Some(text(bytes)?),
            4 => parts.push(text(bytes)?),
            5 => shown = Some(text(bytes)?),
            6 => rule = Some(text(bytes)?),
            other => unknown(other)?,
        }
    }
    family.key = strategy.map(|strategy| PartitionKey { strategy, parts });
    family.bound = shown.map(|text| PartitionBound { text, rule });
    Ok(family)
}

fn encode_constraint(constraint: &Constraint) -> Vec<u8> {
    let mut part = Writer::part();
    part.text(1, &constraint.name);
    match &constraint.rule {
        Rule::PrimaryKey { columns, index } | Rule::Unique { columns, index } => {
            let primary = matches!(constraint.rule, Rule::PrimaryKey { .. });
            part.bytes(2, &[if primary { 1 } else { 2 }]).ordinals(3, columns);
            if let Some(index) = index {
                part.u32(4, index.0);
            }
        }
        Rule::Check { expression } => {
            part.bytes(2, &[3]).text(5, expression);
        }
        Rule::ForeignKey(key) => {
            part.bytes(2, &[4])
                .ordinals(3, &key.columns)
                .u32(6, key.parent.0)
                .ordinals(7, &key.parent_columns)
                .bytes(8, &[action_code(key.on_delete)])
                .bytes(9, &[action_code(key.on_update)])
                .flag(10, key.match_full);
        }
    }
    match constraint.deferral {
        Deferral::Never => {}
        Deferral::Possible => drop(part.bytes(11, &[1])),
        Deferral::Initially => drop(part.bytes(11, &[2])),
    }
    part.0
}

/// Reads a table's description.
pub(super) fn decode_table(id: ObjectId, bytes: &[u8]) -> Result<Table> {
    let mut reader = Reader::object(bytes)?;
    let (mut schema, mut name, mut root) = (None, None, None);
    let mut table = Table {
        id,
        schema: String::new(),
        name: String::new(),
        columns: Vec::new(),
        rowid_column: None,
        indexes: Vec::new(),
        constraints: Vec::new(),
        root: PageNo::NONE,
        layouts: Vec::new(),
        materialized: None,
        family: None,
    };
    let (mut query, mut populated) = (None, false);
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => schema = Some(text(bytes)?),
            2 => name = Some(text(bytes)?),
            3 => table.columns.push(decode_column(bytes)?),
            4 => table.rowid_column = Some(usize::from(u16::from_le_bytes(fixed(bytes)?))),
            5 => table.constraints.push(decode_constraint(bytes)?),
            6 => root = Some(PageNo(u32_of(bytes)?)),
            7 => table.layouts.push(ordinals(bytes)?),
            8 => table.indexes.push(ObjectId(u32_of(bytes)?)),
            9 => query = Some(decode_query(bytes)?),
            10 => populated = true,
            11 => table.family = Some(Box::new(decode_family(bytes)?)),
            other => unknown(other)?,
        }
    }
    table.materialized = query.map(|query| Box::new(Materialized { query, populated }));
    table.schema = wanted(schema, "schema")?;
    table.name = wanted(name, "name")?;
    table.root = wanted(root, "root page")?;
    let width = table.columns.len();
    let exist = |ordinals: &[usize]| ordinals.iter().all(|ordinal| *ordinal < width);
    let is_rowid = |at: usize| table.columns.get(at).is_some_and(|column| column.ty.ty.is_integer());
    check(table.rowid_column.is_none_or(is_rowid), "keys its rows by a column that is no integer")?;
    check(table.layouts.iter().all(|layout| exist(layout)), "lays out a column it lacks")?;
    for constraint in &table.constraints {
        let columns = match &constraint.rule {
            Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => columns.as_slice(),
            Rule::ForeignKey(key) => key.columns.as_slice(),
            Rule::Check { .. } => &[],
        };
        check(exist(columns), "constrains a column it lacks")?;
    }
    Ok(table)
}

fn decode_column(bytes: &[u8]) -> Result<Column> {
    let mut reader = Reader { rest: bytes };
    let (mut name, mut ty, mut modifier) = (None, None, -1);
    let (mut not_null, mut default, mut sequence, mut always) = (false, None, None, false);
    let (mut generated, mut domain) = (None, None);
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => name = Some(text(bytes)?),
            2 => ty = Some(type_of_code(u32_of(bytes)?)?),
            3 => modifier = i32::from_le_bytes(fixed(bytes)?),
            4 => not_null = true,
            5 => default = Some(text(bytes)?),
            6 => sequence = Some(ObjectId(u32_of(bytes)?)),
            7 => always = true,
            8 => generated = Some(text(bytes)?),
            9 => domain = Some(ObjectId(u32_of(bytes)?)),
            other => unknown(other)?,
        }
    }
    Ok(Column {
        name: wanted(name, "column name")?,
        ty: TypeName { ty: wanted(ty, "column type")?, modifier },
        not_null,
        default,
        identity: sequence.map(|sequence| Identity { always, sequence }),
        generated,
        domain,
    })
}

fn decode_constraint(bytes: &[u8]) -> Result<Constraint> {
    let mut reader = Reader { rest: bytes };
    let (mut name, mut kind, mut columns, mut index, mut expression) = (None, None, Vec::new(), None, None);
    let (mut parent, mut parent_columns, mut on_delete, mut on_update) = (None, Vec::new(), None, None);
    let (mut match_full, mut deferral) = (false, Deferral::Never);
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => name = Some(text(bytes)?),
            2 => kind = Some(fixed::<1>(bytes)?[0]),
            3 => columns = ordinals(bytes)?,
            4 => index = Some(ObjectId(u32_of(bytes)?)),
            5 => expression = Some(text(bytes)?),
            6 => parent = Some(ObjectId(u32_of(bytes)?)),
            7 => parent_columns = ordinals(bytes)?,
            8 => on_delete = Some(action_of_code(fixed::<1>(bytes)?[0])?),
            9 => on_update = Some(action_of_code(fixed::<1>(bytes)?[0])?),
            10 => match_full = true,
            11 => {
                deferral = match fixed::<1>(bytes)?[0] {
                    1 => Deferral::Possible,
                    2 => Deferral::Initially,
                    other => return Err(corrupt(&format!("has an unknown deferral {other}"))),
                }
            }
            other => unknown(other)?,
        }
    }
    let rule = match wanted(kind, "constraint kind")? {
        1 => Rule::PrimaryKey { columns, index },
        2 => Rule::Unique { columns, index },
        3 => Rule::Check { expression: wanted(expression, "check expression")? },
        4 => {
            check(columns.len() == parent_columns.len(), "refers by too many or too few columns")?;
            Rule::ForeignKey(ForeignKey {
                columns,
                parent: wanted(parent, "referenced table")?,
                parent_columns,
                on_delete: wanted(on_delete, "action on delete")?,
                on_update: wanted(on_update, "action on update")?,
                match_full,
            })
        }
        other => return Err(corrupt(&format!("has a constraint of unknown kind {other}"))),
    };
    Ok(Constraint { name: wanted(name, "constraint name")?, rule, deferral })
}

fn encode_query(query: &StoredQuery) -> Vec<u8> {
    let mut part = Writer::part();
    part.text(1, &query.sql);
    for schema in &query.search_path {
        part.text(2, schema);
    }
    for (object, ordinals) in &query.uses {
        part.u32(3, object.0).ordinals(4, ordinals);
    }
    part.0
}

fn decode_query(bytes: &[u8]) -> Result<StoredQuery> {
    let mut reader = Reader { rest: bytes };
    let (mut sql, mut search_path, mut uses) = (None, Vec::new(), Vec::<(ObjectId, Vec<usize>)>::new());
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => sql = Some(text(bytes)?),
            2 => search_path.push(text(bytes)?),
            3 => uses.push((ObjectId(u32_of(bytes)?), Vec::new())),
            4 => match uses.last_mut() {
                Some((_, columns)) => *columns = ordinals(bytes)?,
                None => return Err(corrupt("has columns of no relation")),
            },
            other => unknown(other)?,
        }
    }
    Ok(StoredQuery { sql: wanted(sql, "query")?, search_path, uses })
}

/// A view's description.
pub(super) fn encode_view(view: &View) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &view.schema).text(2, &view.name).bytes(3, &encode_query(&view.query));
    for (name, ty) in &view.columns {
        let mut part = Writer::part();
        part.text(1, name).u32(2, type_code(ty.ty)).bytes(3, &ty.modifier.to_le_bytes());
        out.bytes(4, &part.0);
    }
    if let Some(cascaded) = view.check_option {
        out.bytes(5, &[u8::from(cascaded)]);
    }
    for (ordinal, default) in &view.defaults {
        out.bytes(6, &ordinal_bytes(*ordinal)).text(7, default);
    }
    out.0
}

/// Reads a view's description.
pub(super) fn decode_view(id: ObjectId, bytes: &[u8]) -> Result<View> {
    let mut reader = Reader::object(bytes)?;
    let (mut schema, mut name, mut query, mut check_option) = (None, None, None, None);
    let (mut columns, mut defaults) = (Vec::new(), Vec::<(usize, String)>::new());
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => schema = Some(text(bytes)?),
            2 => name = Some(text(bytes)?),
            3 => query = Some(decode_query(bytes)?),
            4 => {
                let column = decode_column(bytes)?;
                columns.push((column.name, column.ty));
            }
            5 => check_option = Some(fixed::<1>(bytes)?[0] != 0),
            6 => defaults.push((usize::from(u16::from_le_bytes(fixed(bytes)?)), String::new())),
            7 => match defaults.last_mut() {
                Some((_, default)) => *default = text(bytes)?,
                None => return Err(corrupt("has a default of no column")),
            },
            other => unknown(other)?,
        }
    }
    let view = View {
        id,
        schema: wanted(schema, "schema")?,
        name: wanted(name, "name")?,
        columns,
        defaults,
        query: wanted(query, "query")?,
        check_option,
    };
    check(view.defaults.iter().all(|(at, _)| *at < view.columns.len()), "defaults a column it lacks")?;
    Ok(view)
}

/// A schema's description.
pub(super) fn encode_schema(schema: &Schema) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &schema.name);
    out.0
}

/// Reads a schema's description.
pub(super) fn decode_schema(id: ObjectId, bytes: &[u8]) -> Result<Schema> {
    let mut reader = Reader::object(bytes)?;
    let mut name = None;
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => name = Some(text(bytes)?),
            other => unknown(other)?,
        }
    }
    Ok(Schema { id, name: wanted(name, "name")? })
}

/// The comments on one object.
pub(super) fn encode_comments(comments: &Comments) -> Vec<u8> {
    let mut out = Writer::object();
    for (part, comment) in comments {
        out.text(1, part).text(2, comment);
    }
    out.0
}

/// Reads the comments on one object.
pub(super) fn decode_comments(bytes: &[u8]) -> Result<Comments> {
    let mut reader = Reader::object(bytes)?;
    let mut comments = Comments::new();
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => comments.push((text(bytes)?, String::new())),
            2 => match comments.last_mut() {
                Some((_, comment)) => *comment = text(bytes)?,
                None => return Err(corrupt("has a comment on nothing")),
            },
            other => unknown(other)?,
        }
    }
    Ok(comments)
}

/// An index's description.
pub(super) fn encode_index(index: &Index) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &index.schema).text(2, &index.name).u32(3, index.table.0);
    for key in &index.keys {
        let [low, high] = ordinal_bytes(key.column);
        out.bytes(4, &[low, high, u8::from(key.descending) | u8::from(key.nulls_first) << 1]);
    }
    out.flag(5, index.unique).u32(6, index.root.0);
    if let Some(ordinal) = index.predicate {
        out.bytes(7, &ordinal_bytes(ordinal));
    }
    for ordinal in &index.include {
        out.bytes(8, &ordinal_bytes(*ordinal));
    }
    out.0
}

/// Reads an index's description.
pub(super) fn decode_index(id: ObjectId, bytes: &[u8]) -> Result<Index> {
    let mut reader = Reader::object(bytes)?;
    let (mut schema, mut name, mut table, mut root) = (None, None, None, None);
    let (mut keys, mut unique) = (Vec::new(), false);
    let (mut predicate, mut include) = (None, Vec::new());
    let ordinal = |bytes| Ok::<_, Error>(usize::from(u16::from_le_bytes(fixed(bytes)?)));
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => schema = Some(text(bytes)?),
            2 => name = Some(text(bytes)?),
            3 => table = Some(ObjectId(u32_of(bytes)?)),
            4 => {
                let [low, high, flags] = fixed(bytes)?;
                keys.push(IndexKey {
                    column: usize::from(u16::from_le_bytes([low, high])),
                    descending: flags & 1 != 0,
                    nulls_first: flags & 2 != 0,
                });
            }
            5 => unique = true,
            6 => root = Some(PageNo(u32_of(bytes)?)),
            7 => predicate = Some(ordinal(bytes)?),
            8 => include.push(ordinal(bytes)?),
            other => unknown(other)?,
        }
    }
    check(!keys.is_empty(), "has no key")?;
    Ok(Index {
        id,
        schema: wanted(schema, "schema")?,
        name: wanted(name, "name")?,
        table: wanted(table, "table")?,
        keys,
        unique,
        predicate,
        include,
        root: wanted(root, "root page")?,
    })
}

/// A sequence's description.
pub(super) fn encode_sequence(sequence: &Sequence) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &sequence.schema)
        .text(2, &sequence.name)
        .i64(3, sequence.start)
        .i64(4, sequence.increment)
        .i64(5, sequence.min)
        .i64(6, sequence.max)
        .flag(7, sequence.cycle);
    if let Some((table, column)) = sequence.owner {
        out.u32(8, table.0).bytes(9, &ordinal_bytes(column));
    }
    out.0
}

/// Reads a sequence's description.
pub(super) fn decode_sequence(id: ObjectId, bytes: &[u8]) -> Result<Sequence> {
    let mut reader = Reader::object(bytes)?;
    let (mut schema, mut name, mut start, mut increment) = (None, None, None, None);
    let (mut min, mut max, mut cycle, mut owner, mut column) = (None, None, false, None, None);
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => schema = Some(text(bytes)?),
            2 => name = Some(text(bytes)?),
            3 => start = Some(i64_of(bytes)?),
            4 => increment = Some(i64_of(bytes)?),
            5 => min = Some(i64_of(bytes)?),
            6 => max = Some(i64_of(bytes)?),
            7 => cycle = true,
            8 => owner = Some(ObjectId(u32_of(bytes)?)),
            9 => column = Some(usize::from(u16::from_le_bytes(fixed(bytes)?))),
            other => unknown(other)?,
        }
    }
    let sequence = Sequence {
        id,
        schema: wanted(schema, "schema")?,
        name: wanted(name, "name")?,
        start: wanted(start, "start")?,
        increment: wanted(increment, "increment")?,
        min: wanted(min, "minimum")?,
        max: wanted(max, "maximum")?,
        cycle,
        owner: owner.zip(column),
    };
    check(sequence.increment != 0, "steps by zero")?;
    check(sequence.min <= sequence.start && sequence.start <= sequence.max, "starts outside its bounds")?;
    Ok(sequence)
}

/// The catalog's own record: the next object id.
pub(super) fn encode_header(next_id: u32) -> Vec<u8> {
    let mut out = Writer::object();
    out.u32(1, next_id);
    out.0
}

/// Reads the catalog's own record.
pub(super) fn decode_header(bytes: &[u8]) -> Result<u32> {
    let mut reader = Reader::object(bytes)?;
    let mut next_id = None;
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => next_id = Some(u32_of(bytes)?),
            other => unknown(other)?,
        }
    }
    wanted(next_id, "next id")
}

/// A sequence's state: the first value nobody was promised; `None` when all are gone.
pub(super) fn encode_state(next: Option<i64>) -> Vec<u8> {
    let mut out = Writer::object();
    match next {
        Some(next) => out.i64(1, next),
        None => out.flag(2, true),
    };
    out.0
}

/// Reads a sequence's state.
pub(super) fn decode_state(bytes: &[u8]) -> Result<Option<i64>> {
    let mut reader = Reader::object(bytes)?;
    let (mut next, mut exhausted) = (None, false);
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => next = Some(i64_of(bytes)?),
            2 => exhausted = true,
            other => unknown(other)?,
        }
    }
    check(next.is_some() != exhausted, "contradicts itself")?;
    Ok(next)
}

fn action_code(action: ReferentialAction) -> u8 {
    match action {
        ReferentialAction::NoAction => 1,
        ReferentialAction::Restrict => 2,
        ReferentialAction::Cascade => 3,
        ReferentialAction::SetNull => 4,
        ReferentialAction::SetDefault => 5,
    }
}

fn action_of_code(code: u8) -> Result<ReferentialAction> {
    Ok(match code {
        1 => ReferentialAction::NoAction,
        2 => ReferentialAction::Restrict,
        3 => ReferentialAction::Cascade,
        4 => ReferentialAction::SetNull,
        5 => ReferentialAction::SetDefault,
        other => return Err(corrupt(&format!("has an unknown action {other}"))),
    })
}

/// The types a column may have, by PostgreSQL's OID; arrays and enumerations follow from theirs.
const TYPES: [(u32, SqlType); 24] = [
    (16, SqlType::Bool),
    (21, SqlType::Int2),
    (23, SqlType::Int4),
    (20, SqlType::Int8),
    (700, SqlType::Float4),
    (701, SqlType::Float8),
    (1700, SqlType::Numeric),
    (25, SqlType::Text),
    (1043, SqlType::Varchar),
    (1042, SqlType::Char),
    (19, SqlType::Name),
    (17, SqlType::Bytea),
    (1082, SqlType::Date),
    (1083, SqlType::Time),
    (1114, SqlType::Timestamp),
    (1184, SqlType::TimestampTz),
    (1186, SqlType::Interval),
    (2950, SqlType::Uuid),
    (26, SqlType::Oid),
    (1266, SqlType::TimeTz),
    (114, SqlType::Json),
    (3802, SqlType::Jsonb),
    (2206, SqlType::Regtype),
    (4072, SqlType::Jsonpath),
];

pub(super) fn type_code(ty: SqlType) -> u32 {
    match TYPES.iter().find(|(_, known)| *known == ty) {
        Some((code, _)) => *code,
        None => ty.oid(),
    }
}

pub(super) fn type_of_code(code: u32) -> Result<SqlType> {
    match TYPES.iter().find(|(known, _)| *known == code) {
        Some((_, ty)) => Some(*ty),
        None => SqlType::from_oid(code).filter(|ty| matches!(ty, SqlType::Array(_) | SqlType::Enum(_))),
    }
    .ok_or_else(|| corrupt(&format!("has a column of unknown type {code}")))
}

#[cfg(test)]
#[path = "description_tests.rs"]
mod tests;

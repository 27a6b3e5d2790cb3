//! The stored form of types, functions and triggers, in the fields of [`super::description`].

use crate::base::ObjectId;
use crate::catalog::{Domain, EnumLabel, Routine, UserType, UserTypeKind};
use crate::error::Result;
use crate::value::TypeName;

use super::description::{
    Reader, Writer, check, corrupt, fixed, ordinal_bytes, text, type_code, type_of_code, u32_of, unknown,
    wanted,
};

/// A type's description.
pub(super) fn encode_type(ty: &UserType) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &ty.schema).text(2, &ty.name);
    match &ty.kind {
        UserTypeKind::Enum(labels) => {
            out.flag(3, true);
            for label in labels {
                out.u32(4, u32::from(label.place))
                    .text(5, &label.text)
                    .bytes(6, &label.order.to_bits().to_le_bytes());
            }
        }
        UserTypeKind::Domain(domain) => {
            out.u32(7, type_code(domain.base.ty))
                .bytes(8, &domain.base.modifier.to_le_bytes())
                .flag(9, domain.not_null);
            if let Some(parent) = domain.parent {
                out.u32(10, parent.0);
            }
            if let Some(default) = &domain.default {
                out.text(11, default);
            }
            for (name, expression) in &domain.checks {
                out.text(12, name).text(13, expression);
            }
        }
    }
    out.0
}

/// Reads a type's description.
pub(super) fn decode_type(id: ObjectId, bytes: &[u8]) -> Result<UserType> {
    let mut reader = Reader::object(bytes)?;
    let (mut schema, mut name, mut is_enum, mut base) = (None, None, false, None);
    let (mut modifier, mut not_null, mut parent, mut default) = (-1, false, None, None);
    let (mut labels, mut checks) = (Vec::<EnumLabel>::new(), Vec::<(String, String)>::new());
    let lost = || corrupt("has a part of nothing");
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => schema = Some(text(bytes)?),
            2 => name = Some(text(bytes)?),
            3 => is_enum = true,
            4 => {
                let place = char::from_u32(u32_of(bytes)?).ok_or_else(|| corrupt("has a wrong place"))?;
                labels.push(EnumLabel { place, text: String::new(), order: 0.0 });
            }
            5 => labels.last_mut().ok_or_else(lost)?.text = text(bytes)?,
            6 => labels.last_mut().ok_or_else(lost)?.order = f32::from_bits(u32_of(bytes)?),
            7 => base = Some(type_of_code(u32_of(bytes)?)?),
            8 => modifier = i32::from_le_bytes(fixed(bytes)?),
            9 => not_null = true,
            10 => parent = Some(ObjectId(u32_of(bytes)?)),
            11 => default = Some(text(bytes)?),
            12 => checks.push((text(bytes)?, String::new())),
            13 => checks.last_mut().ok_or_else(lost)?.1 = text(bytes)?,
            other => unknown(other)?,
        }
    }
    check(labels.is_sorted_by(|a, b| a.place < b.place), "has labels out of order")?;
    let kind = if is_enum {
        UserTypeKind::Enum(labels)
    } else {
        let base = TypeName { ty: wanted(base, "base type")?, modifier };
        UserTypeKind::Domain(Domain { base, parent, not_null, default, checks })
    };
    Ok(UserType { id, schema: wanted(schema, "schema")?, name: wanted(name, "name")?, kind })
}

/// A function's or trigger's description.
pub(super) fn encode_routine(routine: &Routine) -> Vec<u8> {
    let mut out = Writer::object();
    out.text(1, &routine.schema).text(2, &routine.name);
    if let Some(table) = routine.table {
        out.u32(3, table.0);
    }
    if let Some(function) = routine.function {
        out.u32(4, function.0);
    }
    for argument in &routine.arguments {
        out.u32(5, type_code(argument.ty)).bytes(6, &argument.modifier.to_le_bytes());
    }
    out.u32(7, u32::try_from(routine.required).unwrap_or(0)).text(8, &routine.sql).text(9, &routine.body);
    for schema in &routine.search_path {
        out.text(10, schema);
    }
    out.bytes(11, &[routine.events]);
    for column in &routine.columns {
        out.bytes(12, &ordinal_bytes(*column));
    }
    out.0
}

/// Reads a function's or trigger's description.
pub(super) fn decode_routine(id: ObjectId, bytes: &[u8]) -> Result<Routine> {
    let mut reader = Reader::object(bytes)?;
    let (mut schema, mut name, mut table, mut function) = (None, None, None, None);
    let (mut arguments, mut required) = (Vec::<TypeName>::new(), 0);
    let (mut sql, mut body, mut search_path) = (None, None, Vec::new());
    let (mut events, mut columns) = (0, Vec::new());
    while let Some((tag, bytes)) = reader.field()? {
        match tag {
            1 => schema = Some(text(bytes)?),
            2 => name = Some(text(bytes)?),
            3 => table = Some(ObjectId(u32_of(bytes)?)),
            4 => function = Some(ObjectId(u32_of(bytes)?)),
            5 => arguments.push(TypeName::plain(type_of_code(u32_of(bytes)?)?)),
            6 => {
                let last = arguments.last_mut().ok_or_else(|| corrupt("has a part of nothing"))?;
                last.modifier = i32::from_le_bytes(fixed(bytes)?);
            }
            7 => required = u32_of(bytes)? as usize,
            8 => sql = Some(text(bytes)?),
            9 => body = Some(text(bytes)?),
            10 => search_path.push(text(bytes)?),
            11 => events = fixed::<1>(bytes)?[0],
            12 => columns.push(usize::from(u16::from_le_bytes(fixed(bytes)?))),
            other => unknown(other)?,
        }
    }
    check(required <= arguments.len(), "wants more than it takes")?;
    let (schema, name) = (wanted(schema, "schema")?, wanted(name, "name")?);
    let (sql, body) = (wanted(sql, "text")?, wanted(body, "body")?);
    Ok(Routine {
        id,
        schema,
        name,
        table,
        function,
        events,
        columns,
        arguments,
        required,
        sql,
        body,
        search_path,
    })
}

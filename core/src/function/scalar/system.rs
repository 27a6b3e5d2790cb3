//! What a session knows of itself, sequences, chance.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::function::CatalogQuestion as Question;
use crate::function::FunctionContext;
use crate::function::argument::{boolean, int, out, text};
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::SqlType::{Bool, Float8, Int4, Int8, Name, Oid, Regclass, Regtype, Text, Uuid};
use crate::value::{Array, Datum, SqlType, USER_OID_MIN};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("version", &[], Text, |_, _| {
        out(concat!("PostgreSQL 15.0 (DecentDB ", env!("CARGO_PKG_VERSION"), ")"))
    })
    .stable(),
    f("pg_typeof", &[], Regtype, |a, _| Ok(a.last().cloned().unwrap_or(Datum::Null)))
        .variadic(Parameter::Any)
        .takes_nulls()
        .typed()
        .stable(),
    f("current_database", &[], Name, |_, context| out(context.database())).stable(),
    f("current_catalog", &[], Name, |_, context| out(context.database())).stable(),
    f("current_schema", &[], Name, |_, context| match context.schema() {
        Some(schema) => out(schema),
        None => Ok(Datum::Null),
    })
    .stable(),
    f("current_user", &[], Name, |_, context| out(context.user())).stable(),
    f("session_user", &[], Name, |_, context| out(context.user())).stable(),
    f("user", &[], Name, |_, context| out(context.user())).stable(),
    f("current_role", &[], Name, |_, context| out(context.user())).stable(),
    f("current_setting", &[Text], Text, |a, context| setting(text(a, 0)?, false, context)).stable(),
    f("current_setting", &[Text, Bool], Text, |a, context| setting(text(a, 0)?, boolean(a, 1)?, context))
        .stable(),
    // What a cast to regclass is bound to.
    f("relation named", &[Text], Regclass, |a, cx| relation(text(a, 0)?, cx)).stable(),
    f("relation named", &[Oid], Regclass, |a, cx| relation(&int(a, 0)?.to_string(), cx)).stable(),
    f("to_regclass", &[Text], Regclass, |a, cx| match relation(text(a, 0)?, cx) {
        Err(error) if error.sqlstate() == SqlState::UNDEFINED_TABLE => Ok(Datum::Null),
        found => found,
    })
    .stable(),
    f("nextval", &[Regclass], Int8, |a, cx| Ok(Datum::Int(cx.next_value(named(a)?)?))).volatile(),
    f("currval", &[Regclass], Int8, |a, cx| Ok(Datum::Int(cx.current_value(named(a)?)?))).volatile(),
    f("setval", &[Regclass, Int8], Int8, |a, cx| {
        Ok(Datum::Int(cx.set_value(named(a)?, int(a, 1)?, true)?))
    })
    .volatile(),
    f("setval", &[Regclass, Int8, Bool], Int8, |a, cx| {
        Ok(Datum::Int(cx.set_value(named(a)?, int(a, 1)?, boolean(a, 2)?)?))
    })
    .volatile(),
    f("nextval", &[Text], Int8, |a, context| Ok(Datum::Int(context.next_value(text(a, 0)?)?))).volatile(),
    f("currval", &[Text], Int8, |a, context| Ok(Datum::Int(context.current_value(text(a, 0)?)?))).volatile(),
    f("lastval", &[], Int8, |_, context| Ok(Datum::Int(context.last_value()?))).volatile(),
    f("setval", &[Text, Int8], Int8, |a, context| {
        Ok(Datum::Int(context.set_value(text(a, 0)?, int(a, 1)?, true)?))
    })
    .volatile(),
    f("setval", &[Text, Int8, Bool], Int8, |a, context| {
        Ok(Datum::Int(context.set_value(text(a, 0)?, int(a, 1)?, boolean(a, 2)?)?))
    })
    .volatile(),
    f("pg_get_constraintdef", &[Oid], Text, |a, cx| ask(cx, Question::Constraint(oid(a)?))).stable(),
    f("pg_get_constraintdef", &[Oid, Bool], Text, |a, cx| ask(cx, Question::Constraint(oid(a)?))).stable(),
    f("pg_get_indexdef", &[Oid], Text, |a, cx| ask(cx, Question::Index(oid(a)?, 0))).stable(),
    f("pg_get_indexdef", &[Oid, Int4, Bool], Text, |a, cx| ask(cx, Question::Index(oid(a)?, int(a, 1)?)))
        .stable(),
    f("pg_get_viewdef", &[Oid], Text, |a, cx| ask(cx, Question::View(oid(a)?))).stable(),
    f("pg_get_viewdef", &[Oid, Bool], Text, |a, cx| ask(cx, Question::View(oid(a)?))).stable(),
    f("pg_get_expr", &[Text, Oid], Text, |a, _| out(text(a, 0)?)).stable(),
    f("pg_get_expr", &[Text, Oid, Bool], Text, |a, _| out(text(a, 0)?)).stable(),
    f("obj_description", &[Oid], Text, |a, cx| ask(cx, Question::Comment(oid(a)?, 0))).stable(),
    f("obj_description", &[Oid, Name], Text, |a, cx| ask(cx, Question::Comment(oid(a)?, 0))).stable(),
    f("col_description", &[Oid, Int4], Text, |a, cx| match int(a, 1)? {
        ..=0 => Ok(Datum::Null),
        column => ask(cx, Question::Comment(oid(a)?, column)),
    })
    .stable(),
    f("pg_table_is_visible", &[Oid], Bool, |a, cx| {
        Ok(Datum::Bool(cx.catalog(Question::SchemaOf(oid(a)?))?.is_some()))
    })
    .stable(),
    // One role owns everything.
    f("has_schema_privilege", &[Text, Text], Bool, |_, _| Ok(Datum::Bool(true))).stable(),
    f("has_table_privilege", &[Text, Text], Bool, |_, _| Ok(Datum::Bool(true))).stable(),
    f("pg_get_userbyid", &[Oid], Name, |_, cx| out(cx.user())).stable(),
    f("pg_get_serial_sequence", &[Text, Text], Text, |a, cx| {
        ask(cx, Question::Serial(text(a, 0)?, text(a, 1)?))
    })
    .stable(),
    f("format_type", &[Oid, Int4], Text, format_type).takes_nulls().stable(),
    f("current_schemas", &[Bool], NAMES, |a, cx| {
        let path = cx.catalog(Question::SearchPath)?.unwrap_or_default();
        let implicit = if boolean(a, 0)? { &["pg_catalog"][..] } else { &[] };
        let names = implicit.iter().copied().chain(path.split(',').filter(|name| !name.is_empty()));
        Ok(Datum::Array(Arc::new(Array::of(Name, names.map(Datum::from).collect()))))
    })
    .stable(),
    f("random", &[], Float8, |_, context| {
        let mut bytes = [0; 8];
        context.entropy(&mut bytes);
        // 53 bits: every float of [0, 1) in steps of 2^-53.
        Ok(Datum::Float((u64::from_le_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64))
    })
    .volatile(),
    f("gen_random_uuid", &[], Uuid, |_, context| {
        let mut bytes = [0; 16];
        context.entropy(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Ok(Datum::Uuid(u128::from_be_bytes(bytes)))
    })
    .volatile(),
];

/// An array of names.
const NAMES: SqlType = match Name.array() {
    Some(array) => array,
    None => Name,
};

fn oid(arguments: &[Datum]) -> Result<u32> {
    // No object has a number outside the range: it is as one that is gone.
    Ok(u32::try_from(int(arguments, 0)?).unwrap_or(0))
}

fn relation(name: &str, context: &dyn FunctionContext) -> Result<Datum> {
    match context.catalog(Question::Relation(name))? {
        Some(found) => out(found),
        None => Err(Error::new(SqlState::UNDEFINED_TABLE, format!("relation \"{name}\" does not exist"))),
    }
}

// The name in a regclass.
fn named(arguments: &[Datum]) -> Result<&str> {
    Ok(text(arguments, 0)?.get(8..).unwrap_or(""))
}

fn ask(context: &dyn FunctionContext, question: Question<'_>) -> Result<Datum> {
    Ok(context.catalog(question)?.map_or(Datum::Null, |text| Datum::from(text.as_str())))
}

fn format_type(arguments: &[Datum], context: &dyn FunctionContext) -> Result<Datum> {
    let modifier = match arguments.get(1) {
        Some(Datum::Int(modifier)) => i32::try_from(*modifier).unwrap_or(-1),
        _ => -1,
    };
    match arguments.first() {
        Some(Datum::Int(0)) => out("-"),
        Some(Datum::Int(number)) => {
            let ty = u32::try_from(*number).ok().and_then(SqlType::from_oid);
            match ty {
                None => out("???"),
                Some(SqlType::Enum(_)) | Some(SqlType::Array(_)) if *number >= i64::from(USER_OID_MIN) => {
                    let name = context.catalog(Question::Type(u32::try_from(*number).unwrap_or(0)))?;
                    out(name.unwrap_or_else(|| "???".to_owned()))
                }
                Some(ty @ SqlType::Char) if modifier < 0 => out(ty.name()),
                Some(ty) => out(crate::value::TypeName { ty, modifier }.to_string()),
            }
        }
        _ => Ok(Datum::Null),
    }
}

fn setting(name: &str, missing_ok: bool, context: &dyn FunctionContext) -> Result<Datum> {
    match context.setting(name) {
        Some(value) => out(value),
        None if missing_ok => Ok(Datum::Null),
        None => Err(Error::new(
            SqlState::UNDEFINED_OBJECT,
            format!("unrecognized configuration parameter \"{name}\""),
        )),
    }
}

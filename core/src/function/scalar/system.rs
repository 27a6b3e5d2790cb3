//! What a session knows of itself, sequences, chance.

use crate::error::{Error, Result, SqlState};
use crate::function::FunctionContext;
use crate::function::argument::{boolean, int, out, text};
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::Datum;
use crate::value::SqlType::{Bool, Float8, Int8, Name, Regtype, Text, Uuid};

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

//! Errors of the database as JavaScript objects: PostgreSQL's fields under PostgreSQL's names.

use decentdb_core::env::VfsError;
use decentdb_core::error::{Error, ErrorKind};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// `{ sqlstate, kind, message, detail, hint, position, schema, table, column, constraint }`; what is
/// unknown is absent.
pub(crate) fn to_js(error: &Error) -> JsValue {
    let object = Object::new();
    set(&object, "sqlstate", &JsValue::from_str(error.sqlstate().code()));
    set(&object, "kind", &JsValue::from_str(kind_name(error.kind())));
    set(&object, "message", &JsValue::from_str(error.message()));
    if let Some(position) = error.position() {
        set(&object, "position", &JsValue::from(position));
    }
    let texts = [
        ("detail", error.detail()),
        ("hint", error.hint()),
        ("schema", error.schema()),
        ("table", error.table()),
        ("column", error.column()),
        ("constraint", error.constraint()),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            set(&object, name, &JsValue::from_str(value));
        }
    }
    object.into()
}

/// A failure of the files, with its own kind beside the SQLSTATE: a page wants to tell "open in another
/// tab" from "no storage here".
pub(crate) fn vfs_to_js(error: VfsError) -> JsValue {
    let storage = error.kind.name();
    let value = to_js(&Error::from(error));
    set(value.unchecked_ref_object(), "storage", &JsValue::from_str(storage));
    value
}

trait AsObject {
    fn unchecked_ref_object(&self) -> &Object;
}

impl AsObject for JsValue {
    fn unchecked_ref_object(&self) -> &Object {
        wasm_bindgen::JsCast::unchecked_ref(self)
    }
}

/// Sets a property of an object that we made: it is neither frozen nor a proxy, so it cannot fail.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

fn kind_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Statement => "statement",
        ErrorKind::Constraint => "constraint",
        ErrorKind::Retry => "retry",
        ErrorKind::Resource => "resource",
        ErrorKind::Corrupt => "corrupt",
        ErrorKind::Storage => "storage",
        _ => "internal",
    }
}

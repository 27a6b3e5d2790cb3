//! From what browsers throw to [`VfsErrorKind`].

use decentdb_core::env::{VfsError, VfsErrorKind};
use wasm_bindgen::{JsCast, JsValue};

use crate::host;

/// The `name` of what was thrown (`QuotaExceededError`, `TypeError`, ...), or nothing.
pub(crate) fn thrown_name(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<web_sys::DomException>() {
        Some(exception) => exception.name(),
        None => host::property(thrown, "name").and_then(|name| name.as_string()).unwrap_or_default(),
    }
}

/// What was thrown, in the browser's words.
pub(crate) fn thrown_message(thrown: &JsValue) -> String {
    let name = thrown_name(thrown);
    let message =
        host::property(thrown, "message").and_then(|message| message.as_string()).unwrap_or_default();
    match (name.as_str(), message.as_str()) {
        ("", "") => thrown.as_string().unwrap_or_else(|| "the browser threw no error".to_owned()),
        ("", _) => message,
        _ => format!("{name}: {message}"),
    }
}

/// The error of an operation that threw.
pub(crate) fn thrown(operation: &'static str, file: &str, value: &JsValue) -> VfsError {
    let message = thrown_message(value);
    let kind = match thrown_name(value).as_str() {
        "NotFoundError" => VfsErrorKind::NotFound,
        "NoModificationAllowedError" => VfsErrorKind::AlreadyOpen,
        "QuotaExceededError" => VfsErrorKind::DiskFull,
        "NotAllowedError" => VfsErrorKind::PermissionDenied,
        "TypeMismatchError" => VfsErrorKind::InvalidName,
        // Chromium says "flush failed" with the same name that it uses for a closed handle.
        "InvalidStateError" if operation == "sync" && !message.contains("closed") => VfsErrorKind::Io,
        "InvalidStateError" => VfsErrorKind::HandleLost,
        "SecurityError" => VfsErrorKind::Unavailable,
        _ => VfsErrorKind::Io,
    };
    VfsError::new(kind, operation, file, message)
}

/// The error of a read or write that moved `moved` bytes instead of `wanted`: see O4.
pub(crate) fn wrong_count(operation: &'static str, file: &str, wanted: usize, moved: f64) -> VfsError {
    // A negative error code, seen as unsigned: Chromium answers 4294967288 (-8) when the quota is full.
    if operation == "write" && moved >= 2_147_483_648.0 {
        return VfsError::new(VfsErrorKind::DiskFull, operation, file, "the browser's storage quota is full");
    }
    VfsError::new(VfsErrorKind::ShortIo, operation, file, format!("{moved} of {wanted} bytes were moved"))
}

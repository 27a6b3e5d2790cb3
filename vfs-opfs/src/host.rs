//! What we use of the JavaScript world, found on the global object: a worker, a page and node differ there.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A property of the global object, or of another; `None` if it is missing.
pub(crate) fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A property of the global object.
pub(crate) fn global(name: &str) -> Option<JsValue> {
    property(&js_sys::global(), name)
}

/// The value of a promise.
pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// Waits with the event loop running; at once if the host has no timers.
pub(crate) async fn pause(millis: u32) {
    let Some(set_timeout) = global("setTimeout").and_then(|value| value.dyn_into::<Function>().ok()) else {
        return;
    };
    let promise = Promise::new(&mut |resolve, _reject| {
        if set_timeout.call2(&JsValue::UNDEFINED, &resolve, &JsValue::from(millis)).is_err() {
            // Without the timer the wait would never end.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = settled(promise).await;
}

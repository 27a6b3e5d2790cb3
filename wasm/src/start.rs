//! What happens once, when the module is instantiated.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Where the worker finds the words of a panic after the trap that follows it.
const PANIC_PROPERTY: &str = "__decentdb_panic";

/// Keeps the message of a panic where JavaScript can read it: the trap itself only says "unreachable".
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        let message = JsValue::from_str(&info.to_string());
        let _ = js_sys::Reflect::set(&js_sys::global(), &JsValue::from_str(PANIC_PROPERTY), &message);
    }));
}

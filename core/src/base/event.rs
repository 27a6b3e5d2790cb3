//! What triggers wait for.

/// A change of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TriggerEvent {
    /// INSERT
    Insert = 2,
    /// UPDATE
    Update = 4,
    /// DELETE
    Delete = 8,
}

impl TriggerEvent {
    /// The statement that does it.
    pub fn word(self) -> &'static str {
        match self {
            TriggerEvent::Insert => "INSERT",
            TriggerEvent::Update => "UPDATE",
            TriggerEvent::Delete => "DELETE",
        }
    }
}

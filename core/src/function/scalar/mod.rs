//! The scalar functions, group by group.

mod string;

use super::registry::Entry;

/// All of them; a [`super::FunctionId`] is a place in here.
pub(super) static GROUPS: &[&[Entry]] = &[string::FUNCTIONS];

//! Exact decimals with PostgreSQL's display scale, NaN and infinities.

/// A `numeric` value.
#[derive(Clone, Debug, PartialEq)]
pub struct Numeric {
    /// Placeholder layout until the type is built: value = coefficient * 10^-scale.
    pub coefficient: i128,
    /// Digits after the decimal point that are shown.
    pub scale: u16,
}

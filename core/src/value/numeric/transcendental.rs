//! Roots, logarithms, exponentials and powers, with PostgreSQL's choice of result scale.

use crate::error::{Error, Result, SqlState};

use super::Numeric;
use super::arithmetic::{MADE_SCALE_MAX, SIGNIFICANT_DIGITS};
use super::decimal::big_power;

impl Numeric {
    /// The square root; 2201F for negative values.
    pub fn sqrt(&self) -> Result<Numeric> {
        let Some(scale) = self.scale() else {
            return match self.is_negative() {
                true => Err(negative_root()),
                false => Ok(self.clone()),
            };
        };
        // Half of the digits before the point, counted in groups of four as PostgreSQL's digits are.
        let weight = self.exponent().map_or(0, |exponent| exponent.div_euclid(4));
        let digits = (weight + 1) * 4 / 2 - 1;
        let made = (SIGNIFICANT_DIGITS - digits).max(i32::from(scale)).clamp(0, MADE_SCALE_MAX);
        self.sqrt_to_scale(made)
    }

    /// The square root rounded to `scale`.
    pub fn sqrt_to_scale(&self, scale: i32) -> Result<Numeric> {
        if self.is_negative() {
            return Err(negative_root());
        }
        let Some((coefficient, own_scale)) = self.big_parts() else { return Ok(self.clone()) };
        // One digit more than wanted, and an even count of digits after the point.
        let wanted = u32::try_from(scale).map_err(|_| Error::internal("scale of a root"))? + 1;
        let shift = (2 * wanted).saturating_sub(own_scale);
        let kept = own_scale + shift;
        let (radicand, root_scale) = if kept % 2 == 0 {
            (coefficient * big_power(shift), kept / 2)
        } else {
            (coefficient * big_power(shift + 1), kept.div_ceil(2))
        };
        let root = radicand.sqrt();
        Numeric::from_big(root, root_scale)?.round(scale)
    }
}

fn negative_root() -> Error {
    Error::new(SqlState::INVALID_ARGUMENT_FOR_POWER, "cannot take square root of a negative number")
}

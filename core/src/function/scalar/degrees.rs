//! Trigonometry in degrees: exact where the answer is a whole or half number.
//!
//! The functions of radians are called within the first 60 degrees only, and divided by their own value at
//! the point whose answer is known, so that the rounding of pi cancels there.

const RADIANS: f64 = core::f64::consts::PI / 180.0;

// 0 to 30 degrees: half of the sine at 30 is at 30.
fn low_sine(x: f64) -> f64 {
    (x * RADIANS).sin() / (30.0 * RADIANS).sin() / 2.0
}

// 0 to 60 degrees: the cosine falls from 1 to a half.
fn high_cosine(x: f64) -> f64 {
    1.0 - (1.0 - (x * RADIANS).cos()) / (1.0 - (60.0 * RADIANS).cos()) / 2.0
}

// 0 to 90 degrees.
fn quarter_sine(x: f64) -> f64 {
    if x <= 30.0 { low_sine(x) } else { high_cosine(90.0 - x) }
}

fn quarter_cosine(x: f64) -> f64 {
    quarter_sine(90.0 - x)
}

/// The angle in the first quarter, and the signs of its sine and cosine.
fn folded(x: f64) -> (f64, f64, f64) {
    let (mut x, mut sine, mut cosine) = (x % 360.0, 1.0, 1.0);
    if x < 0.0 {
        (x, sine) = (-x, -sine);
    }
    if x > 180.0 {
        (x, sine) = (360.0 - x, -sine);
    }
    if x > 90.0 {
        (x, cosine) = (180.0 - x, -cosine);
    }
    (x, sine, cosine)
}

pub(super) fn sin(x: f64) -> f64 {
    let (x, sign, _) = folded(x);
    sign * quarter_sine(x)
}

pub(super) fn cos(x: f64) -> f64 {
    let (x, _, sign) = folded(x);
    sign * quarter_cosine(x)
}

// A zero is never negative, whatever the quarter.
fn unsigned_zero(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x }
}

pub(super) fn tan(x: f64) -> f64 {
    let (x, sine, cosine) = folded(x);
    let one = quarter_sine(45.0) / quarter_cosine(45.0);
    unsigned_zero(sine * cosine * (quarter_sine(x) / quarter_cosine(x) / one))
}

pub(super) fn cot(x: f64) -> f64 {
    let (x, sine, cosine) = folded(x);
    let one = quarter_cosine(45.0) / quarter_sine(45.0);
    unsigned_zero(sine * cosine * (quarter_cosine(x) / quarter_sine(x) / one))
}

// 0 to 1.
fn quarter_arcsine(x: f64) -> f64 {
    if x <= 0.5 { x.asin() / 0.5_f64.asin() * 30.0 } else { 90.0 - x.acos() / 0.5_f64.acos() * 60.0 }
}

fn quarter_arccosine(x: f64) -> f64 {
    if x <= 0.5 { 90.0 - x.asin() / 0.5_f64.asin() * 30.0 } else { x.acos() / 0.5_f64.acos() * 60.0 }
}

pub(super) fn asin(x: f64) -> f64 {
    if x >= 0.0 { quarter_arcsine(x) } else { -quarter_arcsine(-x) }
}

pub(super) fn acos(x: f64) -> f64 {
    if x >= 0.0 { quarter_arccosine(x) } else { 90.0 + quarter_arcsine(-x) }
}

/// Radians of an arctangent as degrees.
pub(super) fn scaled(radians: f64) -> f64 {
    radians / 1.0_f64.atan() * 45.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_angles_have_exact_answers() {
        let all = |of: fn(f64) -> f64, angles: &[f64]| angles.iter().map(|x| of(*x)).collect::<Vec<_>>();
        assert_eq!(
            all(sin, &[0.0, 30.0, 90.0, 150.0, 180.0, 210.0, 270.0]),
            [0.0, 0.5, 1.0, 0.5, 0.0, -0.5, -1.0]
        );
        assert_eq!(all(cos, &[0.0, 60.0, 90.0, 120.0, 180.0, 300.0]), [1.0, 0.5, 0.0, -0.5, -1.0, 0.5]);
        assert_eq!(all(tan, &[0.0, 45.0, 135.0, 180.0, 225.0]), [0.0, 1.0, -1.0, 0.0, 1.0]);
        assert_eq!(all(cot, &[45.0, 90.0, 135.0, 270.0]), [1.0, 0.0, -1.0, 0.0]);
        assert_eq!(all(asin, &[-1.0, -0.5, 0.0, 0.5, 1.0]), [-90.0, -30.0, 0.0, 30.0, 90.0]);
        assert_eq!(all(acos, &[-1.0, -0.5, 0.0, 0.5, 1.0]), [180.0, 120.0, 90.0, 60.0, 0.0]);
        assert_eq!(scaled(1.0_f64.atan()), 45.0);
        assert!(tan(90.0).is_infinite());
    }
}

//! The stored form, and agreement of the fast and the slow path.

use core::cmp::Ordering;

use super::Numeric;

fn parse(text: &str) -> Numeric {
    Numeric::parse(text).expect("a number")
}

#[test]
fn the_stored_form_reads_back() {
    // Sign bytes cut off too far would turn 128 into -128.
    let mut values: Vec<Numeric> = ["NaN", "Infinity", "-Infinity", "0", "0.00", "-0.5", "1e-300", "1e300"]
        .iter()
        .map(|text| parse(text))
        .collect();
    for bits in 0..=127 {
        for around in [-1i128, 0, 1] {
            let value = (1i128 << bits.min(126)) + around;
            values.extend([Numeric::from(value), Numeric::from(-value)]);
        }
    }
    values.push(parse("170141183460469231731687303715884105728"));
    values.push(parse("-170141183460469231731687303715884105728"));
    values.push(parse("-170141183460469231731687303715884105729.25"));
    for value in values {
        let mut bytes = Vec::new();
        value.write_stored(&mut bytes);
        assert_eq!(Numeric::from_stored(&bytes), Ok(value.clone()), "{value} as {bytes:?}");
    }
    for damaged in [&[][..], &[240], &[240, 1], &[255, 0], &[252], &[240, 255, 255, 1]] {
        assert!(Numeric::from_stored(damaged).is_err(), "{damaged:?}");
    }
}

#[test]
fn small_and_big_coefficients_agree() {
    // A value that crosses i128 takes the slow path; adding and taking away a huge number must not show.
    let huge = parse("1e60");
    let texts = ["0", "1", "-1", "12.345", "-0.001", "99999999999999999999.99", "7e20"];
    for a in texts.map(parse) {
        let through = a.add(&huge).and_then(|sum| sum.subtract(&huge)).expect("in range");
        assert_eq!(through, a);
        for b in texts.map(parse) {
            let product = a.multiply(&b).expect("in range");
            let big = a.multiply(&huge).and_then(|x| x.multiply(&b)).expect("in range");
            assert_eq!(product.multiply(&huge).expect("in range").compare(&big), Ordering::Equal);
            let order = a.compare(&b);
            let shifted = (a.add(&huge).expect("in range"), b.add(&huge).expect("in range"));
            assert_eq!(shifted.0.compare(&shifted.1), order, "{a} {b}");
        }
    }
}

//! Seeds that once showed a defect: they are run every time.
//!
//! A line of `sim/seeds/*.txt` is `seed [steps [images]]`, with `#` before what a reader should know.

use crate::run::Settings;

/// The files, in the binary so that they run wherever it does.
const FILES: &[&str] = &[include_str!("../seeds/kept.txt")];

/// Every kept seed with the effort at which it failed.
pub fn kept_seeds() -> Vec<(u64, Settings)> {
    let lines = FILES.iter().flat_map(|file| file.lines());
    lines.filter_map(|line| parse(line.split('#').next().unwrap_or(""))).collect()
}

fn parse(line: &str) -> Option<(u64, Settings)> {
    let mut words = line.split_whitespace();
    let seed = words.next()?.parse().ok()?;
    let mut settings = Settings::default();
    if let Some(steps) = words.next() {
        settings.steps = steps.parse().ok()?;
    }
    if let Some(images) = words.next() {
        settings.images = images.parse().ok()?;
    }
    Some((seed, settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_kept_seeds_is_a_seed() {
        let lines = FILES.iter().flat_map(|file| file.lines());
        let wanted = lines.filter(|line| !line.split('#').next().unwrap_or("").trim().is_empty()).count();
        assert_eq!(kept_seeds().len(), wanted);
        assert_eq!(parse("12 30 40").map(|(seed, settings)| (seed, settings.steps)), Some((12, 30)));
        assert!(parse("12 x").is_none());
    }
}

//! Tests of the settings.

use super::*;

#[test]
fn settings_are_shown_as_they_were_set() {
    let defaults = Settings::new(Durability::Full);
    let mut settings = defaults.clone();
    for (name, value, shown) in [
        ("search_path", "a, \"B\", public", "a, \"B\", public"),
        ("statement_timeout", "1500", "1500ms"),
        ("statement_timeout", "2min", "2min"),
        ("durability", "Normal", "normal"),
        ("application_name", "Chinook", "Chinook"),
        ("client_min_messages", "WARNING", "warning"),
        ("TimeZone", "utc", "UTC"),
    ] {
        settings.set(name, Some(value), &defaults).expect("allowed");
        assert_eq!(settings.show(name).expect("there"), shown);
    }
    assert!(!settings.wants("NOTICE") && settings.wants("WARNING"));
    settings.set("all", None, &defaults).expect("reset");
    assert_eq!(settings.show("search_path").expect("there"), "public");
    assert_eq!(settings.plan_key(), defaults.plan_key());
}

#[test]
fn what_cannot_be_set_says_why() {
    let defaults = Settings::new(Durability::Full);
    let mut settings = defaults.clone();
    for (name, value, code) in [
        ("nonsense", "1", "42704"),
        ("server_version", "99", "55P02"),
        ("statement_timeout", "soon", "22023"),
        ("client_min_messages", "loud", "22023"),
        ("timezone", "Mars/Olympus", "0A000"),
    ] {
        let error = settings.set(name, Some(value), &defaults).expect_err(name);
        assert_eq!(error.sqlstate().code(), code, "{name}");
    }
    assert!(settings.show("nonsense").is_err());
}

#[test]
fn numbers_are_read_with_units_and_shown_in_the_largest_that_divides_them() {
    let defaults = Settings::new(Durability::Full);
    let mut settings = defaults.clone();
    for (name, value, shown) in [
        ("work_mem", "3MB", "3MB"),
        ("work_mem", "1.5GB", "1536MB"),
        ("temp_buffers", "100", "800kB"),
        ("geqo_threshold", "1.6", "2"),
        ("seq_page_cost", "1.50", "1.5"),
        ("lock_timeout", "90min", "90min"),
        ("statement_timeout", "1d", "1d"),
        ("enable_sort", "of", "off"),
        ("foo.bar", "x", "x"),
    ] {
        settings.set(name, Some(value), &defaults).expect("allowed");
        assert_eq!(settings.show(name).expect("there"), shown, "{name}");
    }
    for (name, value, message) in [
        ("work_mem", "1", "1 kB is outside the valid range for parameter \"work_mem\" (64 .. 2147483647)"),
        ("enable_sort", "maybe", "parameter \"enable_sort\" requires a Boolean value"),
        ("bytea_output", "escape", "bytea_output = 'escape' is not supported"),
        ("foo.9", "1", "invalid configuration parameter name \"foo.9\""),
    ] {
        assert_eq!(settings.set(name, Some(value), &defaults).expect_err(name).message(), message);
    }
}

#[test]
fn the_planner_is_told_what_it_may_use() {
    let defaults = Settings::new(Durability::Full);
    let mut settings = defaults.clone();
    settings.set("enable_hashjoin", Some("off"), &defaults).expect("allowed");
    assert!(settings.choices().hash_join, "a merge join's work is done by hash");
    settings.set("enable_mergejoin", Some("off"), &defaults).expect("allowed");
    assert!(!settings.choices().hash_join);
    assert_ne!(settings.plan_key(), defaults.plan_key());
    settings.set("all", None, &defaults).expect("reset");
    assert_eq!(settings.choices(), defaults.choices());
}

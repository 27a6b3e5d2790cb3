//! Key trees against a set of the standard library.

use std::collections::BTreeSet;

use super::memory_pages::MemoryPages;
use super::{KeyCursor, KeyHint, KeyTree};
use crate::env::SplitMix64;
use crate::error::{Error, ErrorKind, SqlState};
use crate::page::key_page::{self, KeyPage};
use crate::page::{PageSink, PageSource};

type Model = BTreeSet<(Vec<u8>, i64)>;

/// A key no other key is a prefix of: its length comes first.
fn random_key(random: &mut SplitMix64, long: usize) -> Vec<u8> {
    let length = random.index(long);
    let mut key = u16::try_from(length).expect("short keys").to_be_bytes().to_vec();
    // Few distinct bytes make long common prefixes.
    key.extend((0..length).map(|_| b'a' + u8::try_from(random.below(3)).expect("below 3")));
    key
}

fn forward(tree: &KeyTree, pages: &MemoryPages) -> Vec<(Vec<u8>, i64)> {
    let mut cursor = KeyCursor::seek(tree, pages, &[]).expect("a cursor");
    let mut all = Vec::new();
    while let Some((key, rowid)) = cursor.next(pages).expect("an entry") {
        all.push((key.to_vec(), rowid));
    }
    all
}

fn check(tree: &KeyTree, pages: &MemoryPages, model: &Model) {
    assert_eq!(tree.verify(pages).expect("a sound tree"), model.len() as u64);
    assert_eq!(tree.pages(pages).expect("pages").len(), pages.used().len(), "pages leaked");
    assert_eq!(forward(tree, pages), model.iter().cloned().collect::<Vec<_>>());
    let mut cursor = KeyCursor::seek_end(tree, pages).expect("a cursor");
    let mut backward = Vec::new();
    while let Some((key, rowid)) = cursor.prev(pages).expect("an entry") {
        backward.push((key.to_vec(), rowid));
    }
    assert_eq!(backward, model.iter().rev().cloned().collect::<Vec<_>>());
}

#[test]
fn random_inserts_and_removes_agree_with_a_set() {
    for seed in 0..12 {
        let mut random = SplitMix64::new(seed);
        let mut pages = MemoryPages::new(if seed % 2 == 0 { 4096 } else { 8192 });
        let tree = KeyTree::create(&mut pages).expect("a tree");
        let mut model = Model::new();
        let long = if seed % 3 == 0 { 900 } else { 40 };
        for step in 0..3000 {
            // Growing first, shrinking later.
            let grow = random.below(3000) > step / 2;
            if grow || model.is_empty() {
                let (key, rowid) = (random_key(&mut random, long), random.below(50).cast_signed() - 25);
                let added = tree.insert(&mut pages, &key, rowid).expect("an insert");
                assert_eq!(added, model.insert((key, rowid)), "seed {seed} step {step}");
            } else {
                let (key, rowid) = model.iter().nth(random.index(model.len())).cloned().expect("an entry");
                assert!(tree.contains(&pages, &key, rowid).expect("a look"), "seed {seed} step {step}");
                assert!(tree.remove(&mut pages, &key, rowid).expect("a removal"), "seed {seed} step {step}");
                assert!(!tree.remove(&mut pages, &key, rowid).expect("a removal"), "seed {seed} step {step}");
                model.remove(&(key, rowid));
            }
            if step % 500 == 0 {
                check(&tree, &pages, &model);
            }
        }
        check(&tree, &pages, &model);
        for (key, rowid) in std::mem::take(&mut model) {
            assert!(tree.remove(&mut pages, &key, rowid).expect("a removal"));
        }
        check(&tree, &pages, &model);
        assert_eq!(pages.used().len(), 1, "an empty tree is one page");
    }
}

#[test]
fn seeking_finds_the_first_entry_at_or_after_a_key() {
    let mut pages = MemoryPages::new(4096);
    let tree = KeyTree::create(&mut pages).expect("a tree");
    for number in (0..20_000u32).step_by(10) {
        tree.insert(&mut pages, &number.to_be_bytes(), 1).expect("an insert");
    }
    for wanted in 0..20_000u32 {
        let mut cursor = KeyCursor::seek(&tree, &pages, &wanted.to_be_bytes()).expect("a cursor");
        let found = cursor.next(&pages).expect("an entry").map(|(key, _)| key.to_vec());
        let expected = wanted.div_ceil(10) * 10;
        assert_eq!(found, (expected < 20_000).then(|| expected.to_be_bytes().to_vec()));
        let before = KeyCursor::seek(&tree, &pages, &wanted.to_be_bytes())
            .and_then(|mut cursor| Ok(cursor.prev(&pages)?.map(|(key, _)| key.to_vec())))
            .expect("an entry");
        assert_eq!(before, (expected > 0).then(|| (expected - 10).to_be_bytes().to_vec()));
    }
}

#[test]
fn ascending_keys_fill_their_pages() {
    let mut pages = MemoryPages::new(8192);
    let tree = KeyTree::create(&mut pages).expect("a tree");
    for number in 0..50_000u64 {
        tree.insert(&mut pages, &number.to_be_bytes(), 0).expect("an insert");
    }
    // An entry takes at most 8 bytes of slot and 16 of key; full pages hold over 330.
    assert!(pages.used().len() < 50_000 / 330, "{} pages", pages.used().len());
    assert_eq!(tree.verify(&pages).expect("sound"), 50_000);
}

#[test]
fn building_from_sorted_entries_equals_inserting_them() {
    for (seed, count) in [(1, 0), (2, 1), (3, 500), (4, 30_000)] {
        let mut random = SplitMix64::new(seed);
        let model: Model =
            (0..count).map(|_| (random_key(&mut random, 60), random.below(9).cast_signed())).collect();
        let mut pages = MemoryPages::new(4096);
        let tree = KeyTree::create(&mut pages).expect("a tree");
        let built = tree.build(&mut pages, model.iter().map(|(key, rowid)| Ok((key.as_slice(), *rowid))));
        assert_eq!(built.expect("a tree"), model.len() as u64);
        check(&tree, &pages, &model);
        // And it takes changes afterwards.
        let mut model = model;
        for _ in 0..500 {
            let (key, rowid) = (random_key(&mut random, 60), 100);
            tree.insert(&mut pages, &key, rowid).expect("an insert");
            model.insert((key, rowid));
        }
        check(&tree, &pages, &model);
        tree.drop_tree(&mut pages).expect("a drop");
        assert!(pages.used().is_empty());
    }
}

#[test]
fn the_longest_key_fits_and_a_longer_one_is_refused() {
    let mut pages = MemoryPages::new(4096);
    let tree = KeyTree::create(&mut pages).expect("a tree");
    let most = key_page::key_bytes_max(4096) - 8;
    for fill in 0..20u8 {
        tree.insert(&mut pages, &vec![fill; most], 1).expect("it fits");
    }
    assert_eq!(tree.verify(&pages).expect("sound"), 20);
    let error = tree.insert(&mut pages, &vec![1; most + 1], 1).expect_err("too long");
    assert_eq!(error.sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
}

#[test]
fn a_damaged_page_is_an_error_or_reads_right_but_never_panics() {
    let mut pages = MemoryPages::new(4096);
    let tree = KeyTree::create(&mut pages).expect("a tree");
    for number in 0..600u32 {
        tree.insert(&mut pages, &number.wrapping_mul(2_654_435_761).to_be_bytes(), 7).expect("an insert");
    }
    let root = tree.root();
    let leaf =
        KeyPage::open(&pages.page(root).expect("the root")).and_then(|view| view.child(1)).expect("a leaf");
    for no in [root, leaf] {
        let sound = pages.page(no).expect("a page");
        for at in 16..sound.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = sound.to_vec();
                bytes[at] ^= flip;
                pages.page_mut(no).expect("a page").copy_from_slice(&bytes);
                let corrupt = |error: &Error| error.kind() == ErrorKind::Corrupt;
                if let Err(error) = tree.verify(&pages) {
                    assert!(corrupt(&error), "{error:?}");
                }
                let read = KeyCursor::seek(&tree, &pages, &[]).and_then(|mut cursor| {
                    let mut left = 10_000;
                    while cursor.next(&pages)?.is_some() && left > 0 {
                        left -= 1;
                    }
                    Ok(left)
                });
                match read {
                    Ok(left) => assert!(left > 0, "it never ended"),
                    Err(error) => assert!(corrupt(&error), "{error:?}"),
                }
            }
        }
        pages.page_mut(no).expect("a page").copy_from_slice(&sound);
    }
}

#[test]
fn a_key_that_shares_nothing_with_its_neighbours_splits_their_page() {
    // Hundreds of keys with a long common prefix fit a page only as long as all share it.
    for outlier in [0u8, 255] {
        for long in [200, 1000] {
            let mut pages = MemoryPages::new(4096);
            let tree = KeyTree::create(&mut pages).expect("a tree");
            let mut model = Model::new();
            for number in 0..400u32 {
                let mut key = vec![7; long];
                key.extend(number.wrapping_mul(2_654_435_761).to_be_bytes());
                tree.insert(&mut pages, &key, 1).expect("an insert");
                model.insert((key, 1));
                if number % 40 == 39 {
                    // Shares a part of the prefix, and then something else.
                    let mut key = vec![7; long * usize::try_from(number).expect("small") / 500];
                    key.push(outlier);
                    key.extend(number.to_be_bytes());
                    key.resize(long + 4, outlier);
                    tree.insert(&mut pages, &key, 2).expect("an insert");
                    model.insert((key, 2));
                }
            }
            check(&tree, &pages, &model);
        }
    }
}

#[test]
fn hinted_inserts_agree_with_a_set() {
    for seed in 0..6 {
        let mut random = SplitMix64::new(seed);
        let mut pages = MemoryPages::new(4096);
        let tree = KeyTree::create(&mut pages).expect("a tree");
        let other = KeyTree::create(&mut pages).expect("a tree");
        let mut model = Model::new();
        let mut hint = KeyHint::NONE;
        let mut ascending = 0u64;
        for step in 0..4000u64 {
            let (key, rowid) = if random.below(4) > 0 {
                ascending += random.below(3);
                (ascending.to_be_bytes().to_vec(), 0)
            } else {
                (random.below(6000).to_be_bytes().to_vec(), 0)
            };
            if random.below(5) == 0 {
                let gone = tree.remove(&mut pages, &key, rowid).expect("a removal");
                assert_eq!(gone, model.remove(&(key, rowid)), "seed {seed} step {step}");
                continue;
            }
            let added = tree.insert_near(&mut pages, &mut hint, &key, rowid).expect("an insert");
            assert_eq!(added, model.insert((key.clone(), rowid)), "seed {seed} step {step}");
            assert_eq!(tree.first_rowid(&pages, &key).expect("a look"), Some(rowid));
        }
        let mut stale = hint;
        assert!(other.insert_near(&mut pages, &mut stale, &[1], 1).expect("an insert"));
        assert_eq!(forward(&other, &pages), [(vec![1], 1)]);
        assert_eq!(forward(&tree, &pages), model.iter().cloned().collect::<Vec<_>>());
        assert_eq!(tree.verify(&pages).expect("sound"), model.len() as u64);
    }
}

#[test]
fn the_first_row_of_a_key_is_found_wherever_its_entries_begin() {
    let mut pages = MemoryPages::new(4096);
    let tree = KeyTree::create(&mut pages).expect("a tree");
    for key in (0..60u32).step_by(2) {
        for rowid in (0..100).rev() {
            tree.insert(&mut pages, &key.to_be_bytes(), rowid - 50).expect("an insert");
        }
    }
    for key in 0..60u32 {
        let found = tree.first_rowid(&pages, &key.to_be_bytes()).expect("a look");
        assert_eq!(found, (key % 2 == 0).then_some(-50), "key {key}");
    }
}

#[test]
fn a_cursor_finds_its_place_again_after_changes() {
    for forward in [true, false] {
        let mut pages = MemoryPages::new(4096);
        let tree = KeyTree::create(&mut pages).expect("a tree");
        for number in 0..3000u32 {
            tree.insert(&mut pages, &(number * 10).to_be_bytes(), 1).expect("an insert");
        }
        let mut cursor = if forward {
            KeyCursor::seek(&tree, &pages, &[]).expect("a cursor")
        } else {
            KeyCursor::seek_end(&tree, &pages).expect("a cursor")
        };
        let mut seen = Vec::new();
        loop {
            let entry = if forward { cursor.next(&pages) } else { cursor.prev(&pages) };
            let Some(number) = entry
                .expect("an entry")
                .map(|(key, _)| u32::from_be_bytes(key.try_into().expect("four bytes")))
            else {
                break;
            };
            seen.push(number);
            // The tree changes on both sides of the cursor, splitting and merging pages.
            if seen.len() % 7 == 0 {
                for near in number.saturating_sub(300)..number + 300 {
                    if near % 10 == 1 {
                        tree.insert(&mut pages, &near.to_be_bytes(), 1).expect("an insert");
                    } else if near % 10 == 0 && near % 30 != 0 {
                        tree.remove(&mut pages, &near.to_be_bytes(), 1).expect("a removal");
                    }
                }
            }
        }
        if !forward {
            seen.reverse();
        }
        assert!(seen.is_sorted_by(|a, b| a < b), "forward {forward}");
        for number in (0..3000u32).map(|number| number * 10).filter(|number| number % 30 == 0) {
            assert!(seen.contains(&number), "{number} was never removed, forward {forward}");
        }
    }
}

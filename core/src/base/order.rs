//! Sorting of lists that are short or seldom sorted.
//!
//! The standard library's sort is made anew, 2 to 5 KB of code, for every type it sorts. This one sorts the
//! places of a list, of whatever type, by one shared copy of that code, and then moves the items. What is
//! sorted row by row (`exec` sort, index builds) keeps the standard library's.
//!
//! O1  Stable: equal items keep their order.

use core::cmp::Ordering;

/// Sorts a list.
pub fn sort<T: Ord>(list: &mut Vec<T>) {
    sort_by(list, T::cmp);
}

/// Sorts a list by a key of its items.
pub fn sort_by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// Sorts a list in the order that `compare` says.
pub fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    if list.is_sorted_by(|a, b| compare(a, b) != Ordering::Greater) {
        return;
    }
    let places = sorted_places(list.len(), &|a, b| compare(&list[a], &list[b]));
    let mut items: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(places.into_iter().filter_map(|place| items[place].take()));
}

fn sorted_places(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..length).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use super::{sort, sort_by, sort_by_key};

    #[test]
    fn sorts_and_leaves_equal_items_in_their_order() {
        let mut pairs: Vec<(u8, usize)> = [3, 1, 2, 1, 3, 0].into_iter().zip(0..).collect();
        sort_by_key(&mut pairs, |pair| pair.0);
        assert_eq!(pairs, [(0, 5), (1, 1), (1, 3), (2, 2), (3, 0), (3, 4)]);
        sort_by(&mut pairs, |a, b| b.0.cmp(&a.0));
        assert_eq!(pairs, [(3, 0), (3, 4), (2, 2), (1, 1), (1, 3), (0, 5)]);
    }

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut state = 7u64;
        for length in 0..80 {
            let mut list: Vec<String> = Vec::new();
            for _ in 0..length {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                list.push((state >> 60).to_string());
            }
            let mut expected = list.clone();
            expected.sort();
            sort(&mut list);
            assert_eq!(list, expected);
        }
    }
}

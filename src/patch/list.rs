//! From one list to another: entries are changed, removed, added and moved.

use std::collections::HashMap;
use std::rc::Rc;

use json_patch::jsonptr::Pointer;
use serde_json::Value;

use super::diff::{at, remove, write};
use super::document::key;
use crate::types::{JsonPatchOperation, OperationType};

/// The most entries that are compared: as many rules as a setting may have. A longer list is replaced as a whole.
const MOST_ENTRIES: usize = 3_000;

/// The most pairs of equal entries that are looked at: each of a thousand with each of a thousand.
const MOST_PAIRS: usize = 1_000_000;

/// The operations that make `after` of `before`; `None` if the lists are too long to compare.
pub(super) fn entries(
    path: &Pointer,
    before: &[Value],
    after: &[Value],
) -> Option<Vec<JsonPatchOperation>> {
    if before.len().max(after.len()) > MOST_ENTRIES {
        return None;
    }
    let places = places(before, after);
    if places.iter().map(|places| places.len()).sum::<usize>() > MOST_PAIRS {
        return None;
    }
    let Matched { sources, fixed } = Matched::new(before.len(), &places);
    let mut kept = vec![false; before.len()];
    sources.iter().flatten().for_each(|from| kept[*from] = true);

    let at_index = |index: usize| path.with_trailing_token(index);
    let mut operations = Vec::new();
    for (to, from) in sources.iter().enumerate() {
        if let Some(from) = *from {
            // Only entries that stay in place differ; their index is still the one before.
            operations.extend(at(&at_index(from), &before[from], &after[to], false));
        }
    }
    for from in (0..before.len()).rev() {
        if !kept[from] {
            operations.push(remove(&at_index(from)));
        }
    }

    // What is left, by its index before; then, from left to right, each entry goes behind the one that it follows.
    let mut left: Vec<Entry> = (0..before.len())
        .filter(|from| kept[*from])
        .map(Entry::Old)
        .collect();
    let mut previous = None;
    for (to, source) in sources.iter().enumerate() {
        let entry = source.map_or(Entry::New(to), Entry::Old);
        if !fixed[to] {
            let place = |left: &[Entry]| {
                previous
                    .and_then(|p| index_of(left, p))
                    .map_or(0, |i| i + 1)
            };
            match index_of(&left, entry) {
                Some(from) => {
                    left.remove(from);
                    let to = place(&left);
                    left.insert(to, entry);
                    if from != to {
                        let to = at_index(to).to_string();
                        operations.push(
                            JsonPatchOperation::new(OperationType::Move, to)
                                .with_from(at_index(from).to_string()),
                        );
                    }
                }
                None => {
                    let index = place(&left);
                    let end = index == left.len();
                    let path = if end {
                        path.with_trailing_token("-")
                    } else {
                        at_index(index)
                    };
                    operations.push(write(OperationType::Add, &path, &after[to]));
                    left.insert(index, entry);
                }
            }
        }
        previous = Some(entry);
    }
    Some(operations)
}

#[derive(Clone, Copy, PartialEq)]
enum Entry {
    Old(usize),
    New(usize),
}

fn index_of(entries: &[Entry], entry: Entry) -> Option<usize> {
    entries.iter().position(|other| *other == entry)
}

/// Where each wanted entry comes from.
struct Matched {
    /// The index before; `None` for a new entry.
    sources: Vec<Option<usize>>,
    /// Whether it stays where it is among the others that do.
    fixed: Vec<bool>,
}

impl Matched {
    /// Of so many entries, and where those that are equal to each wanted one are.
    fn new(before: usize, places: &[Rc<[usize]>]) -> Self {
        let mut sources = longest_common(places);
        let mut fixed: Vec<bool> = sources.iter().map(Option::is_some).collect();
        let mut used = vec![false; before];
        for from in sources.iter().flatten() {
            used[*from] = true;
        }
        // Equal entries in another order: they move.
        for (to, source) in sources.iter_mut().enumerate().filter(|(_, s)| s.is_none()) {
            if let Some(from) = places[to].iter().find(|from| !used[**from]) {
                *source = Some(*from);
                used[*from] = true;
            }
        }
        // Between two entries that stay, an old one without a match becomes a new one.
        let mut from = 0;
        for to in 0..sources.len() {
            match sources[to] {
                Some(source) if fixed[to] => from = source + 1,
                Some(_) => {}
                None => {
                    let next = (to..sources.len()).find(|to| fixed[*to]);
                    let end = next.and_then(|next| sources[next]).unwrap_or(before);
                    if let Some(source) = (from..end).find(|from| !used[*from]) {
                        (sources[to], fixed[to], used[source]) = (Some(source), true, true);
                        from = source + 1;
                    }
                }
            }
        }
        Matched { sources, fixed }
    }
}

/// For each entry of `after` where entries of `before` are that are equal to it, in their order.
fn places(before: &[Value], after: &[Value]) -> Vec<Rc<[usize]>> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (from, entry) in before.iter().enumerate() {
        places.entry(key(entry)).or_default().push(from);
    }
    let places: HashMap<String, Rc<[usize]>> = places
        .into_iter()
        .map(|(key, places)| (key, places.into()))
        .collect();
    let of = |entry| places.get(&key(entry)).cloned().unwrap_or_default();
    after.iter().map(of).collect()
}

/// For each entry of `after` its partner in `before`, in a longest common subsequence (Hunt and Szymanski's way).
fn longest_common(places: &[Rc<[usize]>]) -> Vec<Option<usize>> {
    struct Link {
        from: usize,
        to: usize,
        previous: Option<usize>,
    }
    let mut links: Vec<Link> = Vec::new();
    // For each length the last link of the subsequence that ends earliest in `before`.
    let mut ends: Vec<usize> = Vec::new();
    for (to, places) in places.iter().enumerate() {
        for &from in places.iter().rev() {
            let length = ends.partition_point(|end| links[*end].from < from);
            let previous = length.checked_sub(1).map(|length| ends[length]);
            match ends.get_mut(length) {
                // Of equal entries, the first one stays.
                Some(end) if links[*end].from == from => continue,
                Some(end) => *end = links.len(),
                None => ends.push(links.len()),
            }
            links.push(Link { from, to, previous });
        }
    }
    let mut partners = vec![None; places.len()];
    let mut next = ends.last();
    while let Some(link) = next.map(|link| &links[*link]) {
        partners[link.to] = Some(link.from);
        next = link.previous.as_ref();
    }
    partners
}

//! From one list to another: entries are changed, removed, added and moved.

use std::collections::HashMap;
use std::iter::successors;

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
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (from, entry) in before.iter().enumerate() {
        by_key.entry(key(entry)).or_default().push(from);
    }
    let equal = |entry| by_key.get(&key(entry)).map_or(&[][..], Vec::as_slice);
    let equal: Vec<&[usize]> = after.iter().map(equal).collect();
    if equal.iter().map(|places| places.len()).sum::<usize>() > MOST_PAIRS {
        return None;
    }
    let (sources, in_place) = sources(before.len(), &equal);
    let at_index = |index: usize| path.with_trailing_token(index);
    let mut operations = Vec::new();
    // Changes and removals come first, while entries have the index that they had.
    for (source, after) in sources.iter().zip(after) {
        if let Some(from) = *source {
            operations.extend(at(&at_index(from), &before[from], after, false));
        }
    }
    let mut left: Vec<usize> = sources.iter().flatten().copied().collect();
    left.sort_unstable();
    let gone = (0..before.len()).rev();
    let gone = gone.filter(|from| left.binary_search(from).is_err());
    operations.extend(gone.map(|from| remove(&at_index(from))));

    // Then, from left to right, each entry goes behind the one that it follows.
    let new = before.len();
    let mut next = 0;
    for (source, after) in sources.into_iter().zip(after) {
        let index = source.and_then(|from| left.iter().position(|other| *other == from));
        match (source, index) {
            (Some(from), Some(index)) if in_place[from] => next = index,
            (Some(from), Some(index)) => {
                left.remove(index);
                next -= usize::from(index < next);
                left.insert(next, from);
                if index != next {
                    let [from, to] = [index, next].map(|index| at_index(index).to_string());
                    let operation = JsonPatchOperation::new(OperationType::Move, to);
                    operations.push(operation.with_from(from));
                }
            }
            _ => {
                let path = match next == left.len() {
                    true => path.with_trailing_token("-"),
                    false => at_index(next),
                };
                operations.push(write(OperationType::Add, &path, after));
                left.insert(next, new);
            }
        }
        next += 1;
    }
    Some(operations)
}

/// The index that each wanted entry had, `None` for a new one; and by that index, whether it stays where it is among the others that
/// do. `equal` are the indices of those that are equal to it.
fn sources(before: usize, equal: &[&[usize]]) -> (Vec<Option<usize>>, Vec<bool>) {
    let mut sources = longest_common(equal);
    let mut in_place = vec![false; before];
    for from in sources.iter().flatten() {
        in_place[*from] = true;
    }
    let mut used = in_place.clone();
    // Equal entries in another order: they move.
    for (source, equal) in sources.iter_mut().zip(equal) {
        if source.is_none() {
            *source = equal.iter().copied().find(|from| !used[*from]);
            source.iter().for_each(|from| used[*from] = true);
        }
    }
    // Between two entries that stay, an old one without a match becomes a new one.
    let mut next = 0;
    for source in &mut sources {
        if source.is_none() {
            let mut gap = (next..before).take_while(|from| !in_place[*from]);
            *source = gap.find(|from| !used[*from]);
            source
                .iter()
                .for_each(|from| (used[*from], in_place[*from]) = (true, true));
        }
        if let Some(from) = source.filter(|from| in_place[*from]) {
            next = from + 1;
        }
    }
    (sources, in_place)
}

/// For each entry its partner in a longest common subsequence (Hunt and Szymanski's way).
fn longest_common(equal: &[&[usize]]) -> Vec<Option<usize>> {
    /// An entry of both, and the link before it.
    struct Link {
        from: usize,
        to: usize,
        previous: Option<usize>,
    }
    let mut links: Vec<Link> = Vec::new();
    // For each length the last link of the subsequence that ends earliest.
    let mut ends: Vec<usize> = Vec::new();
    for (to, places) in equal.iter().enumerate() {
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
    let mut partners = vec![None; equal.len()];
    for link in successors(ends.last().copied(), |link| links[*link].previous) {
        partners[links[link].to] = Some(links[link].from);
    }
    partners
}

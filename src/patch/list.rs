//! From one list to another: entries are changed, removed, added and moved.

use std::collections::{HashMap, VecDeque};
use std::iter::successors;

use json_patch::jsonptr::Pointer;
use serde_json::Value;

use super::diff::{at, remove, write};
use super::document::key;
use crate::types::{JsonPatchOperation, OperationType};

/// The most entries that are compared: as many rules as a setting may have. A longer list is replaced as a whole.
const MOST_ENTRIES: usize = 3_000;

/// The operations that make `after` of `before`; `None` if the lists are too long to compare.
pub(super) fn entries(
    path: &Pointer,
    before: &[Value],
    after: &[Value],
) -> Option<Vec<JsonPatchOperation>> {
    if before.len().max(after.len()) > MOST_ENTRIES {
        return None;
    }
    let (sources, used) = sources(before, after);
    let in_place = longest_ascending(&sources, before.len());
    let at_index = |index: usize| path.with_trailing_token(index);
    let mut operations = Vec::new();
    // Changes and removals come first, while entries have the index that they had.
    for (source, after) in sources.iter().zip(after) {
        if let Some(from) = *source {
            operations.extend(at(&at_index(from), &before[from], after, false));
        }
    }
    let (mut left, gone): (Vec<_>, Vec<_>) = (0..before.len()).partition(|from| used[*from]);
    let gone = gone.into_iter().rev();
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

/// The index that each wanted entry had, and which of these indices are used: that of an equal entry, if possible behind the
/// one before it; otherwise an entry that nobody wants, right behind the one before it, becomes the new one.
fn sources(before: &[Value], after: &[Value]) -> (Vec<Option<usize>>, Vec<bool>) {
    let mut equal: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (from, entry) in before.iter().enumerate() {
        equal.entry(key(entry)).or_default().push_back(from);
    }
    let mut next = 0;
    let find = |entry| {
        let places = equal.get_mut(&key(entry))?;
        let behind = places.iter().position(|from| *from >= next);
        let from = places.remove(behind.unwrap_or(0))?;
        next = from + 1;
        Some(from)
    };
    let mut sources: Vec<Option<usize>> = after.iter().map(find).collect();
    let mut used = vec![false; before.len()];
    sources.iter().flatten().for_each(|from| used[*from] = true);
    let mut next = 0;
    for source in &mut sources {
        if source.is_none() && used.get(next) == Some(&false) {
            used[next] = true;
            *source = Some(next);
        }
        next = source.map_or(next, |from| from + 1);
    }
    (sources, used)
}

/// Which entries of `before` can stay where they are, so that the fewest have to move.
fn longest_ascending(sources: &[Option<usize>], before: usize) -> Vec<bool> {
    let mut previous = vec![None; before];
    // For each length the lowest index that such a subsequence ends with.
    let mut ends: Vec<usize> = Vec::new();
    for &from in sources.iter().flatten() {
        let length = ends.partition_point(|end| *end < from);
        previous[from] = length.checked_sub(1).map(|length| ends[length]);
        match ends.get_mut(length) {
            Some(end) => *end = from,
            None => ends.push(from),
        }
    }
    let mut in_place = vec![false; before];
    successors(ends.last().copied(), |from| previous[*from]).for_each(|from| in_place[from] = true);
    in_place
}

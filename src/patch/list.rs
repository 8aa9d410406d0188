//! From one list to another: entries are changed, removed, added and moved.

use serde_json::Value;

use super::diff::{at, relocate, remove, write};
use super::document::same;
use super::path::Path;
use crate::types::{JsonPatchOperation, OperationType};

/// The most entries that are compared, one by one: far more rules than a setting may have. A longer list is replaced as a
/// whole.
const MOST_ENTRIES: usize = 1_000;

/// The operations that make `after` of `before`; `None` where the lists are too long to compare.
pub(super) fn entries(
    path: &Path,
    before: &[Value],
    after: &[Value],
) -> Option<Vec<JsonPatchOperation>> {
    if before.len().max(after.len()) > MOST_ENTRIES {
        return None;
    }
    let Matched { sources, fixed } = Matched::new(before, after);

    let mut operations = Vec::new();
    for (to, from) in sources.iter().enumerate() {
        if let Some(from) = *from {
            // Only entries that stay in place differ; their index is still the one before.
            operations.extend(at(&path.index(from), &before[from], &after[to], false));
        }
    }
    for from in (0..before.len()).rev() {
        if !sources.contains(&Some(from)) {
            operations.push(remove(path.index(from)));
        }
    }

    // What is left, by its index before; then, from left to right, each entry goes behind the one that it follows.
    let mut left: Vec<Entry> = (0..before.len())
        .filter(|from| sources.contains(&Some(*from)))
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
                        operations.push(relocate(path.index(from), path.index(to)));
                    }
                }
                None => {
                    let index = place(&left);
                    let end = index == left.len();
                    let path = if end { path.end() } else { path.index(index) };
                    operations.push(write(OperationType::Add, path, &after[to]));
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
    fn new(before: &[Value], after: &[Value]) -> Self {
        let mut sources = longest_common(before, after);
        let mut fixed: Vec<bool> = sources.iter().map(Option::is_some).collect();
        let mut used = vec![false; before.len()];
        for from in sources.iter().flatten() {
            used[*from] = true;
        }
        // Equal entries in another order: they move.
        for (to, source) in sources.iter_mut().enumerate().filter(|(_, s)| s.is_none()) {
            let from =
                (0..before.len()).find(|from| !used[*from] && same(&before[*from], &after[to]));
            if let Some(from) = from {
                *source = Some(from);
                used[from] = true;
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
                    let end = next.and_then(|next| sources[next]).unwrap_or(before.len());
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

/// For each entry of `after` its partner in `before`, in a longest common subsequence.
fn longest_common(before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    let width = after.len() + 1;
    let mut longest = vec![0_u32; (before.len() + 1) * width];
    for from in (0..before.len()).rev() {
        for to in (0..after.len()).rev() {
            longest[from * width + to] = if same(&before[from], &after[to]) {
                longest[(from + 1) * width + to + 1] + 1
            } else {
                longest[(from + 1) * width + to].max(longest[from * width + to + 1])
            };
        }
    }
    let mut partners = vec![None; after.len()];
    let (mut from, mut to) = (0, 0);
    while from < before.len() && to < after.len() {
        if same(&before[from], &after[to]) {
            partners[to] = Some(from);
            (from, to) = (from + 1, to + 1);
        } else if longest[(from + 1) * width + to] >= longest[from * width + to + 1] {
            from += 1;
        } else {
            to += 1;
        }
    }
    partners
}

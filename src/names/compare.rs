//! What two environments serve differently.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::targeting::show;
use super::{Environment, Served};
use crate::Result;

/// Compares what two environments serve, key by key: of one config or of two, V1 or V2. Shows as a table, and as JSON.
///
/// Segments are the same if they have the same name, and prerequisites if they have the same key. Two calls
/// (`get-setting-values` or `get-setting-values-v2`), besides those that find names.
pub fn compare<'a>(
    one: &'a Environment,
    other: &'a Environment,
) -> impl Future<Output = Result<Differences>> + Send + 'a {
    // Were this an `async fn`, all that it calls would be compiled for those who never call it, too.
    compare_by_key(one, other)
}

async fn compare_by_key(one: &Environment, other: &Environment) -> Result<Differences> {
    let mut by_key: BTreeMap<String, [Option<Served>; 2]> = BTreeMap::new();
    for (side, environment) in [one, other].into_iter().enumerate() {
        for answer in environment.settings().await? {
            by_key.entry(answer.setting.key.clone()).or_default()[side] = Some(Served::of(&answer));
        }
    }
    let name = |place: &Environment| format!("{} / {}", place.config.name, place.name);
    let mut comparison = Differences {
        one: name(one),
        other: name(other),
        ..Differences::default()
    };
    for (key, sides) in by_key {
        let differences = differences(&key, sides.each_ref().map(Option::as_ref));
        comparison.same += usize::from(differences.is_empty());
        comparison.differences.extend(differences);
    }
    Ok(comparison)
}

fn differences(key: &str, sides: [Option<&Served>; 2]) -> Vec<Difference> {
    let part = |part, of: &dyn Fn(&Served) -> Option<String>| {
        let (key, [one, other]) = (key.to_string(), sides.map(|side| side.and_then(of)));
        Difference {
            key,
            part,
            one,
            other,
        }
    };
    let default = |served: &Served| Some(show(served.default.clone()));
    match sides {
        [_, None] => return vec![part(Part::OnlyOne, &default)],
        [None, _] => return vec![part(Part::OnlyOther, &default)],
        _ => {}
    }
    let rules = sides.iter().flatten().map(|it| it.rules.len()).max();
    let rule = |index: usize| part(Part::Rule, &|it| Some(it.rules.get(index)?.to_string()));
    let mut parts = vec![part(Part::Default, &default)];
    parts.extend((0..rules.unwrap_or(0)).map(rule));
    parts.push(part(Part::Split, &Served::split_text));
    parts.retain(|part| part.one != part.other);
    parts
}

/// What two environments serve differently; made by [`compare`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Differences {
    /// The names of the first config and environment.
    pub one: String,
    /// Those of the second.
    pub other: String,
    /// What differs, by key.
    pub differences: Vec<Difference>,
    /// How many settings are the same in both.
    pub same: usize,
}

/// A part in which a setting differs, and what it is in both environments; `None` if it is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// The key of the setting.
    pub key: String,
    /// In what it differs.
    pub part: Part,
    /// What it is in the first, for people to read.
    pub one: Option<String>,
    /// What it is in the second.
    pub other: Option<String>,
}

/// In what a setting differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Part {
    /// Only the first config has it.
    OnlyOne,
    /// Only the second config has it.
    OnlyOther,
    /// The default value.
    #[default]
    Default,
    /// The rule at this place, from the first to the last.
    Rule,
    /// The split of all whom no rule catches, and the attribute that splits go by.
    Split,
}

/// A table with a line for each difference.
impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![["key", "what", &self.one, &self.other].map(str::to_string)];
        for it in &self.differences {
            let part = match it.part {
                Part::OnlyOne | Part::OnlyOther => "only here".to_string(),
                part => format!("{part:?}").to_lowercase(),
            };
            let [one, other] = [&it.one, &it.other].map(|cell| cell.as_deref().unwrap_or("-"));
            rows.push([&*it.key, &*part, one, other].map(str::to_string));
        }
        table(f, &rows)?;
        let count = self.differences.len();
        write!(f, "\ndifferences: {count}, settings alike: {}", self.same)
    }
}

/// Columns as wide as what is in them.
pub(super) fn table<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    rows: &[[String; N]],
) -> fmt::Result {
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = rows.iter().map(|row| row[column].chars().count()).max();
            format!("{cell:<0$}", width.unwrap_or_default())
        });
        writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

//! What two environments serve differently.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::served::shares;
use super::{Environment, Served};
use crate::Result;

/// Compares what two environments serve, key by key: of one config or of two, V1 or V2. Shows as a table, and as JSON.
///
/// ```no_run
/// # async fn example(client: configcat_management::Client) -> configcat_management::Result<()> {
/// let config = client.product("Web shop").config("Frontend");
/// let (test, production) = (config.environment("Test"), config.environment("Production"));
/// println!("{}", configcat_management::names::compare(&test, &production).await?);
/// # Ok(())
/// # }
/// ```
///
/// Segments are the same if they have the same name, and prerequisites if they have the same key. Two calls
/// (`get-setting-values` or `get-setting-values-v2`), besides those that find names.
///
/// # Errors
///
/// If a name does not fit, the error says what there is. Other errors are those of the calls.
pub fn compare<'a>(
    one: &'a Environment,
    other: &'a Environment,
) -> impl Future<Output = Result<Differences>> + Send + 'a {
    // Were this an `async fn`, all that it calls would be compiled for those who never call it, too.
    compared(one, other)
}

async fn compared(one: &Environment, other: &Environment) -> Result<Differences> {
    let mut by_key: BTreeMap<String, [Option<Served>; 2]> = BTreeMap::new();
    for (side, environment) in [one, other].into_iter().enumerate() {
        for seen in environment.settings().await? {
            by_key.entry(seen.setting.key.clone()).or_default()[side] = Some(Served::of(&seen));
        }
    }
    let (mut differences, mut same) = (Vec::new(), 0);
    for (key, sides) in by_key {
        let before = differences.len();
        let mut compare = |part, of: &dyn Fn(&Served) -> Option<String>| {
            let [one, other] = [0, 1].map(|side| sides[side].as_ref().and_then(of));
            if one != other {
                let key = key.clone();
                differences.push(Difference {
                    key,
                    part,
                    one,
                    other,
                });
            }
        };
        let rules = sides
            .iter()
            .flatten()
            .map(|served| served.rules.len())
            .max();
        match sides.iter().position(Option::is_none) {
            Some(0) => compare(Part::OnlyOther, &|served| Some(default(served))),
            Some(_) => compare(Part::OnlyOne, &|served| Some(default(served))),
            None => {
                compare(Part::Default, &|served| Some(default(served)));
                for index in 0..rules.unwrap_or(0) {
                    compare(Part::Rule, &|served| {
                        Some(served.rules.get(index)?.to_string())
                    });
                }
                compare(Part::Split, &split);
            }
        }
        same += usize::from(differences.len() == before);
    }
    let name = |place: &Environment| format!("{} / {}", place.config.name, place.name);
    let (one, other) = (name(one), name(other));
    Ok(Differences {
        one,
        other,
        differences,
        same,
    })
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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

impl Difference {
    /// One for tests; it is in neither until that is set.
    pub fn new(key: impl Into<String>, part: Part) -> Self {
        Difference {
            key: key.into(),
            part,
            one: None,
            other: None,
        }
    }
}

/// In what a setting differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Part {
    /// Only the first config has it.
    OnlyOne,
    /// Only the second config has it.
    OnlyOther,
    /// The default value.
    Default,
    /// The rule at this place, from the first to the last.
    Rule,
    /// The split of all whom no rule catches, and the attribute that splits go by.
    Split,
}

fn default(served: &Served) -> String {
    let default = served.default.as_ref().map(ToString::to_string);
    default.unwrap_or_else(|| "?".to_string())
}

fn split(served: &Served) -> Option<String> {
    let by = served.split_by.iter().map(|by| format!(" by {by}"));
    let split = shares(&served.split) + &by.collect::<String>();
    (!split.is_empty()).then_some(split)
}

/// A table with a line for each difference.
impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![["key", "what", &self.one, &self.other].map(str::to_string)];
        for Difference {
            key,
            part,
            one,
            other,
        } in &self.differences
        {
            let part = match part {
                Part::OnlyOne | Part::OnlyOther => "only here".to_string(),
                part => format!("{part:?}").to_lowercase(),
            };
            let [one, other] = [one, other].map(|cell| cell.as_deref().unwrap_or("-").to_string());
            rows.push([key.clone(), part, one, other]);
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

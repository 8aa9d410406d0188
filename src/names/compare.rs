//! What two environments serve differently.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::served::{Rule, shares};
use super::{Environment, Served};
use crate::{Result, SettingValue};

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
/// Segments are the same where they have the same name, and prerequisites where they have the same key. Two calls
/// (`get-setting-values` or `get-setting-values-v2`), besides those that find names.
///
/// # Errors
///
/// Says what there is where a name does not fit; otherwise those of the calls.
pub async fn compare(one: &Environment, other: &Environment) -> Result<Comparison> {
    let mut by_key: BTreeMap<String, [Option<Served>; 2]> = BTreeMap::new();
    for (side, environment) in [one, other].into_iter().enumerate() {
        for seen in environment.seen().await? {
            by_key.entry(seen.setting.key.clone()).or_default()[side] = Some(Served::of(&seen));
        }
    }
    let keys = by_key.len();
    let differences = by_key.into_iter().map(|(key, [one, other])| Difference {
        key,
        differs: parts(one.as_ref(), other.as_ref()),
        one,
        other,
    });
    let differences = differences.filter(|difference| !difference.differs.is_empty());
    let differences: Vec<Difference> = differences.collect();
    Ok(Comparison {
        one: format!("{} / {}", one.config.name, one.name),
        other: format!("{} / {}", other.config.name, other.name),
        same: keys - differences.len(),
        differences,
    })
}

/// What two environments serve differently; made by [`compare`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Comparison {
    /// The names of the first config and environment.
    pub one: String,
    /// Those of the second.
    pub other: String,
    /// The settings that differ, by key.
    pub differences: Vec<Difference>,
    /// How many settings are the same in both.
    pub same: usize,
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// Its key.
    pub key: String,
    /// In what it differs.
    pub differs: Vec<Part>,
    /// What the first environment serves; `None` where its config has no such key.
    pub one: Option<Served>,
    /// What the second environment serves.
    pub other: Option<Served>,
}

/// In what a setting differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Part {
    /// Only the first has it.
    OnlyOne,
    /// Only the second has it.
    OnlyOther,
    /// The type or the default value.
    Default,
    /// The rules or their order.
    Rules,
    /// The split of all whom no rule catches, or the attribute that splits go by.
    Split,
}

fn parts(one: Option<&Served>, other: Option<&Served>) -> Vec<Part> {
    let (one, other) = match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (one, _) if one.is_some() => return vec![Part::OnlyOne],
        _ => return vec![Part::OnlyOther],
    };
    let default = |served: &Served| (served.setting_type.clone(), served.default.clone());
    let split = |served: &Served| (served.split.clone(), served.split_by.clone());
    let parts = [
        (Part::Default, default(one) != default(other)),
        (Part::Rules, one.rules != other.rules),
        (Part::Split, split(one) != split(other)),
    ];
    let parts = parts.into_iter().filter(|(_, differs)| *differs);
    parts.map(|(part, _)| part).collect()
}

/// What an environment has of a part; rules are told one by one.
fn cell(served: &Served, part: Part, index: usize) -> Option<String> {
    match part {
        Part::Rules => served.rules.get(index).map(Rule::to_string),
        Part::Split => match (&*shares(&served.split), &served.split_by) {
            ("", _) => None,
            (shares, None) => Some(shares.to_string()),
            (shares, Some(attribute)) => Some(format!("{shares} by {attribute}")),
        },
        _ => served.default.as_ref().map(SettingValue::to_string),
    }
}

/// A table with a line for each part, and for each rule, that differs.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![["key", "what", &self.one, &self.other].map(str::to_string)];
        for difference in &self.differences {
            let sides = [&difference.one, &difference.other];
            let rules = sides.iter().flat_map(|side| side.iter());
            let rules = rules.map(|served| served.rules.len()).max().unwrap_or(0);
            for &part in &difference.differs {
                let (name, lines) = match part {
                    Part::OnlyOne | Part::OnlyOther => ("only here", 1),
                    Part::Default => ("default", 1),
                    Part::Rules => ("rule", rules),
                    Part::Split => ("split", 1),
                };
                for index in 0..lines {
                    let cells = sides.map(|side| cell(side.as_ref()?, part, index));
                    if lines == 1 || cells[0] != cells[1] {
                        let [one, other] = cells.map(|cell| cell.unwrap_or_else(|| "-".into()));
                        rows.push([difference.key.clone(), name.to_string(), one, other]);
                    }
                }
            }
        }
        table(f, &rows)?;
        let count = self.differences.len();
        write!(f, "\n{count} differ, {} are the same", self.same)
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

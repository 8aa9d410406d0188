//! The table leaves nothing out: each comparator of the description and each type of settings, in both evaluation versions.

use std::collections::BTreeSet;

use configcat_fake::Fake;
use configcat_management::types::EvaluationVersion;
use libtest_mimic::Failed;
use serde_json::Value;

/// Where a rule says how it compares, and which list of the description the word is from.
const PLACES: [(&str, &str, &str); 6] = [
    ("userCondition", "comparator", "UserComparator"),
    ("segmentCondition", "comparator", "SegmentComparator"),
    (
        "prerequisiteFlagCondition",
        "comparator",
        "PrerequisiteComparator",
    ),
    ("rolloutRules", "comparator", "RolloutRuleComparator"),
    ("rolloutRules", "segmentComparator", "SegmentComparator"),
    ("setting", "settingType", "SettingType"),
];

/// What rules of V1 can be made of.
const V1_LISTS: [&str; 3] = ["RolloutRuleComparator", "SegmentComparator", "SettingType"];

/// What rules of V2 can be made of.
const V2_LISTS: [&str; 4] = [
    "UserComparator",
    "SegmentComparator",
    "PrerequisiteComparator",
    "SettingType",
];

/// Fails where something of the description stands in none of the rules that are served.
pub(crate) async fn check(fake: &Fake) -> Result<(), Failed> {
    let description: Value =
        serde_json::from_str(include_str!("../../../spec/configcat/swagger.json"))?;
    let (client, demo) = (fake.client(), fake.demo().ok_or("there is a demo")?);
    let configs = client.get_configs(demo.product_id).send().await?;
    let mut judged = BTreeSet::new();
    for config in configs
        .iter()
        .filter(|config| config.name.starts_with("Judged"))
    {
        judged.insert(config.evaluation_version.clone());
        let (id, environment) = (config.config_id, demo.production_id);
        let (served, lists) = match config.evaluation_version {
            EvaluationVersion::V1 => {
                let served = client.get_setting_values(id, environment).send().await?;
                (serde_json::to_value(&*served)?, &V1_LISTS[..])
            }
            _ => {
                let served = client.get_setting_values_v2(id, environment).send().await?;
                (serde_json::to_value(&*served)?, &V2_LISTS[..])
            }
        };
        let mut found = BTreeSet::new();
        collect(&served, "", &mut found);
        for list in lists {
            let words = description["components"]["schemas"][list]["enum"].as_array();
            let words = words.ok_or_else(|| format!("there is no list {list}"))?;
            for word in words.iter().filter_map(Value::as_str) {
                if !found.contains(&(*list, word)) {
                    let version = &config.evaluation_version;
                    return Err(format!("no rule of {version} has {word} of {list}").into());
                }
            }
        }
    }
    match judged == BTreeSet::from([EvaluationVersion::V1, EvaluationVersion::V2]) {
        true => Ok(()),
        false => Err(format!("there are rules of {judged:?} alone").into()),
    }
}

/// The words below a field of this name.
fn collect<'a>(value: &'a Value, field: &str, found: &mut BTreeSet<(&'static str, &'a str)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, field, found)),
        Value::Object(fields) => {
            for (place, name, list) in PLACES {
                if let Some(word) = fields.get(name).and_then(Value::as_str)
                    && place == field
                {
                    found.insert((list, word));
                }
            }
            for (name, value) in fields {
                collect(value, name, found);
            }
        }
        _ => {}
    }
}

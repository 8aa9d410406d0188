//! Segments, and who looks at them.

use configcat_management::types::{ConfigId, ProductId, SegmentId, SettingId};
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use configcat_management::types::RolloutRuleComparator;
use serde::{Deserialize, Serialize};

use super::{Rules, State};
use crate::call::Refusal;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(crate) id: SegmentId,
    pub(crate) product_id: ProductId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) attribute: String,
    pub(crate) comparator: RolloutRuleComparator,
    pub(crate) value: String,
    pub(crate) created: u32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl Rules {
    /// The segments that rules look at.
    pub(crate) fn segments(&self) -> Vec<SegmentId> {
        match self {
            Rules::V1(rules) => {
                let rules = rules.rules.iter();
                rules.filter_map(|rule| rule.segment_id).collect()
            }
            Rules::V2(rules) => {
                let conditions = rules.rules.iter().flat_map(|rule| &rule.conditions);
                let conditions = conditions.filter_map(|known| known.segment_condition.as_ref());
                conditions.map(|condition| condition.segment_id).collect()
            }
        }
    }
}

impl State {
    pub(crate) fn segment(&self, id: SegmentId) -> Result<&Segment, Refusal> {
        let found = self.segments.get(&id);
        found.ok_or_else(|| Refusal::unknown("segment", id))
    }

    /// The segments of a product, in the order of their creation.
    pub(crate) fn segments_of(&self, product_id: ProductId) -> Vec<&Segment> {
        let of = |segment: &&Segment| segment.product_id == product_id;
        let mut segments: Vec<&Segment> = self.segments.values().filter(of).collect();
        segments.sort_by_key(|segment| segment.created);
        segments
    }

    /// Whether the rules of a config may look at a segment: it has to be of the same product.
    pub(crate) fn offers_segment(&self, config_id: ConfigId, id: SegmentId) -> bool {
        let segment = self.segments.get(&id);
        let config = self.configs.get(&config_id);
        segment
            .zip(config)
            .is_some_and(|(segment, config)| segment.product_id == config.product_id)
    }

    /// The settings whose rules look at a segment, in whatever environment.
    pub(crate) fn users_of_segment(&self, id: SegmentId) -> BTreeSet<SettingId> {
        let values = self.values.iter();
        let users = values.filter(|(_, served)| served.rules.segments().contains(&id));
        users.map(|((setting_id, _), _)| *setting_id).collect()
    }
}

//! The settings of a config by key, which differ in more than the case of letters.

use std::collections::{BTreeMap, HashMap};

use configcat_management::types::SettingId;
use serde::{Deserialize, Serialize, Serializer};

/// Finds a setting by its key, and tells whether a key is taken whatever its case, without a look at each.
///
/// In JSON it is the map from keys to ids alone.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "BTreeMap<String, SettingId>")]
pub(crate) struct Keys {
    ids: BTreeMap<String, SettingId>,
    /// The keys with capitals, in lower case, and how many are the same then: more than one only if a file says so. Keys
    /// without capitals are found in `ids`, so that they are there once.
    with_capitals: HashMap<String, usize>,
}

impl Keys {
    /// The setting with exactly this key.
    pub(crate) fn get(&self, key: &str) -> Option<&SettingId> {
        self.ids.get(key)
    }

    /// Whether a setting has this key, in whatever case.
    pub(crate) fn is_taken(&self, key: &str) -> bool {
        let lower = key.to_lowercase();
        self.ids.contains_key(&lower) || self.with_capitals.contains_key(&lower)
    }

    pub(crate) fn insert(&mut self, key: String, id: SettingId) {
        let lower = key.to_lowercase();
        let has_capitals = key != lower;
        if self.ids.insert(key, id).is_none() && has_capitals {
            *self.with_capitals.entry(lower).or_default() += 1;
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        let lower = key.to_lowercase();
        if self.ids.remove(key).is_none() || key == lower {
            return;
        }
        match self.with_capitals.get_mut(&lower) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                self.with_capitals.remove(&lower);
            }
        }
    }

    /// The keys with their settings, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &SettingId)> {
        self.ids.iter()
    }

    /// The settings, by key.
    pub(crate) fn values(&self) -> impl Iterator<Item = &SettingId> {
        self.ids.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

impl From<BTreeMap<String, SettingId>> for Keys {
    fn from(ids: BTreeMap<String, SettingId>) -> Self {
        let mut keys = Keys::default();
        for (key, id) in ids {
            keys.insert(key, id);
        }
        keys
    }
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.ids.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};
    use proptest::prop_assert_eq;

    use super::*;

    /// What `is_taken` has to agree with.
    fn scan(keys: &Keys, wanted: &str) -> bool {
        let wanted = wanted.to_lowercase();
        keys.iter().any(|(key, _)| key.to_lowercase() == wanted)
    }

    proptest! {
        /// Whatever comes and goes, also after a detour through a file: the index says what a look at each key says.
        #[test]
        fn a_key_is_taken_where_a_look_at_each_says_so(
            steps in vec(("[aAbBıİſßéÉ]{1,2}", 0_u8..4, any::<i32>()), 0..60),
        ) {
            let mut keys = Keys::default();
            for (key, step, id) in steps {
                match step {
                    0 | 1 => keys.insert(key.clone(), SettingId(id)),
                    2 => keys.remove(&key),
                    _ => {
                        let text = serde_json::to_string(&keys).unwrap();
                        let read: Keys = serde_json::from_str(&text).unwrap();
                        prop_assert_eq!(&read, &keys);
                        keys = read;
                    }
                }
                let swapped: String = key.chars().flat_map(char::to_uppercase).collect();
                for wanted in [&key, &swapped, &key.to_lowercase()] {
                    prop_assert_eq!(keys.is_taken(wanted), scan(&keys, wanted), "{}", wanted);
                }
                let capitals = keys.iter().filter(|(key, _)| **key != key.to_lowercase()).count();
                prop_assert_eq!(keys.with_capitals.values().sum::<usize>(), capitals);
            }
        }
    }
}

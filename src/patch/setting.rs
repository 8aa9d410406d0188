//! What `update-setting` may change.

use serde_json::Value;

use super::Patch;
use super::document::first_difference;
use super::kind::models;
use super::kind::sealed::{Absent, Rules};
use super::{pointer, root_of};
use crate::types::{OperationType, ReplaceSettingModel, SettingModel, TagId, TagModel};
use crate::{Operation, Result, operations};

/// Name, hint, tags and place of a setting, and whether it is JSON; see [`SettingPatch`].
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {}

/// A patch for `update-setting`: name, hint, tags and place of a setting, and whether it is JSON.
pub type SettingPatch = Patch<Setting>;

models!(Setting: SettingModel => ReplaceSettingModel);

impl Rules for Setting {
    const OPERATION: &'static Operation = operations::UpdateSetting::OPERATION;
    const ROOTS: &'static [(&'static str, Absent)] = &[
        ("name", Absent::Unchanged),
        ("hint", Absent::Null),
        ("tags", Absent::EmptyList),
        ("order", Absent::Unchanged),
        ("isJson", Absent::Unchanged),
    ];
    const EXAMPLE: &'static str = r#"{ "name": "x" }"#;

    fn simplify(document: &mut Value) {
        for tag in tags_mut(document) {
            if let Some(id) = tag.get("tagId") {
                *tag = id.clone();
            }
        }
    }

    fn hidden_difference(before: &Value, after: &Value) -> Option<String> {
        let tags = |value: &Value| value["tags"].as_array().cloned().unwrap_or_default();
        let (before, after) = (tags(before), tags(after));
        after.iter().enumerate().find_map(|(index, after)| {
            let id = after.get("tagId")?;
            let before = before.iter().find(|before| before["tagId"] == *id)?;
            first_difference(&pointer("tags").with_trailing_token(index), before, after)
        })
    }
}

fn tags_mut(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let tags = document.get_mut("tags").and_then(Value::as_array_mut);
    tags.into_iter().flatten()
}

impl Patch<Setting> {
    /// Gives the setting another name, of 1 to 255 characters. Its key stays.
    pub fn rename(self, name: impl Into<String>) -> Self {
        self.replace("/name", name.into())
    }

    /// Gives the setting a hint, of up to 1 000 characters.
    pub fn set_hint(self, hint: impl Into<String>) -> Self {
        self.replace("/hint", hint.into())
    }

    /// Takes the hint away.
    pub fn clear_hint(self) -> Self {
        self.replace("/hint", Value::Null)
    }

    /// Gives the setting another place among those of its config: they are listed by this number, and by name if it is the same.
    pub fn set_order(self, order: i32) -> Self {
        self.replace("/order", Value::from(order))
    }

    /// Says whether the texts that the setting serves have to be JSON; for settings of texts alone. `false` makes
    /// them plain texts; a patch without it leaves that as it is.
    pub fn set_is_json(self, is_json: bool) -> Self {
        self.replace("/isJson", is_json)
    }

    /// Attaches a tag, by its id.
    pub fn add_tag(self, tag_id: impl Into<TagId>) -> Self {
        self.add("/tags/-", tag_id.into().0)
    }

    /// Detaches a tag, by its id; `seen` are the setting's tags as they were read.
    ///
    /// Entries of lists are removed by index, so a `test` before makes sure that the tag is still there.
    ///
    /// ```
    /// # fn example(setting: &configcat_management::types::SettingModel) -> configcat_management::Result<()> {
    /// use configcat_management::patch::SettingPatch;
    ///
    /// let patch = SettingPatch::new().remove_tag(12, &setting.tags)?;
    /// println!("{patch}"); // test /tags/1: 12
    ///                      // remove /tags/1
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the tag is not among those that were seen, or an earlier operation of
    /// the patch removed it.
    pub fn remove_tag(self, tag_id: impl Into<TagId>, seen: &[TagModel]) -> Result<Self> {
        let tag_id = tag_id.into();
        let mut document =
            serde_json::json!({ "tags": seen.iter().map(|tag| tag.tag_id).collect::<Vec<_>>() });
        let earlier = self.operations.iter();
        let earlier = earlier.filter(|o| root_of(&o.path) == "tags");
        Self::from(earlier.cloned().collect::<Vec<_>>()).apply(&mut document)?;
        let index = tags_mut(&mut document).position(|tag| *tag == tag_id.0);
        let Some(index) = index else {
            let problem = format!("has no tag {tag_id} to remove");
            return Err(Self::invalid("/tags", problem));
        };
        let path = format!("/tags/{index}");
        Ok(self
            .write(OperationType::Test, &path, tag_id.0)
            .remove(path))
    }

    /// Puts these tags in place of all that the setting has, by their ids.
    pub fn replace_tags(self, tag_ids: impl IntoIterator<Item = impl Into<TagId>>) -> Self {
        let tag_ids = tag_ids.into_iter().map(|id| id.into().0);
        self.replace("/tags", tag_ids.collect::<Value>())
    }
}

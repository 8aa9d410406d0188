//! Stale flags: finding and deleting them.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::compare::table;
use super::lists::same;
use super::{Change, Flag, Product};
use crate::patch::SettingPatch;
use crate::types::SettingId;
use crate::{Error, IntoOption, Result, SettingValue};

impl Product {
    /// The flags that nobody has changed for this many days (7 to 90) in some environment (`get-staleflags`), with the code that
    /// uses them (`get-code-references` for each that has some) and who changed them last (one call for each config and
    /// environment of the report).
    pub async fn stale(&self, days: i32) -> Result<StaleFlags> {
        self.lists.forget_after_404(self.find_stale(days).await)
    }

    async fn find_stale(&self, days: i32) -> Result<StaleFlags> {
        let call = self.client.get_staleflags(self.product_id().await?);
        let report = call.stale_flag_age_days(days).send().await?.into_inner();
        let mut flags = Vec::new();
        for config in report.configs {
            let handle = self.config(config.config_id.to_string());
            let mut all = Vec::new();
            for place in &report.environments {
                all.extend(handle.settings_in(place.environment_id).await?);
            }
            for setting in config.settings {
                let id = setting.setting_id;
                let values = all.iter().filter(|answer| answer.setting.setting_id == id);
                let last = values.max_by_key(|answer| answer.updated_at);
                let stale = setting.setting_values.iter().filter(|value| value.is_stale);
                let stale: Vec<_> = stale.map(|value| value.environment_id).collect();
                let mut stale_in = report.environments.clone();
                stale_in.retain(|place| stale.contains(&place.environment_id));
                flags.push(StaleFlag {
                    config: config.name.clone(),
                    key: setting.key,
                    setting_id: id,
                    stale_in: stale_in.into_iter().map(|place| place.name).collect(),
                    changed_at: last.and_then(|answer| answer.updated_at),
                    changed_by: last.and_then(|answer| answer.last_updater_user_full_name.clone()),
                    code_references: match setting.has_code_references {
                        true => self.code_references(id).await?,
                        false => Vec::new(),
                    },
                });
            }
        }
        Ok(StaleFlags { flags })
    }

    async fn code_references(&self, setting_id: SettingId) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        let call = self.client.get_code_references(setting_id);
        for found in call.send().await?.iter() {
            let names = [&found.repository, &found.branch];
            let [repository, branch] = names.map(|name| name.as_deref().unwrap_or("?"));
            for line in found.references.iter().flatten() {
                let (file, number) = (&line.file, line.reference_line.line_number);
                lines.push(format!("{repository} ({branch}) {file}:{number}"));
            }
        }
        Ok(lines)
    }
}

/// Flags that nobody has changed for a while; made by [`Product::stale`]. Shows as a table, and as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StaleFlags {
    /// The flags, config by config.
    pub flags: Vec<StaleFlag>,
}

/// A flag that nobody has changed for a while.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StaleFlag {
    /// The name of its config.
    pub config: String,
    /// Its key.
    pub key: String,
    /// Its id.
    pub setting_id: SettingId,
    /// The environments in which it is stale.
    pub stale_in: Vec<String>,
    /// When it was changed last, in any environment; `None` if it never was.
    pub changed_at: Option<DateTime<Utc>>,
    /// Who did so.
    pub changed_by: Option<String>,
    /// Where code uses it: repository, branch, file and line.
    pub code_references: Vec<String>,
}

/// A table with a line for each flag.
impl fmt::Display for StaleFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["config", "flag", "stale in", "last change", "by", "in code"];
        let mut rows = vec![head.map(str::to_string)];
        for flag in &self.flags {
            let date = flag.changed_at;
            let date = date.map(|time| time.format("%Y-%m-%d").to_string());
            rows.push([
                flag.config.clone(),
                flag.key.clone(),
                flag.stale_in.join(", "),
                date.unwrap_or_else(|| "never".to_string()),
                flag.changed_by.clone().unwrap_or_default(),
                format!("{} times", flag.code_references.len()),
            ]);
        }
        table(f, &rows)
    }
}

impl Flag {
    /// Begins to delete the flag, in all environments of its config.
    pub fn retire(&self) -> Retire {
        Retire {
            change: self.change(),
            even_if_used: false,
            tag: None,
        }
    }
}

/// A deletion that is prepared; made by [`Flag::retire`].
#[derive(Clone, Debug)]
#[must_use = "a flag is deleted by `send`"]
pub struct Retire {
    /// What is served before the deletion.
    change: Change,
    even_if_used: bool,
    tag: Option<String>,
}

impl Retire {
    /// Deletes it even if code or other flags use it. The server may still refuse what other flags look at.
    pub fn even_if_used(mut self) -> Self {
        self.even_if_used = true;
        self
    }

    /// Detaches this tag first, by its name, if it is there.
    pub fn remove_tag(mut self, name: impl Into<String>) -> Self {
        self.tag = Some(name.into());
        self
    }

    /// Serves this value first, in the environment of the handle, if no rule matches.
    pub fn set_default(mut self, value: impl Into<SettingValue>) -> Self {
        self.change = self.change.set_default(value);
        self
    }

    /// Note for the audit log, for the value. A deletion cannot have one: if the server demands it, it refuses.
    pub fn reason(mut self, reason: impl IntoOption<String>) -> Self {
        self.change = self.change.reason(reason);
        self
    }

    /// The dry run: who uses the flag, a line for each place in code (`get-code-references`) and each flag whose rules look
    /// at it (a read for each environment). Changes nothing.
    pub async fn uses(&self) -> Result<Vec<String>> {
        let lists = &self.change.flag.environment.config.product.lists;
        lists.forget_after_404(self.find_uses().await)
    }

    async fn find_uses(&self) -> Result<Vec<String>> {
        let flag = &self.change.flag;
        let (config, id) = (&flag.environment.config, flag.setting_id().await?);
        let (client, product_id) = (&config.product.client, config.product.product_id().await?);
        let mut uses = config.product.code_references(id).await?;
        for environment in client.get_environments(product_id).send().await?.iter() {
            let answer = config.setting_in(environment.environment_id, id).await?;
            for id in answer.setting_ids_where_prerequisite {
                let key = config.setting(&id.to_string()).await?.key;
                uses.push(format!("the rules of `{key}` in {}", environment.name));
            }
        }
        Ok(uses)
    }

    /// Deletes the flag, unless it is used: detaches the tag, sets the value, and then deletes (`update-setting`, the value as
    /// [`Change::send`](super::Change::send), `delete-setting`).
    ///
    /// # Errors
    ///
    /// Lists the [`uses`](Retire::uses) if there are some, and nothing is changed; otherwise those of the calls. What was done before the
    /// call that failed stays done: the tag is detached, the value is set.
    pub async fn send(self) -> Result<()> {
        let lists = self.change.flag.environment.config.product.lists.clone();
        lists.forget_after_404(self.delete().await)
    }

    async fn delete(self) -> Result<()> {
        let flag = &self.change.flag;
        if !self.even_if_used
            && let uses = self.uses().await?
            && !uses.is_empty()
        {
            let problem = format!("`{}` is still used: {}", flag.key, uses.join(", "));
            return Err(Error::other(problem));
        }
        let product = flag.environment.config.product.clone();
        let client = &product.client;
        let id = flag.setting_id().await?;
        if let Some(name) = &self.tag {
            let tags = client.get_setting(id).send().await?.into_inner().tags;
            if let Some(tag) = tags.iter().find(|tag| same(&tag.name, name)) {
                let patch = SettingPatch::new().remove_tag(tag.tag_id, &tags)?;
                client.update_setting(id, patch).send().await?;
            }
        }
        if !self.change.steps.is_empty() {
            self.change.send().await?;
        }
        client.delete_setting(id).send().await?;
        // The next setting of this key is another one.
        product.lists.forget();
        Ok(())
    }
}

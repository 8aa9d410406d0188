//! The audit log: who changed what, where, when and why.

use chrono::{DateTime, Utc};
use configcat_management::types::{
    AuditLogItemModel, AuditLogType, ConfigId, EnvironmentId, OrganizationId, ProductId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{State, Target};
use crate::call::Call;
use crate::redact::redact;

/// The most characters that an entry keeps of its details.
const MAX_DETAILS: usize = 10_000;
/// The format of the details, as the entries tell it.
const MODEL_VERSION: i32 = 2;

/// One entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) scope: Scope,
    pub(crate) item: AuditLogItemModel,
}

/// Where something happened. Made before what is about to be deleted has gone: the names are kept in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Scope {
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) product_id: Option<ProductId>,
    pub(crate) config_id: Option<ConfigId>,
    pub(crate) environment_id: Option<EnvironmentId>,
    /// Names from the outside in, such as `Acme Corporation / Web shop / Backend`.
    pub(crate) place: String,
}

impl Scope {
    fn within(mut self, name: &str) -> Self {
        if !self.place.is_empty() {
            self.place.push_str(" / ");
        }
        self.place.push_str(name);
        self
    }
}

impl State {
    /// Something of an organization, such as a member.
    pub(crate) fn in_organization(&self, id: OrganizationId) -> Scope {
        let scope = Scope {
            organization_id: Some(id),
            ..Scope::default()
        };
        match self.organizations.get(&id) {
            Some(organization) => scope.within(&organization.name),
            None => scope,
        }
    }

    /// Something of a product, or the product itself.
    pub(crate) fn in_product(&self, id: ProductId) -> Scope {
        let Some(product) = self.products.get(&id) else {
            return Scope::default();
        };
        Scope {
            product_id: Some(id),
            ..self.in_organization(product.organization_id)
        }
        .within(&product.name)
    }

    /// Something of a config, or the config itself.
    pub(crate) fn in_config(&self, id: ConfigId) -> Scope {
        let Some(config) = self.configs.get(&id) else {
            return Scope::default();
        };
        Scope {
            config_id: Some(id),
            ..self.in_product(config.product_id)
        }
        .within(&config.name)
    }

    /// Something of an environment, or the environment itself.
    pub(crate) fn in_environment(&self, id: EnvironmentId) -> Scope {
        let Some(environment) = self.environments.get(&id) else {
            return Scope::default();
        };
        Scope {
            environment_id: Some(id),
            ..self.in_product(environment.product_id)
        }
        .within(&environment.name)
    }

    /// Something of a config in an environment of the same product, such as a value.
    pub(crate) fn in_both(&self, config_id: ConfigId, environment_id: EnvironmentId) -> Scope {
        let scope = Scope {
            environment_id: Some(environment_id),
            ..self.in_config(config_id)
        };
        match self.environments.get(&environment_id) {
            Some(environment) => scope.within(&environment.name),
            None => scope,
        }
    }

    /// A setting in an environment.
    pub(crate) fn in_target(&self, target: Target) -> Scope {
        match self.settings.get(&target.setting_id) {
            Some(setting) => self.in_both(setting.config_id, target.environment_id),
            None => Scope::default(),
        }
    }

    /// Writes an entry: now, by the user behind the credentials, and with the `reason` of the query, if one is given.
    ///
    /// `target` names what was acted on, and `details` says what became of it.
    pub(crate) fn log(
        &mut self,
        call: &Call,
        kind: AuditLogType,
        scope: Scope,
        target: impl Into<String>,
        details: impl Into<String>,
    ) {
        let why = call.reason().map(str::to_string);
        self.log_because(call.now, why, kind, scope, target, details);
    }

    /// Writes an entry on what differs between two models of the same thing; none if nothing does.
    pub(crate) fn log_change(
        &mut self,
        call: &Call,
        kind: AuditLogType,
        scope: Scope,
        target: impl Into<String>,
        models: (&impl Serialize, &impl Serialize),
    ) {
        let (before, after) = models;
        let details = differences(before, after);
        if !details.is_empty() {
            self.log(call, kind, scope, target, details);
        }
    }

    /// Writes an entry for what has another reason than a call's, or happened at another time.
    pub(crate) fn log_because(
        &mut self,
        at: DateTime<Utc>,
        why: Option<String>,
        kind: AuditLogType,
        scope: Scope,
        target: impl Into<String>,
        details: impl Into<String>,
    ) {
        let (details, truncated) = shorten(details.into());
        let item = AuditLogItemModel::default()
            .with_action_target(target.into())
            .with_audit_log_date_time(at)
            .with_audit_log_id(i64::from(self.count()))
            .with_audit_log_type(words(kind.as_str()))
            .with_audit_log_type_enum(kind)
            .with_details(details)
            .with_model_version(MODEL_VERSION)
            .with_truncated(truncated)
            .with_user_email(Some(self.me.email.clone()))
            .with_user_name(self.me.full_name.clone())
            .with_where_(scope.place.clone())
            .with_why(why);
        self.audit_log.push(Entry { scope, item });
    }
}

/// `name: "Shop" → "Store"`, a line for each field that differs. Where one holds something secret, the line is its name.
pub(crate) fn differences(before: &impl Serialize, after: &impl Serialize) -> String {
    let (before, after): (Value, Value) = (json_of(before), json_of(after));
    let fields = after.as_object().into_iter().flatten();
    let differing = fields.filter(|(name, after)| before[name.as_str()] != **after);
    let lines = differing.map(|(name, after)| {
        let before = &before[name.as_str()];
        match redact(&mut json!([{ name: before }, { name: after }])) {
            true => name.clone(),
            false => format!("{name}: {before} → {after}"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn json_of(model: &impl Serialize) -> Value {
    serde_json::to_value(model).unwrap_or_default()
}

fn shorten(mut details: String) -> (String, bool) {
    match details.char_indices().nth(MAX_DETAILS) {
        Some((end, _)) => {
            details.truncate(end);
            (details, true)
        }
        None => (details, false),
    }
}

/// `settingValueChanged` is `Setting value changed` for people.
fn words(kind: &str) -> String {
    let mut text = String::with_capacity(kind.len() + 4);
    for (index, letter) in kind.chars().enumerate() {
        match letter.is_ascii_uppercase() {
            true => text.extend([' ', letter.to_ascii_lowercase()]),
            false if index == 0 => text.push(letter.to_ascii_uppercase()),
            false => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_put_in_words() {
        assert_eq!(words("settingValueChanged"), "Setting value changed");
        assert_eq!(words("tagAdded"), "Tag added");
    }

    #[test]
    fn long_details_are_cut_between_characters() {
        assert_eq!(shorten("é".to_string()), ("é".to_string(), false));
        let (cut, truncated) = shorten("é".repeat(MAX_DETAILS + 1));
        assert_eq!((cut.chars().count(), truncated), (MAX_DETAILS, true));
    }
}

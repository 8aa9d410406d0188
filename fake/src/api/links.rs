//! Links from settings to items of other tools, the Jira plugin's included.

use configcat_management::SettingValue;
use configcat_management::types::{
    AddOrUpdateIntegrationLinkModel, AddOrUpdateJiraIntegrationLinkModel, AuditLogType,
    ConnectRequest, DeleteIntegrationLinkModel, IntegrationLinkDetail, IntegrationLinkDetailsModel,
    IntegrationLinkType,
};

use super::{Handler, values, values_v1};
use crate::call::{Answer, Call, Problems, Refusal};
use crate::state::connections::Link;
use crate::state::{Rules, State, Target};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("add-or-update-integration-link", add),
    ("delete-integration-link", delete),
    ("get-integration-link-details", details),
    ("jira-connect", connect),
    ("jira-add-or-update-integration-link", add_from_jira),
];

fn add(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_ids(state, call)?;
    let AddOrUpdateIntegrationLinkModel {
        description, url, ..
    } = call.body()?;
    let link = Link {
        setting_id: target.setting_id,
        environment_id: target.environment_id,
        kind: call.path("integrationLinkType")?,
        key: call.path("key")?,
        description,
        url,
    };
    put(state, call, link)
}

fn add_from_jira(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_ids(state, call)?;
    let AddOrUpdateJiraIntegrationLinkModel {
        client_key,
        description,
        jira_jwt_token: _,
        url,
        ..
    } = call.body()?;
    if !state.connections.jira_sites.contains(&client_key) {
        let text = "The Jira site with this client key is not connected.";
        return Err(Refusal::field("ClientKey", text));
    }
    let link = Link {
        setting_id: target.setting_id,
        environment_id: target.environment_id,
        kind: IntegrationLinkType::Jira,
        key: call.path("key")?,
        description,
        url,
    };
    put(state, call, link)
}

/// Adds a link, or puts it in the place of the one to the same item.
fn put(state: &mut State, call: &Call, link: Link) -> Result<Answer, Refusal> {
    let target = Target {
        setting_id: link.setting_id,
        environment_id: link.environment_id,
    };
    let model = link.model();
    let mut links = state.connections.links.iter_mut();
    match links.find(|known| known.is_of(target) && known.is_to(&link.kind, &link.key)) {
        Some(known) => *known = link,
        None => {
            let key = link.key.clone();
            state.connections.links.push(link);
            let scope = state.in_target(target);
            state.log(call, AuditLogType::IntegrationLinkAdded, scope, key, "");
        }
    }
    Answer::ok(&model)
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_ids(state, call)?;
    let kind: IntegrationLinkType = call.path("integrationLinkType")?;
    let key: String = call.path("key")?;
    let links = &mut state.connections.links;
    let found = links
        .iter()
        .position(|link| link.is_of(target) && link.is_to(&kind, &key));
    links.remove(found.ok_or_else(|| Refusal::unknown("link to", &key))?);
    let remaining = links.iter().any(|link| link.is_to(&kind, &key));
    let scope = state.in_target(target);
    state.log(call, AuditLogType::IntegrationLinkRemoved, scope, key, "");
    Answer::ok(
        &DeleteIntegrationLinkModel::default().with_has_remaining_integration_link(remaining),
    )
}

fn details(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let kind: IntegrationLinkType = call.path("integrationLinkType")?;
    let key: String = call.path("key")?;
    let links = state.connections.links.iter();
    let links = links.filter(|link| link.is_to(&kind, &key));
    let details = links.map(|link| detail(state, link));
    let details = details.collect::<Result<Vec<_>, _>>()?;
    Answer::ok(
        &IntegrationLinkDetailsModel::default()
            .with_all_integration_link_count(i32::try_from(details.len()).unwrap_or(i32::MAX))
            .with_details(Some(details)),
    )
}

fn detail(state: &State, link: &Link) -> Result<IntegrationLinkDetail, Refusal> {
    let setting = state.setting(link.setting_id)?;
    let config = state.config(setting.config_id)?;
    let environment = state.environment(link.environment_id)?;
    let served = state.served(Target {
        setting_id: link.setting_id,
        environment_id: link.environment_id,
    })?;
    Ok(IntegrationLinkDetail::default()
        .with_config(state.config_model(config)?)
        .with_environment(state.environment_model(environment)?)
        .with_product(state.product_model(state.product(config.product_id)?)?)
        .with_read_only(state.allowed(environment).is_read_only())
        .with_setting(values_v1::data(state, setting))
        .with_status(status(&served.rules)))
}

/// What is served, as text for people: `ON`, or `OFF (2 rules)`.
fn status(rules: &Rules) -> String {
    let value = match rules.value() {
        SettingValue::Bool(true) => "ON".to_string(),
        SettingValue::Bool(false) => "OFF".to_string(),
        value => value.to_string(),
    };
    match rules.count() {
        0 => value,
        1 => format!("{value} (1 rule)"),
        rules => format!("{value} ({rules} rules)"),
    }
}

/// Remembers the site. Whether Jira issued the token, only Jira could tell.
fn connect(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let ConnectRequest {
        client_key,
        jira_jwt_token,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    for (name, given) in [
        ("ClientKey", client_key.as_str()),
        ("JiraJwtToken", jira_jwt_token.expose()),
    ] {
        if given.trim().is_empty() {
            problems.add(name, "It must not be empty.");
        }
    }
    problems.none()?;
    state.connections.jira_sites.insert(client_key);
    Answer::done()
}

//! Proxy profiles.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use configcat_management::Secret;
use configcat_management::types::{
    AuditLogType, ConfigId, ConnectionPreferences, CreateOrUpdateConnectionPreferences,
    CreateOrUpdateProxyProfileRequest, CreateOrUpdateWebhookNotification, EnvironmentId,
    ProxyProfileId, ProxyProfileListModel, ProxyProfileModel, ProxyProfileSdkKeyItem,
    ProxyProfileSdkKeyRequestItem, ProxyProfileSdkKeysListModel, ProxyProfileSdkKeysRequest,
    ProxyProfileSecretModel, ProxyProfileSelectionRule, SelectionRuleKind,
    UpdateProxyProfileSelectionRule, WebhookNotification,
};
use http::StatusCode;
use serde_json::json;

use super::{Handler, webhooks};
use crate::call::{Answer, Call, Problems, Refusal, new_id, read_as};
use crate::patch;
use crate::state::State;
use crate::state::proxies::{Notification, ProxyProfile, sdk_id};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-proxy-profiles", list),
    ("create-proxy-profile", create),
    ("get-proxy-profile", get),
    ("replace-proxy-profile", replace),
    ("update-proxy-profile", update),
    ("delete-proxy-profile", delete),
    ("get-proxy-profile-sdk-keys", sdk_keys),
    ("select-proxy-profile-sdk-keys", select),
    ("deselect-proxy-profile-sdk-keys", deselect),
    ("generate-proxy-profile-secret", secret),
];

/// Seconds between two fetches, if a request does not say.
const POLL_INTERVAL: i32 = 60;

fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let profiles = state.proxies.values();
    let mut profiles: Vec<&ProxyProfile> = profiles
        .filter(|profile| profile.organization_id == organization.organization_id)
        .collect();
    profiles.sort_by_key(|profile| profile.created);
    Answer::ok(
        &ProxyProfileListModel::default().with_profiles(profiles.into_iter().map(model).collect()),
    )
}

fn model(profile: &ProxyProfile) -> ProxyProfileModel {
    let notification = profile.notification.as_ref();
    ProxyProfileModel::default()
        .with_connection_preferences(
            ConnectionPreferences::default()
                .with_sdk_poll_interval(profile.poll_interval)
                .with_webhook_notification(notification.map(|notification| {
                    WebhookNotification::default()
                        .with_signing_key1(notification.key.clone())
                        .with_webhook_proxy_url(notification.url.clone())
                })),
        )
        .with_description(profile.description.clone())
        .with_name(profile.name.clone())
        .with_proxy_profile_id(profile.id)
        .with_sdk_key_selection_rules(profile.rules.clone())
}

fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let new = ProxyProfile {
        id: new_id(),
        organization_id: organization.organization_id,
        name: String::new(),
        description: None,
        poll_interval: POLL_INTERVAL,
        notification: None,
        rules: Vec::new(),
        selected: BTreeSet::new(),
        secret: None,
        created: state.count(),
    };
    let profile = with_request(state, &new, call.body()?)?;
    let model = model(&profile);
    let scope = state.in_organization(profile.organization_id);
    state.proxies.insert(profile.id, profile);
    let kind = AuditLogType::ProxyConfigurationCreated;
    state.log(call, kind, scope, &model.name, "");
    Answer::created(&model)
}

/// The same profile with all that is wanted, and nothing else. Rules put an end to keys that were chosen one by one.
fn with_request(
    state: &State,
    before: &ProxyProfile,
    wanted: CreateOrUpdateProxyProfileRequest,
) -> Result<ProxyProfile, Refusal> {
    let CreateOrUpdateProxyProfileRequest {
        connection_preferences,
        description,
        name,
        sdk_key_selection_rules,
        ..
    } = wanted;
    let CreateOrUpdateConnectionPreferences {
        sdk_poll_interval,
        webhook_notification,
        ..
    } = connection_preferences.unwrap_or_default();
    let mut problems = Problems::default();
    let notification = webhook_notification.map(|wanted| {
        let CreateOrUpdateWebhookNotification {
            webhook_proxy_url: url,
            ..
        } = wanted;
        let at = "ConnectionPreferences.WebhookNotification.WebhookProxyUrl";
        webhooks::check_url(&url, at, &mut problems);
        let known = before.notification.as_ref();
        let key = known.map_or_else(webhooks::signing_key, |known| known.key.clone());
        Notification { url, key }
    });
    let mut rules = Vec::new();
    for (index, rule) in sdk_key_selection_rules.into_iter().flatten().enumerate() {
        let at = format!("SdkKeySelectionRules[{index}]");
        rules.push(check_rule(state, before, rule, &at, &mut problems));
    }
    problems.none()?;
    let selected = match rules.is_empty() {
        true => before.selected.clone(),
        false => BTreeSet::new(),
    };
    Ok(ProxyProfile {
        name,
        description,
        poll_interval: sdk_poll_interval.unwrap_or(POLL_INTERVAL),
        notification,
        rules,
        selected,
        ..before.clone()
    })
}

fn check_rule(
    state: &State,
    profile: &ProxyProfile,
    rule: UpdateProxyProfileSelectionRule,
    at: &str,
    problems: &mut Problems,
) -> ProxyProfileSelectionRule {
    let UpdateProxyProfileSelectionRule {
        config_id_filter,
        config_name_match_filter,
        environment_id_filter,
        environment_name_match_filter,
        kind,
        product_id_filter,
        product_name_match_filter,
        ..
    } = rule;
    let config = |id| state.configs.get(&id).map(|found| found.product_id);
    let environment = |id| state.environments.get(&id).map(|found| found.product_id);
    for (name, given, product_id) in [
        (
            "ConfigIdFilter",
            config_id_filter.map(|id| id.0),
            config_id_filter.and_then(config),
        ),
        (
            "EnvironmentIdFilter",
            environment_id_filter.map(|id| id.0),
            environment_id_filter.and_then(environment),
        ),
        (
            "ProductIdFilter",
            product_id_filter.map(|id| id.0),
            product_id_filter,
        ),
    ] {
        let product = product_id.and_then(|id| state.products.get(&id));
        let known = product.is_some_and(|found| found.organization_id == profile.organization_id);
        if let Some(id) = given.filter(|_| !known) {
            let message = format!("The organization has nothing with the id `{id}` here.");
            problems.add(format!("{at}.{name}"), message);
        }
    }
    ProxyProfileSelectionRule::default()
        .with_config_id_filter(config_id_filter)
        .with_config_name_match_filter(config_name_match_filter)
        .with_environment_id_filter(environment_id_filter)
        .with_environment_name_match_filter(environment_name_match_filter)
        .with_kind(kind.unwrap_or(SelectionRuleKind::Include))
        .with_product_id_filter(product_id_filter)
        .with_product_name_match_filter(product_name_match_filter)
}

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    Answer::ok(&model(state.proxy(call.path("proxyProfileId")?)?))
}

fn replace(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let before = state.proxy(call.path("proxyProfileId")?)?;
    let after = with_request(state, before, call.body()?)?;
    keep(state, call, after)
}

fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let before = state.proxy(call.path("proxyProfileId")?)?;
    let notification = before.notification.as_ref();
    let document = json!({
        "name": before.name,
        "description": before.description,
        "connectionPreferences": {
            "sdkPollInterval": before.poll_interval,
            "webhookNotification": notification.map(|known| json!({ "webhookProxyUrl": known.url })),
        },
        "sdkKeySelectionRules": before.rules,
    });
    let roots = [
        "name",
        "description",
        "connectionPreferences",
        "sdkKeySelectionRules",
    ];
    let document = patch::apply(&call.body, document, &roots)?;
    let wanted = read_as("CreateOrUpdateProxyProfileRequest", &document)?;
    let after = with_request(state, before, wanted)?;
    keep(state, call, after)
}

/// Puts a changed profile in its place, with an entry for the profile and one for its notifications.
fn keep(state: &mut State, call: &Call, after: ProxyProfile) -> Result<Answer, Refusal> {
    let before = state.proxy(after.id)?;
    let url = |profile: &ProxyProfile| profile.notification.as_ref().map(|known| known.url.clone());
    let notifications = match (url(before), url(&after)) {
        (Some(_), None) => Some(AuditLogType::ProxyNotificationSettingsDeleted),
        (before, after) if before != after => Some(AuditLogType::ProxyNotificationSettingsUpdated),
        _ => None,
    };
    let models = (&model(before), &model(&after));
    let scope = state.in_organization(after.organization_id);
    state.proxies.insert(after.id, after);
    let kind = AuditLogType::ProxyConfigurationChanged;
    let name = &models.0.name;
    state.log_change(call, kind, scope.clone(), name, models);
    if let Some(kind) = notifications {
        state.log(call, kind, scope, name, "");
    }
    Answer::ok(models.1)
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let profile = state.proxy(call.path("proxyProfileId")?)?;
    let (id, name) = (profile.id, profile.name.clone());
    let scope = state.in_organization(profile.organization_id);
    state.proxies.remove(&id);
    let kind = AuditLogType::ProxyConfigurationDeleted;
    state.log(call, kind, scope, name, "");
    Answer::none()
}

fn sdk_keys(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let profile = state.proxy(call.path("proxyProfileId")?)?;
    let item = |(config_id, environment_id): (ConfigId, EnvironmentId)| {
        let key = state.sdk_keys.get(&(config_id, environment_id))?;
        Some(
            ProxyProfileSdkKeyItem::default()
                .with_config_id(config_id)
                .with_environment_id(environment_id)
                .with_primary_sdk_key(key.clone())
                .with_sdk_id(sdk_id(config_id, environment_id)),
        )
    };
    let items = state.served_by(profile).into_iter().filter_map(item);
    Answer::ok(&ProxyProfileSdkKeysListModel::default().with_items(items.collect()))
}

fn select(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (id, meant) = requested_items(state, call)?;
    let before = state.proxy(id)?.clone();
    state.proxy_mut(id)?.selected.extend(meant);
    selection_changed(state, call, &before)
}

fn deselect(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (id, meant) = requested_items(state, call)?;
    let before = state.proxy(id)?.clone();
    let selected = &mut state.proxy_mut(id)?.selected;
    selected.retain(|pair| !meant.contains(pair));
    selection_changed(state, call, &before)
}

fn selection_changed(
    state: &mut State,
    call: &Call,
    before: &ProxyProfile,
) -> Result<Answer, Refusal> {
    let items = |profile: &ProxyProfile| json!({ "items": profile.selected });
    let models = (&items(before), &items(state.proxy(before.id)?));
    let scope = state.in_organization(before.organization_id);
    let kind = AuditLogType::ProxyConfigurationChanged;
    state.log_change(call, kind, scope, &before.name, models);
    sdk_keys(state, call)
}

/// The profile of the path, and the configs and environments that the items of the body stand for.
fn requested_items(
    state: &State,
    call: &Call,
) -> Result<(ProxyProfileId, BTreeSet<(ConfigId, EnvironmentId)>), Refusal> {
    let profile = state.proxy(call.path("proxyProfileId")?)?;
    if !profile.rules.is_empty() {
        let text = "The profile has selection rules, which decide.";
        return Err(Refusal::text(StatusCode::FORBIDDEN, text));
    }
    let ProxyProfileSdkKeysRequest { items, .. } = call.body()?;
    let mut problems = Problems::default();
    let mut meant = BTreeSet::new();
    for (index, item) in items.into_iter().enumerate() {
        let ProxyProfileSdkKeyRequestItem {
            config_id,
            environment_id,
            ..
        } = item;
        let at = format!("Items[{index}]");
        if config_id.is_none() && environment_id.is_none() {
            problems.add(at, "It needs `configId`, `environmentId` or both.");
            continue;
        }
        let fits = |pair: &(ConfigId, EnvironmentId)| {
            config_id.is_none_or(|id| id == pair.0) && environment_id.is_none_or(|id| id == pair.1)
        };
        let pairs = state.pairs_of(profile.organization_id).filter(fits);
        let pairs: Vec<(ConfigId, EnvironmentId)> = pairs.collect();
        if pairs.is_empty() {
            problems.add(at, "The organization has no SDK key for it.");
        }
        meant.extend(pairs);
    }
    problems.none()?;
    Ok((profile.id, meant))
}

/// A new secret, which takes the place of the one before.
fn secret(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let profile = state.proxy_mut(call.path("proxyProfileId")?)?;
    let part = || URL_SAFE_NO_PAD.encode(uuid::Uuid::new_v4().as_bytes());
    let secret = Secret::from(format!("{}{}", part(), part()));
    profile.secret = Some(secret.clone());
    let (organization_id, name) = (profile.organization_id, profile.name.clone());
    let scope = state.in_organization(organization_id);
    let kind = AuditLogType::ProxyConfigurationSecretRegenerated;
    state.log(call, kind, scope, name, "");
    Answer::ok(&ProxyProfileSecretModel::default().with_secret_token(secret))
}

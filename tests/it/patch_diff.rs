//! A diff leads from what was read to what is wanted, is never longer than replacing what changed, and stays within what the
//! operation may change.

use configcat_management::patch::{
    Formula, FormulaPatch, Kind, Patch, ProxyProfile, ProxyProfilePatch, Setting, SettingPatch,
    SettingValuePatch, SettingValueV1, Wanted, Webhook, WebhookPatch,
};
use configcat_management::types::*;
use configcat_management::{Error, Result, Secret};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::patch_models as models;

/// Fields without a value are as good as not there.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let some = fields
                .into_iter()
                .filter(|(_, value)| !value.is_null() && *value != json!([]));
            Value::Object(some.map(|(name, value)| (name, plain(value))).collect())
        }
        Value::Array(entries) => entries.into_iter().map(plain).collect(),
        value => value,
    }
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

/// `whole` are attributes that are replaced as a whole where that is shorter.
fn check<K: Kind>(before: &K::Seen, after: &K::Seen, whole: &[&str]) {
    let from = json(&Patch::<K>::part(before).unwrap());
    let to = Patch::<K>::part(after).unwrap();
    let patch = Patch::<K>::diff(before, &to).unwrap();
    assert_eq!(
        patch,
        Patch::<K>::diff(before, after).unwrap(),
        "part or answer, it is the same"
    );
    let preview = json(&patch.preview(before).unwrap());
    let to = json(&to);
    assert_eq!(plain(preview), plain(to.clone()), "{patch:?}");
    assert_eq!(patch.is_empty(), plain(from.clone()) == plain(to.clone()));
    let guarded = patch.clone().guarded_by(before);
    assert!(guarded.preview(before).is_ok(), "{guarded:?}");

    for name in whole {
        let (from, to) = (plain(from[name].clone()), plain(to[name].clone()));
        let path = format!("/{name}");
        let of_it =
            |o: &&JsonPatchOperation| o.path == path || o.path.starts_with(&format!("{path}/"));
        let written: Vec<_> = patch.operations().iter().filter(of_it).collect();
        if from == to {
            assert!(written.is_empty(), "{patch:?}");
        } else {
            // An empty list or text may have been left out of the part.
            let value = if to.is_null() && from.is_array() {
                json!([])
            } else {
                to
            };
            let replaced = json!([{ "op": "replace", "path": path, "value": value }]);
            assert!(
                json(&written).to_string().len() <= replaced.to_string().len(),
                "{patch:?}"
            );
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a"),
        Just("b/~"),
        Just("something longer than the others")
    ]
    .prop_map(String::from)
}

fn nullable() -> impl Strategy<Value = Value> {
    option::of(text()).prop_map(|text| json!(text))
}

/// Two lists: any two, or the second from the first by shuffling and leaving out.
fn lists<T: Clone + std::fmt::Debug + 'static>(
    entry: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
    let any = (vec(entry.clone(), 0..7), vec(entry.clone(), 0..7));
    let shuffled = vec(entry, 0..7).prop_flat_map(|list| {
        let mixed = (Just(list.clone()).prop_shuffle(), 0..=list.len());
        (
            Just(list),
            mixed.prop_map(|(mut list, length)| {
                list.truncate(length);
                list
            }),
        )
    });
    prop_oneof![any, shuffled]
}

fn rule_v1() -> impl Strategy<Value = Value> + Clone {
    let segment = prop_oneof![Just("isIn"), Just("isNotIn")];
    let rule = (nullable(), nullable(), option::of(segment), any::<bool>());
    rule.prop_map(|(attribute, value, segment, served)| {
        json!({
            "comparator": "contains", "comparisonAttribute": attribute, "comparisonValue": value,
            "segmentComparator": segment, "segmentId": null, "value": served,
        })
    })
    .boxed()
}

fn item() -> impl Strategy<Value = Value> + Clone {
    (0..100, any::<bool>())
        .prop_map(|(percentage, value)| json!({ "percentage": percentage, "value": value }))
        .boxed()
}

fn header() -> impl Strategy<Value = Value> + Clone {
    (text(), text(), any::<bool>())
        .prop_map(|(key, value, secure)| json!({ "key": key, "value": value, "isSecure": secure }))
        .boxed()
}

fn value_v2() -> impl Strategy<Value = Value> + Clone {
    let value = |name: &str, value: Value| {
        let mut all = json!({
            "boolValue": null, "doubleValue": null, "intValue": null, "predefinedVariationId": null, "stringValue": null,
        });
        all[name] = value;
        all
    };
    prop_oneof![
        any::<bool>().prop_map(move |on| value("boolValue", json!(on))),
        (0..3).prop_map(move |number| value("intValue", json!(number))),
        text().prop_map(move |text| value("stringValue", json!(text))),
    ]
    .boxed()
}

fn condition() -> impl Strategy<Value = Value> {
    let entry =
        (text(), nullable()).prop_map(|(value, hint)| json!({ "value": value, "hint": hint }));
    let user = (text(), option::of(vec(entry, 1..4)));
    let user = user.prop_map(|(attribute, list)| {
        json!({
            "prerequisiteFlagCondition": null, "segmentCondition": null, "userCondition": {
                "comparator": "isOneOf", "comparisonAttribute": attribute,
                "comparisonValue": { "doubleValue": null, "listValue": list, "stringValue": null },
            },
        })
    });
    let flag = (1..4, value_v2()).prop_map(|(id, value)| json!({
        "segmentCondition": null, "userCondition": null, "prerequisiteFlagCondition": {
            "comparator": "equals", "prerequisiteComparisonValue": value, "prerequisiteSettingId": id,
        },
    }));
    prop_oneof![user, flag]
}

fn rule_v2() -> impl Strategy<Value = Value> + Clone {
    let option = (0..100, value_v2())
        .prop_map(|(percentage, value)| json!({ "percentage": percentage, "value": value }));
    (
        vec(condition(), 0..3),
        vec(option, 0..3),
        option::of(value_v2()),
    )
        .prop_map(|(conditions, options, value)| {
            json!({
                "conditions": conditions, "percentageOptions": options, "value": value,
            })
        })
        .boxed()
}

fn selection_rule() -> impl Strategy<Value = Value> + Clone {
    (nullable(), nullable(), any::<bool>())
        .prop_map(|(config, environment, include)| json!({
            "configIdFilter": null, "configNameMatchFilter": config, "environmentIdFilter": null,
            "environmentNameMatchFilter": environment, "kind": if include { "include" } else { "exclude" },
            "productIdFilter": null, "productNameMatchFilter": null,
        }))
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn settings(tags in lists(1_i64..9), names in [text(), text()], hints in [nullable(), nullable()]) {
        let setting = |i: usize, tags: &[i64]| {
            let mut setting = models::setting(tags);
            setting.name = names[i].clone();
            setting.hint = hints[i].as_str().map(String::from);
            setting
        };
        check::<Setting>(&setting(0, &tags.0), &setting(1, &tags.1), &["name", "hint", "tags"]);
    }

    #[test]
    fn v1_values(rules in lists(rule_v1()), items in lists(item()), values in any::<[bool; 2]>()) {
        let before = models::value_v1(json!(values[0]), json!(rules.0), json!(items.0));
        let after = models::value_v1(json!(values[1]), json!(rules.1), json!(items.1));
        check::<SettingValueV1>(&before, &after, &["value", "rolloutRules", "rolloutPercentageItems"]);
    }

    #[test]
    fn v2_values(rules in lists(rule_v2()), values in [value_v2(), value_v2()], attributes in [nullable(), nullable()]) {
        let [before, after] = values;
        let before = models::formula(before, json!(rules.0), attributes[0].clone());
        let after = models::formula(after, json!(rules.1), attributes[1].clone());
        check::<Formula>(&before, &after, &["defaultValue", "targetingRules", "percentageEvaluationAttribute"]);
    }

    #[test]
    fn webhooks(headers in lists(header()), texts in [text(), text()], contents in [nullable(), nullable()], post in any::<[bool; 2]>()) {
        let webhook = |i: usize, headers: &[Value]| models::webhook(json!({
            "url": texts[i], "content": contents[i], "httpMethod": if post[i] { "post" } else { "get" },
            "webHookHeaders": headers,
        }));
        let whole = ["url", "content", "httpMethod", "webHookHeaders"];
        check::<Webhook>(&webhook(0, &headers.0), &webhook(1, &headers.1), &whole);
    }

    #[test]
    fn proxy_profiles(
        rules in lists(selection_rule()),
        texts in [text(), text()],
        descriptions in [nullable(), nullable()],
        intervals in [30..33, 30..33],
        urls in [option::of(text()), option::of(text())],
    ) {
        let profile = |i: usize, rules: &[Value]| models::proxy_profile(json!({
            "name": texts[i], "description": descriptions[i], "sdkKeySelectionRules": rules,
            "connectionPreferences": models::preferences(intervals[i], urls[i].as_deref()),
        }));
        let (before, after) = (profile(0, &rules.0), profile(1, &rules.1));
        check::<ProxyProfile>(&before, &after, &["name", "description", "sdkKeySelectionRules"]);
        let patch = ProxyProfilePatch::diff(&before, &after).unwrap();
        prop_assert!(patch.operations().iter().all(|o| o.path != "/connectionPreferences"), "signing keys stay");
        if intervals[0] == intervals[1] || urls[0] == urls[1] {
            check::<ProxyProfile>(&before, &after, &["connectionPreferences"]);
        }
    }
}

fn lines<K: Kind>(before: &K::Seen, after: &impl Wanted<K>) -> String {
    Patch::<K>::diff(before, after).unwrap().to_string()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    match result {
        Err(Error::Invalid(error)) => (error.field.clone(), Error::Invalid(error).to_string()),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn rules_in_another_order_move() {
    let rule = |name: &str| {
        json!({
            "comparator": "contains", "comparisonAttribute": name, "comparisonValue": "@example.com",
            "segmentComparator": null, "segmentId": null, "value": true,
        })
    };
    let value = |names: &str| {
        let rules: Vec<Value> = names.chars().map(|name| rule(&name.to_string())).collect();
        models::value_v1(json!(false), json!(rules), json!([]))
    };
    let lines = |before: &str, after: &str| lines::<SettingValueV1>(&value(before), &value(after));
    let path = "/rolloutRules";
    assert_eq!(lines("ABCD", "BCDA"), format!("move {path}/0 to {path}/3"));
    assert_eq!(lines("ABCD", "DABC"), format!("move {path}/3 to {path}/0"));
    assert_eq!(lines("ABC", "CBA").lines().count(), 2);
    assert_eq!(lines("ABC", "AC"), format!("remove {path}/1"));
    assert_eq!(
        lines("ABC", "AXC"),
        format!("replace {path}/1/comparisonAttribute: \"X\"")
    );
    assert_eq!(lines("ABCA", "ABC"), format!("remove {path}/3"));
    assert_eq!(lines("ABC", "ABC"), "nothing to change");
    assert!(lines("AB", "ABC").starts_with(&format!("add {path}/-: ")));
    assert!(lines("AB", "CAB").starts_with(&format!("add {path}/0: ")));
}

#[test]
fn tags_are_ids() {
    let mut wanted = models::setting(&[4, 7]);
    wanted.tags.push(models::tag_model(1_234_567_890_123));
    let before = models::setting(&[4, 7]);
    assert_eq!(
        lines::<Setting>(&before, &wanted),
        "add /tags/-: 1234567890123"
    );
    wanted.tags[1].name = "renamed".to_string();
    let (path, text) = refused(SettingPatch::diff(&before, &wanted));
    assert_eq!(path, "/tags/1/name");
    assert_eq!(
        text,
        "update-setting (PATCH /v1/settings/{settingId}) was not sent: `/tags/1/name` cannot be changed by this operation; \
         `/name`, `/hint`, `/tags`, `/order`, `/isJson` can"
    );
}

#[test]
fn notifications_are_connected_and_disconnected() {
    let profile = |url: Option<&str>| {
        models::proxy_profile(json!({
            "name": "p", "description": null, "sdkKeySelectionRules": [], "connectionPreferences": models::preferences(60, url),
        }))
    };
    let (off, on, elsewhere) = (
        profile(None),
        profile(Some("https://a")),
        profile(Some("https://b")),
    );
    let path = "/connectionPreferences/webhookNotification";
    assert_eq!(lines::<ProxyProfile>(&on, &off), format!("remove {path}"));
    assert_eq!(
        lines::<ProxyProfile>(&on, &elsewhere),
        format!("replace {path}/webhookProxyUrl: \"https://b\"")
    );
    let mut wanted = ProxyProfilePatch::part(&off).unwrap();
    let preferences = wanted.connection_preferences.take().unwrap();
    let notification = CreateOrUpdateWebhookNotification::new("https://a");
    wanted.connection_preferences = Some(preferences.with_webhook_notification(notification));
    assert_eq!(
        lines::<ProxyProfile>(&off, &wanted),
        format!("add {path}: {{\"webhookProxyUrl\":\"https://a\"}}")
    );
    wanted.connection_preferences = Some(CreateOrUpdateConnectionPreferences::new());
    assert_eq!(
        lines::<ProxyProfile>(&off, &wanted),
        "nothing to change",
        "no interval says nothing of the interval"
    );
    wanted.connection_preferences = None;
    assert_eq!(lines::<ProxyProfile>(&on, &wanted), "nothing to change");
}

#[test]
fn a_difference_elsewhere_is_refused_by_its_path() {
    let refused_at = |result: Result<SettingPatch>, path: &str| assert_eq!(refused(result).0, path);
    let before = models::setting(&[4]);
    let mut wanted = before.clone();
    wanted.key = "other".to_string();
    refused_at(SettingPatch::diff(&before, &wanted), "/key");
    let mut moved = before.clone();
    moved.order = 9;
    assert_eq!(lines::<Setting>(&before, &moved), "replace /order: 9");
    let mut part = SettingPatch::part(&before).unwrap();
    part.is_json = Some(true);
    let patch = SettingPatch::diff(&before, &part).unwrap();
    assert_eq!(patch.to_string(), "replace /isJson: true");
    assert_eq!(patch.preview(&before).unwrap(), part);
    part.is_json = None;
    assert!(SettingPatch::diff(&before, &part).unwrap().is_empty());

    let before = models::value_v1(json!(true), json!([]), json!([]));
    let mut wanted = before.clone();
    wanted.setting.name = "x".to_string();
    assert_eq!(
        refused(SettingValuePatch::diff(&before, &wanted)).0,
        "/setting/name"
    );

    let before = models::formula(json!({ "boolValue": true }), json!([]), json!(null));
    let mut wanted = before.clone();
    wanted.setting_ids_where_prerequisite.push(1.into());
    assert_eq!(
        refused(FormulaPatch::diff(&before, &wanted)).0,
        "/settingIdsWherePrerequisite"
    );

    let before = models::webhook(
        json!({ "url": "u", "content": null, "httpMethod": "get", "webHookHeaders": [] }),
    );
    let mut wanted = before.clone();
    wanted.config.name = "x".to_string();
    assert_eq!(
        refused(WebhookPatch::diff(&before, &wanted)).0,
        "/config/name"
    );

    let before = models::proxy_profile(json!({
        "name": "p", "description": null, "sdkKeySelectionRules": [],
        "connectionPreferences": models::preferences(60, Some("https://a")),
    }));
    let mut wanted = before.clone();
    let notification = wanted
        .connection_preferences
        .webhook_notification
        .as_mut()
        .unwrap();
    notification.signing_key1 = Secret::from("another");
    let (path, text) = refused(ProxyProfilePatch::diff(&before, &wanted));
    assert_eq!(
        path,
        "/connectionPreferences/webhookNotification/signingKey1"
    );
    assert!(
        !text.contains("another") && !text.contains("s3same"),
        "{text}"
    );
}

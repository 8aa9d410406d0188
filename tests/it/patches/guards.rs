//! Guards, previews and operations written by hand.

use super::*;
use crate::support::{assert_contains, assert_ends_with};

#[test]
fn guards_and_previews() -> Result<()> {
    let seen = models::proxy_profile(json!({
        "name": "p", "description": null, "sdkKeySelectionRules": [],
        "connectionPreferences": models::preferences(60, Some("https://a.example")),
    }));
    let patch = ProxyProfilePatch::new()
        .disconnect_notifications()
        .guarded_by(&seen);
    assert_eq!(
        patch.to_string(),
        "test /connectionPreferences/sdkPollInterval: 60\n\
         test /connectionPreferences/webhookNotification/webhookProxyUrl: \"https://a.example\"\n\
         remove /connectionPreferences/webhookNotification"
    );
    let preferences = patch.preview(&seen)?.connection_preferences.unwrap();
    assert_eq!(preferences.webhook_notification, None);
    assert_eq!(preferences.sdk_poll_interval, Some(60));

    let seen = models::setting(&[4, 7]);
    let patch = SettingPatch::new()
        .rename("New")
        .add_tag(9)
        .guarded_by(&seen);
    let after = patch.preview(&seen)?;
    assert_eq!(
        (after.name.as_str(), after.tags),
        ("New", Some(vec![TagId(4), TagId(7), TagId(9)]))
    );
    assert_eq!(
        (after.order, after.is_json),
        (Some(3), Some(false)),
        "ready for the PUT"
    );
    let problem = refused(patch.preview(&models::setting(&[4])));
    assert!(
        problem.contains("`/tags`") && problem.contains("operation 2"),
        "{problem}"
    );

    let read_only = JsonPatchOperation::new("replace", "/key").with_value("other");
    let problem = refused(SettingPatch::new().raw(read_only).preview(&seen));
    assert!(problem.ends_with(
        "`/key` cannot be changed by this operation; `/name`, `/hint`, `/tags`, `/order`, `/isJson` can"
    ));
    let number = JsonPatchOperation::new("replace", "/name").with_value(5);
    let problem = refused(SettingPatch::new().raw(number).preview(&seen));
    assert_ends_with(
        &problem,
        "would leave what the API does not take: invalid type: integer `5`, expected a string",
    );
    let gone = refused(
        SettingValuePatch::new()
            .remove_rule(0)
            .preview(&models::value_v1(json!(true), json!([]), json!([]))),
    );
    assert_contains(&gone, "`/rolloutRules/0` does not apply to what was read");

    // Undoing this move is more than the library underneath can do.
    let upwards =
        JsonPatchOperation::new("move", "/defaultValue").with_from("/defaultValue/boolValue");
    let hopeless = FormulaPatch::new().raw(upwards).remove_rule(9);
    let seen = models::formula(json!({ "boolValue": true }), json!([]), json!(null));
    let problem = refused(hopeless.preview(&seen));
    assert!(problem.contains("operation 2"), "{problem}");
    Ok(())
}

#[test]
fn the_raw_way() {
    let all = json!([
        { "op": "add", "path": "/tags/-", "value": null },
        { "op": "remove", "path": "/tags/0" },
        { "op": "replace", "path": "/a~1b", "value": [1] },
        { "op": "move", "from": "/tags/0", "path": "/tags/1" },
        { "op": "copy", "from": "/tags/0", "path": "/tags/1" },
        { "op": "test", "path": "/name", "value": "x" },
    ]);
    let foreign: json_patch::Patch = serde_json::from_value(all.clone()).unwrap();
    let ours = SettingPatch::from(foreign.clone());
    assert_eq!(json_patch::Patch::try_from(ours.clone()).unwrap(), foreign);
    assert_eq!(wire(ours), all);
    let raw = |op: &str, path: &str| SettingPatch::new().raw(JsonPatchOperation::new(op, path));
    for (patch, problem) in [
        (
            raw("spread", "/a"),
            "`/a` has the operation `spread`, which RFC 6902 does not know",
        ),
        (raw("remove", "tags"), "`tags` is no JSON Pointer"),
        (
            raw("move", "/a"),
            "`body[0].from` is missing; `move` needs one",
        ),
    ] {
        let text = refused(json_patch::Patch::try_from(patch));
        assert!(text.contains(problem), "{text}");
    }
}

/// As everywhere else that a value becomes one of V2: no `int` setting holds it, and a `double` setting does.
#[test]
fn a_whole_number_beyond_32_bits_is_sent_as_a_decimal_one() {
    let patch = FormulaPatch::new().set_default(5_000_000_000_i64);
    assert_eq!(
        patch.to_string(),
        "replace /defaultValue/doubleValue: 5000000000.0"
    );
}

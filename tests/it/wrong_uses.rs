//! Each wrong use is told before anything is sent, in the words that `docs/wrong-uses.md` has.
//! `UPDATE_WRONG_USES=1 cargo test -p configcat-management --test it wrong_uses` writes it.

use std::fmt::Write as _;

use configcat_fake::Fake;
use configcat_management::integration::{Amplitude, DataDog, Segment, SegmentServer};
use configcat_management::patch::{
    FormulaPatch, ProxyProfilePatch, SettingPatch, SettingValuePatch, WebhookPatch,
};
use configcat_management::rule::{everyone, flag, in_segment, percentages, when};
use configcat_management::types::*;
use configcat_management::{Error, Result, SettingValue};
use uuid::Uuid;

/// What went wrong, of anything that is an error.
fn told<T, E: std::fmt::Display>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => "NOT REFUSED".to_string(),
        Err(error) => error.to_string(),
    }
}

struct Table(String);

impl Table {
    fn section(&mut self, title: &str) {
        let _ = write!(
            self.0,
            "\n## {title}\n\n| wrong use | what it is told |\n| --- | --- |\n"
        );
    }

    fn row(&mut self, wrong: &str, told: String) {
        assert_ne!(told, "NOT REFUSED", "{wrong}");
        let _ = writeln!(
            self.0,
            "| {wrong} | {} |",
            told.replace('\n', " ").replace('|', "\\|")
        );
    }
}

#[tokio::test]
async fn each_wrong_use_is_told_in_the_words_of_the_table() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let json =
        CreateSettingInitialValues::new("theme", "Theme", SettingType::String).with_is_json(true);
    let json = client
        .create_setting(demo.v2.config_id, json)
        .send()
        .await?
        .setting_id;
    let setting = client
        .get_setting(demo.v1.new_checkout)
        .send()
        .await?
        .into_inner();
    let on_v1 = client
        .get_setting_value(demo.production_id, demo.v1.beta_search)
        .send()
        .await?
        .into_inner();
    let on_v2 = client
        .get_setting_value_v2(demo.production_id, demo.v2.beta_search)
        .send()
        .await?
        .into_inner();
    let header = WebhookHeaderModel::new("authorization", "Bearer x").with_is_secure(true);
    let webhook = WebHookRequestModel::new("https://example.com").with_web_hook_headers([header]);
    let webhook = client
        .create_webhook(demo.v2.config_id, demo.test_id, webhook)
        .send()
        .await?
        .into_inner();
    let sent = fake.requests().len();
    let mut table = Table(
        "# Wrong uses, and what they are told\n\n\
         Written by `tests/it/wrong_uses.rs`, which makes each mistake. No change in these tables reaches the server; an edit reads the value first.\n"
            .to_string(),
    );

    table.section("Values");
    macro_rules! edit {
        ($setting:expr, $wrong:literal, |$formula:ident| $change:expr) => {{
            let edit = client.edit_value(demo.test_id, $setting, |$formula| {
                $change;
                Ok(())
            });
            table.row($wrong, told(edit.send().await));
        }};
    }
    let flag_id = demo.v2.new_checkout;
    edit!(flag_id, "a text for a flag, in `edit_value`", |formula| {
        formula.set_default("on")
    });
    edit!(
        demo.v2.page_size,
        "a decimal for a setting of whole numbers",
        |formula| formula.set_default(1.5)
    );
    edit!(
        json,
        "text that is no JSON, for a setting with `isJson`",
        |formula| formula.set_default("{dark}")
    );
    edit!(
        flag_id,
        "a rule that serves a value of another type",
        |formula| { formula.add_rule(when("Country").equals("NL").serve("yes")) }
    );
    edit!(flag_id, "a flag that depends on itself", |formula| formula
        .add_rule(flag(flag_id).equals(true).serve(true)));
    edit!(flag_id, "a rule with a value and percentages", |formula| {
        let rule = everyone().split(percentages([(100, true)])?);
        formula.add_rule(rule.with_value(SettingValue::from(true)))
    });
    edit!(
        flag_id,
        "a hand-made rule with a text for a list",
        |formula| {
            let value = UpdateComparisonValueModel::new().with_string_value("NL");
            let condition =
                UpdateUserConditionModel::new(UserComparator::IsOneOf, "Country", value);
            let condition = UpdateConditionModel::new().with_user_condition(condition);
            let rule = UpdateTargetingRuleModel::new().with_conditions([condition]);
            formula.add_rule(rule.with_value(SettingValue::from(true)))
        }
    );
    table.row(
        "reading a value as another type",
        told(bool::try_from(SettingValue::from("on"))),
    );
    let on = FormulaPatch::new().set_default("on");
    table.row(
        "a patch for a value of another type, with `FormulaPatch::check`",
        told(on.check(&on_v2)),
    );
    let on = SettingValuePatch::new().set_value(1);
    table.row(
        "the same with `SettingValuePatch::check`",
        told(on.check(&on_v1)),
    );

    table.section("Comparators");
    let compiles_not =
        "does not compile: each comparator is a method with its own type of argument";
    table.row(
        "`when(\"Age\").number_is_below(\"eighteen\")`",
        compiles_not.to_string(),
    );
    let compares = |comparator, value: &str| told(when("App").compares(comparator, value));
    table.row(
        "a text for a number, at run time",
        compares(UserComparator::NumberLess, "18"),
    );
    table.row("a text for a list", compares(UserComparator::IsOneOf, "NL"));
    table.row(
        "a text for a time",
        compares(UserComparator::DateTimeBefore, "tomorrow"),
    );
    table.row(
        "a text that is no semantic version",
        compares(UserComparator::SemVerLess, "1.2"),
    );
    let nan = when("Age").compares(UserComparator::NumberEquals, f64::NAN);
    table.row("a number that is none", told(nan));
    let v1 = |rule: UpdateTargetingRuleModel| told(UpdateRolloutRuleModel::try_from(rule));
    let ends = || when("Email").ends_with_any_of(["@example.com"]);
    table.row("a newer comparator in a V1 config", v1(ends().serve(true)));
    table.row(
        "two conditions in a V1 config",
        v1(ends().and(in_segment(Uuid::nil())).serve(true)),
    );

    table.section("Percentages");
    table.row(
        "shares that add up to less",
        told(percentages([(10, true), (80, false)])),
    );
    table.row(
        "a share beyond 100",
        told(percentages([(150, true), (-50, false)])),
    );
    table.row("no shares", told(percentages::<bool>([])));
    let item = UpdateRolloutPercentageItemModel::new;
    let patch = SettingValuePatch::new().replace_percentage_items([item(50, true)]);
    table.row(
        "hand-made shares, with `SettingValuePatch::check`",
        told(patch.check(&on_v1)),
    );

    table.section("Patches");
    table.row(
        "`SettingPatch::new().turn_on()`",
        "does not compile: a setting's value is not changed there".to_string(),
    );
    let mut moved = setting.clone();
    moved.key.push('x');
    table.row(
        "`SettingPatch::diff` with another `key`",
        told(SettingPatch::diff(&setting, &moved)),
    );
    let mut renamed = setting.clone();
    renamed.tags[0].name.push('!');
    table.row(
        "`SettingPatch::diff` with a renamed tag: a patch has ids alone",
        told(SettingPatch::diff(&setting, &renamed)),
    );
    table.row(
        "removing a tag that was not seen",
        told(SettingPatch::new().remove_tag(5, &setting.tags)),
    );
    let mut twice = webhook.clone();
    twice
        .web_hook_headers
        .extend(webhook.web_hook_headers.clone());
    table.row(
        "`WebhookPatch::diff` that copies a secure header: the server answers its value as asterisks",
        told(WebhookPatch::diff(&webhook, &twice)),
    );
    let raw = |op: &str, path: &str| {
        SettingPatch::new().raw(JsonPatchOperation::new(op, path).with_value(1))
    };
    table.row(
        "previewing a raw operation on a read-only path",
        told(raw("replace", "/settingId").preview(&setting)),
    );
    let gone = SettingValuePatch::new().remove_rule(9);
    table.row(
        "previewing the removal of a rule that is not there",
        told(gone.preview(&on_v1)),
    );
    let foreign = |patch| told(configcat_management::json_patch::Patch::try_from(patch));
    table.row(
        "a raw operation that RFC 6902 does not know, as a `json_patch::Patch`",
        foreign(raw("spread", "/name")),
    );
    table.row(
        "a raw path that is no JSON Pointer",
        foreign(raw("add", "tags")),
    );
    let id = setting.setting_id;
    table.row(
        "sending an empty patch",
        told(client.update_setting(id, SettingPatch::new()).send().await),
    );
    let long = || "x".repeat(2_000);
    let patch = SettingPatch::new().rename("");
    table.row(
        "an empty name",
        told(client.update_setting(id, patch).send().await),
    );
    let patch = SettingPatch::new().set_hint(long());
    table.row(
        "a hint of 2 000 characters",
        told(client.update_setting(id, patch).send().await),
    );
    let patch = WebhookPatch::new().add_header(WebhookHeaderModel::new("authorization", long()));
    table.row(
        "a header of a webhook, just as long",
        told(client.update_webhook(1, patch).send().await),
    );
    let patch = ProxyProfilePatch::new().connect_notifications("x");
    table.row(
        "an address that is too short",
        told(client.update_proxy_profile(Uuid::nil(), patch).send().await),
    );
    let patch = FormulaPatch::new().add_rule(when(long()).equals("x").serve(true));
    let call = client.update_setting_value_v2(demo.test_id, flag_id, patch);
    table.row("an attribute of 2 000 characters", told(call.send().await));
    let rule = UpdateRolloutRuleModel::new(true).with_comparison_attribute(long());
    let call = client.update_setting_value(
        demo.test_id,
        id,
        SettingValuePatch::new().replace_rules([rule]),
    );
    table.row("the same in a V1 config", told(call.send().await));

    table.section("Parameters");
    let create = |result: Result<CreateIntegrationModel>| told(result);
    table.row(
        "a parameter that is empty",
        create(DataDog::new("").create("Metrics")),
    );
    let misspelt = Amplitude::new("a", "b").with_other("secretkey", "c");
    table.row(
        "a parameter that is misspelt",
        create(misspelt.create("Events")),
    );
    let server = Segment::new("w").with_server(SegmentServer::from("EU"));
    table.row(
        "a value that is none of those allowed",
        create(server.create("Events")),
    );

    table.section("Edits");
    let edit = client.edit_value(demo.test_id, flag_id, |_| {
        Err(Error::other("the flag has an owner"))
    });
    table.row("a closure that gives up", told(edit.send().await));
    let edit = client.edit_values(demo.v2.config_id, demo.test_id, |settings| {
        settings.get("gone").map(|_| ())
    });
    table.row(
        "a key that the config does not have",
        told(edit.send().await),
    );

    let requests = fake.requests();
    assert!(
        requests[sent..]
            .iter()
            .all(|request| request.method == "GET"),
        "{requests:?}"
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/wrong-uses.md");
    if std::env::var_os("UPDATE_WRONG_USES").is_some() {
        std::fs::write(path, &table.0).expect("a file");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == table.0,
        "docs/wrong-uses.md is out of date: UPDATE_WRONG_USES=1 cargo test -p configcat-management --test it wrong_uses"
    );
    Ok(())
}

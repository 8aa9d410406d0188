//! Stale flags are told with who uses them and who changed them last, and a flag that is used is not deleted by accident.

use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::names::{Flag, Product};
use configcat_management::rule::{flag, when};
use configcat_management::types::{
    CodeReferenceRequest, ConfigId, CreateSettingInitialValues, FlagReference,
    ReferenceLineRequest, ReferenceLinesRequest, SettingId, SettingType,
};
use configcat_management::{Client, Result};

use crate::support::shop::{place, written};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn shop(client: &Client) -> Product {
    client.product("Web shop")
}

fn production(client: &Client, config: &str, key: &str) -> Flag {
    place(client, config, "Production").flag(key)
}

async fn use_in_code(client: &Client, config: ConfigId, flag: SettingId) -> Result<()> {
    let line = ReferenceLinesRequest::new("src/cart.rs", ReferenceLineRequest::new(12));
    let found = vec![FlagReference::new(vec![line], flag)];
    let report = CodeReferenceRequest::new("main", config, "shop").with_flag_references(found);
    client.upload_code_references(report).send().await?;
    Ok(())
}

#[tokio::test]
async fn the_report_has_who_changed_a_flag_and_where_code_uses_it() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    use_in_code(&client, demo.v1.config_id, demo.v1.page_size).await?;
    assert_eq!(shop(&client).stale(30).await?.flags, [], "all is new");
    fake.advance(90 * DAY);
    for config in ["Backend", "Frontend"] {
        let change = production(&client, config, "new_checkout").turn_on();
        change.send().await?;
    }
    let report = shop(&client).stale(30).await?;
    assert_eq!(report.flags.len(), 10);
    let find = |config: &str, key: &str| {
        let mut flags = report.flags.iter();
        flags
            .find(|flag| flag.config == config && flag.key == key)
            .unwrap()
    };
    let (size, checkout) = (
        find("Backend", "page_size"),
        find("Backend", "new_checkout"),
    );
    assert_eq!(size.code_references, ["shop (main) src/cart.rs:12"]);
    assert_eq!(size.stale_in, ["Production", "Test"]);
    assert_eq!(checkout.stale_in, ["Test"], "it was changed in the other");
    assert_eq!(checkout.changed_by.as_deref(), Some("Jane Doe"));
    let days = checkout.changed_at.unwrap() - size.changed_at.unwrap();
    assert_eq!(days.num_days(), 90);
    let table = report.to_string();
    assert!(
        table.starts_with("config    flag          stale in"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 11);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["flags"][0]["staleIn"][0], "Test");
    Ok(())
}

#[tokio::test]
async fn what_code_uses_is_not_deleted_unless_told() -> Result<()> {
    for config in ["Backend", "Frontend"] {
        let fake = Fake::start().await;
        let (client, demo) = (fake.client(), fake.demo().unwrap());
        let ids = if config == "Backend" {
            &demo.v1
        } else {
            &demo.v2
        };
        use_in_code(&client, ids.config_id, ids.new_checkout).await?;
        fake.clear_requests();
        let retire = production(&client, config, "new_checkout").retire();
        assert_eq!(retire.uses().await?, ["shop (main) src/cart.rs:12"]);
        let error = retire.clone().remove_tag("release").send().await;
        let error = error.unwrap_err().to_string();
        assert_eq!(
            error,
            "`new_checkout` is still used: shop (main) src/cart.rs:12"
        );
        assert_eq!(written(&fake), [""; 0], "nothing was changed");
        retire.even_if_used().send().await?;
        assert_eq!(written(&fake), ["delete-setting"]);
        assert!(client.get_setting(ids.new_checkout).send().await.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn what_other_flags_look_at_in_any_environment_is_not_deleted() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let place = place(&client, "Frontend", "Test");
    let rule = flag(demo.v2.new_checkout).equals(true).serve(true);
    place.flag("beta_search").add_rule(rule).send().await?;
    let retire = production(&client, "Frontend", "new_checkout").retire();
    let error = retire.send().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "`new_checkout` is still used: the rules of `beta_search` in Test"
    );
    assert!(
        client
            .get_setting(demo.v2.new_checkout)
            .send()
            .await
            .is_ok()
    );
    Ok(())
}

#[tokio::test]
async fn a_tag_is_removed_and_a_value_set_before_the_deletion() -> Result<()> {
    for (config, update) in [
        ("Backend", "update-setting-value"),
        ("Frontend", "update-setting-value-v2"),
    ] {
        let fake = Fake::start().await;
        let flag = production(&fake.client(), config, "new_checkout");
        let staff = when("Email").is_one_of(["jane@example.com"]).serve(true);
        flag.add_rule(staff).send().await?;
        fake.clear_requests();
        let retire = flag.retire().remove_tag("RELEASE").set_default(true);
        assert_eq!(retire.uses().await?, [""; 0]);
        assert_eq!(written(&fake), [""; 0], "a dry run");
        retire.reason("Launched").send().await?;
        assert_eq!(written(&fake), ["update-setting", update, "delete-setting"]);
        // A tag that is not there is no obstacle.
        let other = production(&fake.client(), config, "banner_text");
        other.retire().remove_tag("release").send().await?;
        assert_eq!(written(&fake).len(), 4);
        assert_eq!(fake.dangling(), [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_flag_of_the_same_key_is_found_after_a_deletion() -> Result<()> {
    for name in ["Backend", "Frontend"] {
        let fake = Fake::start().await;
        let client = fake.client();
        let test = place(&client, name, "Test");
        let size = test.flag("page_size");
        let (old, config) = (size.served().await?.setting_id, client.product("Web shop"));
        size.retire().send().await?;
        let error = size.served().await.unwrap_err().to_string();
        assert!(error.contains("has no setting `page_size`"), "{error}");
        let config = config.config(name).config_id().await?;
        let new = CreateSettingInitialValues::new("page_size", "Size", SettingType::Int);
        client.create_setting(config, new).send().await?;
        let new = size.served().await?.setting_id;
        assert_ne!(new, old);

        // Somebody else does the same: the handle notices it by the first 404.
        client.delete_setting(new).send().await?;
        let again = CreateSettingInitialValues::new("page_size", "Size", SettingType::Int);
        client.create_setting(config, again).send().await?;
        let change = || size.set_default(7).send();
        let error = change().await.unwrap_err();
        assert_eq!(error.status(), Some(http::StatusCode::NOT_FOUND));
        assert!(change().await?.changed, "{name}");
    }
    Ok(())
}

/// A flag that was deleted and created again is found by its key at the second try.
#[tokio::test]
async fn a_flag_of_another_id_is_retired_at_the_second_try() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let flag = production(&client, "Frontend", "page_size");
    let old = flag.setting_id().await?;
    client.delete_setting(old).send().await?;
    let new = CreateSettingInitialValues::new("page_size", "Page size", SettingType::Int);
    let new = client.create_setting(demo.v2.config_id, new).send().await?;
    let error = flag.retire().send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    flag.retire().send().await?;
    let gone = client.get_setting(new.setting_id).send().await;
    assert!(gone.is_err());
    Ok(())
}

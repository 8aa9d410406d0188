//! What SDKs download: `config_v6.json` has the form that they read, for both versions of configs and for whoever has the SDK
//! key, costs no quota, and is not sent again to those who have it. What it means is judged by `tests/judge.rs`.

use std::time::Duration;

use configcat_fake::{DemoConfig, Fake};
use configcat_management::reqwest::{self, Response, StatusCode, header};
use configcat_management::rule::{everyone, flag, in_segment, not_in_segment, percentages, when};
use configcat_management::types::*;
use configcat_management::{Result, SettingValue};
use serde_json::{Value, json};

use crate::config_schema;

/// The request of an SDK, which has no credentials; perhaps with the tag of what it has.
async fn download(fake: &Fake, sdk_key: &str, tag: Option<&str>) -> Response {
    let url = format!(
        "{}/configuration-files/{sdk_key}/config_v6.json",
        fake.base_url()
    );
    let mut request = reqwest::Client::new().get(url);
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    request.send().await.expect("the server answers")
}

async fn sdk_key(fake: &Fake, config: &DemoConfig) -> Result<String> {
    let production = fake.demo().unwrap().production_id;
    let keys = fake
        .client()
        .get_sdk_keys(config.config_id, production)
        .send()
        .await?;
    Ok(keys.primary.expose().to_string())
}

/// The document, which has the form that it should have.
async fn document(fake: &Fake, sdk_key: &str) -> Value {
    let response = download(fake, sdk_key, None).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.bytes().await.expect("it has a body");
    let document = serde_json::from_slice(&body).expect("it is JSON");
    if let Err(problem) = config_schema::check(&document) {
        panic!("{problem}");
    }
    document
}

#[tokio::test]
async fn both_versions_of_a_config_are_served_in_one_form() -> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().unwrap();
    for config in [&demo.v1, &demo.v2] {
        let document = document(&fake, &sdk_key(&fake, config).await?).await;
        assert_eq!(document["p"]["u"], json!(fake.base_url()));
        let settings = &document["f"];
        for (key, of_type, value) in [
            ("new_checkout", 0, json!({ "b": false })),
            ("banner_text", 1, json!({ "s": "Welcome!" })),
            ("page_size", 2, json!({ "i": 20 })),
            ("discount", 3, json!({ "d": 0.25 })),
        ] {
            assert_eq!(settings[key]["t"], json!(of_type), "{key}");
            assert_eq!(settings[key]["v"], value, "{key}");
        }
        let search = &settings["beta_search"];
        let staff = json!([{ "u": { "a": "Email", "c": 2, "l": ["@example.com"] } }]);
        assert_eq!(search["r"][0]["c"], staff);
        assert_eq!(search["r"][0]["s"]["v"], json!({ "b": true }));
        assert_eq!(search["r"].as_array().map(Vec::len), Some(1));
        let shares = search["p"].as_array().unwrap().iter();
        let shares: Vec<_> = shares
            .map(|share| (share["p"].clone(), share["v"]["b"].clone()))
            .collect();
        assert_eq!(
            shares,
            [(json!(10), json!(true)), (json!(90), json!(false))]
        );
    }
    Ok(())
}

#[tokio::test]
async fn segments_prerequisites_and_sensitive_texts_have_their_form() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let comparator = RolloutRuleComparator::SensitiveIsOneOf;
    let staff = CreateSegmentModel::new(
        comparator,
        "Email",
        "jane@example.com, joe@example.com",
        "Staff",
    );
    let staff = client
        .create_segment(demo.product_id, staff)
        .send()
        .await?
        .segment_id;
    let split = percentages([(50, true), (50, false)])?;
    let rules = vec![
        in_segment(staff).and(not_in_segment(staff)).serve(true),
        flag(demo.v2.page_size).does_not_equal(20).serve(true),
        when("Email")
            .hashed()
            .ends_with_any_of(["@exämple.com"])
            .split(split.clone()),
        everyone().split(split),
    ];
    let formula = UpdateEvaluationFormulaModel::new(SettingValue::from(false))
        .with_targeting_rules(rules)
        .with_percentage_evaluation_attribute("Country");
    client
        .replace_setting_value_v2(demo.production_id, demo.v2.new_checkout, formula)
        .send()
        .await?;

    let document = document(&fake, &sdk_key(&fake, &demo.v2).await?).await;
    let text = document.to_string();
    assert!(
        !text.contains("jane@") && !text.contains("exämple"),
        "{text}"
    );
    assert_eq!(document["s"][0]["n"], "Staff");
    assert_eq!(
        document["s"][0]["r"][0]["l"].as_array().map(Vec::len),
        Some(2)
    );
    let setting = &document["f"]["new_checkout"];
    assert_eq!(setting["a"], "Country");
    let conditions = |index: usize| setting["r"][index]["c"].clone();
    let segments = json!([{ "s": { "s": 0, "c": 0 } }, { "s": { "s": 0, "c": 1 } }]);
    assert_eq!(conditions(0), segments);
    let prerequisite = json!([{ "p": { "f": "page_size", "c": 1, "v": { "i": 20 } } }]);
    assert_eq!(conditions(1), prerequisite);
    let sensitive = conditions(2)[0]["u"]["l"][0].clone();
    let sensitive = sensitive.as_str().unwrap();
    assert!(
        sensitive.starts_with("13_") && sensitive.len() == 3 + 64,
        "{sensitive}"
    );
    assert_eq!(setting["r"].as_array().map(Vec::len), Some(3));
    assert_eq!(setting["p"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn what_an_sdk_has_is_not_sent_again_until_it_changes() -> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().unwrap();
    let key = sdk_key(&fake, &demo.v2).await?;
    let tag = |response: &Response| {
        let tag = response.headers()[header::ETAG].to_str();
        tag.expect("it is text").to_string()
    };
    let first = tag(&download(&fake, &key, None).await);
    for known in [
        first.clone(),
        format!("W/{first}"),
        format!("\"other\", {first}"),
    ] {
        let again = download(&fake, &key, Some(&known)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(tag(&again), first);
        assert!(again.bytes().await.expect("it ends").is_empty());
    }
    let on = UpdateEvaluationFormulaModel::new(SettingValue::from(true));
    fake.client()
        .replace_setting_value_v2(demo.production_id, demo.v2.new_checkout, on)
        .send()
        .await?;
    let changed = download(&fake, &key, Some(&first)).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_ne!(tag(&changed), first);
    Ok(())
}

#[tokio::test]
async fn keys_that_do_not_exist_are_not_found_and_are_not_repeated() {
    let fake = Fake::start().await;
    for key in [
        "nobody/has-this",
        "configcat-sdk-1/nobody/has-this",
        "configcat-proxy/nobody",
    ] {
        let response = download(&fake, key, None).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{key}");
        let text = response.text().await.expect("it has a text");
        assert!(
            text.contains("SDK key") && !text.contains("nobody"),
            "{text}"
        );
    }
    let older = format!("{}/configuration-files/a/b/config_v5.json", fake.base_url());
    let older = reqwest::get(older).await.expect("the server answers");
    assert_eq!(older.status(), StatusCode::NOT_FOUND);
    assert!(older.text().await.unwrap().contains("config_v6.json"));
}

#[tokio::test]
async fn downloads_cost_no_quota_and_are_not_in_the_journal() -> Result<()> {
    let fake = Fake::builder()
        .quota(2, Duration::from_secs(3600))
        .without_page()
        .start()
        .await;
    let key = sdk_key(&fake, &fake.demo().unwrap().v2).await?;
    fake.clear_requests();
    for _ in 0..5 {
        assert_eq!(download(&fake, &key, None).await.status(), StatusCode::OK);
    }
    assert!(fake.requests().is_empty());
    fake.client().get_me().send().await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_profile_serves_the_configs_that_it_selects() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let new = CreateOrUpdateProxyProfileRequest::new("Edge");
    let profile = client
        .create_proxy_profile(fake.organization_id(), new)
        .send()
        .await?;
    let id = profile.proxy_profile_id;
    let item = ProxyProfileSdkKeyRequestItem::new()
        .with_config_id(demo.v2.config_id)
        .with_environment_id(demo.production_id);
    let items = ProxyProfileSdkKeysRequest::new(vec![item]);
    let selected = client
        .select_proxy_profile_sdk_keys(id, items.clone())
        .send()
        .await?;
    let key = format!("configcat-proxy/{}", selected.items[0].sdk_id);
    let through_proxy = document(&fake, &key).await;
    assert_eq!(
        through_proxy,
        document(&fake, &sdk_key(&fake, &demo.v2).await?).await
    );

    client
        .deselect_proxy_profile_sdk_keys(id, items)
        .send()
        .await?;
    assert_eq!(
        download(&fake, &key, None).await.status(),
        StatusCode::NOT_FOUND
    );
    Ok(())
}

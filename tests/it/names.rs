//! Names lead to ids with as few calls as possible, and one word changes a flag in V1 and V2 configs, losing nobody's change.

use std::time::{Duration, Instant};

use configcat_fake::{Fake, Fault};
use configcat_management::names::{
    Changed, Difference, Differences, Flag, FlagValues, Part, Served, StaleFlags,
};
use configcat_management::rule::{everyone, flag, percentages, when};
use configcat_management::types::{CreateConfigRequest, CreateEnvironmentModel};
use configcat_management::{Result, RetryPolicy, SettingValue};
use http::StatusCode;
use tokio::task::JoinSet;

use crate::support::assert_ends_with;
use crate::support::shop::{calls, place};

const CONFIGS: [&str; 2] = ["Backend", "Frontend"]; // V1 and V2

#[tokio::test]
async fn each_list_is_read_once() -> Result<()> {
    let fake = Fake::start().await;
    let test = place(&fake.client(), "frontend", "TEST");
    let (checkout, size) = (test.flag("New_Checkout"), test.clone().flag("page_size"));
    assert_eq!(calls(&fake).len(), 0, "a handle makes no call");
    assert_eq!(
        checkout.setting_id().await?,
        fake.demo().unwrap().v2.new_checkout
    );
    assert!(checkout.turn_off().send().await?.changed);
    let lists = [
        "get-products",
        "get-configs",
        "get-settings",
        "get-environments",
    ];
    let value = ["get-setting-value-v2", "update-setting-value-v2"];
    assert_eq!(calls(&fake), [&lists[..], &value[..]].concat());
    assert!(size.set_default(30).send().await?.changed);
    assert!(!size.set_default(30).send().await?.changed);
    let more = [
        "get-setting-value-v2",
        "update-setting-value-v2",
        "get-setting-value-v2",
    ];
    assert_eq!(calls(&fake)[6..], more);
    Ok(())
}

#[tokio::test]
async fn many_at_once_share_a_list() -> Result<()> {
    let fake = Fake::start().await;
    let flag = place(&fake.client(), "Frontend", "Test").flag("page_size");
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let flag = flag.clone();
        tasks.spawn(async move { flag.setting_id().await });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert_eq!(
        calls(&fake),
        ["get-products", "get-configs", "get-settings"]
    );
    Ok(())
}

/// They wait for two calls that fail, and then not for each other; nor does anybody wait beyond the deadline.
#[tokio::test]
async fn many_at_once_fail_at_once() {
    const SOON: Duration = Duration::from_millis(300);
    let fake = Fake::start().await;
    fake.fail_next_of("get-products", 80, Fault::Delay(Duration::from_secs(60)));
    let impatient = fake.client_builder().timeout(SOON).build().unwrap();
    let impatient = impatient.with_retry(RetryPolicy::never());
    for client in [impatient, fake.client().with_deadline(SOON)] {
        // One more is in flight than was answered, at first.
        for _ in 0..10 {
            client.get_me().send().await.expect("no fault");
        }
        let product = client.product("Web shop");
        let began = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let product = product.clone();
            tasks.spawn(async move { product.product_id().await });
        }
        assert!(tasks.join_all().await.iter().all(Result::is_err));
        // One behind the other, it is six seconds.
        assert!(began.elapsed() < Duration::from_secs(3));
    }
}

/// What was deleted and created again has another id.
#[tokio::test]
async fn after_a_404_the_next_try_finds_what_was_created_anew() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let product_id = fake.demo().unwrap().product_id;
    let config = client.product("Web shop").config("Backend");
    let old = config.config_id().await?;
    client.delete_config(old).send().await?;
    let new = CreateConfigRequest::new("Backend");
    let new = client.create_config(product_id, new).send().await?;
    let error = config.setting("new_checkout").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND), "{error}");
    assert_eq!(config.config_id().await?, new.config_id);
    Ok(())
}

#[tokio::test]
async fn a_list_is_read_again_where_a_name_is_missing_or_time_is_up() -> Result<()> {
    let fake = Fake::start().await;
    let (client, product_id) = (fake.client(), fake.demo().unwrap().product_id);
    let product = client.product("web SHOP");
    product.environment("Test").await?;
    let new = CreateEnvironmentModel::new("Staging");
    client.create_environment(product_id, new).send().await?;
    product.environment("staging").await?;
    let reads = |name| {
        calls(&fake)
            .into_iter()
            .filter(|call| *call == name)
            .count()
    };
    assert_eq!((reads("get-products"), reads("get-environments")), (1, 2));
    let hasty = client.product("Web shop").keep_for(Duration::ZERO);
    hasty.product_id().await?;
    hasty.product_id().await?;
    assert_eq!(reads("get-products"), 3);
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let product = client.product("Web shop");
    let told = |error: Option<configcat_management::Error>| error.unwrap().to_string();
    assert_eq!(
        told(product.environment("Prodution").await.err()),
        "the product `Web shop` has no environment `Prodution`; it has `Production`, `Test`; did you \
         mean `Production`?"
    );
    assert_eq!(
        told(client.product("Web").get().await.err()),
        "the account has no product `Web`; it has `Web shop`"
    );
    assert_eq!(
        told(product.clone().in_organization("Nobody").get().await.err()),
        "the organization `Nobody` has no product `Web shop`; it has none"
    );
    assert_eq!(
        told(product.config("Backend").setting("checkout").await.err()),
        "the config `Backend` has no setting `checkout`; it has `new_checkout`, `beta_search`, `banner_text`, `page_size`, `discount`; \
         did you mean `new_checkout`?"
            .to_string(),
    );
    let acme = product.clone().in_organization("acme corporation");
    assert_eq!(acme.product_id().await?, demo.product_id);
    let by_ids = client
        .product(demo.product_id.to_string())
        .config(demo.v1.config_id.to_string());
    assert_eq!(by_ids.get().await?.name, "Backend");
    Ok(())
}

#[tokio::test]
async fn what_fits_twice_is_listed_and_an_id_or_the_exact_name_tells_it_apart() -> Result<()> {
    let fake = Fake::start().await;
    let (client, product_id) = (fake.client(), fake.demo().unwrap().product_id);
    let new = |name| {
        client
            .create_config(product_id, CreateConfigRequest::new(name))
            .send()
    };
    let other = new("BACKEND").await?;
    let product = client.product("Web shop");
    let error = product
        .config("backend")
        .get()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`backend` matches 2 configs in the product"),
        "{error}"
    );
    assert!(error.contains(&other.config_id.to_string()), "{error}");
    assert_eq!(
        product.config("BACKEND").config_id().await?,
        other.config_id
    );
    let by_id = product.config(other.config_id.to_string());
    assert_eq!(by_id.config_id().await?, other.config_id);
    Ok(())
}

/// For tests of functions that take them: without a server.
#[test]
fn answers_can_be_made() {
    let mut served = Served::default();
    served.default = Some(true.into());
    let mut flag = FlagValues::default();
    flag.served = vec![("Production".into(), served)];
    assert_eq!(flag.served[0].1.default, Some(true.into()));
    let mut differences = Differences::default();
    differences.differences = vec![Difference::default()];
    differences.differences[0].part = Part::Split;
    assert!(differences.to_string().contains("differences: 1"));
    assert!(StaleFlags::default().flags.is_empty());
    assert!(!Changed::default().changed);
}

/// The flag with the staff rule and the split of the demo.
fn beta(fake: &Fake, config: &str) -> Flag {
    place(&fake.client(), config, "Production").flag("beta_search")
}

#[tokio::test]
async fn each_word_does_the_same_in_both_versions_and_for_all_types() -> Result<()> {
    for config in CONFIGS {
        let fake = Fake::start().await;
        let test = place(&fake.client(), config, "Test");
        let flag = test.flag("beta_search");
        assert_eq!(
            flag.turn_on().send().await?.served.default,
            Some(true.into()),
            "{config}"
        );
        assert_eq!(
            flag.turn_off().send().await?.served.default,
            Some(false.into())
        );
        // Nobody is left with the other value.
        for on in [false, true] {
            flag.roll_out(20).send().await?;
            let change = if on { flag.turn_on() } else { flag.turn_off() };
            let served = change.reason("Now").send().await?.served;
            assert_eq!(
                (served.default, served.split),
                (Some(on.into()), vec![]),
                "{config}"
            );
        }
        let wanted: [(&str, SettingValue); 3] = [
            ("banner_text", "Hello".into()),
            ("page_size", 50.into()),
            ("discount", 0.5.into()),
        ];
        for (key, value) in wanted {
            let flag = test.flag(key);
            let staff = when("Email")
                .is_one_of(["jane@example.com"])
                .serve(value.clone());
            let split = percentages([(40, value.clone()), (60, value.clone())])?;
            let change = flag.set_default(value.clone()).split(split).add_rule(staff);
            let changed = change.reason("All at once").send().await?;
            assert_eq!(
                (changed.changed, changed.rounds),
                (true, 1),
                "{config} {key}"
            );
            let served = flag.served().await?;
            assert_eq!(served, changed.served);
            assert_eq!(served.default, Some(value.clone()));
            assert_eq!(served.rules.len(), 1);
            assert_eq!(served.rules[0].value, Some(value.clone()));
            assert_eq!(served.split, [(40, value.clone()), (60, value)]);
            let wrong = flag.roll_out(10).send().await.unwrap_err().to_string();
            assert!(wrong.contains("`roll_out` are for flags"), "{wrong}");
            assert!(
                flag.turn_on().send().await.is_err(),
                "{config}: `{key}` is no flag"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_roll_out_keeps_the_rules_of_others_and_stands_behind_them() -> Result<()> {
    for config in CONFIGS {
        let fake = Fake::start().await;
        let flag = beta(&fake, config);
        let before = flag.served().await?;
        assert_eq!(before.split, [(10, true.into()), (90, false.into())]);
        let half = flag.roll_out(50).send().await?.served;
        assert_eq!(half.split, [(50, true.into()), (50, false.into())]);
        assert_eq!(half.rules, before.rules, "{config}");
        let tester = when("Email").is_one_of(["joe@example.com"]).serve(true);
        let more = flag.add_rule(tester).send().await?.served;
        assert_eq!((more.rules.len(), more.split.len()), (2, 2), "{config}");
        let again = everyone().split(percentages([(70, true), (30, false)])?);
        let more = flag.add_rule(again).send().await?.served;
        assert_eq!(more.split, [(70, true.into()), (30, false.into())]);
        let all = flag.roll_out(100).send().await?.served;
        assert_eq!(
            (all.default, all.split.len(), all.rules.len()),
            (Some(true.into()), 0, 2)
        );
        let wrong = flag.roll_out(101).send().await.unwrap_err().to_string();
        assert!(wrong.contains("101"), "{wrong}");
    }
    let fake = Fake::start().await;
    let flag = beta(&fake, "Frontend");
    flag.add_rule(when("Email").is_one_of(["joe@example.com"]).serve(true))
        .send()
        .await?;
    let demo = fake.demo().unwrap();
    let call = fake
        .client()
        .get_setting_value_v2(demo.production_id, demo.v2.beta_search);
    let rules = call.send().await?.into_inner().targeting_rules;
    let conditions: Vec<_> = rules.iter().map(|rule| rule.conditions.len()).collect();
    assert_eq!(conditions, [1, 1, 0], "the split for everyone is the last");
    Ok(())
}

#[tokio::test]
async fn what_v1_cannot_say_is_refused_before_a_change_is_sent() -> Result<()> {
    let fake = Fake::start().await;
    let beta = beta(&fake, "Backend");
    let other = fake.demo().unwrap().v1.new_checkout;
    let wrong = beta
        .add_rule(flag(other).equals(true).serve(true))
        .send()
        .await;
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("looks at another flag")
    );
    assert!(!calls(&fake).contains(&"update-setting-value"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_lose_no_update() -> Result<()> {
    const EACH: usize = 10;
    for config in CONFIGS {
        let fake = Fake::start().await;
        let mut writers = JoinSet::new();
        for writer in 0..2 {
            // A client of its own, so that they meet at the server.
            let flag = place(&fake.client_builder().build()?, config, "Test").flag("beta_search");
            writers.spawn(async move {
                for number in 0..EACH {
                    let mail = format!("{writer}-{number}@example.com");
                    flag.add_rule(when("Email").is_one_of([mail]).serve(true))
                        .send()
                        .await?;
                }
                Ok::<(), configcat_management::Error>(())
            });
        }
        for written in writers.join_all().await {
            written?;
        }
        let served = place(&fake.client(), config, "Test")
            .flag("beta_search")
            .served()
            .await?;
        let mut mails: Vec<_> = served.rules.iter().map(|rule| &rule.when).collect();
        mails.sort();
        mails.dedup();
        assert_eq!(
            (mails.len(), served.rules.len()),
            (2 * EACH, 2 * EACH),
            "{config}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_listing_has_every_flag_in_every_environment() -> Result<()> {
    for config in CONFIGS {
        let fake = Fake::start().await;
        let flags = fake
            .client()
            .product("Web shop")
            .config(config)
            .flags()
            .await?;
        let keys: Vec<_> = flags.iter().map(|flag| flag.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "banner_text",
                "beta_search",
                "discount",
                "new_checkout",
                "page_size"
            ]
        );
        assert_eq!(
            calls(&fake).len(),
            5,
            "two lists, the environments, and a call for each"
        );
        let checkout = &flags[3].served;
        let shown: Vec<_> = checkout
            .iter()
            .map(|(name, served)| (name.as_str(), served.default.clone()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Production", Some(false.into())),
                ("Test", Some(true.into()))
            ]
        );
        let beta = flags[1].served[0].1.to_string();
        assert!(beta.starts_with("beta_search: false\n  Email "), "{beta}");
        assert_ends_with(&beta, "everyone else: 10 % true, 90 % false");
    }
    Ok(())
}

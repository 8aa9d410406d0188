//! A copy shows what it will change, changes that and nothing else, never overwrites what somebody changed since, and goes
//! on after a failure where it stopped.

mod kept;

use configcat_fake::{Fake, Fault};
use configcat_management::names::{CopyPlan, Environment, Part, compare, copy};
use configcat_management::rule::{flag, in_segment, percentages, when};
use configcat_management::types::{
    CreateConfigRequest, CreateEnvironmentModel, CreatePredefinedVariationModel,
    CreatePredefinedVariationValueModel, CreateProductRequest, CreateSettingInitialValues,
    EvaluationVersion, SettingType,
};
use configcat_management::{Client, Result, SettingValue};
use tokio::task::JoinSet;

use crate::support::assert_contains;
use crate::support::shop::{staff, written};

fn both(client: &Client, name: &str) -> (Environment, Environment) {
    let config = client.product("Web shop").config(name);
    (config.environment("Test"), config.environment("Production"))
}

fn done(plan: &CopyPlan) -> Vec<bool> {
    plan.steps().iter().map(|step| step.done).collect()
}

#[tokio::test]
async fn a_preview_shows_patches_and_the_copy_makes_both_sides_the_same() -> Result<()> {
    for (name, writes) in [
        ("Backend", vec!["update-setting-value"; 2]),
        ("Frontend", vec!["post-setting-values-v2"]),
    ] {
        let fake = Fake::start().await;
        let (test, production) = both(&fake.client(), name);
        let before = fake.to_json();
        let mut plan = copy(&test, &production).reason("Promote").preview().await?;
        assert_eq!(written(&fake), [""; 0], "a preview changes nothing");
        assert_eq!(fake.to_json(), before);
        let shown = plan.to_string();
        let (value, rules) = match name {
            "Backend" => ("/value", "remove /rolloutRules/0"),
            _ => ("/defaultValue/boolValue", "replace /targetingRules: []"),
        };
        for line in [
            format!("[ ] change `new_checkout`\n  replace {value}: true\n"),
            format!("[ ] change `beta_search`\n  {rules}\n"),
        ] {
            assert!(shown.contains(&line), "{shown}");
        }
        assert!(shown.ends_with("0 of 2 steps are done"), "{shown}");

        plan.apply().await?;
        assert_eq!(written(&fake), writes, "{name}");
        assert_eq!(done(&plan), [true, true]);
        assert_eq!(compare(&test, &production).await?.differences, []);
        assert_eq!(copy(&test, &production).preview().await?.steps().len(), 0);
        plan.apply().await?;
        assert_eq!(written(&fake), writes, "what is done is not done again");
    }
    Ok(())
}

#[tokio::test]
async fn only_the_keys_that_were_named_are_copied() -> Result<()> {
    for name in ["Backend", "Frontend"] {
        let fake = Fake::start().await;
        let (test, production) = both(&fake.client(), name);
        let mut plan = copy(&test, &production)
            .keys(["NEW_checkout", "new_checkout"])
            .preview()
            .await?;
        assert_eq!(plan.steps().len(), 1);
        plan.apply().await?;
        let left = compare(&test, &production).await?;
        assert!(
            left.differences
                .iter()
                .all(|left| left.key == "beta_search")
        );
        assert_eq!(left.same, 4);
        let wrong = copy(&test, &production).keys(["checkout"]).preview().await;
        let wrong = wrong.unwrap_err().to_string();
        assert!(
            wrong.contains("has no setting `checkout`; it has "),
            "{wrong}"
        );
    }
    let fake = Fake::start().await;
    let (v1, v2) = (
        both(&fake.client(), "Backend").0,
        both(&fake.client(), "Frontend").0,
    );
    let wrong = copy(&v1, &v2).preview().await.unwrap_err().to_string();
    assert!(wrong.starts_with("cannot copy between"), "{wrong}");
    Ok(())
}

#[tokio::test]
async fn what_somebody_changed_since_the_preview_is_not_overwritten() -> Result<()> {
    for name in ["Backend", "Frontend"] {
        let fake = Fake::start().await;
        let (test, production) = both(&fake.client(), name);
        let mut plan = copy(&test, &production).preview().await?;
        let staff = when("Email").is_one_of(["jane@example.com"]).serve(true);
        let theirs = production
            .flag("beta_search")
            .add_rule(staff)
            .send()
            .await?;
        let error = plan.apply().await.unwrap_err().to_string();
        assert_contains(&error, "`beta_search` has changed since the preview");
        assert_eq!(
            production.flag("beta_search").served().await?,
            theirs.served,
            "{name}"
        );
        // What somebody else changed is no obstacle.
        let mut plan = copy(&test, &production)
            .keys(["new_checkout"])
            .preview()
            .await?;
        production.flag("page_size").set_default(99).send().await?;
        plan.apply().await?;
        let size = production.flag("page_size").served().await?;
        assert_eq!(size.default, Some(99.into()));
    }
    Ok(())
}

/// One copies a flag while the other one changes the flag that is overwritten. A copy that succeeds must have been shown all
/// that the other had written by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_lose_no_update() -> Result<()> {
    let fake = Fake::start().await;
    let flag = both(&fake.client_builder().build()?, "Frontend")
        .1
        .flag("beta_search");
    let mut writers = JoinSet::new();
    writers.spawn(async move {
        for number in 0..30 {
            let mail = format!("{number}@example.com");
            let rule = when("Email").is_one_of([mail]).serve(true);
            flag.add_rule(rule).send().await?;
        }
        Ok::<(), configcat_management::Error>(())
    });
    let (test, production) = both(&fake.client_builder().build()?, "Frontend");
    let (mut copied, mut refused) = (0, 0);
    while copied + refused < 200 && !(writers.is_empty() && copied > 0) {
        let mut plan = copy(&test, &production)
            .keys(["beta_search"])
            .preview()
            .await?;
        let shown = fake.requests().len();
        match plan.apply().await {
            Ok(()) => {
                copied += 1;
                let since = fake.requests().split_off(shown);
                let writes = since
                    .iter()
                    .filter(|request| request.method != "GET" && request.status == Some(200));
                let writes: Vec<_> = writes.filter_map(|request| request.operation).collect();
                let ours = writes
                    .iter()
                    .position(|write| *write == "post-setting-values-v2");
                assert!(
                    matches!(ours, None | Some(0)),
                    "an update was overwritten unseen: {writes:?}"
                );
            }
            Err(error) => {
                assert_contains(&error, "has changed since the preview");
                refused += 1;
            }
        }
        if let Some(ended) = writers.try_join_next() {
            ended.unwrap()?;
        }
    }
    assert!(copied > 0, "{refused} were refused");
    Ok(())
}

/// Two copy different flags to one place at the same time, in clients of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_copies_at_once_both_arrive() -> Result<()> {
    for name in ["Backend", "Frontend"] {
        let fake = Fake::start().await;
        let mut writers = JoinSet::new();
        for key in ["beta_search", "new_checkout"] {
            let (test, production) = both(&fake.client_builder().build()?, name);
            writers.spawn(async move {
                let mut plan = copy(&test, &production).keys([key]).preview().await?;
                plan.apply().await
            });
        }
        for ended in writers.join_all().await {
            ended?;
        }
        let (test, production) = both(&fake.client(), name);
        assert_eq!(compare(&test, &production).await?.differences, [], "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_copy_goes_on_after_a_failure_in_the_middle() -> Result<()> {
    let fake = Fake::start().await;
    let (test, production) = both(&fake.client(), "Backend");
    let staff = when("Email").is_one_of(["jane@example.com"]).serve("Hi");
    test.flag("banner_text").add_rule(staff).send().await?;
    let mut plan = copy(&test, &production).preview().await?;
    fake.clear_requests();
    let seen = Fault::Status(403, "Not now.".to_string());
    // The first change passes, and the second one does not.
    fake.fail_next_of(
        "update-setting-value",
        1,
        Fault::Delay(std::time::Duration::ZERO),
    );
    fake.fail_next_of("update-setting-value", 1, seen);
    let error = plan.apply().await.unwrap_err().to_string();
    assert!(error.contains("Not now."), "{error}");
    assert_eq!(done(&plan), [true, false, false]);
    assert!(
        plan.to_string().starts_with("[x] change `new_checkout`"),
        "{plan}"
    );
    plan.apply().await?;
    assert_eq!(done(&plan), [true; 3]);
    assert_eq!(written(&fake).len(), 4, "three changes, one of them twice");
    assert_eq!(compare(&test, &production).await?.differences, []);
    Ok(())
}

/// Another product with an empty config.
async fn elsewhere(fake: &Fake, version: EvaluationVersion) -> Result<Environment> {
    let client = fake.client();
    let product = CreateProductRequest::new("Other shop");
    let product = client
        .create_product(fake.organization_id(), product)
        .send()
        .await?;
    let environment = CreateEnvironmentModel::new("Live");
    client
        .create_environment(product.product_id, environment)
        .send()
        .await?;
    let config = CreateConfigRequest::new("Main").with_evaluation_version(version);
    client
        .create_config(product.product_id, config)
        .send()
        .await?;
    Ok(client
        .product("Other shop")
        .config("Main")
        .environment("Live"))
}

fn sizes() -> CreateSettingInitialValues {
    let variation = |name: &str, value: i32| {
        let value = CreatePredefinedVariationValueModel::from(SettingValue::from(value));
        CreatePredefinedVariationModel::new(value).with_name(name.to_string())
    };
    CreateSettingInitialValues::new("size", "Size", SettingType::Int)
        .with_predefined_variations(vec![variation("Small", 10), variation("Large", 100)])
}

#[tokio::test]
async fn what_another_product_lacks_is_created_where_asked() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let segment = staff(&fake).await?;
    let size = client
        .create_setting(demo.v2.config_id, sizes())
        .send()
        .await?;
    let test = both(&client, "Frontend").0;
    let rule = in_segment(segment)
        .and(flag(demo.v2.new_checkout).equals(true))
        .and(flag(size.setting_id).equals(10));
    test.flag("beta_search")
        .add_rule(rule.serve(true))
        .send()
        .await?;
    let live = elsewhere(&fake, EvaluationVersion::V2).await?;

    let lacking = copy(&test, &live).keys(["beta_search"]).preview().await;
    let lacking = lacking.unwrap_err().to_string();
    assert_eq!(
        lacking,
        "the target has no tag `release`; `create_missing()` creates it"
    );
    fake.clear_requests();
    let mut plan = copy(&test, &live)
        .keys(["beta_search"])
        .create_missing()
        .preview()
        .await?;
    let what = plan
        .steps()
        .iter()
        .map(|step| step.what.lines().next().unwrap());
    let expected = [
        "create the tag `release`",
        "create the segment `Staff`",
        "create the setting `beta_search`",
        "create the setting `new_checkout`",
        "create the setting `size`",
        "change `beta_search`",
    ];
    assert_eq!(what.collect::<Vec<_>>(), expected);
    // It stops in the middle, and goes on.
    fake.fail_next_of(
        "create-segment",
        1,
        Fault::Status(403, "Not now.".to_string()),
    );
    plan.apply().await.unwrap_err();
    assert_eq!(done(&plan).iter().filter(|done| **done).count(), 1);
    // What was created is not created again, though the answer was lost.
    fake.fail_next_of("create-segment", 1, Fault::CutAfter);
    fake.fail_next_of("create-setting", 1, Fault::CutAfter);
    plan.apply().await?;
    for (create, times) in [
        ("create-tag", 1),
        ("create-segment", 2),
        ("create-setting", 3),
    ] {
        let written = written(&fake);
        let written = written.iter().filter(|write| **write == create);
        assert_eq!(written.count(), times, "{create}");
    }

    let left = compare(&test, &live).await?;
    assert!(
        left.differences
            .iter()
            .all(|left| left.part == Part::OnlyOne),
        "{left}"
    );
    assert_eq!(left.same, 3);
    let served = live.flag("beta_search").served().await?;
    assert_eq!(served.rules.len(), 1);
    let main = client.product("Other shop").config("Main");
    assert_eq!(main.setting("new_checkout").await?.tags[0].name, "release");
    let variations = main.setting("size").await?.predefined_variations;
    assert_eq!(variations[1].name.as_deref(), Some("Large"));
    assert_eq!(fake.dangling(), [""; 0]);
    Ok(())
}

/// What the target has in another case is the same, and what it has of another type is told before anything is changed.
#[tokio::test]
async fn another_case_is_no_change_and_another_type_is_told() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let test = both(&client, "Frontend").0;
    let rule = flag(demo.v2.new_checkout).equals(true).serve(true);
    test.flag("beta_search").add_rule(rule).send().await?;
    let live = elsewhere(&fake, EvaluationVersion::V2).await?;
    let main = client.product("Other shop").config("Main");
    let config = main.config_id().await?;
    for (key, of) in [
        ("NEW_CHECKOUT", SettingType::Boolean),
        ("page_size", SettingType::String),
    ] {
        let new = CreateSettingInitialValues::new(key, key, of);
        client.create_setting(config, new).send().await?;
    }
    let beta = || copy(&test, &live).keys(["beta_search"]).create_missing();
    beta().preview().await?.apply().await?;
    let again = beta().preview().await?;
    assert_eq!(again.steps().len(), 0, "{again}");

    let wrong = copy(&test, &live).keys(["page_size"]).preview().await;
    let wrong = wrong.unwrap_err().to_string();
    assert_eq!(
        wrong,
        "`page_size` is of type `int`, and of type `string` in the target"
    );
    Ok(())
}

#[tokio::test]
async fn segments_are_found_by_name_in_v1_too_and_variations_in_v2() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let segment = staff(&fake).await?;
    let test = both(&client, "Backend").0;
    let rule = in_segment(segment).serve(true);
    test.flag("beta_search").add_rule(rule).send().await?;
    let live = elsewhere(&fake, EvaluationVersion::V1).await?;
    let mut plan = copy(&test, &live).create_missing().preview().await?;
    plan.apply().await?;
    assert_eq!(compare(&test, &live).await?.differences, []);

    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    client
        .create_setting(demo.v2.config_id, sizes())
        .send()
        .await?;
    let test = both(&client, "Frontend").0;
    let half = percentages([(50, 10), (50, 100)])?;
    test.flag("size")
        .set_default(100)
        .split(half)
        .send()
        .await?;
    let live = elsewhere(&fake, EvaluationVersion::V2).await?;
    let main = client.product("Other shop").config("Main");
    client
        .create_setting(main.config_id().await?, sizes())
        .send()
        .await?;
    let mut plan = copy(&test, &live).keys(["size"]).preview().await?;
    assert_eq!(plan.steps().len(), 1, "{plan}");
    plan.apply().await?;
    let (here, there) = (
        test.flag("size").served().await?,
        live.flag("size").served().await?,
    );
    assert_eq!((here.default, here.split), (there.default, there.split));
    // A variation that is not there is told before anything is changed.
    let one = |name: &str, value: i32| {
        let value = CreatePredefinedVariationValueModel::from(SettingValue::from(value));
        let variation = CreatePredefinedVariationModel::new(value).with_name(name.to_string());
        let new = CreateSettingInitialValues::new("shape", "Shape", SettingType::Int);
        new.with_predefined_variations(vec![variation])
    };
    let create = |config, new| client.create_setting(config, new).send();
    create(demo.v2.config_id, one("Huge", 1_000)).await?;
    create(main.config_id().await?, one("Tiny", 1)).await?;
    let wrong = copy(&test, &live).keys(["shape"]).preview().await;
    let wrong = wrong.unwrap_err().to_string();
    assert_eq!(
        wrong,
        "the target has no predefined variation `shape: huge`; add it first"
    );
    Ok(())
}

//! Edits of all values of a config in an environment at once.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_of_a_whole_config_lose_nothing_either() -> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().unwrap().clone();
    let environment = demo.test_id;
    let mut editors = JoinSet::new();
    for number in 0..20 {
        // Half of them share a client, and each fourth edits a single setting.
        let client = if number % 2 == 0 {
            fake.client()
        } else {
            fake.client_builder().build()?
        };
        let config = demo.v2.config_id;
        let setting = demo.v2.beta_search;
        editors.spawn(async move {
            let rule = || {
                when("Email")
                    .is_one_of([format!("user-{number}@example.com")])
                    .serve(true)
            };
            if number % 4 == 0 {
                let edit = client.edit_value(environment, setting, |formula| {
                    formula.add_rule(rule());
                    Ok(())
                });
                return edit
                    .max_rounds(1_000)
                    .send()
                    .await
                    .map(|edited| edited.rounds);
            }
            let edit = client.edit_values(config, environment, |settings| {
                settings.get("beta_search")?.add_rule(rule());
                let size = settings.get("page_size")?;
                let now = size
                    .default_value()
                    .map(i64::try_from)
                    .transpose()?
                    .unwrap_or_default();
                size.set_default(now + 1);
                Ok(())
            });
            edit.max_rounds(1_000)
                .send()
                .await
                .map(|edited| edited.rounds)
        });
    }
    let rounds: Vec<u32> = editors
        .join_all()
        .await
        .into_iter()
        .collect::<Result<_>>()?;
    let (requests, conflicts) = count(&fake);
    println!(
        "20 editors: {requests} requests, {conflicts} conflicts, at most {:?} rounds",
        rounds.iter().max()
    );
    let client = fake.client();
    assert_eq!(
        mails(&client, environment, demo.v2.beta_search)
            .await?
            .len(),
        20
    );
    let size = client
        .get_setting_value_v2(environment, demo.v2.page_size)
        .send()
        .await?;
    assert_eq!(size.default_value.value(), Some(SettingValue::Int(20 + 15)));
    Ok(())
}

/// The newest version is that of the new setting, which nobody has changed.
#[tokio::test]
async fn a_setting_that_was_created_after_the_last_change_is_no_conflict() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let resize = |size: i32| {
        client.edit_values(demo.v2.config_id, demo.test_id, move |settings| {
            settings.get("page_size")?.set_default(size);
            Ok(())
        })
    };
    resize(30).send().await?;
    let new = CreateSettingInitialValues::new("late", "Late", SettingType::Boolean);
    let created = client.create_setting(demo.v2.config_id, new);
    created.send().await?;
    assert_eq!(resize(40).max_rounds(1).send().await?.rounds, 1);
    Ok(())
}

#[tokio::test]
async fn only_what_changed_is_posted() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let edit = client.edit_values(demo.v2.config_id, demo.test_id, |settings| {
        for setting in settings.iter_mut() {
            if setting.setting().setting_type == SettingType::Boolean {
                setting.turn_on();
            }
        }
        settings.get("discount")?.set_default(1);
        Ok(())
    });
    let after = edit.send().await?.value;
    let requests = fake.requests();
    let sent: UpdateEvaluationFormulasModel =
        serde_json::from_str(&requests.last().unwrap().body).unwrap();
    let ids: Vec<_> = sent
        .update_formulas
        .iter()
        .filter_map(|formula| formula.setting_id)
        .collect();
    assert_eq!(
        ids,
        [demo.v2.beta_search, demo.v2.discount],
        "the other flag was on already"
    );
    let discount = after
        .setting_formulas
        .iter()
        .find(|entry| entry.setting.key == "discount")
        .unwrap();
    assert_eq!(
        discount.default_value.value(),
        Some(SettingValue::Double(1.0))
    );
    Ok(())
}

#[tokio::test]
async fn what_would_be_refused_is_not_sent() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let json =
        CreateSettingInitialValues::new("theme", "Theme", SettingType::String).with_is_json(true);
    let json = client
        .create_setting(demo.v2.config_id, json)
        .send()
        .await?
        .setting_id;
    let before = fake.requests().len();
    let at = |setting: SettingId| (demo.test_id, setting);
    macro_rules! refused {
        ($setting:expr, $formula:ident => $change:expr, $text:literal) => {{
            let (environment, setting) = at($setting);
            let edit = client.edit_value(environment, setting, |$formula| {
                $change;
                Ok(())
            });
            let text = edit.send().await.unwrap_err().to_string();
            assert!(
                text.contains(" was not sent: ") && text.ends_with($text),
                "{text}"
            );
        }};
    }
    let flag = demo.v2.new_checkout;
    refused!(flag, formula => formula.set_default("on"),
        "`body.defaultValue` is of type `string`, and the setting of type `boolean`");
    refused!(demo.v2.page_size, formula => formula.set_default(3_000_000_000_i64),
        "`body.defaultValue` is of type `double`, and the setting of type `int`");
    refused!(demo.v2.discount, formula => formula.set_default(f64::NAN),
        "`body.defaultValue` is NaN, which JSON cannot carry");
    refused!(json, formula => formula.set_default("{"),
        "`body.defaultValue` has to be JSON: EOF while parsing an object at line 1 column 1");
    refused!(flag, formula => formula.add_rule(when("Country").equals("NL").serve(5)),
        "`body.targetingRules[0].value` is of type `int`, and the setting of type `boolean`");
    refused!(flag, formula => formula.add_rule(everyone().split(percentages([(100, "on")])?)),
        "`body.targetingRules[0].percentageOptions[0].value` is of type `string`, and the setting of type `boolean`");
    refused!(flag, formula => formula.add_rule(when("Age").number_is(f64::INFINITY).serve(true)),
        "`body.targetingRules[0].conditions[0].userCondition.comparisonValue` is inf, which JSON cannot carry");
    refused!(flag, formula => formula.add_rule(UpdateTargetingRuleModel::new()),
        "`body.targetingRules[0]` serves neither a value nor percentages");
    assert!(
        fake.requests()[before..]
            .iter()
            .all(|request| request.method == "GET")
    );
    Ok(())
}

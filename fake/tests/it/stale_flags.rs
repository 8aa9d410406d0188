//! Stale flags are found by the server's clock and by what really changed.

use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::types::*;

const DAY: u64 = 86_400;

fn keys(report: &StaleFlagProductModel) -> Vec<&str> {
    let settings = report.configs.iter().flat_map(|config| &config.settings);
    settings.map(|setting| setting.key.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn flags_grow_stale_until_somebody_changes_them() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let report = || client.get_staleflags(demo.product_id);
    tokio::time::advance(Duration::from_secs(20 * DAY)).await;
    assert!(
        keys(&*report().send().await?).is_empty(),
        "30 days are the default"
    );
    assert_eq!(
        keys(&*report().stale_flag_age_days(20).send().await?).len(),
        10
    );
    let tagged = report()
        .stale_flag_age_days(20)
        .ignored_tag_ids([demo.tag_id])
        .send()
        .await?;
    assert_eq!(keys(&tagged).len(), 8);
    assert!(!keys(&tagged).contains(&"new_checkout"));
    let watched = report()
        .stale_flag_age_days(20)
        .scope(StaleFlagReminderScope::WatchedByMe);
    assert!(keys(&*watched.send().await?).is_empty());

    let flag = demo.v2.new_checkout;
    let patch = JsonPatchOperation::new("replace", "/defaultValue/boolValue").with_value(true);
    let update = client.update_setting_value_v2(demo.production_id, flag, vec![patch]);
    update.send().await?;
    let report = || {
        client
            .get_staleflags(demo.product_id)
            .stale_flag_age_days(20)
    };
    let anywhere = report().send().await?;
    assert_eq!(
        keys(&anywhere).len(),
        10,
        "it is still stale in the other environment"
    );
    let settings = anywhere.configs.iter().flat_map(|config| &config.settings);
    let setting = settings.clone().find(|setting| setting.setting_id == flag);
    let values = &setting.expect("it is in the report").setting_values;
    let stale = |environment_id| {
        let mut values = values.iter();
        values
            .find(|value| value.environment_id == environment_id)
            .map(|value| value.is_stale)
    };
    assert_eq!(
        (stale(demo.production_id), stale(demo.test_id)),
        (Some(false), Some(true))
    );
    let all = StaleFlagStaleInEnvironmentsType::StaleInAllEnvironments;
    let everywhere = report()
        .stale_flag_stale_in_environments_type(all)
        .send()
        .await?;
    assert_eq!(keys(&everywhere).len(), 9);
    let ignored = report()
        .ignored_environment_ids([demo.test_id])
        .send()
        .await?;
    assert_eq!(keys(&ignored).len(), 9);
    assert_eq!(ignored.environments.len(), 1);
    Ok(())
}

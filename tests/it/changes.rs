//! What became of a change is told, though nothing can be read after it.

use std::time::Duration;

use configcat_fake::{Fake, Fault};
use configcat_management::Result;
use configcat_management::names::Flag;
use configcat_management::rule::{flag, in_segment};
use configcat_management::types::{CreateSettingInitialValues, SettingType};

use crate::support::shop::{place, staff};

/// A config of each version, and what writes its values.
const CONFIGS: [(&str, &str); 2] = [
    ("Backend", "update-setting-value"),
    ("Frontend", "update-setting-value-v2"),
];

fn production(fake: &Fake, config: &str, key: &str) -> Flag {
    place(&fake.client(), config, "Production").flag(key)
}

/// Lets the reads of these operations fail, from the second one of the value on.
fn no_more_reads(fake: &Fake) {
    let refused = || Fault::Status(403, "Not now.".to_string());
    for value in [
        "get-setting-value",
        "get-setting-value-v2",
        "get-setting-values-v2",
    ] {
        fake.fail_next_of(value, 1, Fault::Delay(Duration::ZERO));
        fake.fail_next_of(value, 100, refused());
    }
    let lists = [
        "get-products",
        "get-configs",
        "get-environments",
        "get-settings",
        "get-segments",
    ];
    for list in lists {
        fake.fail_next_of(list, 100, refused());
    }
}

#[tokio::test]
async fn a_change_that_was_made_is_told_though_nothing_can_be_read_after_it() -> Result<()> {
    for (config, _) in CONFIGS {
        let fake = Fake::start().await;
        let (client, demo) = (fake.client(), fake.demo().unwrap());
        let segment = staff(&fake).await?;
        let checkout = production(&fake, config, "new_checkout");
        checkout.turn_on().send().await?;
        // No list that was read so far has it.
        let new = CreateSettingInitialValues::new("later", "Later", SettingType::Boolean);
        let later = client.create_setting(demo.v2.config_id, new).send().await?;
        let mut rule = in_segment(segment);
        if config == "Frontend" {
            rule = rule.and(flag(later.setting_id).equals(true));
        }
        no_more_reads(&fake);
        let made = checkout.add_rule(rule.serve(false)).send().await?;
        assert_eq!((made.changed, made.rounds), (true, 1), "{config}");
        let when = &made.served.rules[0].when;
        assert!(when.contains(&segment.to_string()), "{when}");
        fake.clear_faults();
        let served = checkout.served().await?;
        assert_eq!(served.rules.len(), 1, "it was made once");
        assert!(served.rules[0].when.contains("`Staff`"), "{served}");
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_lost_is_told_where_nothing_can_be_read_after_it() -> Result<()> {
    for (config, write) in CONFIGS {
        let fake = Fake::start().await;
        let flag = production(&fake, config, "new_checkout");
        flag.turn_off().send().await?;
        no_more_reads(&fake);
        fake.fail_next_of(write, 1, Fault::CutAfter);
        let error = flag.turn_on().send().await.unwrap_err();
        assert!(error.perhaps_processed(), "{error}");
        assert!(error.to_string().starts_with(write), "{error}");
        fake.clear_faults();
        let again = flag.turn_on().send().await?;
        assert_eq!(
            (again.changed, again.served.default),
            (false, Some(true.into()))
        );
    }
    let fake = Fake::start().await;
    let demo = fake.demo().unwrap();
    no_more_reads(&fake);
    fake.fail_next_of("post-setting-values-v2", 1, Fault::CutAfter);
    let (client, config) = (fake.client(), demo.v2.config_id);
    let edit = client.edit_values(config, demo.production_id, |drafts| {
        drafts.get("new_checkout")?.turn_on();
        Ok(())
    });
    let error = edit.send().await.unwrap_err();
    assert!(error.perhaps_processed(), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_the_server_finds_no_change_is_told_as_none() -> Result<()> {
    for (config, write) in CONFIGS {
        let fake = Fake::start().await;
        let flag = production(&fake, config, "new_checkout");
        let none = configcat_management::http::Response::builder().status(204);
        let none = none.body(String::new()).unwrap();
        fake.fail_next_of(write, 1, Fault::Answer(none));
        let same = flag.turn_on().send().await?;
        assert_eq!(
            (same.changed, same.served.default),
            (false, Some(false.into())),
            "{config}"
        );
    }
    Ok(())
}

//! Ids of different things have different types, and are otherwise what they hold: in JSON, in URLs, in maps, as text.

use std::collections::{BTreeMap, HashSet};

use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::types::{ConfigId, SettingId, TagId, UpdateTagModel};
use configcat_management::uuid::{Uuid, uuid};

const BARE: Uuid = uuid!("0c0f0000-0000-4000-8000-00000000c003");

#[test]
fn an_id_is_written_and_read_as_what_it_holds()
-> std::result::Result<(), Box<dyn std::error::Error>> {
    let (config, tag) = (ConfigId(BARE), TagId::from(9_007_199_254_740_993));
    assert_eq!(config.to_string().parse::<ConfigId>()?, config);
    assert_eq!(config.to_string(), BARE.to_string());
    assert_eq!(tag.to_string().parse::<TagId>()?, tag);
    assert_eq!(format!("{:>6}", SettingId(17)), "    17");
    assert!("x".parse::<ConfigId>().is_err() && "x".parse::<TagId>().is_err());
    let written = serde_json::to_string(&(config, tag))?;
    assert_eq!(written, format!("[\"{BARE}\",9007199254740993]"));
    assert_eq!(
        serde_json::from_str::<(ConfigId, TagId)>(&written)?,
        (config, tag)
    );
    assert_eq!(Uuid::from(config), BARE);
    assert!(config == BARE && tag == 9_007_199_254_740_993);
    Ok(())
}

#[test]
fn ids_are_keys() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let names = BTreeMap::from([
        (SettingId(2), "b"),
        (SettingId(10), "c"),
        (SettingId(1), "a"),
    ]);
    assert_eq!(names.values().copied().collect::<String>(), "abc");
    assert_eq!(
        serde_json::to_string(&names)?,
        r#"{"1":"a","2":"b","10":"c"}"#
    );
    assert!(HashSet::from([ConfigId(BARE)]).contains(&BARE.into()));
    assert_eq!(ConfigId::default(), Uuid::nil());
    Ok(())
}

#[tokio::test]
async fn calls_take_ids_and_what_they_hold() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().expect("the demo"));
    let config: Uuid = demo.v1.config_id.into();
    let named = client.get_config(config).send().await?;
    assert_eq!(named.config_id, demo.v1.config_id);
    let tag = client
        .update_tag(demo.tag_id, UpdateTagModel::new().with_name("now"))
        .send()
        .await?;
    assert_eq!(tag.name, "now");
    let unknown = client.get_tag(4711).send().await;
    assert_eq!(
        unknown
            .err()
            .and_then(|error| error.status())
            .map(|s| s.as_u16()),
        Some(404)
    );
    let ignored = client
        .get_staleflags(demo.product_id)
        .ignored_tag_ids([4711, 4712]);
    ignored.send().await?;
    Ok(())
}

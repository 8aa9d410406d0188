//! The page shows what happens and switches flags, in a real browser; ignored where there is no Chromium.

mod browser;
mod elsewhere;

use configcat_management::types::SettingId;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use configcat_fake::{Fake, Fault};
use configcat_management::types::*;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::sync::Mutex;

use self::browser::{Browser, Result};

type Running<'a> = Pin<Box<dyn Future<Output = Result> + 'a>>;

/// Its name, and what it does with the browser.
type Test = (&'static str, fn(&mut Browser) -> Running<'_>);

/// This one needs the client.
const OFFICIAL: &str = "the_official_client_works_on_other_pages";

const TESTS: [Test; 7] = [
    ("a_flag_is_switched", |browser| {
        Box::pin(a_flag_is_switched(browser))
    }),
    ("a_refusal_is_shown", |browser| {
        Box::pin(a_refusal_is_shown(browser))
    }),
    ("requests_and_quota_are_live", |browser| {
        Box::pin(requests_and_quota_are_live(browser))
    }),
    ("names_are_never_markup", |browser| {
        Box::pin(names_are_never_markup(browser))
    }),
    ("it_can_be_used_without_eyes_and_mouse", |browser| {
        Box::pin(it_can_be_used_without_eyes_and_mouse(browser))
    }),
    ("a_picture_is_taken", |browser| {
        Box::pin(a_picture_is_taken(browser))
    }),
    (OFFICIAL, |browser| {
        Box::pin(elsewhere::the_official_client_works_on_other_pages(browser))
    }),
];

fn main() {
    let mut arguments = Arguments::from_args();
    // One browser serves all of them, one after the other.
    arguments.test_threads = Some(1);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = Arc::new(runtime.expect("the machine has threads"));
    let shared: Arc<Mutex<Option<Browser>>> = Arc::default();
    let trial = |(name, test): Test| {
        let (runtime, shared) = (runtime.clone(), shared.clone());
        Trial::ignorable_test(name, move || {
            if let (OFFICIAL, Some(reason)) = (name, elsewhere::missing()) {
                return Ok(Completion::ignored_with(reason));
            }
            let run = async {
                let mut shared = shared.lock().await;
                if shared.is_none() {
                    *shared = Browser::start().await?;
                }
                match &mut *shared {
                    Some(browser) => test(browser).await.map(|()| Completion::Completed),
                    None => Ok(Completion::ignored_with(
                        "there is no Chromium on this machine",
                    )),
                }
            };
            runtime
                .block_on(run)
                .map_err(|error| Failed::from(error.to_string()))
        })
    };
    let conclusion = libtest_mimic::run(&arguments, TESTS.map(trial).into());
    // `exit` runs no destructors; the browser has to end before.
    let _inside = runtime.enter();
    drop(
        shared
            .try_lock()
            .ok()
            .and_then(|mut browser| browser.take()),
    );
    conclusion.exit();
}

/// Finds the switch of a flag in an environment.
fn switch(setting: SettingId, environment: impl std::fmt::Display) -> String {
    format!("[data-cell='{setting}/{environment}']")
}

/// Whether a switch says that its flag is on.
fn says(switch: &str, on: bool) -> String {
    format!("document.querySelector(\"{switch}\")?.getAttribute('aria-checked') === '{on}'")
}

async fn a_flag_is_switched(browser: &mut Browser) -> Result {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().expect("it is there"));
    browser.open(&fake.base_url()).await?;
    for (setting, v2) in [(demo.v1.new_checkout, false), (demo.v2.new_checkout, true)] {
        let switch = switch(setting, demo.production_id);
        browser.wait_for(&says(&switch, false)).await?;
        browser.click(&switch).await?;
        browser.wait_for(&says(&switch, true)).await?;
        let (environment, id) = (demo.production_id, setting);
        let on = match v2 {
            true => {
                client
                    .get_setting_value_v2(environment, id)
                    .send()
                    .await?
                    .default_value
                    .bool_value
            }
            false => Some(
                client
                    .get_setting_value(environment, id)
                    .send()
                    .await?
                    .value
                    == true.into(),
            ),
        };
        assert_eq!(on, Some(true));
    }
    let log = client
        .get_auditlogs_v2(demo.product_id)
        .send()
        .await?
        .into_inner();
    let newest = &log.data.expect("there are entries")[0];
    assert_eq!(
        newest.audit_log_type_enum,
        AuditLogType::SettingValueChanged
    );
    assert_eq!(newest.why.as_deref(), Some("Switched on the page"));
    let recorded: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    let own = [
        "get-setting-value",
        "get-setting-value-v2",
        "get-auditlogs-v2",
    ];
    assert_eq!(
        recorded,
        own.map(Some),
        "the page's requests are not recorded"
    );

    let on = vec![JsonPatchOperation::new(OperationType::Replace, "/value").with_value(false)];
    client
        .update_setting_value(demo.production_id, demo.v1.new_checkout, on)
        .send()
        .await?;
    let switch = switch(demo.v1.new_checkout, demo.production_id);
    browser.wait_for(&says(&switch, false)).await
}

async fn a_refusal_is_shown(browser: &mut Browser) -> Result {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().expect("it is there"));
    browser.open(&fake.base_url()).await?;
    let switch = switch(demo.v2.new_checkout, demo.production_id);
    browser.wait_for(&says(&switch, false)).await?;
    let demand = UpdatePreferencesRequest::new().with_approve_required(true);
    client
        .update_product_preferences(demo.product_id, demand)
        .send()
        .await?;
    browser.click(&switch).await?;
    browser
        .wait_for("document.getElementById('message').textContent.startsWith('Not switched: ')")
        .await?;
    assert_eq!(browser.evaluate(&says(&switch, false)).await?, true);
    Ok(())
}

async fn requests_and_quota_are_live(browser: &mut Browser) -> Result {
    let quota = std::time::Duration::from_secs(3600);
    let fake = Fake::builder().quota(1000, quota).start().await;
    browser.open(&fake.base_url()).await?;
    let has = |id: &str, text: &str| {
        format!("document.getElementById('{id}').textContent.includes('{text}')")
    };
    browser.wait_for(&has("quota", "1,000 of 1,000")).await?;
    browser
        .wait_for(&has("requests", "No requests yet"))
        .await?;
    fake.client().get_me().send().await?;
    browser.wait_for(&has("requests", "/v1/me")).await?;
    browser.wait_for(&has("quota", "999 of 1,000")).await?;
    fake.fail_next(1, Fault::Status(500, String::new()));
    assert!(fake.client().delete_tag(1).send().await.is_err() || fake.requests().len() > 1);
    browser.wait_for(&has("requests", "delete-tag")).await?;
    browser
        .wait_for("document.querySelector('.status.failed') !== null")
        .await?;
    fake.stop().await;
    browser.wait_for(&has("live", "connection lost")).await
}

async fn names_are_never_markup(browser: &mut Browser) -> Result {
    let fake = Fake::builder().empty().start().await;
    let client = fake.client();
    let evil = "</td><img src=x onerror='hacked = 1'><script>hacked = 1</script>";
    let product = CreateProductRequest::new(evil);
    let product = client
        .create_product(fake.organization_id(), product)
        .send()
        .await?
        .product_id;
    let color = "red;background:url(x)";
    let environment = CreateEnvironmentModel::new(evil).with_color(color);
    client
        .create_environment(product, environment)
        .send()
        .await?;
    let tag = client
        .create_tag(product, CreateTagModel::new(evil))
        .send()
        .await?
        .tag_id;
    let config = client
        .create_config(product, CreateConfigRequest::new(evil))
        .send()
        .await?
        .config_id;
    let setting =
        CreateSettingInitialValues::new("evil", evil, SettingType::String).with_tags(vec![tag]);
    let setting = client
        .create_setting(config, setting)
        .send()
        .await?
        .setting_id;
    let environment = client.get_environments(product).send().await?[0].environment_id;
    let value = UpdateSettingValueModel::new(evil);
    client
        .replace_setting_value(environment, setting, value)
        .send()
        .await?;
    browser.open(&fake.base_url()).await?;
    browser
        .wait_for("document.body.innerText.includes('hacked = 1')")
        .await?;
    let shown = "[...document.querySelectorAll('h2 strong, caption, thead th, tbody th, code, .tag')] \
                 .filter((box) => box.textContent.includes('<script>')).length >= 6";
    assert_eq!(
        browser.evaluate(shown).await?,
        true,
        "they are shown as they are"
    );
    let harmed =
        "typeof hacked !== 'undefined' || document.querySelector('main img, main script') !== null";
    assert_eq!(browser.evaluate(harmed).await?, false);
    Ok(())
}

async fn it_can_be_used_without_eyes_and_mouse(browser: &mut Browser) -> Result {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("it is there");
    browser.open(&fake.base_url()).await?;
    let switch = switch(demo.v2.new_checkout, demo.production_id);
    browser.wait_for(&says(&switch, false)).await?;
    let tree = browser.accessible().await?;
    let names = |role: &str| -> Vec<&str> {
        let found = tree.iter().filter(|(known, _)| known == role);
        found.map(|(_, name)| name.as_str()).collect()
    };
    assert_eq!(names("switch").len(), 8, "{tree:?}");
    assert!(
        names("switch").contains(&"new_checkout in Production"),
        "{tree:?}"
    );
    for role in ["switch", "searchbox", "meter", "table"] {
        let names = names(role);
        assert!(
            !names.is_empty() && names.iter().all(|name| !name.is_empty()),
            "{role}: {names:?}"
        );
    }
    browser
        .evaluate(&format!("document.querySelector(\"{switch}\").focus()"))
        .await?;
    browser.press_space().await?;
    browser.wait_for(&says(&switch, true)).await?;
    let focused = format!("document.activeElement === document.querySelector(\"{switch}\")");
    browser.wait_for(&focused).await
}

/// With `UPDATE_SCREENSHOT=1`, the picture becomes the one of the documentation.
async fn a_picture_is_taken(browser: &mut Browser) -> Result {
    let noon = "2026-11-22T12:00:00Z".parse()?;
    let fake = Fake::builder()
        .clock(noon)
        .quota(100, std::time::Duration::from_secs(60))
        .start()
        .await;
    let (client, demo) = (fake.client(), fake.demo().expect("it is there"));
    client.get_me().send().await?;
    client.get_products().send().await?;
    client.get_configs(demo.product_id).send().await?;
    let tag = CreateTagModel::new("checkout").with_color("panther");
    let tag = client.create_tag(demo.product_id, tag).send().await?.tag_id;
    let new =
        CreateSettingInitialValues::new("express_payment", "Express payment", SettingType::Boolean);
    let setting = client
        .create_setting(demo.v2.config_id, new.with_tags(vec![tag]))
        .send()
        .await?
        .setting_id;
    let on = vec![
        JsonPatchOperation::new(OperationType::Replace, "/defaultValue/boolValue").with_value(true),
    ];
    client
        .update_setting_value_v2(demo.test_id, setting, on.clone())
        .reason("Try it")
        .send()
        .await?;
    client
        .update_setting_value_v2(demo.production_id, demo.v2.new_checkout, on)
        .send()
        .await?;
    assert!(client.get_tag(0).send().await.is_err());
    let again = CreateConfigRequest::new("x").with_order(1);
    let config = client
        .create_config(demo.product_id, again)
        .send()
        .await?
        .config_id;
    let tagged =
        CreateSettingInitialValues::new("beta", "Beta", SettingType::Boolean).with_tags([0]);
    assert!(client.create_setting(config, tagged).send().await.is_err());
    client.delete_config(config).send().await?;
    client
        .get_setting_values_v2(demo.v2.config_id, demo.production_id)
        .send()
        .await?;
    browser.prefer("light").await?;
    browser.open(&fake.base_url()).await?;
    browser
        .wait_for(&says(&switch(setting, demo.test_id), true))
        .await?;
    let picture = STANDARD.decode(browser.screenshot().await?)?;
    assert!(picture.starts_with(b"\x89PNG"));
    browser.prefer("dark").await?;
    let dark = STANDARD.decode(browser.screenshot().await?)?;
    assert_ne!(picture, dark, "dark where that is preferred");
    if std::env::var_os("UPDATE_SCREENSHOT").is_some_and(|wanted| wanted == "1") {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        std::fs::write(docs.join("fake.png"), picture)?;
    }
    Ok(())
}

//! Turns 500 flags on, as fast as the quota allows, and tells what became of it.
//!
//! Without credentials on the embedded fake, whose quota is 200 requests in 3 seconds; with `CONFIGCAT_API_USER` and
//! `CONFIGCAT_API_PASS` on the service, where every flag of a config is turned on or off:
//! `cargo run --features progress --example bulk_toggle -- CONFIG_ID ENVIRONMENT_ID on`

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use configcat_fake::Fake;
use configcat_management::patch::FormulaPatch;
use configcat_management::types::{
    ConfigId, CreateSettingInitialValues, EnvironmentId, SettingId, SettingType,
};
use configcat_management::{Client, Event};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

const FLAGS: usize = 500;
/// More than the quota needs: the client paces them, and they queue up in its order.
const AT_ONCE: usize = 32;

#[tokio::main]
async fn main() -> stage::Result<()> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} {elapsed} {msg}",
    )?);
    let tally = Arc::new(Mutex::new(Tally::default()));
    let listener = {
        let (bar, tally) = (bar.clone(), tally.clone());
        move |event: &Event| {
            tally
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .count(event, &bar)
        }
    };
    let fake = Fake::builder()
        .quota(200, Duration::from_secs(3))
        .and_credentials("builder", "b");
    let stage = stage::open_with(fake, |client| client.on_event(listener)).await?;
    let config = stage.id(1, "id of a config", |demo| demo.v2.config_id)?;
    let environment = stage.id(2, "id of an environment", |demo| demo.production_id)?;
    let on = stage.id(3, "wish, `on` or `off`", |_| "on".to_string())? == "on";
    if let Some(fake) = &stage.fake {
        create_flags(fake, config).await?;
    }

    let values = stage
        .client
        .get_setting_values_v2(config, environment)
        .send()
        .await?;
    let flags: Vec<SettingId> = values
        .setting_formulas
        .iter()
        .filter(|formula| formula.setting.setting_type == SettingType::Boolean)
        .map(|formula| formula.setting.setting_id)
        .collect();
    println!(
        "{} flags in {} are turned {}.",
        flags.len(),
        values.environment.name,
        if on { "on" } else { "off" }
    );
    bar.set_length(flags.len() as u64);
    let (count, started) = (flags.len(), Instant::now());
    let changed = toggle(&stage.client, environment, flags, on, &bar).await?;
    let took = started.elapsed();
    bar.finish_and_clear();

    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{changed} changed, {} were so already", count - changed);
    println!(
        "calls     {:>6}   {:.0} a second",
        tally.calls,
        f64::from(tally.calls) / took.as_secs_f64()
    );
    println!(
        "waits     {:>6}   calls that had to wait for the rate limit, at most {:.1?} each",
        tally.waits, tally.longest
    );
    println!("refused   {:>6}   answered with 429", tally.refused);
    println!(
        "repeated  {:>6}   other failures that were tried again",
        tally.repeated
    );
    println!("failed    {:>6}", tally.failed);
    println!("time      {:>6.1} s", took.as_secs_f64());
    Ok(())
}

async fn toggle(
    client: &Client,
    environment: EnvironmentId,
    flags: Vec<SettingId>,
    on: bool,
    bar: &ProgressBar,
) -> stage::Result<usize> {
    let calls = flags.into_iter().map(|flag| async move {
        let patch = if on {
            FormulaPatch::new().turn_on()
        } else {
            FormulaPatch::new().turn_off()
        };
        let answer = client
            .update_setting_value_v2(environment, flag, patch)
            .reason("Bulk toggle")
            .send()
            .await;
        bar.inc(1);
        answer.map(|answer| answer.is_some())
    });
    let changed: Vec<bool> = stream::iter(calls)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(changed.into_iter().filter(|changed| *changed).count())
}

/// What the calls told.
#[derive(Default)]
struct Tally {
    calls: u32,
    waits: u32,
    longest: Duration,
    refused: u32,
    repeated: u32,
    failed: u32,
}

impl Tally {
    fn count(&mut self, event: &Event, bar: &ProgressBar) {
        match event {
            Event::Waiting { expected, .. } => {
                self.waits += 1;
                let expected = expected.unwrap_or_default();
                self.longest = self.longest.max(expected);
                bar.set_message(format!(
                    "the quota is used up; the next calls go out in {expected:.1?}"
                ));
            }
            Event::Answered { .. } => {
                self.calls += 1;
                bar.set_message("");
            }
            Event::Retrying { reason, .. } if reason.starts_with("429") => self.refused += 1,
            Event::Retrying { .. } => self.repeated += 1,
            Event::GaveUp { .. } => self.failed += 1,
            _ => {}
        }
    }
}

/// With credentials of their own, so that the example begins with a quota that is full.
async fn create_flags(fake: &Fake, config: ConfigId) -> stage::Result<()> {
    let bar = ProgressBar::new(FLAGS as u64).with_message("creating flags");
    let client = fake.client_builder().credentials("builder", "b").build()?;
    let calls = (0..FLAGS).map(|number| {
        let flag = CreateSettingInitialValues::new(
            format!("flag_{number}"),
            format!("Flag {number}"),
            SettingType::Boolean,
        );
        let (call, bar) = (client.create_setting(config, flag), &bar);
        async move {
            let answer = call.send().await;
            bar.inc(1);
            answer
        }
    });
    stream::iter(calls)
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    bar.finish_and_clear();
    Ok(())
}

//! Follows a product's audit log, as `tail -f` does with a file.
//!
//! Without credentials on the embedded fake, where somebody makes changes meanwhile, and it ends by itself; with
//! `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the service, until it is stopped:
//! `cargo run --example audit_tail -- PRODUCT_ID`

use std::time::Duration;

use configcat_fake::Demo;
use configcat_management::chrono::{DateTime, Utc};
use configcat_management::patch::SettingPatch;
use configcat_management::rule::when;
use configcat_management::types::{AuditLogId, AuditLogItemModel, CreateTagModel, ProductId};
use configcat_management::{Client, Result};

/// How many of the entries so far are shown.
const SO_FAR: usize = 5;

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    let product = stage.id(1, "id of a product", |demo| demo.product_id)?;
    let demo = stage.fake.as_ref().and_then(|fake| fake.demo()).cloned();
    let pause = match demo {
        Some(_) => Duration::from_millis(300),
        None => Duration::from_secs(10),
    };
    let mut others = demo.map(|demo| tokio::spawn(make_changes(stage.client.clone(), demo)));

    let mut tail = Tail::default();
    for entry in tail.read(&stage.client, product, SO_FAR).await? {
        print(&entry);
    }
    println!("--- from here on, as it happens ---");
    loop {
        let ended = others.as_ref().is_some_and(|others| others.is_finished());
        for entry in tail.read(&stage.client, product, usize::MAX).await? {
            print(&entry);
        }
        if ended {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    if let Some(others) = others.take() {
        others.await??;
    }
    Ok(())
}

/// What has been read so far.
#[derive(Default)]
struct Tail {
    newest: Option<DateTime<Utc>>,
    seen: Vec<AuditLogId>,
}

impl Tail {
    /// The entries that are new, oldest first, at most so many. Whatever the server's order, none comes twice.
    async fn read(
        &mut self,
        client: &Client,
        product: ProductId,
        most: usize,
    ) -> Result<Vec<AuditLogItemModel>> {
        let mut call = client.get_auditlogs_v2(product);
        if let Some(newest) = self.newest {
            call = call.from_utc_date_time(newest);
        }
        let mut entries = call.entries();
        let mut new = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            if !self.seen.contains(&entry.audit_log_id) {
                new.push(entry);
            }
        }
        new.sort_by_key(|entry| (entry.audit_log_date_time, entry.audit_log_id));
        if let Some(last) = new.last() {
            self.newest = Some(last.audit_log_date_time);
            self.seen = new.iter().map(|entry| entry.audit_log_id).collect();
        }
        let skipped = new.len().saturating_sub(most);
        Ok(new.split_off(skipped))
    }
}

fn print(entry: &AuditLogItemModel) {
    let time = entry.audit_log_date_time.format("%H:%M:%S%.3f");
    let why = entry
        .why
        .as_deref()
        .map(|why| format!(" ({why})"))
        .unwrap_or_default();
    println!(
        "{time}  {:<10} {:<22} {:<24} {}{why}",
        entry.user_name,
        entry.audit_log_type_enum.as_str(),
        entry.action_target,
        entry.where_
    );
}

/// What somebody does on the fake in the meantime.
async fn make_changes(client: Client, demo: Demo) -> Result<()> {
    let pause = || tokio::time::sleep(Duration::from_millis(500));
    pause().await;
    let tag = client
        .create_tag(demo.product_id, CreateTagModel::new("cleanup"))
        .send()
        .await?
        .tag_id;
    pause().await;
    let patch = SettingPatch::new()
        .rename("Checkout on one page")
        .add_tag(tag);
    client
        .update_setting(demo.v2.new_checkout, patch)
        .send()
        .await?;
    pause().await;
    let staff = || when("Email").ends_with_any_of(["@example.com"]).serve(true);
    let edit = client.edit_value(demo.production_id, demo.v2.new_checkout, |formula| {
        formula.add_rule(staff());
        Ok(())
    });
    edit.reason("Staff first").send().await?;
    pause().await;
    client.delete_tag(tag).send().await?;
    Ok(())
}

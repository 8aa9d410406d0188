//! Proposes to turn a flag on where changes need an approval, waits for it, and applies the change.
//!
//! Without credentials on the embedded fake, where a colleague approves after a second; with `CONFIGCAT_API_USER` and
//! `CONFIGCAT_API_PASS` on the service:
//! `cargo run --example propose -- PRODUCT CONFIG ENVIRONMENT KEY TITLE [--json]`

use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::types::{
    ChangeRequestId, ChangeRequestModel, ChangeRequestStatus, UpdatePreferencesRequest,
};

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    if let Some(fake) = &stage.fake {
        demand_approvals(fake).await?;
    }
    let product = stage.product()?;
    let config = product.config(stage.name(2, "a config", "Frontend")?);
    let environment = config.environment(stage.name(3, "an environment", "Production")?);
    let flag = environment.flag(stage.name(4, "a flag", "new_checkout")?);
    let title = stage.name(5, "the change request", "Launch the checkout")?;

    let (place, setting) = (
        environment.environment_id().await?,
        flag.setting_id().await?,
    );
    let edit = stage.client.edit_value(place, setting, |draft| {
        draft.turn_on();
        Ok(())
    });
    let proposal = edit.reason("It is ready").propose(title).await?;
    let id = proposal.request.change_request_id;
    let colleague = stage
        .fake
        .as_ref()
        .map(|fake| tokio::spawn(approve(fake.client(), id)));

    let patience = if stage.is_fake() { 20 } else { 60 * 60 };
    let mut states = proposal.states(Duration::from_secs(patience));
    let mut approved = false;
    while let Some(state) = states.next().await {
        let state = state?;
        approved = state.approved;
        print(&state)?;
    }
    if let Some(colleague) = colleague {
        colleague.await??;
    }
    if approved {
        print(&proposal.apply().await?)?;
        stage::say(&flag.served().await?.to_string());
    }
    Ok(())
}

fn print(state: &ChangeRequestModel) -> stage::Result<()> {
    if stage::has("--json") {
        println!("{}", serde_json::to_string(state)?);
        return Ok(());
    }
    let (colour, what) = match (&state.change_request_status, state.approved) {
        (ChangeRequestStatus::Open, false) => (33, "waits for an approval"),
        (ChangeRequestStatus::Open, true) => (36, "is approved"),
        (ChangeRequestStatus::Applied, _) => (32, "is applied"),
        _ => (31, "is closed"),
    };
    println!(
        "{:<8} `{}` {}",
        state.change_request_id,
        state.title,
        stage::paint(colour, what)
    );
    Ok(())
}

async fn demand_approvals(fake: &Fake) -> stage::Result<()> {
    let demo = fake.demo().ok_or("the demo is in the fake")?;
    let demanded = UpdatePreferencesRequest::new().with_approve_required(true);
    let call = fake
        .client()
        .update_product_preferences(demo.product_id, demanded);
    call.send().await?;
    Ok(())
}

async fn approve(
    client: configcat_management::Client,
    id: ChangeRequestId,
) -> configcat_management::Result<()> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.approve_change_request(id).send().await?;
    Ok(())
}

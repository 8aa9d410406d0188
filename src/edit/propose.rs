//! An edit that others have to approve.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::{Draft, EditValue, Rounds};
use crate::engine::transport::from_now;
use crate::paging::{Entries, Next, Page, PageCall, Pages};
use crate::types::{
    ChangeRequestModel, ChangeRequestStatus, CreateChangeRequestModel,
    CreateChangeRequestProposedChangeModel, UpdateEvaluationFormulaWithLatestVersionModel,
};
use crate::{Client, Error, Result, operations};

/// 1 minute between two looks at a change request, at most: who waits for days wants to hear of an approval the same hour.
const LONGEST: Duration = Duration::from_secs(60);
/// 10 milliseconds, at least: each look is a call.
const SHORTEST: Duration = Duration::from_millis(10);

impl<F: FnMut(&mut Draft) -> Result<()>> EditValue<F> {
    /// Proposes the edit as a change request (`create-change-request`) in place of making it, again if somebody else was
    /// faster.
    ///
    /// # Errors
    ///
    /// [`Error::Edit`] if the closure failed, or somebody else was faster in every round; [`Error::Invalid`] if it would be refused;
    /// otherwise those of the calls. If there is nothing to change, or the organization has no change requests, the error says so. One
    /// with [`perhaps_processed`](Error::perhaps_processed) may have made the request all the same; nothing looks for it. A client
    /// whose policy is [`including_non_idempotent`](crate::RetryPolicy::including_non_idempotent) may make it twice.
    pub async fn propose(mut self, title: impl Into<String>) -> Result<Proposal> {
        let (operation, title) = (operations::CreateChangeRequest::OPERATION, title.into());
        let mut rounds = Rounds::new(operation, &self.options);
        loop {
            let at = "body.proposedChanges[0].proposedChange";
            let (seen, draft) = self.draft(&rounds, at).await?;
            if !draft.is_changed() {
                let problem = "the value is already as wanted; there is nothing to propose";
                return Err(rounds.edit_error(Error::other(problem)));
            }
            let (setting, formula) = (draft.setting().setting_id, draft.wanted);
            let change = UpdateEvaluationFormulaWithLatestVersionModel::new(formula.default_value)
                .with_latest_version_id(seen.last_version_id)
                .with_percentage_evaluation_attribute(formula.percentage_evaluation_attribute)
                .with_setting_id(setting)
                .with_targeting_rules(formula.targeting_rules);
            let body = CreateChangeRequestModel::new(title.clone())
                .with_bypass_approval(self.options.bypass_approval)
                .with_proposed_changes([CreateChangeRequestProposedChangeModel::new(change)])
                .with_reason(self.options.reason.clone());
            let (config, place) = (seen.config.config_id, seen.environment.environment_id);
            let call = self.client.create_change_request(config, place, body);
            match call.send().await {
                Ok(made) => {
                    let (client, request) = (self.client, made.into_inner());
                    return Ok(Proposal { client, request });
                }
                Err(error) => match error.status() {
                    Some(StatusCode::CONFLICT) => rounds.retry_after_conflict(error).await?,
                    // The setting was read, so it is not that one of its ids leads nowhere.
                    Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                        let problem = "the organization has no change requests, or these credentials may not make them";
                        return Err(Error::other(format!("{problem}: {error}")));
                    }
                    _ => return Err(error),
                },
            }
        }
    }
}

/// A change request; made by [`EditValue::propose`].
#[derive(Clone, Debug)]
#[must_use = "what is proposed waits for an approval and for `apply`"]
pub struct Proposal {
    client: Client,
    /// As it was created.
    pub request: ChangeRequestModel,
}

impl Proposal {
    /// What becomes of the request, as a stream: as it is now, and then each time that something of it changes. It is read
    /// (`get-change-request`) every hundredth of this time, but at least 10 ms and at most a minute apart. The stream ends with the
    /// approval, or when the request is applied or closed; with an error if time is up before, and with those of the call.
    pub fn states(&self, within: Duration) -> Entries<ChangeRequestModel> {
        let every = (within / 100).clamp(SHORTEST, LONGEST);
        let (proposal, deadline) = (self.clone(), from_now(within));
        let last = Arc::new(Mutex::new(None));
        let load = move |_| -> PageCall<ChangeRequestModel> {
            let (Proposal { client, request }, last) = (proposal.clone(), Arc::clone(&last));
            Box::pin(async move {
                let mut last = last.lock().await;
                loop {
                    let call = client.get_change_request(request.change_request_id);
                    let answer = call.send().await?;
                    if last.as_ref() != Some(&*answer) {
                        *last = Some((*answer).clone());
                        return Ok(answer.map(|now| {
                            let is_open = now.change_request_status == ChangeRequestStatus::Open;
                            let next = Ok((is_open && !now.approved).then_some(Next::Number(0)));
                            let (entries, paging) = (vec![now], None);
                            (Page { entries, paging }, next)
                        }));
                    }
                    if Instant::now() >= deadline {
                        let problem = format!("nobody has approved `{}` in time", answer.title);
                        return Err(Error::other(problem));
                    }
                    sleep_until(deadline.min(Instant::now() + every)).await;
                }
            })
        };
        // Each state is new, also one that was there before.
        let mut numbers = 0_u64..;
        let number = move |_: &_| numbers.next();
        Pages::new(operations::GetChangeRequest::OPERATION, number, load).entries()
    }

    /// Publishes what was approved (`apply-change-request`). A 400 says that an approval is missing, or that the value has changed since.
    pub async fn apply(&self) -> Result<ChangeRequestModel> {
        let id = self.request.change_request_id;
        let call = self.client.apply_change_request(id);
        Ok(call.send().await?.into_inner())
    }
}

//! An edit that others have to approve.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::{Draft, EditValue, Rounds};
use crate::engine::transport::from_now;
use crate::paging::Stream;
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
    /// with [`perhaps_processed`](Error::perhaps_processed) may have made the request all the same; nothing looks for it.
    pub async fn propose(mut self, title: impl Into<String>) -> Result<Proposal> {
        let (operation, title) = (operations::CreateChangeRequest::OPERATION, title.into());
        let mut rounds = Rounds::new(operation, self.options.max_rounds);
        loop {
            let seen = self.read().await?;
            let mut draft = Draft::new(&seen.setting, &seen.feature_flag_limitations, &seen)?;
            (self.edit)(&mut draft).map_err(|error| rounds.edit_error(error))?;
            let draft = draft.finish("body.proposedChanges[0].proposedChange");
            let draft = draft.map_err(|wrong| Error::invalid(operation, wrong))?;
            if !draft.changed {
                let problem = "it is so already, there is nothing to propose";
                return Err(rounds.edit_error(Error::other(problem)));
            }
            let formula = draft.wanted;
            let change = UpdateEvaluationFormulaWithLatestVersionModel::new(formula.default_value)
                .with_latest_version_id(seen.last_version_id)
                .with_percentage_evaluation_attribute(formula.percentage_evaluation_attribute)
                .with_setting_id(draft.setting_id)
                .with_targeting_rules(formula.targeting_rules);
            let body = CreateChangeRequestModel::new(title.clone())
                .with_bypass_approval(self.options.bypass_approval)
                .with_proposed_changes([CreateChangeRequestProposedChangeModel::new(change)])
                .with_reason(self.options.reason.clone());
            let (config, place) = (seen.config.config_id, seen.environment.environment_id);
            let call = self.client.create_change_request(config, place, body);
            let error = match call.send().await {
                Ok(made) => {
                    let (client, request) = (self.client, made.into_inner());
                    return Ok(Proposal { client, request });
                }
                Err(error) => error,
            };
            match error.status() {
                Some(StatusCode::CONFLICT) => rounds.retry_after_conflict(error).await?,
                // The setting was read, so it is not that one of its ids leads nowhere.
                Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                    let problem = "the organization has no change requests, or these credentials may not make them";
                    return Err(Error::other(format!("{problem}: {error}")));
                }
                _ => return Err(error),
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
    pub fn states(&self, within: Duration) -> States {
        States {
            proposal: self.clone(),
            every: (within / 100).clamp(SHORTEST, LONGEST),
            deadline: from_now(within),
            last: None,
            look: None,
            ended: false,
        }
    }

    /// Publishes what was approved (`apply-change-request`).
    ///
    /// # Errors
    ///
    /// Those of the call: of them, a 400 if an approval is missing, or if the value has changed since.
    pub async fn apply(&self) -> Result<ChangeRequestModel> {
        let id = self.request.change_request_id;
        let call = self.client.apply_change_request(id);
        Ok(call.send().await?.into_inner())
    }

    async fn look(
        self,
        last: Option<ChangeRequestModel>,
        deadline: Instant,
        every: Duration,
    ) -> Result<ChangeRequestModel> {
        loop {
            let id = self.request.change_request_id;
            let call = self.client.get_change_request(id);
            let now = call.send().await?.into_inner();
            if last.as_ref() != Some(&now) {
                return Ok(now);
            }
            if Instant::now() >= deadline {
                let problem = format!("nobody has approved `{}` in time", now.title);
                return Err(Error::other(problem));
            }
            tokio::time::sleep_until(deadline.min(Instant::now() + every)).await;
        }
    }
}

type Look = Pin<Box<dyn Future<Output = Result<ChangeRequestModel>> + Send>>;

/// What becomes of a change request; made by [`Proposal::states`].
#[must_use = "nothing is looked at before a stream is polled"]
pub struct States {
    proposal: Proposal,
    every: Duration,
    deadline: Instant,
    last: Option<ChangeRequestModel>,
    /// The mutex is never locked: it lets streams be shared.
    look: Option<Mutex<Look>>,
    ended: bool,
}

impl States {
    /// The next state; `None` after the last one, and after an error.
    pub async fn next(&mut self) -> Option<Result<ChangeRequestModel>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for States {
    type Item = Result<ChangeRequestModel>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        let look = this.look.get_or_insert_with(|| {
            let look = this
                .proposal
                .clone()
                .look(this.last.clone(), this.deadline, this.every);
            Mutex::new(Box::pin(look))
        });
        let look = look.get_mut().unwrap_or_else(PoisonError::into_inner);
        let state = ready!(look.as_mut().poll(cx));
        this.look = None;
        this.last = state.as_ref().ok().cloned();
        let waits = |state: &ChangeRequestModel| {
            !state.approved && state.change_request_status == ChangeRequestStatus::Open
        };
        this.ended = !this.last.as_ref().is_some_and(waits);
        Poll::Ready(Some(state))
    }
}

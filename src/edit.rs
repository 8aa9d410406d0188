//! Read-modify-write without lost updates: read a value, change it, send the change, and start over on a conflict.
//!
//! Two people who change the same value at the same time overwrite each other: each sends what they made of what they read.
//! [`Client::edit_value`] makes that impossible. It reads what a setting serves, lets a closure change it, and sends the
//! change with the version that it read. If the server has a newer one by then, it answers 409 and changes nothing, and
//! the edit begins again: with what the other one made of it.
//!
//! ```no_run
//! # async fn example(client: configcat_management::Client, environment: uuid::Uuid, setting: i32) -> configcat_management::Result<()> {
//! use configcat_management::rule::when;
//!
//! let edited = client
//!     .edit_value(environment, setting, |formula| {
//!         formula.turn_off().add_rule(when("Email").ends_with_any_of(["@example.com"]).serve(true));
//!         Ok(())
//!     })
//!     .reason("Staff first")
//!     .send()
//!     .await?;
//! match edited.changed {
//!     true => println!("done after {} rounds", edited.rounds),
//!     false => println!("it was so already; nothing was sent"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is sent
//!
//! For one setting the smallest JSON Patch that makes the change (`update-setting-value-v2`), and not the whole value
//! (`replace-setting-value-v2`): what the closure does not touch is not written, so a part of a rule that this release does
//! not know yet stays as it is. The patch's indices are right, because the server applies it to the version that was read or
//! not at all. For several settings, the new values of those that changed (`post-setting-values-v2`), all of them or none.
//!
//! If the answer to a change is lost, the edit reads again before it does anything else, and after a pause once more. If the value is as
//! wanted, the edit is done. If it is as it was, the same change is sent again, as often as the client's
//! [`RetryPolicy`](crate::RetryPolicy) allows for a PUT. If it is neither, somebody else has changed it, too, and the edit ends with the
//! error of the lost answer, with [`perhaps_processed`](crate::Error::perhaps_processed).
//!
//! A server that does not know the parameter `latestVersionId` (the API as described in October 2024 has none) never answers 409:
//! there, of two edits at the same time, the later one can write over the earlier one.
//!
//! Before that, what is new is checked against what was read: types of values, comparators, percentages, limits. What would
//! be refused is not sent, and the error names the place.
//!
//! # When others have to approve
//!
//! [`EditValue::propose`] makes a change request in place of the change; see [`Proposal`].
//!
//! # Many at once
//!
//! Edits of the same thing by clones of one client wait for each other, first come, first served, and take two requests each.
//! Others meet at the server; who was slower waits a moment at random, longer from round to round, and gives up after
//! [`DEFAULT_MAX_ROUNDS`] rounds, or as many as [`EditValue::max_rounds`] says.

use std::time::Duration;

use crate::engine::backoff;
use crate::engine::check::Violation;
use crate::engine::error::Attempts;
use crate::engine::transport::retry::RetryState;
use crate::types::{ConfigId, EnvironmentId, SettingId};
use crate::{Client, Error, Operation, Result, Secret};

mod draft;
mod propose;
mod turns;
mod v1;
mod value;
mod values;

pub use draft::{Draft, Drafts};
pub use propose::Proposal;
pub(crate) use turns::Turns;
pub(crate) use v1::edit_v1;
pub use value::EditValue;
pub use values::EditValues;

use value::Target;

/// 30 rounds. Of 50 editors of one value, each with a client of its own, the unluckiest needed 8 to 12.
pub const DEFAULT_MAX_ROUNDS: u32 = 30;

/// 50 milliseconds, within which a read and a write are made: the first random pause stays below that.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// 3 seconds, over which some dozens of editors spread well enough.
const MAX_PAUSE: Duration = Duration::from_secs(3);

/// The result of an edit.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Edited<T> {
    /// What the server has now: the answer to the change, or what was read if there was nothing to change.
    pub value: T,
    /// Whether something was changed. If the closure leaves all as it is, nothing is sent.
    pub changed: bool,
    /// How often it was read and changed; 1 if nobody else came in between.
    pub rounds: u32,
}

impl Client {
    /// Changes what a setting serves in an environment: reads it (`get-setting-value-v2`), lets the closure change it, and
    /// sends the change (`update-setting-value-v2`), again and again if somebody else changes it at the same time. For
    /// configs with evaluation version `v2`. See [`edit`](crate::edit).
    ///
    /// The closure is called once a round, each time with what was just read. If it fails, nothing is sent.
    pub fn edit_value<F: FnMut(&mut Draft) -> Result<()>>(
        &self,
        environment_id: impl Into<EnvironmentId>,
        setting_id: impl Into<SettingId>,
        edit: F,
    ) -> EditValue<F> {
        let target = Target::Ids(environment_id.into(), setting_id.into());
        EditValue::new(self, target, edit)
    }

    /// The same for the config and environment of an SDK key (`get-setting-value-by-sdkkey-v2`,
    /// `update-setting-value-by-sdkkey-v2`). The setting is named by its key, or its id as text.
    pub fn edit_value_by_sdkkey<F: FnMut(&mut Draft) -> Result<()>>(
        &self,
        setting_key_or_id: impl Into<String>,
        sdk_key: impl Into<Secret>,
        edit: F,
    ) -> EditValue<F> {
        let target = Target::SdkKey(setting_key_or_id.into(), sdk_key.into());
        EditValue::new(self, target, edit)
    }

    /// Changes what several settings of a config serve in an environment, all of them or none: reads them
    /// (`get-setting-values-v2`), lets the closure change them, and sends those that changed (`post-setting-values-v2`). For
    /// configs with evaluation version `v2`. See [`edit`](crate::edit).
    ///
    /// ```no_run
    /// # use configcat_management::{Client, Result};
    /// # async fn example(client: Client, config: uuid::Uuid, environment: uuid::Uuid) -> Result<()> {
    /// let edited = client
    ///     .edit_values(config, environment, |settings| {
    ///         settings.get("new_checkout")?.turn_on();
    ///         settings.get("page_size")?.set_default(50);
    ///         Ok(())
    ///     })
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn edit_values<F: FnMut(&mut Drafts) -> Result<()>>(
        &self,
        config_id: impl Into<ConfigId>,
        environment_id: impl Into<EnvironmentId>,
        edit: F,
    ) -> EditValues<F> {
        EditValues::new(self, (config_id.into(), environment_id.into()), edit)
    }
}

/// What edits can be told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    max_rounds: Option<u32>,
    pub(crate) reason: Option<String>,
    pub(crate) bypass_approval: Option<bool>,
}

impl Options {
    /// Whether the server would ask for the reason that is not there.
    fn demand_reason(&self, operation: &'static Operation, required: bool) -> Result<()> {
        if required && self.reason.is_none() {
            let problem = "is missing; here, each change needs one";
            return Err(Error::invalid(
                operation,
                Violation::new("query.reason", problem),
            ));
        }
        Ok(())
    }
}

/// Options shared by everything that changes values.
macro_rules! notes {
    ($change:ident $(<$edit:ident>)?) => {
        impl $(<$edit>)? $change $(<$edit>)? {
            /// Note for the audit log. If one is required and missing, nothing is changed.
            pub fn reason(mut self, reason: impl crate::IntoOption<String>) -> Self {
                self.options.reason = reason.into_option();
                self
            }

            /// Applies the change at once if approval is required and the caller may skip it. V1 configs know no
            /// approvals.
            pub fn bypass_approval(mut self, bypass_approval: impl crate::IntoOption<bool>) -> Self {
                self.options.bypass_approval = bypass_approval.into_option();
                self
            }
        }
    };
}
pub(crate) use notes;

macro_rules! options {
    ($edit:ident) => {
        notes!($edit<F>);

        impl<F> $edit<F> {
            pub(super) fn new(client: &Client, target: Target, edit: F) -> Self {
                $edit {
                    client: client.clone(),
                    target,
                    options: Options::default(),
                    edit,
                }
            }

            /// The most rounds, at least 1. Default: [`DEFAULT_MAX_ROUNDS`](crate::edit::DEFAULT_MAX_ROUNDS).
            pub fn max_rounds(mut self, rounds: u32) -> Self {
                self.options.max_rounds = Some(rounds.max(1));
                self
            }

            pub(crate) fn with(mut self, options: Options) -> Self {
                self.options = options;
                self
            }
        }

        impl<F> std::fmt::Debug for $edit<F> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($edit))
                    .field("target", &self.target)
                    .field("options", &self.options)
                    .finish_non_exhaustive()
            }
        }
    };
}
use options;

/// Counts the rounds of an edit.
#[derive(Debug)]
struct Rounds {
    operation: &'static Operation,
    round: u32,
    most: u32,
    /// The attempts and waits of all changes from the first lost answer on.
    taken: Attempts,
    /// Lost answers, as the retry policy counts them.
    lost_answers: RetryState,
}

impl Rounds {
    fn new(operation: &'static Operation, options: &Options) -> Self {
        Rounds {
            operation,
            round: 1,
            most: options.max_rounds.unwrap_or(DEFAULT_MAX_ROUNDS),
            taken: Attempts::default(),
            lost_answers: RetryState::default(),
        }
    }

    fn done<T>(&self, value: T, changed: bool) -> Edited<T> {
        Edited {
            value,
            changed,
            rounds: self.round,
        }
    }

    /// The closure failed.
    fn edit_error(&self, error: Error) -> Error {
        Error::edit(self.operation, self.round, error)
    }

    /// A change failed. If the answer to it or to one before it was lost, the error tells of all since then.
    fn with_earlier_attempts(&mut self, error: Error) -> Error {
        if !(error.perhaps_processed() || self.taken.perhaps_processed) {
            return error;
        }
        self.taken.made += error.attempts();
        self.taken.waited += error.waited();
        self.taken.perhaps_processed |= error.perhaps_processed();
        error.after(self.taken)
    }

    /// Sends a change until it is clear what became of it. If its answer is lost, looks whether it was made, and after a pause once
    /// more, because it may still be on its way. If all is as it was, it is sent again; if that is not so either, or not to be found
    /// out, the error stays.
    async fn make<T, W, R>(
        &mut self,
        client: &Client,
        seen: &T,
        write: impl Fn() -> W,
        read: impl Fn() -> R,
        is_made: impl Fn(&T) -> bool,
    ) -> Result<Edited<T>>
    where
        T: Clone + PartialEq,
        W: Future<Output = Result<Option<T>>>,
        R: Future<Output = Result<T>>,
    {
        loop {
            let error = match write().await {
                Ok(Some(after)) => return Ok(self.done(after, true)),
                // The server found nothing to change.
                Ok(None) => return Ok(self.done(seen.clone(), false)),
                Err(error) => self.with_earlier_attempts(error),
            };
            if !error.perhaps_processed() {
                return Err(error);
            }
            for is_first in [true, false] {
                match read().await {
                    Ok(after) if is_made(&after) => return Ok(self.done(after, true)),
                    Ok(after) if after == *seen => {}
                    _ => return Err(error),
                }
                if is_first {
                    let Some(pause) = self.pause(client, &error) else {
                        return Err(error);
                    };
                    tokio::time::sleep(pause).await;
                    self.taken.waited += pause;
                }
            }
        }
    }

    /// How long to wait after a lost answer; `None` if it is not to be tried again.
    fn pause(&mut self, client: &Client, error: &Error) -> Option<Duration> {
        let core = &client.core;
        let pause = core.options.retry.pause(error, &mut self.lost_answers)?;
        let in_time = core.options.deadline.is_none_or(|most| pause < most);
        in_time.then(|| {
            let attempt = self.lost_answers.attempts.made;
            (core.transport).tell_retrying(self.operation, attempt, Some(pause), error);
            pause
        })
    }

    /// Somebody else was faster: waits a moment, and counts; or gives up.
    async fn retry_after_conflict(&mut self, conflict: Error) -> Result<()> {
        if self.round >= self.most {
            return Err(Error::edit(self.operation, self.round, conflict));
        }
        let (operation, round) = (self.operation.id, self.round);
        tracing::info!(operation, round, "somebody else was faster, begins again");
        tokio::time::sleep(backoff::random(FIRST_PAUSE, self.round, MAX_PAUSE)).await;
        self.round += 1;
        Ok(())
    }
}

/// Whether a change was not made because somebody else was faster.
fn is_conflict(error: &Error) -> bool {
    error.status() == Some(http::StatusCode::CONFLICT) && !error.perhaps_processed()
}

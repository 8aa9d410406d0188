//! The model of a fleet in Redis: loaded, changed and stored, and that again if somebody else was quicker.

use std::collections::BTreeSet;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Script, ScriptInvocation};
use sha2::{Digest as _, Sha256};

use crate::engine::limit::model::Model;
use crate::engine::limit::moment::Moment;
use crate::engine::limit::target::{Granularity, Target};

/// What goes before the hash in the name of a key.
const PREFIX: &str = "configcat:rate:";
/// Goes into the hash, so that releases of which the model has other fields do not meet.
const FORMAT: &str = "6";

/// The model is forgotten so long after the last request, and never within two of the longest waits or periods.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// A clock that is so far behind what was stored was set back: no moment that is stored means anything.
const SET_BACK: Duration = Duration::from_secs(1);

/// Redis' time in seconds and microseconds, the version, when it was stored, what all scopes share, and the scopes.
type Loaded = (
    u64,
    u32,
    String,
    Option<u64>,
    Option<Vec<u8>>,
    Vec<Option<Vec<u8>>>,
);

pub(super) struct Store {
    script: Script,
    key: String,
    /// One that knows nothing yet.
    fresh: Model,
}

impl Store {
    /// For one user of one server, and programs that state the same limits.
    pub(super) fn new(fresh: Model, base: &str, user: &str) -> Self {
        Store {
            script: Script::new(include_str!("../fleet.lua")),
            key: key(base, user, &fresh),
            fresh,
        }
    }

    /// It shows neither the user nor the server.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Shows that the script may write.
    pub(super) async fn check(&self, redis: &mut MultiplexedConnection) -> RedisResult<()> {
        self.invocation(&BTreeSet::new())
            .arg("hello")
            .invoke_async(redis)
            .await
    }

    /// Changes what is known of these calls; `None` if somebody else has done so meanwhile. They are counted at this grain, or, as it
    /// may turn out, at a finer one.
    pub(super) async fn change<T>(
        &self,
        redis: &mut MultiplexedConnection,
        targets: &[Target],
        grain: Granularity,
        change: impl FnOnce(&mut Model, Moment) -> T,
    ) -> RedisResult<(Granularity, Option<T>)> {
        let keys: BTreeSet<u64> = targets.iter().map(|target| target.key(grain)).collect();
        let loaded: Loaded = self
            .invocation(&keys)
            .arg("load")
            .invoke_async(redis)
            .await?;
        let (seconds, micros, version, stored, shared, scopes) = loaded;
        let now = Moment(Duration::new(seconds, micros.saturating_mul(1000)));
        let is_valid = stored.is_some_and(|stored| stored <= seconds + SET_BACK.as_secs());
        let known = keys.into_iter().zip(scopes.iter().map(Option::as_deref));
        let mut model = self
            .fresh
            .restore(now, shared.as_deref().filter(|_| is_valid), known);
        if model.grain() != grain {
            let change = self.change(redis, targets, model.grain(), change);
            return Box::pin(change).await;
        }
        let result = change(&mut model, now);
        let (new, new_scopes) = model.encode();
        let is_same = |(scope, new): (&Option<Vec<u8>>, &Vec<u8>)| scope.as_ref() == Some(new);
        if shared.as_ref() == Some(&new)
            && scopes.len() == new_scopes.len()
            && scopes.iter().zip(new_scopes.values()).all(is_same)
        {
            // Most of those that have to wait change nothing.
            return Ok((grain, Some(result)));
        }
        let (shared, scopes) = (new, new_scopes);
        let keys = scopes.keys().copied().collect();
        let mut store = self.invocation(&keys);
        let periods = self.fresh.published_limits().map(|(_, period)| period);
        let longest = periods.fold(self.fresh.max_wait(), Duration::max);
        let forgotten = FORGOTTEN.max(longest.saturating_mul(2));
        store
            .arg("store")
            .arg(version)
            .arg(forgotten.as_millis() as u64)
            .arg(shared);
        scopes.into_values().for_each(|scope| {
            store.arg(scope);
        });
        let is_newest: bool = store.invoke_async(redis).await?;
        Ok((model.grain(), is_newest.then_some(result)))
    }

    /// What all scopes share has a key, and each scope has one that begins with it. The braces have a cluster keep them together.
    fn invocation(&self, scopes: &BTreeSet<u64>) -> ScriptInvocation<'_> {
        let mut invocation = self.script.key(&self.key);
        for scope in scopes {
            invocation.key(format!("{}:{scope:016x}", self.key));
        }
        invocation
    }
}

fn key(base: &str, user: &str, fresh: &Model) -> String {
    let limits: Vec<_> = fresh.published_limits().collect();
    let hash = Sha256::digest(format!("{FORMAT}\n{base}\n{user}\n{limits:?}"));
    let hex = hash.iter().map(|byte| format!("{byte:02x}"));
    hex.fold(format!("{PREFIX}{{"), |key, byte| key + &byte) + "}"
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::Value;

    use super::*;
    use crate::engine::limit::reading::Reading;
    use crate::engine::limit::times::Time;
    use crate::engine::limit::window::Window;

    fn fields(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    names.insert(name.clone());
                    fields(value, names);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| fields(value, names)),
            _ => {}
        }
    }

    fn fields_of(model: &Model, names: &mut BTreeSet<String>) {
        let (shared, scopes) = model.encode();
        for stored in std::iter::once(&shared).chain(scopes.values()) {
            fields(&serde_json::from_slice(stored).unwrap(), names);
        }
    }

    /// Releases of which the model has other fields do not understand each other.
    #[test]
    fn the_format_has_another_number_if_fields_change() {
        let day = 1_800_000_000;
        let mut model = Model::new(Duration::from_secs(900));
        let mut names = BTreeSet::new();
        for (second, refused) in [(0, false), (0, true), (60, false), (61, true)] {
            let now = Moment(Duration::from_secs(day + second));
            let ticket = model.admit(Target::ONE, now, 0).unwrap();
            fields_of(&model, &mut names);
            let reading = Reading {
                refused,
                remaining: Some(5),
                reset: Some(Time::At(
                    DateTime::from_timestamp_secs(1_800_000_090).unwrap(),
                )),
                named: refused.then_some((1, Duration::from_secs(1))),
                ..Reading::default()
            };
            model.record_response(ticket, now, &reading);
            fields_of(&model, &mut names);
        }
        let names: Vec<String> = names.into_iter().collect();
        let names = format!("{FORMAT}: {}", names.join(" "));
        assert_eq!(
            names,
            "6: At Closed Open accepted accepted_since answered answers at awaited began beside beyond_max_wait \
             bounds clock clock_sample common confirmed counted differences epoch estimates flight full given grain \
             has_silent hidden high highest id in_flight is_certain is_guess is_intermittent is_named is_silent key \
             last_full last_reported limit limits local low many max_wait measurement mismatched most named nanos \
             narrowing operation owner period probe_after probe_began probing published quota ramp reached recent \
             recounted refusal refusals refused refuted remaining requests reset reset_reported second secs \
             sent_later shared since state strange target total unseen used used_at_refusal wait window without_count"
        );
    }

    #[test]
    fn what_was_stored_is_the_same_when_it_is_loaded() {
        let fresh = Model::new(Duration::from_secs(900));
        let mut model = fresh.restore(
            Moment(Duration::from_secs(1_800_000_000)),
            None,
            std::iter::empty(),
        );
        for second in 0..60 {
            let now = Moment(Duration::from_millis(1_800_000_000_123 + second * 700));
            for refused in [false, false, second % 20 == 19] {
                let Ok(ticket) = model.admit(Target::ONE, now, 3) else {
                    continue;
                };
                let reading = Reading {
                    refused,
                    retry_after: refused.then_some(Duration::from_secs(1)),
                    named: refused.then_some((20, Duration::from_secs(1))),
                    ..Reading::default()
                };
                model.record_response(ticket, now, &reading);
            }
            let (shared, scopes) = model.encode();
            let scopes = scopes
                .iter()
                .map(|(key, scope)| (*key, Some(scope.as_slice())));
            let loaded = fresh.restore(now, Some(&shared), scopes);
            assert_eq!(format!("{loaded:?}"), format!("{model:?}"));
        }
        // A scope that outlives what all share, because Redis' clock was set back, is none of the new model's.
        let (_, scopes) = model.encode();
        let now = Moment(Duration::from_secs(1_700_000_000));
        let (shared, none) = fresh.restore(now, None, std::iter::empty()).encode();
        let scopes = scopes
            .iter()
            .map(|(key, scope)| (*key, Some(scope.as_slice())));
        assert_eq!(fresh.restore(now, Some(&shared), scopes).encode().1, none);
    }

    #[test]
    fn limits_that_programs_state_are_of_fleets_of_their_own() {
        let second = Duration::from_secs(1);
        let stating = |quota| Model::published(second, vec![Window::new(quota, second)]);
        let all = [Model::new(second), stating(5), stating(10)];
        let keys: BTreeSet<String> = all.iter().map(|fresh| key("base", "user", fresh)).collect();
        assert_eq!(keys.len(), 3);
    }
}

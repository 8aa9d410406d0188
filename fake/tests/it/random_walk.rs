//! Whatever clients send, in whatever order: no answer is a 500 or breaks off, each fits the description and decodes, and
//! nothing in the state leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use configcat_fake::{Fake, Seed};
use configcat_management::reqwest::{Client, RequestBuilder};
use configcat_management::{OPERATIONS, Operation};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use proptest::{prop_assert, prop_assert_eq};
use serde_json::Value;

use crate::support::decode::decode;
use crate::support::description::{answer_schema, body_schema, described, judged};
use crate::support::dice::{Dice, Known, Maker, Sent};

const STEPS: usize = 250;

/// How often each operation was answered with which status, over all walks.
type Tally = BTreeMap<&'static str, BTreeMap<u16, usize>>;

#[test]
fn a_thousand_steps_leave_everything_whole() {
    walks(4);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn ten_thousand_steps_leave_everything_whole() {
    let never = walks(40);
    assert!(never.len() < OPERATIONS.len() / 3, "{never:?}");
}

/// Takes this many walks, and names the operations that never succeeded.
fn walks(count: u32) -> BTreeSet<&'static str> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let tally = Mutex::new(Tally::new());
    let config = Config {
        cases: count,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let walks = vec((any::<Index>(), any::<u64>()), STEPS);
    let walked = runner.run(&walks, |steps: Vec<(Index, u64)>| {
        runtime.block_on(walk(&steps, &tally))
    });
    if let Err(error) = walked {
        match error {
            // The steps hold the seeds.
            TestError::Fail(why, steps) => panic!("{why}\nafter the steps {steps:?}"),
            TestError::Abort(why) => panic!("{why}"),
        }
    }
    let tally = tally.into_inner().expect("nobody panicked");
    let never = |operation: &&&Operation| {
        let seen = tally.get(operation.id);
        !seen.is_some_and(|seen| seen.keys().any(|status| *status < 300))
    };
    let never: BTreeSet<&'static str> = OPERATIONS
        .iter()
        .filter(never)
        .map(|operation| operation.id)
        .collect();
    let all: usize = tally.values().flat_map(BTreeMap::values).sum();
    let good = tally
        .values()
        .flatten()
        .filter(|(status, _)| **status < 300);
    let good: usize = good.map(|(_, count)| count).sum();
    println!("{all} steps, {good} of them successes; no success of {never:?}");
    assert_eq!(all, count as usize * STEPS);
    // Walks that are refused at each step would prove nothing.
    assert!(good * 4 > all, "{good} of {all}");
    never
}

async fn walk(steps: &[(Index, u64)], tally: &Mutex<Tally>) -> Result<(), TestCaseError> {
    let fake = Fake::builder()
        .quota(u32::MAX, std::time::Duration::from_secs(1))
        .start()
        .await;
    let client = Client::new();
    let mut known = Known::default();
    // What exists is learnt first, and there is something of everything.
    for (method, seed) in [("GET", 1), ("GET", 2), ("GET", 3), ("POST", 4), ("POST", 5)] {
        for operation in OPERATIONS
            .iter()
            .filter(|operation| operation.method == method)
        {
            let (dice, now) = (Dice(seed), fake.now());
            let mut maker = Maker {
                known: &known,
                dice,
                now,
                wrong: 0,
            };
            let sent = maker.request(operation);
            let (_, body) = exchange(&fake, &client, operation, &sent).await?;
            known.learn(&body);
        }
    }
    for (index, seed) in steps {
        let mut dice = Dice(*seed);
        let mut operation = *index.get(&OPERATIONS);
        let cascades = ["delete-product", "delete-config", "delete-environment"];
        while cascades.contains(&operation.id) && dice.percent(70) {
            operation = OPERATIONS[dice.below(OPERATIONS.len())];
        }
        let wrong = if dice.percent(75) { 0 } else { 5 };
        let mut maker = Maker {
            known: &known,
            dice,
            now: fake.now(),
            wrong,
        };
        let sent = maker.request(operation);
        // A look at everything is dear, so not at each step.
        let before = seed.is_multiple_of(32).then(|| whole(&fake));
        let (status, body) = exchange(&fake, &client, operation, &sent).await?;
        if let Some(before) = before {
            let after = whole(&fake);
            let changed = before.0 != after.0;
            // The plugin's connection is no one's change, and a link that points elsewhere is still the same link.
            let silent = [
                "jira-connect",
                "add-or-update-integration-link",
                "jira-add-or-update-integration-link",
            ];
            if changed && !silent.contains(&operation.id) {
                prop_assert!(
                    status < 300,
                    "{} changes something, though {}",
                    operation,
                    status
                );
                prop_assert!(
                    before.1 != after.1,
                    "{} is not in the audit log: {:?}",
                    operation,
                    sent
                );
            }
        }
        let mut tally = tally.lock().expect("nobody panicked");
        *tally
            .entry(operation.id)
            .or_default()
            .entry(status)
            .or_default() += 1;
        if status < 300 {
            known.learn(&body);
        }
    }
    // What is left is a state that another server takes over as it is.
    let left = fake.to_json();
    let seed = Seed::from_json(&left).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let second = Fake::builder().seed(seed).start().await;
    prop_assert_eq!(second.to_json(), left);
    Ok(())
}

/// The state without change requests, which note more than changes, and the newest entry of the audit log.
fn whole(fake: &Fake) -> (Value, Value) {
    let mut state: Value = serde_json::from_str(&fake.to_json()).expect("it is JSON");
    let state = &mut state["state"];
    let log = state["audit_log"].take();
    state["change_requests"].take();
    state["counter"].take();
    let newest = log.as_array().and_then(|log| log.last());
    (
        state.take(),
        newest
            .map(|entry| entry["item"]["auditLogId"].clone())
            .unwrap_or_default(),
    )
}

/// Sends a request, and looks at the answer and at what is left behind.
async fn exchange(
    fake: &Fake,
    client: &Client,
    operation: &'static Operation,
    sent: &Sent,
) -> Result<(u16, Value), TestCaseError> {
    let url = format!("{}{}", fake.base_url(), sent.path);
    let mut request: RequestBuilder = client
        .request(operation.method.clone(), url)
        .basic_auth(fake.user(), Some(fake.password()));

    if let Some(key) = &sent.sdk_key {
        request = request.header("X-CONFIGCAT-SDKKEY", key.escape_default().to_string());
    }
    if let Some(body) = &sent.body {
        let body = body.to_string();
        request = request
            .header("content-type", "application/json")
            .body(body);
    }
    let told = |what: String| TestCaseError::fail(format!("{operation} {sent:?}: {what}"));
    let answer = request
        .send()
        .await
        .map_err(|error| told(format!("{error:?}")))?;
    let status = answer.status().as_u16();
    let body = answer
        .bytes()
        .await
        .map_err(|error| told(format!("{error:?}")))?;
    let text = String::from_utf8_lossy(&body);
    prop_assert!(
        status < 500,
        "{} {:?}: {} {}",
        operation,
        sent,
        status,
        text
    );
    let document = serde_json::from_slice(&body).unwrap_or_default();
    if status < 300 {
        let answers = &described(operation)["responses"];
        prop_assert!(
            !answers[status.to_string()].is_null(),
            "{}: {}",
            operation,
            status
        );
        decode(operation, status, &body).map_err(|error| told(format!("{error} in {text}")))?;
        if let Some(schema) = answer_schema(operation, status) {
            let problems = judged(schema, &document);
            prop_assert!(
                problems.is_empty(),
                "{} answers {}: {:?}",
                operation,
                text,
                problems
            );
        }
        // What was accepted has to be such as the description allows.
        if let (Some(schema), Some(body)) = (body_schema(operation), &sent.body) {
            let problems = judged(schema, body);
            prop_assert!(
                problems.is_empty(),
                "{} took {}: {:?}",
                operation,
                body,
                problems
            );
        }
        let dangling = fake.dangling();
        prop_assert!(
            dangling.is_empty(),
            "{} {:?}: {:?}",
            operation,
            sent,
            dangling
        );
    } else {
        prop_assert!(
            !body.is_empty(),
            "{} {:?}: {} without a word",
            operation,
            sent,
            status
        );
    }
    Ok((status, document))
}

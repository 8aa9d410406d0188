//! ConfigCat's own SDK is the judge of what the fake serves and of what our `rule` words mean: for each rule of
//! [`table`](table), and for each word of `names` in [`words`](words), it says which users get what, and that has to be what a
//! person wrote there.
//!
//! It needs Node.js (20.19 or newer) and the SDK: `npm ci --prefix fake/official`. Without them the test is reported as ignored,
//! with the reason.

#[path = "../config_schema/mod.rs"]
mod config_schema;
mod coverage;
mod setup;
mod table;
mod words;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use configcat_fake::Fake;
use configcat_management::reqwest;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let missing = missing();
    let name = match missing {
        None => "official_sdk".to_string(),
        Some(reason) => format!("official_sdk (ignored: {reason})"),
    };
    let trial = Trial::test(name, official_sdk).with_ignored_flag(missing.is_some());
    // This one needs no SDK.
    let whole = Trial::test("the_table_leaves_nothing_out", || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let fake = Fake::start().await;
            let rows = setup::rows(&fake).await?;
            coverage::check(&fake).await?;
            check_form(&fake, &rows).await?;
            match rows.len() {
                150.. => Ok(()),
                few => Err(format!("there are {few} rows only").into()),
            }
        })
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial, whole]).exit_code()
}

/// Fails if a config that the SDK judges has not the form that ConfigCat's schema gives it.
async fn check_form(fake: &Fake, rows: &[Row]) -> Result<(), Failed> {
    let keys: BTreeSet<&str> = rows.iter().map(|row| row.sdk_key.as_str()).collect();
    for key in keys {
        let url = format!(
            "{}/configuration-files/{key}/config_v6.json",
            fake.base_url()
        );
        let body = reqwest::get(url).await?.error_for_status()?.bytes().await?;
        config_schema::check(&serde_json::from_slice(&body)?)?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("official")
}

/// What is not there for the test to run.
fn missing() -> Option<&'static str> {
    let node = Command::new("node").arg("--version").output();
    match node.is_ok_and(|output| output.status.success()) {
        false => Some("no Node.js"),
        true if !folder().join("node_modules/@configcat/sdk").is_dir() => {
            Some("no `npm ci` in fake/official")
        }
        true => None,
    }
}

/// What a setting serves to a user: the question, and the answer that a person wrote down.
struct Row {
    sdk_key: String,
    key: &'static str,
    /// `null` where nobody is there.
    user: Value,
    expected: Value,
}

fn official_sdk() -> Result<(), Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    let fake = runtime.block_on(Fake::start());
    let rows = runtime.block_on(setup::rows(&fake))?;
    let verdicts = verdicts(&fake, &rows)?;
    let mut wrong = Vec::new();
    for (row, verdict) in rows.iter().zip(&verdicts) {
        if verdict["value"] != row.expected {
            let Row {
                key,
                user,
                expected,
                ..
            } = row;
            wrong.push(format!(
                "{key} serves {verdict} to {user}; the table says {expected}"
            ));
        }
    }
    println!(
        "{} verdicts of the SDK, {} unlike the table",
        verdicts.len(),
        wrong.len()
    );
    match wrong.is_empty() && verdicts.len() == rows.len() {
        true => Ok(()),
        false => Err(wrong.join("\n").into()),
    }
}

/// What the SDK says, row by row.
fn verdicts(fake: &Fake, rows: &[Row]) -> Result<Vec<Value>, Failed> {
    let ask = |row: &Row| json!({ "sdkKey": row.sdk_key, "key": row.key, "user": row.user });
    let asked: Vec<Value> = rows.iter().map(ask).collect();
    let mut node = Command::new("node")
        .arg("judge.mjs")
        .current_dir(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let question = json!({ "base": fake.base_url(), "asked": asked }).to_string();
    if let Some(mut input) = node.stdin.take() {
        input.write_all(question.as_bytes())?;
    }
    let output = node.wait_with_output()?;
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

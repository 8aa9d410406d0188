//! ConfigCat's own JavaScript client works against the fake: each of its methods does there what it is for. And the walk that
//! shows it notices operations that succeed and do nothing.
//!
//! It needs Node.js (20.19 or newer) and the client itself: `npm ci --prefix fake/official`. Without them the test is
//! reported as ignored, with the reason. `documented` is for users of other languages too: what `docs/fake.md` tells them.

#[cfg(feature = "bin")]
mod documented;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use configcat_fake::Fake;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let missing = missing();
    let trial = |name: &str, script| {
        let name = match missing {
            None => name.to_string(),
            Some(reason) => format!("{name} (ignored: {reason})"),
        };
        Trial::test(name, move || run(&[script])).with_ignored_flag(missing.is_some())
    };
    let every_write =
        Trial::ignorable_test(
            "no_write_without_effect_goes_unnoticed",
            move || match missing {
                None => run(&["swallow.mjs", "--all"]).map(|()| Completion::Completed),
                Some(reason) => Ok(Completion::ignored_with(reason)),
            },
        );
    #[allow(unused_mut)] // Without the program, nobody adds to it.
    let mut trials = vec![
        trial("official_client", "walk.mjs"),
        trial("what_has_no_effect_is_noticed", "swallow.mjs"),
        // Slow: .ci/run runs it.
        every_write.with_ignored_flag(true),
    ];
    #[cfg(feature = "bin")]
    trials.extend(documented::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("official")
}

/// What is not there for the test to run.
fn missing() -> Option<&'static str> {
    let node = Command::new("node").arg("--version").output();
    match node.is_ok_and(|output| output.status.success()) {
        false => Some("no Node.js"),
        true if !folder().join("node_modules").is_dir() => Some("no `npm ci` in fake/official"),
        true => None,
    }
}

fn run(arguments: &[&str]) -> Result<(), Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    let fake = runtime.block_on(Fake::builder().credentials("user", "pass").start());
    let output = Command::new("node")
        .args(arguments)
        .current_dir(folder())
        .env("CONFIGCAT_BASE_URL", fake.base_url())
        .env("CONFIGCAT_API_USER", "user")
        .env("CONFIGCAT_API_PASS", "pass")
        .output()?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

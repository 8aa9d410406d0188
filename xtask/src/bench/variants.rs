//! What it costs to build in other ways: with optimization, with another TLS, and the commands of the README.

use std::path::Path;

use configcat_management_codegen::Result;

use super::build_times::{self, Took, build, package};
use crate::programs;

/// Each pair is built so often, in turns; the least counts.
const ROUNDS: usize = 2;

/// A way to build a dependent: its title, the features of reqwest and of ours, and arguments of cargo.
const WAYS: [(&str, &str, &str, &[&str]); 4] = [
    (
        "with optimization (`--release`)",
        "rustls",
        "rustls",
        &["--release"],
    ),
    (
        "TLS by the platform's library",
        "native-tls",
        "native-tls",
        &[],
    ),
    (
        "TLS by rustls with ring",
        "rustls-no-provider",
        "rustls-ring",
        &[],
    ),
    ("without TLS", "", "", &[]),
];

/// What the README tells to run, built in a clone.
const COMMANDS: [(&str, &[&str]); 2] = [
    (
        "`cargo run --example quickstart`",
        &["build", "--example", "quickstart"],
    ),
    (
        "`cargo test --workspace`",
        &["test", "--workspace", "--no-run"],
    ),
];

/// The table, in Markdown. `root` has the lock file, `folder` takes what is built, and `clone` the repository; `floor` is what the
/// program by hand takes without optimization.
pub(super) fn table(
    root: &Path,
    folder: &Path,
    staged: &Path,
    clone: &Path,
    floor: Took,
) -> Result<String> {
    let mut table = String::new();
    for (index, (title, theirs, ours, arguments)) in WAYS.iter().enumerate() {
        let by_hand = package(
            root,
            &folder.join(format!("floor-{index}")),
            &build_times::floor(theirs, *ours == "rustls-ring"),
            build_times::BY_HAND,
        )?;
        let published = package(
            root,
            &folder.join(format!("published-{index}")),
            &build_times::depend(staged, Some(ours)),
            build_times::BY_CLIENT,
        )?;
        let mut least: [Option<Took>; 2] = [None; 2];
        for _ in 0..ROUNDS {
            for (package, least) in [&by_hand, &published].into_iter().zip(&mut least) {
                programs::run(programs::cargo(package).args(["clean", "--offline", "--quiet"]))?;
                let took = build(package, &[&build_times::BUILD[..], arguments].concat())?;
                *least = Some(least.map_or(took, |least| least.least(took)));
            }
        }
        if let [Some(by_hand), Some(published)] = least {
            let seconds = published.cpu;
            let ratio = published.cpu / by_hand.cpu;
            crate::say!("{title}: {seconds:.0} s of CPU, {ratio:.2}");
            table += &format!("| {title} | {ratio:.2} | its own floor |\n");
        }
    }
    for (command, arguments) in COMMANDS {
        let took = build(
            clone,
            &[arguments, &["--target-dir", "target"][..]].concat(),
        )?;
        let ratio = took.cpu / floor.cpu;
        crate::say!("{command}: {:.0} s of CPU, {ratio:.2}", took.cpu);
        table += &format!("| {command} | {ratio:.2} | the floor of above |\n");
        programs::run(programs::cargo(clone).args(["clean", "--offline", "--quiet"]))?;
    }
    Ok(table)
}

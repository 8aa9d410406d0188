//! Counting instructions, which do not depend on what else the machine does.

use std::process::{Command, Stdio};

/// Two numbers of rounds, so that the difference leaves out starting and connecting.
const FEW: u64 = 200;
const MANY: u64 = 1200;

/// What this program was started with, without what cargo adds.
pub(crate) fn arguments() -> Vec<String> {
    let given = std::env::args().skip(1);
    given.filter(|argument| argument != "--bench").collect()
}

/// Instructions of one round: of this program, started under valgrind's callgrind with these arguments and a number of
/// rounds after them.
pub(crate) fn instructions(arguments: &[&str]) -> Result<f64, Box<dyn std::error::Error>> {
    let few = counted(arguments, FEW)?;
    let many = counted(arguments, MANY)?;
    Ok((many - few) as f64 / (MANY - FEW) as f64)
}

fn counted(arguments: &[&str], rounds: u64) -> Result<u64, Box<dyn std::error::Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(arguments)
        .arg(rounds.to_string())
        .stdout(Stdio::inherit())
        .output()
        .map_err(|error| {
            format!("valgrind cannot be run ({error}); on Debian: apt-get install valgrind")
        })?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{arguments:?} failed:\n{told}").into());
    }
    let total = told
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, total)| total.trim().parse().ok());
    total.ok_or_else(|| format!("callgrind told no total:\n{told}").into())
}

//! Counting instructions, which do not depend on what else the machine does.

use std::ops::Range;
use std::process::{Command, Stdio};

use crate::Result;

/// Instructions of one round: of this program, started under valgrind's callgrind with these arguments and a number of rounds
/// after them. It is started with both numbers, so that the difference leaves out starting and connecting.
///
/// # Errors
///
/// Valgrind is not there, or the program fails.
pub fn instructions(arguments: &[&str], rounds: Range<u64>) -> Result<f64> {
    let few = counted(arguments, rounds.start)?;
    let many = counted(arguments, rounds.end)?;
    Ok((many - few) as f64 / (rounds.end - rounds.start) as f64)
}

fn counted(arguments: &[&str], rounds: u64) -> Result<u64> {
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

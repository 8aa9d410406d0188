//! Counting instructions, which do not depend on what else the machine does.

use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;

/// Instructions of one round: of this program, started under valgrind's callgrind with these arguments and a number of rounds
/// after them. It is started with both numbers, so that the difference leaves out starting and connecting.
///
/// # Errors
///
/// Valgrind is not there, or the program fails.
pub fn instructions(arguments: &[&str], rounds: Range<u64>) -> Result<f64> {
    of(&std::env::current_exe()?, arguments, rounds)
}

/// The same of the program with the client that openapi-generator has made, if there is one.
///
/// # Errors
///
/// Those of [`instructions`].
pub fn instructions_of_other(arguments: &[&str], rounds: Range<u64>) -> Option<Result<f64>> {
    let program = std::env::var_os("OTHER_CLIENT")?;
    Some(of(Path::new(&program), arguments, rounds))
}

fn of(program: &Path, arguments: &[&str], rounds: Range<u64>) -> Result<f64> {
    let few = counted(program, arguments, rounds.start)?;
    let many = counted(program, arguments, rounds.end)?;
    Ok((many - few) as f64 / (rounds.end - rounds.start) as f64)
}

fn counted(program: &Path, arguments: &[&str], rounds: u64) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
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

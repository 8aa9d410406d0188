//! What `docs/fake.md` tells users of other languages to write works as it stands there.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use configcat_fake::Fake;
use libtest_mimic::{Completion, Failed, Trial};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/fake.md");

/// The blocks in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let mut rest = PAGE;
    let mut found = Vec::new();
    let begin = format!("```{language}\n");
    while let Some((_, after)) = rest.split_once(&*begin) {
        let (block, after) = after.split_once("```\n").expect("it ends");
        found.push(block);
        rest = after;
    }
    assert!(!found.is_empty(), "{language}");
    found
}

/// Puts each block into the file that its first line names.
fn write_files(folder: &Path, language: &str) -> std::io::Result<()> {
    for block in blocks(language) {
        let first = block.lines().next().unwrap_or_default();
        let name = first.trim_start_matches(['#', '/', ' ']);
        std::fs::write(folder.join(name), block)?;
    }
    Ok(())
}

/// Whether a program is there, and does this.
fn can(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

/// Runs a program with `configcat-fake` in its path, and shows what it says where it fails.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<Completion, Failed> {
    let fake = Path::new(env!("CARGO_BIN_EXE_configcat-fake"));
    let fake = fake.parent().ok_or("it is in a folder")?.to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([fake].into_iter().chain(std::env::split_paths(&path)))?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", path)
        .output()?;
    match output.status.success() {
        true => Ok(Completion::Completed),
        false => {
            let said = [output.stdout, output.stderr].concat();
            Err(String::from_utf8_lossy(&said).into_owned().into())
        }
    }
}

/// Reported as ignored, with the reason, where the other language is not there.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::ignorable_test("the_lines_for_a_shell_work", the_lines_for_a_shell),
        Trial::ignorable_test(
            "every_call_of_the_control_has_a_line",
            every_call_of_the_control,
        ),
        Trial::ignorable_test("the_fixture_for_pytest_works", the_fixture_for_pytest),
        Trial::ignorable_test("the_set_up_for_vitest_works", the_set_up_for_vitest),
    ]
}

fn the_lines_for_a_shell() -> Result<Completion, Failed> {
    if !can("bash", &["--version"]) || !can("curl", &["--version"]) {
        return Ok(Completion::ignored_with("no bash or no curl"));
    }
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let fake = runtime.block_on(Fake::start());
    let script = blocks("bash").join("\n");
    let script = script.replace("http://127.0.0.1:8080", &fake.base_url());
    // Without pipefail: `grep -q` is done before curl has written all, which is an error to curl now and then.
    let script = format!("set -eu\n{script}");
    run(folder.path(), "bash", &["-c", &script])?;
    assert!(folder.path().join("state.json").exists());
    Ok(Completion::Completed)
}

/// Who reads the page misses no call.
fn every_call_of_the_control() -> Result<Completion, Failed> {
    let description = include_str!("../../src/control/openapi.json");
    let description: Value = serde_json::from_str(description).expect("it is JSON");
    let lines: BTreeSet<String> = blocks("bash")
        .iter()
        .flat_map(|block| block.lines())
        .filter_map(|line| {
            let (_, path) = line.split_once("$FAKE/_fake/")?;
            let path = path
                .split([' ', ')'])
                .next()?
                .replace("$invitation", "{invitationId}");
            let method = match line.split_once("--request ") {
                Some((_, rest)) => rest.split(' ').next()?,
                None if line.contains("--data") => "POST",
                None => "GET",
            };
            Some(format!("{method} /_fake/{path}"))
        })
        .collect();
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().expect("there are paths") {
        for method in methods.as_object().expect("there are methods").keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert_eq!(lines, described);
    Ok(Completion::Completed)
}

fn the_fixture_for_pytest() -> Result<Completion, Failed> {
    // Where another Python comes first, that of the system may be the one with pytest.
    let mut pythons = ["python3", "/usr/bin/python3"].into_iter();
    let Some(python) = pythons.find(|python| can(python, &["-m", "pytest", "--version"])) else {
        return Ok(Completion::ignored_with("no pytest for python3"));
    };
    let folder = tempfile::tempdir()?;
    write_files(folder.path(), "python")?;
    let arguments = ["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"];
    run(folder.path(), python, &arguments)
}

#[cfg(unix)]
fn the_set_up_for_vitest() -> Result<Completion, Failed> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("official/node_modules");
    if !can("node", &["--version"]) || !modules.join("vitest").is_dir() {
        let reason = "no Node.js, or no `npm ci` in fake/official";
        return Ok(Completion::ignored_with(reason));
    }
    let folder = tempfile::tempdir()?;
    std::os::unix::fs::symlink(&modules, folder.path().join("node_modules"))?;
    write_files(folder.path(), "js")?;
    run(
        folder.path(),
        "node",
        &["node_modules/vitest/vitest.mjs", "run"],
    )
}

#[cfg(not(unix))]
fn the_set_up_for_vitest() -> Result<Completion, Failed> {
    Ok(Completion::ignored_with("no links without rights"))
}

//! What there is of generated code, and how many crates the client brings along.

use std::collections::BTreeSet;

use configcat_management_codegen::{Result, generate};

use super::rows::Row;
use crate::programs;
use crate::publish::stage;
use crate::workspace::Workspace;

/// The platform whose dependencies are counted, whatever this one is.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for source in &workspace.sources.sources {
        let lines = generate(&workspace.sources, source)?.rust.lines().count();
        let name = format!("generated code of {}", source.name);
        rows.push(Row::new("source", &name, "lines", lines as f64));
    }
    let none: &[&str] = &["--no-default-features"];
    for (name, features) in [("default features", &[][..]), ("no features", none)] {
        let mut tree = programs::cargo(workspace.root());
        tree.args(["tree", "--quiet", "--locked", "--package", stage::CLIENT]);
        tree.args([
            "--edges", "normal", "--prefix", "none", "--target", PLATFORM,
        ]);
        let printed = programs::output(tree.args(features))?;
        // A line is `name version (folder) (*)`.
        let crates: BTreeSet<Vec<&str>> = printed
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.split(' ').take(2).collect())
            .collect();
        // The client itself is one of them.
        let crates = crates.len() - 1;
        let name = format!("dependencies with {name}");
        rows.push(Row::new("source", &name, "crates", crates as f64));
    }
    Ok(rows)
}

//! How long the client takes to build, and how that grows with operations: as a source of so many made ones beside its own.

use std::fs;
use std::path::Path;

use configcat_management_codegen::{Error, Result, facts};

use super::build_times::build;
use super::made;
use super::rows::Row;
use crate::publish::stage;
use crate::workspace::{self, Workspace};
use crate::{add_source, candidate, programs};

const TABLE: &str = "building";
/// Of the source that is added, which is also a cargo feature.
const NAME: &str = "made";
const OPERATIONS: [usize; 6] = [25, 50, 100, 123, 500, 1_000];

pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let folder = workspace.target().join("xtask/building");
    let target = folder.join("target").display().to_string();
    let alone = stage(workspace, &folder, 0)?;
    let run = |package: &Path, arguments: &[&str], incremental: bool| -> Result<f64> {
        let setting = format!("profile.dev.incremental={incremental}");
        let more = ["--target-dir", &target, "--config", &setting];
        Ok(build(package, &[arguments, &more].concat())?.cpu)
    };
    // As cargo builds what comes from a registry.
    let took = |package: &Path, arguments: &[&str]| run(package, arguments, false);
    // What the crate depends on; then the crate alone, as its files are new.
    for command in ["build", "check"] {
        took(&alone, &[command])?;
    }
    let alone = stage(workspace, &folder, 0)?;
    let seconds = "s of processor time";
    let (built, checked) = (took(&alone, &["build"])?, took(&alone, &["check"])?);
    run(&alone, &["build"], true)?;
    let file = alone.join("src/lib.rs");
    stage::write(&file, &(workspace::read(&file)? + "\nfn _changed() {}\n"))?;
    let again = run(&alone, &["build"], true)?;
    let mut rows = vec![
        Row::new(TABLE, "cargo build of the crate alone", seconds, built),
        Row::new(TABLE, "cargo check of the crate alone", seconds, checked),
        Row::new(
            TABLE,
            "cargo build after a change, incremental",
            seconds,
            again,
        ),
    ];
    let (mut points, mut lines_of) = (Vec::new(), Vec::new());
    for operations in OPERATIONS {
        let package = stage(workspace, &folder, operations)?;
        let code = workspace::read(&package.join(format!("src/generated/{NAME}.rs")))?;
        let lines = code.lines().count() as f64;
        let more = took(&package, &["build", "--features", NAME])? - built;
        crate::say!("{operations} operations: {lines} lines, {more:.1} s");
        points.push((operations as f64, more));
        lines_of.push((operations as f64, lines));
        let row = |name, unit, ours| Row {
            size: Some(operations as u64),
            ..Row::new(TABLE, name, unit, ours)
        };
        rows.push(row("generated lines by operations", "lines", lines));
        rows.push(row("cargo build by operations", seconds, more));
    }
    for (name, points) in [
        ("cargo build by operations", points),
        ("generated lines by operations", lines_of),
    ] {
        let large: Vec<_> = points.iter().filter(|point| point.0 >= 123.0).collect();
        let pairs = large.windows(2).map(|pair| {
            let ((a, before), (b, after)) = (pair[0], pair[1]);
            (after / before).ln() / (b / a).ln()
        });
        let steepest = pairs.fold(f64::NEG_INFINITY, f64::max);
        rows.push(Row::new(TABLE, name, "power of the size", steepest));
    }
    Ok(rows)
}

/// The client as it is published, with a source of so many operations besides.
fn stage(workspace: &Workspace, folder: &Path, operations: usize) -> Result<std::path::PathBuf> {
    let tree = folder.join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree).map_err(|error| Error::file(&tree, error))?;
    }
    candidate::copy(workspace, &tree)?;
    if operations > 0 {
        let candidate = Workspace::open(Some(tree.clone()))?;
        let described = facts::read(&made::description(operations, 40).to_string())?;
        let facts = facts::reduce(&described);
        for (name, text) in add_source::changes(&candidate, NAME, &facts)? {
            stage::write(&tree.join(name), &text)?;
        }
    }
    let staged = folder.join("staged");
    stage::stage(&Workspace::open(Some(tree))?, &staged)?;
    programs::fetch(workspace.root(), &staged)?;
    Ok(staged.join(stage::CLIENT))
}

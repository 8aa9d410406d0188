//! `cargo xtask bench`: what the client costs, beside the same written by hand in the same run.

mod build_times;
mod building;
mod counts;
mod descriptions;
mod guard;
mod made;
mod other;
mod page;
mod plot;
mod rows;
mod size;
mod variants;

use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use configcat_management_codegen::{Error, Result};

use self::rows::{Report, Row};
use crate::workspace::Workspace;
use crate::{Outcome, programs, run};

/// The package of the programs that measure.
const PACKAGE: &str = "configcat-management-benches";

/// Measure what the client costs beside the same by hand, and write docs/benchmarks.md, its plots and docs/benchmarks.json.
///
/// Names: those of the page's tables. Besides, `makespan` (how close the pacing comes to the best possible; writes
/// docs/pacing.md with `-- --docs`) and `build-times` (what the crate costs to build; writes docs/build-times.md).
///
/// Exit codes: 0 measured, and with `--quick` nothing got worse; 1 something did, or a benchmark failed; 2 they cannot be run.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Measure this one alone, and print it.
    #[arg(value_name = "BENCH", conflicts_with = "quick")]
    bench: Option<String>,
    /// Compare instructions, allocations, generated lines and dependencies with docs/benchmarks.json: what grew by more than 3 %
    /// is told.
    #[arg(long)]
    quick: bool,
    /// Write what was measured even if it is not everything.
    #[arg(long)]
    accept: bool,
    /// After `--`: the folder of the client that openapi-generator has made of the same description (`generate -g rust`), to
    /// measure it too; or what `makespan` is given.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// How often something is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// By `--quick`, too: it is quick, and tells the same each time.
    Guard,
    /// With all others.
    All,
    /// If it is named, as it takes long.
    Named,
}

/// Where rows come from.
struct Program {
    /// Also the table that its rows are in.
    name: &'static str,
    kind: Kind,
    when: When,
}

enum Kind {
    /// A benchmark of [`PACKAGE`], with a cargo feature.
    Bench(&'static str, Option<&'static str>),
    /// The same, under valgrind.
    Valgrind(&'static str, Option<&'static str>),
    /// A function here.
    Own(fn(&Workspace) -> Result<Vec<Row>>),
}

const PROGRAMS: [Program; 10] = [
    program("call", When::Guard, Kind::Valgrind("call", None)),
    program("decode", When::Guard, Kind::Valgrind("decode", None)),
    program("memory", When::Guard, Kind::Bench("memory", None)),
    program("source", When::Guard, Kind::Own(counts::rows)),
    program(
        "by-name",
        When::All,
        Kind::Valgrind("call", Some("catalog")),
    ),
    program("throughput", When::All, Kind::Bench("throughput", None)),
    program("growth", When::All, Kind::Valgrind("growth", None)),
    program("descriptions", When::All, Kind::Own(descriptions::rows)),
    program("size", When::All, Kind::Own(size::rows)),
    program("building", When::Named, Kind::Own(building::rows)),
];

const fn program(name: &'static str, when: When, kind: Kind) -> Program {
    Program { name, kind, when }
}

impl Bench {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        match self.bench.as_deref() {
            Some("build-times") => {
                build_times::measure(workspace, self.arguments.first().map(Path::new))?;
                return Ok(Outcome::Clean);
            }
            Some("makespan") => {
                let mut cargo = programs::cargo(workspace.root());
                cargo.args(["bench", "--package", "configcat-management-examples"]);
                cargo.args(["--bench", "makespan", "--features", "redis", "--"]);
                return run::run_to_end(cargo.args(&self.arguments));
            }
            _ => {}
        }
        let chosen = |program: &&Program| match &self.bench {
            Some(name) => program.name == name,
            None if self.quick => program.when == When::Guard,
            None => program.when != When::Named,
        };
        let chosen: Vec<_> = PROGRAMS.iter().filter(chosen).collect();
        if let (true, Some(name)) = (chosen.is_empty(), &self.bench) {
            let names = PROGRAMS.map(|program| program.name).join("`, `");
            return Err(Error::new(format!(
                "there is no benchmark `{name}`; there are `{names}`, `makespan` and `build-times`"
            )));
        }
        let other = self.arguments.first().map(Path::new);
        let other = other.map(|folder| other::program(workspace, folder));
        let other = other.transpose()?;
        let mut new = Report::new(workspace);
        let mut tables = Vec::new();
        for program in chosen {
            if let (Kind::Valgrind(..), false) = (&program.kind, valgrind()) {
                eprintln!(
                    "note: `{}` is left out, as it needs valgrind; on Debian: apt-get install valgrind",
                    program.name
                );
                continue;
            }
            let rows = program.measure(workspace, other.as_deref())?;
            crate::say!("{}", page::table(program.name, &rows));
            tables.push(program.name);
            new.add(rows);
        }
        let old = Report::read(workspace)?;
        let found = match self.quick && !self.accept {
            true => guard::compare(&old.rows, &new.rows, &tables),
            false => Vec::new(),
        };
        if self.accept || (self.bench.is_none() && !self.quick) {
            page::write(workspace, &new.over(old, &tables))?;
            crate::say!("wrote docs/benchmarks.md");
        }
        if found.is_empty() {
            return Ok(Outcome::Clean);
        }
        for line in &found {
            crate::say!("{line}");
        }
        crate::say!(
            "Mend it, or accept it with `cargo xtask bench --quick --accept`, and say in the commit what it is worth."
        );
        Ok(Outcome::Found)
    }
}

impl Program {
    fn measure(&self, workspace: &Workspace, other: Option<&Path>) -> Result<Vec<Row>> {
        eprintln!("measuring: {}", self.name);
        let (bench, feature) = match self.kind {
            Kind::Own(rows) => return rows(workspace),
            Kind::Bench(bench, feature) | Kind::Valgrind(bench, feature) => (bench, feature),
        };
        let mut cargo = programs::cargo(workspace.root());
        cargo.args(["bench", "--quiet", "--package", PACKAGE, "--bench", bench]);
        cargo.args(feature.into_iter().flat_map(|name| ["--features", name]));
        cargo.envs(other.map(|program| ("OTHER_CLIENT", program)));
        let printed = programs::output(&mut cargo)?;
        let lines = printed.lines().filter(|line| line.starts_with('{'));
        let read = lines.map(|line| {
            serde_json::from_str(line).map_err(|error| Error::new(format!("{error}: {line}")))
        });
        read.collect()
    }
}

fn valgrind() -> bool {
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--version").stdout(Stdio::null());
    valgrind.status().is_ok_and(|status| status.success())
}

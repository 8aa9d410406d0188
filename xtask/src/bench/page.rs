//! `docs/benchmarks.md`: the rows as tables, with their goals.

use std::fmt::Write as _;

use configcat_management_codegen::Result;

use super::plot;
use super::rows::{Report, Row};
use crate::workspace::{self, Workspace};

/// A table of the page.
struct Table {
    name: &'static str,
    title: &'static str,
    /// What was done, and what is to be known of the figures.
    about: &'static str,
}

const TABLES: [Table; 10] = [
    Table {
        name: "call",
        title: "A call",
        about: "One small `GET` (`get-me`) and one `PATCH` (`update-setting`) on a kept connection to a server on loopback: instructions \
                of the client's process, without starting and connecting, as callgrind counts them. By hand is reqwest with serde \
                structs; it neither paces nor retries, and has no time limit. With tracing, both have a subscriber that formats \
                what is told at debug level: of each call a span and an event of ours, besides the events of the libraries below, which show \
                the span too. To format these is what ours has more; a program that shows less, or has no subscriber, pays what the first row says. An \
                event without the name of the operation, which the span has, gave 1.12, but says nothing where spans are not shown.",
    },
    Table {
        name: "decode",
        title: "Decoding an answer",
        about: "Instructions for reading a body into the types of the crate, into structs written by hand with the fields and \
                enum values that occur, and into `serde_json::Value`. A config has settings with two targeting rules each. Rules are \
                where ours take most: their lists need larger blocks, for which the allocator works longer, and a comparator is one of 36 texts \
                where the struct by hand knows three. To read into an empty struct rather than into one `Option` for each field costs rules 1.5 % \
                and nothing else; it takes an eighth off what the crate costs to build. To look names of fields up in a function for each type that is \
                inlined, as serde's derive does, made rules 2 % slower.",
    },
    Table {
        name: "memory",
        title: "Memory",
        about: "What the calling thread allocates for one call, and for reading a config of 10 000 settings. The allocator that counts \
                makes what grows in place a new block and a copy, for all alike. An enum of ours takes 16 bytes, as it keeps \
                values that it does not know behind a pointer; one by hand takes a byte: that is what the config has more at its peak (with the text \
                in place of the pointer, 24 bytes, it was 1.115). Of the thousand bytes that `PATCH` has \
                more, 440 are the patch itself, a list of owned texts that can be read, checked and added to, where the call by hand writes three \
                borrowed words. Room for one operation at first instead of four would save 312 of them, and cost longer patches more allocations.",
    },
    Table {
        name: "by-name",
        title: "A call by name",
        about: "The same calls by `client.call(\"get-me\", …)` with arguments and answers as JSON (feature `catalog`), beside the same \
                calls by hand with structs.",
    },
    Table {
        name: "throughput",
        title: "Throughput",
        about: "10 000 times the `GET`, by so many tasks on one thread, with the server in a process of its own; and 10 000 settings \
                decoded. Both in turns, seven rounds each, of which the best counts. Each attempt of ours has a time limit, and so a timer, \
                which the call by hand has not: with the same limit by hand, one run gave 0.99, 1.01, 0.99 and 0.93 of its requests a second. More \
                requests in flight than the default of 200 did not change the last one.",
    },
    Table {
        name: "growth",
        title: "Growth",
        about: "What takes longer with more of it, in processor time of the calling thread, the least of five. The power is the \
                greatest between two neighbouring sizes from 100 on: 1 is linear, and n log n is up to 1.2. `compare` and `flags` find names and ask a server on \
                loopback for both environments; a third of the settings differ in a rule. With 3 000 rules, `diff` holds documents that \
                no longer fit into the processor's caches, so its time for each rule grows while its instructions do not. Encoding was even \
                with serde's derive; a list of fields and code that is compiled once takes 4 to 8 % more, probably because fields are counted before \
                they are written, as some formats need. To inline it everywhere made no difference that shows among the runs.",
    },
    Table {
        name: "descriptions",
        title: "Large descriptions",
        about: "`cargo xtask preview` and `diff` with a made description of 2 900 operations and 1 450 schemas, in the build that \
                `cargo xtask` uses; the memory is the most that the process and its children held. Nearly all of `preview` is the generator: it makes the \
                whole client to see whether it can, in a build without optimization. To optimize the generator's crates (`opt-level = 1`) halves that, \
                and takes 138 s of processor time in place of 82 to build `xtask`, which each fresh clone would pay. Without it, more than \
                a quarter of the time goes into parsing what the generator prints, and a sixth into the largest pass.",
    },
    Table {
        name: "size",
        title: "Size of a program",
        about: "A program that lists the flags of a config, with the published crate and by hand, both with TLS by rustls. By the symbols of \
                the first program, a third of what ours has more is code of this crate (the limiter, retries, the words of errors without secrets), an \
                eighth `serde_json::Value`, which the words of errors and second readings need, and most of the rest what these make of the \
                standard library's collections. To be smaller it would have to do less; nothing else was tried.",
    },
    Table {
        name: "source",
        title: "Generated code and dependencies",
        about: "Lines that the generator writes, and crates that a dependent builds besides the client, on Linux.",
    },
    Table {
        name: "building",
        title: "Building, by operations",
        about: "Debug builds of the published crate alone, once all that it depends on is built, in seconds of all cores together. By \
                operations: what a source of so many made operations, and half as many schemas of eight fields, adds \
                to that; it is the difference of two builds, so that the smallest ones are within what they vary. The power is the \
                greatest from 123 on: 1 is linear. The lines are, and the compiler takes a little longer for each of many; to split the types into several modules was not tried. What it costs beside other clients is in \
                [build-times.md](build-times.md).",
    },
];

/// What is to be reached: of a ratio, or of a row that stands alone, at most this (or at least).
struct Goal {
    table: &'static str,
    unit: &'static str,
    against: Option<&'static str>,
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    Most(f64),
    Least(f64),
}

const HAND: Option<&str> = Some("by hand");
const BY_INSTRUCTIONS: &str = "power of the size, by instructions";
const PROCESSOR: &str = "µs of processor time a call";
const VALUE: Option<&str> = Some("serde_json::Value");

const GOALS: [Goal; 18] = [
    goal("call", "instructions", HAND, Bound::Most(0.97)),
    goal("decode", "instructions", HAND, Bound::Most(1.0)),
    goal("decode", "instructions", VALUE, Bound::Most(0.6)),
    goal("memory", "allocations", HAND, Bound::Most(1.0)),
    goal("memory", "bytes allocated", HAND, Bound::Most(1.0)),
    goal("memory", "peak bytes", HAND, Bound::Most(1.0)),
    goal("memory", "peak bytes", VALUE, Bound::Most(0.6)),
    goal("throughput", "requests a second", HAND, Bound::Least(1.0)),
    goal("throughput", PROCESSOR, HAND, Bound::Most(1.0)),
    goal("throughput", "MB a second", HAND, Bound::Least(1.0)),
    // 0.6 of the time.
    goal("throughput", "MB a second", VALUE, Bound::Least(1.667)),
    goal("growth", "ms", HAND, Bound::Most(1.0)),
    goal("growth", "power of the size", None, Bound::Most(1.2)),
    goal("growth", BY_INSTRUCTIONS, None, Bound::Most(1.2)),
    goal("building", "power of the size", None, Bound::Most(1.1)),
    goal("descriptions", "s", None, Bound::Most(2.0)),
    goal("descriptions", "MB of memory", None, Bound::Most(500.0)),
    goal("size", "KiB", HAND, Bound::Most(1.1)),
];

const fn goal(
    table: &'static str,
    unit: &'static str,
    against: Option<&'static str>,
    bound: Bound,
) -> Goal {
    Goal {
        table,
        unit,
        against,
        bound,
    }
}

impl Goal {
    fn of(row: &Row) -> Option<&'static Goal> {
        GOALS.iter().find(|goal| {
            (goal.table, goal.unit) == (row.table.as_str(), row.unit.as_str())
                && goal.against == row.against.as_deref()
        })
    }

    /// The goal, and whether it is met: the third decimal does not count.
    fn judge(&self, row: &Row) -> String {
        let is = row.ratio().unwrap_or(row.ours);
        let (sign, bound, over) = match self.bound {
            Bound::Most(bound) => ("≤", bound, is - bound),
            Bound::Least(bound) => ("≥", bound, bound - is),
        };
        match over < 0.005 {
            true => format!("{sign} {bound} ✓"),
            false => format!("{sign} {bound}, missed by {}", number(over)),
        }
    }
}

/// Writes the page, its plots and the rows.
pub(super) fn write(workspace: &Workspace, report: &Report) -> Result<()> {
    let mut text = String::from(
        "# What it costs to use

Each row is measured beside its baseline in the same run. `cargo xtask bench` measures all of it anew but `building`, and writes this
page, its plots and `benchmarks.json`; `cargo xtask bench NAME` prints one table. Instructions and allocations hardly depend on what
else the machine does, processor time depends on it a little, and the wall clock very much: each table tells the load of the machine
before it was measured. What the crate costs to build is in [build-times.md](build-times.md), how close its pacing comes to the best
possible time in [pacing.md](pacing.md).

`cargo xtask bench --quick` compares with the committed rows and fails beyond 3 %: the ratios of instructions and allocations to the
program by hand, as these are the same on other machines, and the counts of generated lines and dependencies.
OTHERS

",
    );
    let others = report.rows.iter();
    let others = others.filter(|row| row.against.as_deref() == Some("openapi-generator"));
    text = text.replace("OTHERS", match others.count() {
        0 => "The rows of openapi-generator's client are left out, as it was not at hand: `cargo xtask bench -- FOLDER`.",
        _ => "The rows of openapi-generator's Rust client are there if its FOLDER is given: `cargo xtask bench -- FOLDER`.",
    });
    for picture in plot::all(report) {
        let file = format!("benchmarks-{}.svg", picture.name);
        let _ = writeln!(text, "![{}]({file})\n", picture.title);
        let file = workspace.root().join("docs").join(file);
        workspace::replace(&file, picture.svg.as_bytes())?;
    }
    for shown in &TABLES {
        let rows: Vec<Row> = report.of(shown.name).cloned().collect();
        let Some(first) = rows.first() else { continue };
        let _ = write!(
            text,
            "## {}\n\n{}\n\n`cargo xtask bench {}`, at {}\n\n{}\n",
            shown.title,
            shown.about,
            shown.name,
            first.measured,
            table(shown.name, &rows)
        );
    }
    let file = workspace.root().join("docs/benchmarks.md");
    workspace::replace(&file, text.trim_end().as_bytes())?;
    report.write(workspace)
}

/// The rows as Markdown, with the columns that they have.
pub(super) fn table(name: &str, rows: &[Row]) -> String {
    let compared = rows.iter().any(|row| row.theirs.is_some());
    let judged = rows.iter().any(|row| Goal::of(row).is_some());
    let mut columns = vec![name, "unit", "ours"];
    if compared {
        columns.extend(["theirs", "of", "ratio"]);
    }
    if judged {
        columns.push("goal");
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(
        &columns
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>(),
    );
    let align = |column: &&str| match *column {
        "ours" | "theirs" | "ratio" => "---:".to_owned(),
        _ => "---".to_owned(),
    };
    text += &line(&columns.iter().map(align).collect::<Vec<_>>());
    for row in rows {
        let size = row.size.map(|size| format!(": {}", number(size as f64)));
        let mut cells = vec![
            format!("{}{}", row.name, size.unwrap_or_default()),
            row.unit.clone(),
            number(row.ours),
        ];
        if compared {
            let ratio = row.ratio().map(|ratio| format!("{ratio:.3}"));
            cells.push(row.theirs.map(number).unwrap_or_default());
            cells.push(row.against.clone().unwrap_or_default());
            cells.push(ratio.unwrap_or_default());
        }
        if judged {
            let goal = Goal::of(row).map(|goal| goal.judge(row));
            cells.push(goal.unwrap_or_default());
        }
        text += &line(&cells);
    }
    text
}

/// A number for people: three digits, or all of a whole one, in groups.
pub(super) fn number(value: f64) -> String {
    if value < 100.0 {
        let digits = if value < 10.0 { 2 } else { 1 };
        let text = format!("{value:.digits$}");
        return match text.trim_end_matches('0').strip_suffix('.') {
            Some(whole) => whole.to_owned(),
            None => text,
        };
    }
    let digits = format!("{value:.0}");
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

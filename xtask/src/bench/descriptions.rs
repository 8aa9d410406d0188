//! How long `preview` and `diff` take with a large description, and how much memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use configcat_management_codegen::{Error, Result};

use super::made;
use super::rows::Row;
use crate::programs;
use crate::publish::stage;
use crate::workspace::Workspace;

/// With these, a description has 10 MB: prose is most of it, as in those that are published.
const OPERATIONS: usize = 2_900;
const WORDS: usize = 300;

pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let folder = workspace.target().join("xtask/descriptions");
    let old = made::description(OPERATIONS, WORDS);
    let mut new = made::description(OPERATIONS + 20, WORDS);
    if let Some(paths) = new["paths"].as_object_mut() {
        paths.remove("/v1/things7/{thingId}");
    }
    let files = ["old", "new"].map(|name| folder.join(format!("{name}.json")));
    for (file, description) in files.iter().zip([old, new]) {
        stage::write(file, &description.to_string())?;
    }
    let size = fs::metadata(&files[0]).map_err(|error| Error::file(&files[0], error))?;
    let size = format!("{:.1} MB", size.len() as f64 / 1e6);
    let [old, new] = &files;
    let mut rows = Vec::new();
    for (command, files) in [("preview", &[old][..]), ("diff", &[old, new])] {
        let (seconds, processor, memory) = ran(command, files)?;
        let name = format!("{command} of {size}");
        rows.push(Row::new("descriptions", &name, "s", seconds));
        rows.push(Row::new(
            "descriptions",
            &name,
            "s of processor time",
            processor,
        ));
        rows.extend(memory.map(|memory| Row::new("descriptions", &name, "MB of memory", memory)));
    }
    Ok(rows)
}

/// Runs this program as people do, and tells its time, that of the processors, and the most memory that it and its children held.
fn ran(command: &str, files: &[&std::path::PathBuf]) -> Result<(f64, f64, Option<f64>)> {
    let this = std::env::current_exe().map_err(|error| Error::new(error.to_string()))?;
    let mut program = Command::new("bash");
    program.args(["-c", "TIMEFORMAT='%U %S'; time \"$0\" \"$@\""]);
    program.arg(this).arg(command).args(files);
    // With a decimal point.
    program.env("LC_ALL", "C").stderr(Stdio::piped());
    program.stdin(Stdio::null()).stdout(Stdio::null());
    let began = Instant::now();
    let child = program.spawn();
    let mut child = child.map_err(|error| programs::unable(&program, &error))?;
    let mut held = BTreeMap::new();
    let status = loop {
        look(child.id(), &mut held);
        let ended = child.try_wait();
        match ended.map_err(|error| programs::unable(&program, &error))? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    let mut printed = String::new();
    let told = child.stderr.take();
    told.map(|mut told| told.read_to_string(&mut printed));
    let times = printed.lines().last().unwrap_or_default();
    let times = times.split(' ').map(str::parse::<f64>);
    let processor = times.sum::<std::result::Result<f64, _>>();
    let processor = processor.map_err(|error| Error::new(format!("{error}: {printed}")))?;
    // 1 is a difference.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(Error::new(format!("xtask {command} failed: {status}")));
    }
    let memory = held.values().sum::<f64>() / 1024.0;
    Ok((seconds, processor, (memory > 0.0).then_some(memory)))
}

/// Takes down the peak of a process and of its children, in KiB. Only Linux tells.
fn look(process: u32, held: &mut BTreeMap<u32, f64>) {
    let folder = Path::new("/proc").join(process.to_string());
    let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    held.extend(peak.and_then(|peak| Some((process, peak.parse().ok()?))));
    let children = folder
        .join("task")
        .join(process.to_string())
        .join("children");
    for child in fs::read_to_string(children)
        .unwrap_or_default()
        .split_whitespace()
    {
        child
            .parse()
            .into_iter()
            .for_each(|child| look(child, held));
    }
}

//! A release that only adds never breaks a program.
//!
//! For every pair of descriptions of `codegen/tests/it/diff`, both clients are generated into the crate as it is published, and
//! one program that uses everything of the garden is compiled against each: against the old client always, against the new
//! one exactly where the rules of the diff say so.

#[path = "../../../codegen/tests/it/diff/pairs.rs"]
mod pairs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use configcat_management_codegen::diff::{self, Bump};
use configcat_management_codegen::generate_from;
use configcat_management_codegen::sources::Source;
use pairs::{Pair, pairs};
use serde_json::Value;

/// What it is written against stands for this word.
const CLIENT: &str = "CLIENT";

/// A crate with a client for each description, and programs that use them.
struct Crate {
    folder: PathBuf,
    /// By the text of the description: the same one is generated once.
    clients: BTreeMap<String, String>,
    /// By the program: the modules that are written against one client each.
    programs: BTreeMap<String, Vec<String>>,
}

impl Crate {
    /// The published crate, staged by the command that publishes it.
    fn staged() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("promise");
        let folder_name = folder.to_str().expect("UTF-8");
        let ended = crate::support::run(&["publish", "--stage", folder_name]);
        ended.assert(0, &["staged in"]);
        let made = Crate {
            folder: folder.join("configcat-management"),
            clients: BTreeMap::new(),
            programs: BTreeMap::new(),
        };
        fs::write(
            folder.join("Cargo.toml"),
            "[workspace]\nmembers = [\"configcat-management\"]\nresolver = \"3\"\n",
        )
        .expect("a workspace");
        made
    }

    /// The module of the client of a description.
    fn client(&mut self, pair: &Pair, description: &Value) -> String {
        let text = description.to_string();
        if let Some(module) = self.clients.get(&text) {
            return module.clone();
        }
        let module = format!("garden_{}", self.clients.len());
        let source = Source {
            client: format!("crate::{module}::Client"),
            ..pair.source.clone()
        };
        let generated = generate_from(&source, description, &pairs::docs())
            .unwrap_or_else(|error| panic!("{}: {error}", pair.name));
        let client = "
/// The client of a garden.
#[derive(Clone, Debug)]
pub struct Client(crate::Client);

impl std::ops::Deref for Client {
    type Target = crate::Client;
    fn deref(&self) -> &crate::Client {
        &self.0
    }
}
";
        let file = self.folder.join("src").join(format!("{module}.rs"));
        fs::write(file, generated.rust + client).expect("a module");
        self.clients.insert(text, module.clone());
        module
    }

    /// Adds a part to a program: one that uses all of a garden, written against this client.
    fn part(&mut self, program: &str, client: &str) -> String {
        let text = fs::read_to_string(garden("program.rs")).expect("the program");
        let module = format!("{program}_{client}");
        let folder = self.folder.join("src/bin").join(program);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(
            folder.join(format!("{module}.rs")),
            text.replace(CLIENT, client),
        )
        .expect("a part");
        let parts = self.programs.entry(program.to_owned()).or_default();
        if !parts.contains(&module) {
            parts.push(module.clone());
        }
        module
    }

    /// Compiles everything, and gives the names of the parts with errors.
    fn compile(&self) -> BTreeSet<String> {
        let lib = self.folder.join("src/lib.rs");
        let mut text = fs::read_to_string(&lib).expect("the library");
        for module in self.clients.values() {
            let _ = write!(
                text,
                "\n#[allow(missing_docs, dead_code)]\npub mod {module};"
            );
        }
        fs::write(&lib, text).expect("the library");
        for (program, parts) in &self.programs {
            let mut text = "#![allow(dead_code, unused, deprecated)]\nfn main() {}\n".to_owned();
            for part in parts {
                let _ = writeln!(text, "mod {part};");
            }
            let file = self.folder.join("src/bin").join(program).join("main.rs");
            fs::write(file, text).expect("a program");
        }
        crate::support::fetch(&self.folder);
        let output = Command::new(env!("CARGO"))
            .current_dir(&self.folder)
            .args([
                "check",
                "--quiet",
                "--offline",
                "--no-default-features",
                "--keep-going",
            ])
            .args([
                "--lib",
                "--bins",
                "--message-format",
                "json",
                "--target-dir",
            ])
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("promise-target"))
            .env("RUSTFLAGS", "")
            .output()
            .expect("cargo runs");
        let mut broken = BTreeSet::new();
        let mut reasons = String::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            if message["reason"] != "compiler-message" || message["message"]["level"] != "error" {
                continue;
            }
            reasons += message["message"]["rendered"].as_str().unwrap_or_default();
            for span in message["message"]["spans"].as_array().into_iter().flatten() {
                if span["is_primary"] == true {
                    let file = Path::new(span["file_name"].as_str().unwrap_or_default());
                    let stem = file.file_stem().unwrap_or_default();
                    broken.insert(stem.to_string_lossy().into_owned());
                }
            }
        }
        let ours = |name: &String| name.contains("_garden_");
        assert!(
            broken.iter().all(ours),
            "not a program, but the clients do not compile: {reasons}"
        );
        assert!(
            output.status.success() || !broken.is_empty(),
            "cargo failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        // What compiled is told as well, or a program that was never looked at would count as whole.
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("\"name\":\"whole\""), "{told}");
        broken
    }
}

#[test]
#[ignore = "slow: builds the crate; .ci/run runs it"]
fn programs_compile_exactly_where_the_rules_say_so() {
    let mut made = Crate::staged();
    let mut expected = BTreeMap::new();
    for pair in pairs().iter().filter(|pair| !pair.diff_only) {
        let old = made.client(pair, &pair.old);
        made.part("whole", &old);
        let new = made.client(pair, &pair.new);
        let diff = diff::between(&pair.old, &pair.new, &pair.source);
        let breaks = diff.bump == Bump::Major && !pair.compiles;
        // A name that cannot be resolved ends the compilation, so each such program stands alone.
        let program = match (breaks, pair.unresolved) {
            (false, _) => "whole".to_owned(),
            (true, false) => "broken".to_owned(),
            (true, true) => format!("unresolved_{new}"),
        };
        let part = made.part(&program, &new);
        expected.insert(part, (pair.name.clone(), breaks));
    }
    let broken = made.compile();
    let mut wrong = Vec::new();
    for (part, (name, breaks)) in &expected {
        if broken.contains(part) != *breaks {
            wrong.push(match breaks {
                true => format!("{name}: the rules say that it breaks, and {part} compiles"),
                false => format!(
                    "{name}: the rules say that it does not break, and {part} does not compile"
                ),
            });
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        !broken.iter().any(|part| part.starts_with("whole")),
        "{broken:?}"
    );
    println!(
        "{} clients, {} programs broken as foretold",
        made.clients.len(),
        broken.len()
    );
}

fn garden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../codegen/tests/it/diff")
        .join(file)
}

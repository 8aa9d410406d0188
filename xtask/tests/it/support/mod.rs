//! A tree of its own for every test, and the program run on it.

#![allow(dead_code, reason = "each test file uses a part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A description with two operations, one of them on its way out, and two schemas.
pub(crate) const PETS: &str = r##"
openapi: 3.0.4
info: {title: Pets, version: "1", description: Prose.}
paths:
  /v1/pets:
    get:
      operationId: get-pets
      tags: [Pets & Co]
      deprecated: true
      parameters:
      - {name: kind, in: query, description: Prose., schema: {$ref: "#/components/schemas/Kind"}}
      responses:
        200:
          description: Prose.
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
  /v2/pets:
    get:
      tags: [Pets & Co]
      responses: {200: {description: Prose.}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string}, kind: {$ref: "#/components/schemas/Kind"}}}
    Kind: {type: string, enum: [cat, dog]}
"##;

/// The same, as other tools would write it.
pub(crate) const PETS_JSON: &str = r##"{"components": {"schemas": {
  "Kind": {"enum": ["cat", "dog"], "type": "string"},
  "Pet": {"type": "object", "properties": {"kind": {"$ref": "#/components/schemas/Kind"}, "name": {"type": "string"}}}}},
  "paths": {"/v2/pets": {"get": {"responses": {"200": {"description": "Other prose."}}, "tags": ["Pets & Co"]}},
    "/v1/pets": {"get": {"deprecated": true, "summary": "Prose.", "tags": ["Pets & Co"], "operationId": "get-pets",
      "responses": {"200": {"description": "", "content": {"application/json": {"schema":
        {"items": {"$ref": "#/components/schemas/Pet"}, "type": "array"}}}}},
      "parameters": [{"in": "query", "name": "kind", "schema": {"$ref": "#/components/schemas/Kind"}}]}}},
  "info": {"version": "1", "title": "Pets"}, "openapi": "3.0.4"}"##;

/// Words for all of [`PETS`].
pub(crate) const DOCS: &str = "\
operations:
  get-pets:
    summary: Lists pets.
    successor: list-pets
    parameters: {kind: Which pets.}
  list-pets: {summary: Lists pets of all kinds.}
schemas:
  Pet: {summary: A pet., fields: {name: What it listens to.}}
  Kind: {summary: What a pet is., values: {cat: It does not listen., dog: It does.}}
";

const SOURCES: &str = r#"
[[source]]
name = "pets"
title = "Pets"
file = "pets/openapi.json"
docs = "pets/docs.yaml"

[source.operation-ids]
"GET /v2/pets" = "list-pets"

[source.aliases]
list-pets = ["pets.getV2Pets"]
"#;

/// The root of a workspace that has a `spec/` and nothing else.
pub(crate) struct Tree(TempDir);

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tree {
    /// One source called `pets`, whole and canonical.
    pub(crate) fn pets() -> Self {
        let tree = Tree(TempDir::new().expect("a folder"));
        tree.write("spec/sources.toml", SOURCES);
        tree.write("spec/pets/docs.yaml", DOCS);
        let ended = tree.refresh(PETS, &[]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        tree
    }

    /// A copy of the real `spec/`.
    pub(crate) fn real() -> Self {
        let tree = Tree(TempDir::new().expect("a folder"));
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
        for (name, bytes) in files(&spec) {
            tree.write(Path::new("spec").join(name), bytes);
        }
        tree
    }

    /// A copy of all that the crates are made of, and of `pets` as a second source that is no part of them.
    pub(crate) fn repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let tree = Tree(TempDir::new().expect("a folder"));
        for part in ["src", "spec", "fake/src"] {
            for (name, bytes) in files(&root.join(part)) {
                tree.write(Path::new(part).join(name), bytes);
            }
        }
        for name in [
            "Cargo.toml",
            "Cargo.lock",
            "fake/Cargo.toml",
            "README.md",
            "CHANGELOG.md",
            "LICENSE-MIT",
            "LICENSE-APACHE",
        ] {
            tree.write(name, fs::read(root.join(name)).expect("a file"));
        }
        // Built where the next run finds it.
        #[cfg(unix)]
        {
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("repository-target");
            fs::create_dir_all(&target).expect("a folder");
            fs::create_dir_all(tree.path("target/xtask")).expect("a folder");
            std::os::unix::fs::symlink(&target, tree.path("target/xtask/target")).expect("a link");
        }
        tree
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Puts another text in one place of a file.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{from} is not in {name}");
        self.write(name, text.replacen(from, to, 1));
    }

    /// All of `spec/`, by name.
    pub(crate) fn spec(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.path("spec"))
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let root = self.0.path().to_str().expect("UTF-8");
        run(&[&["--root", root], arguments].concat())
    }

    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
        let root = self.0.path().to_str().expect("UTF-8");
        run_with(&[&["--root", root], arguments].concat(), variables)
    }

    /// Refreshes `pets` from a file of these bytes.
    pub(crate) fn refresh(&self, bytes: impl AsRef<[u8]>, more: &[&str]) -> Ended {
        self.write("downloaded", bytes);
        let from = self.path("downloaded");
        let from = from.to_str().expect("UTF-8");
        self.run(&[&["refresh", "pets", "--from", from], more].concat())
    }
}

/// Runs the program with these variables besides.
pub(crate) fn run_with(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        // Both spellings are read, and each may be set where the tests run.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        // Trees do not share it.
        .env_remove("CARGO_TARGET_DIR")
        // Nor do they take the repository that the temporary folder may lie in for theirs.
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs the program on the repository itself, where no `--root` says otherwise.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    run_with(arguments, &[])
}

/// Makes sure that what a folder is built from is on this machine.
pub(crate) fn fetch(folder: &Path) {
    let fetched = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(["fetch", "--quiet"])
        .status();
    assert!(fetched.expect("cargo").success(), "cargo fetch");
}

/// Git in a folder, as somebody who has not told it who they are and what they like.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let ended = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=Nobody",
            "-c",
            "user.email=nobody@example.com",
        ])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git");
    assert!(ended.status.success(), "git {arguments:?}: {ended:?}");
}

/// Every file below a folder, by its name from there.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = PathBuf::from(path.file_name().expect("a name"));
        if path.is_dir() {
            let below = files(&path).into_iter();
            found.extend(below.map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}

impl Ended {
    /// Ended with this code, and printed each of these.
    #[track_caller]
    pub(crate) fn assert(&self, code: i32, said: &[&str]) {
        let printed = format!("{}{}", self.stdout, self.stderr);
        for part in said {
            assert!(printed.contains(part), "`{part}` is not in: {printed}");
        }
        assert_eq!(self.code, Some(code), "{printed}");
    }
}

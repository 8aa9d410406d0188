//! What imports what, drawn from the code: `engine` knows nothing beside itself, and nothing imports in a circle, neither the rooms of
//! `src/` nor those of the engine. And what ARCHITECTURE.md shows of the generated code is there, as are the tests that SECURITY.md
//! names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Whom a client offers its methods with: they take a `Client`, and it holds what they keep for it.
const METHODS: [(&str, &str); 1] = [("client", "edit")];

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|found| found == "rs"))
        .collect()
}

/// A file without comments and without its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = text.lines().map(str::trim);
    let lines = lines.map(|line| match line.starts_with("//") {
        true => "",
        false => line.split(" // ").next().unwrap_or_default(),
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The first names of all paths that begin with `prefix`, those in braces too.
fn names(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, rest) in code
        .match_indices(prefix)
        .map(|(at, _)| code.split_at(at + prefix.len()))
    {
        let inner = match rest.strip_prefix('{') {
            None => rest,
            Some(inner) => inner,
        };
        let mut depth = 0;
        for part in inner.split_inclusive(['{', '}', ',', ';', '(', ')']) {
            if depth == 0 {
                let name: String = part
                    .trim()
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                found.insert(name);
            }
            if !rest.starts_with('{') {
                break;
            }
            match part.chars().last() {
                Some('{') => depth += 1,
                Some('}') if depth == 0 => break,
                Some('}') => depth -= 1,
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

/// The first part of a path: a folder, or a file without its ending.
fn first(path: &Path) -> String {
    let part = path.iter().next().map(Path::new);
    let name = part.and_then(Path::file_stem).expect("a name");
    name.to_string_lossy().into_owned()
}

type Drawing = BTreeMap<String, BTreeSet<String>>;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// What the root re-exports, and from which room; of paths into `engine`, from which of its rooms.
fn homes(inside: &str) -> BTreeMap<String, String> {
    let lib = code(&src().join("lib.rs"));
    let mut homes = BTreeMap::new();
    for statement in lib
        .split(';')
        .filter_map(|statement| statement.split("pub use ").nth(1))
    {
        let Some((room, rest)) = statement
            .strip_prefix(inside)
            .and_then(|path| path.split_once("::"))
        else {
            continue;
        };
        for name in rest.split(|c: char| !c.is_alphanumeric() && c != '_') {
            homes.insert(name.to_owned(), room.trim().to_owned());
        }
    }
    homes
}

/// The rooms within a room such as `engine/limit`, and which of them each imports.
fn drawing_within(room: &str) -> Drawing {
    let folder = src().join(room);
    let path = format!("{}::", room.replace('/', "::"));
    let homes = homes(&path);
    let mut drawing = Drawing::new();
    for file in files(&folder) {
        let inside = file.strip_prefix(&folder).expect("below it");
        let room = first(inside);
        // What declares them all, and tests in files of their own.
        if room == "mod"
            || inside
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
        {
            continue;
        }
        let code = code(&file);
        let depth = inside.iter().filter(|part| *part != "mod.rs").count();
        let mut rooms = names(&code, &format!("crate::{path}"));
        rooms.extend(names(&code, &format!(" {}", "super::".repeat(depth))));
        let reexported = names(&code, "crate::").into_iter();
        rooms.extend(reexported.filter_map(|name| homes.get(&name).cloned()));
        rooms.retain(|name| *name != room && name != "super");
        drawing.entry(room).or_default().extend(rooms);
    }
    drawing
}

/// The rooms of `src/`, and which of them each imports.
fn drawing() -> Drawing {
    let src = src();
    let home = homes("");
    let mut drawing = BTreeMap::<String, BTreeSet<String>>::new();
    for file in files(&src) {
        let inside = file.strip_prefix(&src).expect("below src");
        let room = first(inside);
        if ["lib", "generated", "fuzzing"].contains(&room.as_str()) {
            continue;
        }
        let depth = inside.iter().filter(|part| *part != "mod.rs").count();
        let code = code(&file);
        let mut imports = names(&code, "crate::");
        // As many `super` as lead to the root.
        imports.extend(names(&code, &"super::".repeat(depth)));
        let rooms = imports
            .into_iter()
            .map(|name| home.get(&name).cloned().unwrap_or(name))
            // Macros of the engine are named by the root.
            .filter(|name| !["id", "open_enum", "into_option"].contains(&name.as_str()))
            .filter(|name| *name != room);
        drawing.entry(room.clone()).or_default().extend(rooms);
    }
    drawing
}

#[test]
fn the_engine_imports_nothing_of_the_api() {
    let drawing = drawing();
    assert!(drawing.len() > 8, "the rooms are found: {drawing:?}");
    assert!(
        drawing["client"].contains("engine"),
        "and what they import: {drawing:?}"
    );
    assert_eq!(drawing["engine"], BTreeSet::new());
}

#[test]
fn nothing_is_imported_in_a_circle() {
    let mut drawing = drawing();
    for (room, other) in METHODS {
        assert!(
            drawing
                .get_mut(room)
                .is_some_and(|rooms| rooms.remove(other))
        );
    }
    no_circle(drawing);
    let engine = drawing_within("engine");
    assert!(
        engine["transport"].contains("limit") && engine["request"].contains("error"),
        "paths and re-exports are found: {engine:?}"
    );
    no_circle(engine);
    let limit = drawing_within("engine/limit");
    assert!(limit["scope"].contains("flight"), "{limit:?}");
    no_circle(limit);
}

fn no_circle(mut drawing: Drawing) {
    // Rooms that import nothing that is left go, until none is left or all that are stand in a circle.
    loop {
        let known: BTreeSet<_> = drawing.keys().cloned().collect();
        let before = drawing.len();
        drawing.retain(|_, rooms| rooms.iter().any(|room| known.contains(room)));
        if drawing.len() == before {
            break;
        }
    }
    assert!(
        drawing.is_empty(),
        "in a circle, or leading to one: {drawing:#?}"
    );
}

/// rustc compiles a public `async fn` outside of an `impl` into the crate, with the decoding of all that it calls, for those who
/// never call it too: one of them cost an eighth of what the crate costs to build. One that returns a future is compiled where it
/// is called.
#[test]
fn no_async_function_is_compiled_for_those_who_do_not_call_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in files(&src) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let mut lines = text.lines();
        let found = lines.find(|line| line.starts_with("pub async fn "));
        assert_eq!(found, None, "{}", file.display());
    }
}

/// The first of the four files is a generated one, which a reader does not have: ARCHITECTURE.md shows a call of it.
#[test]
fn the_call_that_the_architecture_shows_is_the_generated_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let (_, shown) = text.split_once("```rust\n").expect("a block of Rust");
    let (shown, _) = shown.split_once("```").expect("its end");
    let generated = Path::new(env!("OUT_DIR")).join("configcat.rs");
    let generated = std::fs::read_to_string(generated).expect("generated code");
    let mut lines = generated.lines();
    let mut count = 0;
    for line in shown.lines() {
        assert!(lines.any(|printed| printed == line), "not there: {line}");
        count += 1;
    }
    assert!(count > 10);
}

/// A file that is longer than this holds more than one idea.
#[test]
fn no_file_has_more_than_450_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "src", "codegen", "fake", "xtask", "tests", "benches", "examples", "fuzz",
    ];
    let files = folders.iter().flat_map(|folder| files(&root.join(folder)));
    let files = files.filter(|path| !path.components().any(|part| part.as_os_str() == "target"));
    let mut count = 0;
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a source file");
        let lines = text.lines().count();
        assert!(lines <= 450, "{}: {lines} lines", path.display());
        count += 1;
    }
    assert!(count > 400, "{count} files");
}

#[test]
fn every_test_that_the_promises_name_exists() {
    let root = env!("CARGO_MANIFEST_DIR");
    let promises = std::fs::read_to_string(format!("{root}/SECURITY.md")).expect("SECURITY.md");
    let named: Vec<(&str, &str)> = promises
        .split('`')
        .filter_map(|word| word.split_once("::"))
        .filter(|(file, _)| file.chars().all(|c| c.is_ascii_lowercase()) && *file != "file")
        .collect();
    assert!(named.len() > 15, "{named:?}");
    for (file, test) in named {
        let text = std::fs::read_to_string(format!("{root}/tests/it/{file}.rs")).expect(file);
        assert!(text.contains(&format!("fn {test}(")), "{file}::{test}");
    }
    // Each promise names one, but for that of the compiler.
    let kept = promises.split("\n## ").nth(2).expect("a section");
    for promise in kept.split("\n- ").skip(1) {
        let forbidden = promise.contains("`unsafe_code = \"forbid\"` in `Cargo.toml`");
        assert!(promise.contains("::") || forbidden, "{promise}");
    }
    let manifest = std::fs::read_to_string(format!("{root}/Cargo.toml")).expect("Cargo.toml");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

//! Pairs of small descriptions, each with all that a diff finds between the two.

#![allow(dead_code, reason = "each test file uses a part of this")]

use std::path::Path;

use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::Source;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Two descriptions, and what is between them.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    /// File and number, for messages.
    pub(crate) name: String,
    /// The names of the rules that apply, in any order.
    pub(crate) kinds: Vec<String>,
    pub(crate) old: Value,
    pub(crate) new: Value,
    /// What breaks does so at run time only.
    pub(crate) compiles: bool,
    /// What breaks is the name of a type, which rustc looks at before all else.
    pub(crate) unresolved: bool,
    /// The generator needs more than a diff, so there is no client to look at.
    pub(crate) diff_only: bool,
    /// What `sources.toml` would say.
    pub(crate) source: Source,
}

/// As it is written in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    kinds: Vec<String>,
    #[serde(default = "nothing")]
    old: Value,
    #[serde(default = "nothing")]
    new: Value,
    #[serde(default)]
    compiles: bool,
    #[serde(default)]
    unresolved: bool,
    #[serde(default)]
    diff_only: bool,
    own: Option<String>,
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

/// All of them.
pub(crate) fn pairs() -> Vec<Pair> {
    let base: Value = read("base.yaml");
    let mut pairs = Vec::new();
    for file in ["operations", "schemas"] {
        let written: Vec<Written> = read(&format!("{file}.yaml"));
        for (index, written) in written.into_iter().enumerate() {
            let patched = |patch: &Value| {
                let mut patched = base.clone();
                merge(&mut patched, &copied(patch, &base));
                patched
            };
            let mut source = source();
            source
                .types
                .extend(written.own.map(|name| (name, "crate::Own".to_owned())));
            pairs.push(Pair {
                name: format!("{file}_{}_{}", index + 1, written.kinds.join("_")).replace('-', "_"),
                old: patched(&written.old),
                new: patched(&written.new),
                kinds: written.kinds,
                compiles: written.compiles,
                unresolved: written.unresolved,
                diff_only: written.diff_only,
                source,
            });
        }
    }
    pairs
}

/// What `sources.toml` says of every garden.
pub(crate) fn source() -> Source {
    Source {
        name: "garden".into(),
        client: "crate::Client".into(),
        ..Source::default()
    }
}

/// Words that lead from a deprecated operation to another; there are no others.
pub(crate) fn docs() -> Docs {
    Docs::read("operations: {list-beds: {summary: Lists beds., successor: get-bed}}").expect("docs")
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../codegen/tests/it/diff")
        .join(name);
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = nothing();
    }
    let members = target.as_object_mut().expect("an object");
    for (name, value) in patch {
        match value {
            Value::Null => drop(members.shift_remove(name)),
            value => merge(members.entry(name.clone()).or_insert(Value::Null), value),
        }
    }
}

/// The same patch, with `$copy: [way, to, it]` replaced by what is there below `paths` of the base.
fn copied(patch: &Value, base: &Value) -> Value {
    match patch {
        Value::Array(items) => items.iter().map(|item| copied(item, base)).collect(),
        Value::Object(members) => {
            let mut rest = members.clone();
            let way = rest.shift_remove("$copy");
            let rest: Map<_, _> = rest
                .iter()
                .map(|(name, value)| (name.clone(), copied(value, base)))
                .collect();
            let Some(way) = way else { return rest.into() };
            let mut found = &base["paths"];
            for step in way.as_array().expect("a way") {
                found = match step {
                    Value::Number(index) => &found[index.as_u64().expect("an index") as usize],
                    step => &found[step.as_str().expect("a name")],
                };
            }
            assert!(!found.is_null(), "there is nothing at {way}");
            let mut found = found.clone();
            merge(&mut found, &rest.into());
            found
        }
        other => other.clone(),
    }
}

//! `cargo xtask preview` looks at anything, and never panics.

use crate::support::{Ended, PETS, Tree};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

fn preview(text: impl AsRef<[u8]>, more: &[&str]) -> Ended {
    let tree = Tree::pets();
    tree.write("document", text);
    let file = tree.path("document");
    tree.run(&[&["preview", file.to_str().expect("UTF-8")], more].concat())
}

/// The preview of a text in JSON, whose members are always the same.
#[track_caller]
fn json(text: impl AsRef<[u8]>) -> Value {
    let ended = preview(text, &["--format", "json"]);
    ended.assert(0, &[]);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let members: Vec<_> = found.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        [
            "title",
            "version",
            "openapi",
            "operations",
            "schemas",
            "problems"
        ]
    );
    found
}

/// The preview has a problem at this place, and its message says so.
#[track_caller]
fn assert_problem(found: &Value, path: &str, said: &str) {
    let problems = found["problems"].as_array().expect("a list");
    let is_it = |problem: &&Value| {
        problem["path"] == path
            && problem["message"]
                .as_str()
                .is_some_and(|text| text.contains(said))
    };
    assert!(
        problems.iter().any(|problem| is_it(&problem)),
        "{path}: {said} is not in {problems:#?}"
    );
}

#[test]
fn a_whole_description_has_no_problem() {
    assert_eq!(
        json(PETS),
        json!({
            "title": "Pets",
            "version": "1",
            "openapi": "3.0.4",
            "operations": [
                {"id": "get-pets", "method": "GET", "path": "/v1/pets"},
                {"id": "list-pets", "method": "GET", "path": "/v2/pets"},
            ],
            "schemas": 2,
            "problems": [],
        })
    );
    preview(PETS, &[]).assert(
        0,
        &[
            "title           Pets",
            "Pets & Co\n  GET    /v1/pets  get-pets",
            "1 x open-enums",
            "No problem",
        ],
    );
}

#[test]
fn an_operation_without_an_id_is_a_problem_with_a_proposal() {
    let found = json(PETS.replace("title: Pets", "title: Others"));
    assert_eq!(
        found["operations"][1],
        json!({"id": null, "method": "GET", "path": "/v2/pets"})
    );
    assert_problem(
        &found,
        "/paths/~1v2~1pets/get",
        r#""GET /v2/pets" = "get-v2-pets""#,
    );
    assert_eq!(found["problems"].as_array().map(Vec::len), Some(1));
}

#[test]
fn servers_and_authentication_are_told() {
    let more = "servers: [{url: https://pets.example/api}]\ncomponents:\n  securitySchemes: {Key: {type: apiKey, in: header, name: X-Key}}\n";
    preview(PETS.replace("components:\n", more), &[]).assert(
        0,
        &["https://pets.example/api", "Key (apiKey header X-Key)"],
    );
}

#[test]
fn of_openapi_3_1_is_told_what_would_have_to_change() {
    let found = json(PETS.replace("3.0.4", "3.1.0").replace(
        "name: {type: string}",
        "name: {type: [string, 'null']}, age: {exclusiveMinimum: 0}, sort: {const: x}",
    ));
    assert_eq!(found["openapi"], "3.1.0");
    assert_eq!(found["operations"].as_array().map(Vec::len), Some(2));
    assert_problem(&found, "/openapi", "OpenAPI 3.1.0");
    let field = "/components/schemas/Pet/properties";
    assert_problem(&found, &format!("{field}/name/type"), "`nullable: true`");
    assert_problem(
        &found,
        &format!("{field}/age/exclusiveMinimum"),
        "`minimum`",
    );
    assert_problem(&found, &format!("{field}/sort/const"), "`enum`");
    assert_problem(
        &json(PETS.replace("3.0.4", "3.1.0")),
        "/openapi",
        "nothing in it is new in 3.1",
    );
}

/// Names are no keywords: a field may be called `const`.
#[test]
fn fields_may_be_called_like_keywords() {
    let text = PETS
        .replace("3.0.4", "3.1.0")
        .replace("name: {type: string}", "const: {type: string}, type: {type: string}, if: {type: string}, properties: {type: string}");
    assert_eq!(json(text)["problems"].as_array().map(Vec::len), Some(1));
}

#[test]
fn of_swagger_2_is_told_what_would_have_to_change() {
    let found = json(
        r##"{"swagger": "2.0", "info": {"title": "Old", "version": "7"}, "host": "old.example", "basePath": "/api",
        "paths": {"/pets": {"post": {"operationId": "add", "parameters": [{"in": "body", "name": "pet", "schema": {}}],
        "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Pet"}}}}}}, "definitions": {"Pet": {}}}"##,
    );
    assert_eq!(found["openapi"], "2.0");
    assert_eq!(found["schemas"], 1);
    assert_eq!(
        found["operations"],
        json!([{"id": "add", "method": "POST", "path": "/pets"}])
    );
    assert_problem(&found, "/swagger", "Swagger 2.0");
    assert_problem(&found, "/definitions", "/components/schemas");
    assert_problem(&found, "/paths/~1pets/post/parameters/0", "requestBody");
    assert_problem(&found, "/paths/~1pets/post/responses/200", "content");
}

#[test]
fn what_the_description_itself_gets_wrong_has_its_place() {
    let found = json(PETS.replace("    Kind:", "    Sort:"));
    assert_problem(
        &found,
        "/components/schemas/Pet/properties/kind",
        "leads nowhere",
    );
    let found = json(PETS.replace("/v2/pets:", "/v2/pets/{id}:"));
    assert_problem(
        &found,
        "/paths/~1v2~1pets~1{id}/get",
        "{id} has no path parameter",
    );
    let found = json(PETS.replace(
        "    Kind:",
        "    Loop: {allOf: [{$ref: '#/components/schemas/Loop'}]}\n    Kind:",
    ));
    assert_problem(&found, "/components/schemas/Loop", "made of itself");
}

#[test]
fn what_the_generator_cannot_take_has_its_place() {
    let two = PETS.replace(
        "      responses: {200: {description: Prose.}}",
        "      responses: {200: {description: '', content: {application/json: {schema: {type: string}}}}, \
         201: {description: '', content: {application/json: {schema: {type: boolean}}}}}",
    );
    assert_problem(
        &json(two),
        "/paths/~1v2~1pets/get",
        "answers of success that differ",
    );
    let xml = PETS.replace("application/json", "application/xml");
    assert_problem(&json(xml), "/paths/~1v1~1pets/get", "no JSON body");
    let schema = PETS.replace(
        "    Kind:",
        "    Odd: {type: string, enum: [cat, Cat]}\n    Kind:",
    );
    assert_problem(&json(schema), "/components/schemas/Odd", "");
}

#[test]
fn what_is_no_description_is_told() {
    for (text, said) in [
        ("", "is empty"),
        ("{", "ends too early"),
        ("<html>", "an error page"),
        ("[]", "a list at the top level"),
        ("7", "a number at the top level"),
        ("{}", "no `openapi`"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0"),
        ("openapi: {}", "an object"),
        ("swagger: 1.2", "Swagger 1.2"),
    ] {
        let found = json(text);
        let problems = found["problems"].to_string();
        assert!(problems.contains(said), "{text}: {problems}");
        preview(text, &[]).assert(0, &["Problems (", said]);
    }
    preview([0xff, 0xfe], &[]).assert(2, &["not UTF-8"]);
    Tree::pets()
        .run(&["preview", "nowhere"])
        .assert(2, &["nowhere"]);
}

#[test]
fn the_deep_and_the_huge_are_told() {
    json("[".repeat(100_000));
    json("- ".repeat(100_000));
    json(format!("{}1{}", "{\"a\":".repeat(150), "}".repeat(150)));
    let nested = format!(
        "{}{{type: string}}{}",
        "{type: array, items: ".repeat(60),
        "}".repeat(60)
    );
    json(PETS.replace("name: {type: string}", &format!("name: {nested}")));
    let many: String = (0..3000).map(|n| format!("    S{n}: {{type: object, properties: {{next: {{$ref: '#/components/schemas/S{}'}}}}}}\n", (n + 1) % 3000)).collect();
    let found = json(format!("{PETS}{many}"));
    assert_eq!(found["schemas"], 3002);
}

/// One change somewhere in a description: a member goes, is doubled elsewhere, or becomes something else.
#[derive(Debug, Clone)]
struct Mutation {
    place: prop::sample::Index,
    with: Value,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let with = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z/{}#$~ ]{0,12}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"$ref": "#/components/schemas/Pet"})),
        Just(json!({"$ref": "#/components/schemas"})),
        Just(json!({"$ref": "#"})),
        Just(json!(["string", "null"])),
        Just(json!({"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "integer"}]})),
        Just(json!({"oneOf": [{"$ref": "#/components/schemas/Kind"}, {}]})),
        Just(
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}, "uniqueItems": true})
        ),
    ];
    (any::<prop::sample::Index>(), with).prop_map(|(place, with)| Mutation { place, with })
}

fn places(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(value, format!("{place}/{name}"), found);
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| places(value, format!("{place}/{index}"), found)),
        _ => {}
    }
    found.push(place);
}

/// The same through the program, with the generator: it ends, and says what it found.
#[test]
fn mutated_descriptions_reach_the_generator() {
    let (mut runner, seed) = runner(12);
    let base = configcat_management_codegen::facts::parse(PETS).expect("parses");
    runner
        .run(&prop::collection::vec(mutation(), 1..3), |mutations| {
            json(mutated(&base, mutations).to_string());
            Ok(())
        })
        .unwrap_or_else(|error| panic!("PROPTEST_RNG_SEED={seed}: {error}"));
}

/// With a seed that is printed, and can be given.
fn runner(cases: u32) -> (TestRunner, u64) {
    let seed = std::env::var("PROPTEST_RNG_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.expect("a clock").subsec_nanos().into()
    });
    println!("PROPTEST_RNG_SEED={seed}");
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: prop::test_runner::RngSeed::Fixed(seed),
        ..Config::default()
    };
    (TestRunner::new(config), seed)
}

fn mutated(base: &Value, mutations: Vec<Mutation>) -> Value {
    let mut mutated = base.clone();
    for Mutation { place, with } in mutations {
        let mut all = Vec::new();
        places(&mutated, String::new(), &mut all);
        let place = place.get(&all).clone();
        if let Some(found) = mutated.pointer_mut(&place) {
            *found = with;
        }
    }
    mutated
}

/// Whatever is done to a description, the preview looks at it, says the same members, and the diff and the reader hold as
/// well. The generator is left out here: it has a process of its own. `PROPTEST_RNG_SEED` repeats a run.
#[test]
fn mutated_descriptions_are_looked_at() {
    use configcat_management_codegen::sources::Source;
    use configcat_management_codegen::{diff, facts, preview};

    let base = facts::parse(PETS).expect("parses");
    let (mut runner, seed) = runner(2000);
    let source = Source::default();
    runner
        .run(&prop::collection::vec(mutation(), 1..6), |mutations| {
            let mutated = mutated(&base, mutations);
            let found = preview::preview(&mutated, &source);
            let read = facts::read(&mutated.to_string());
            // What the reader takes has no problem but missing ids, and the other way round.
            let own = found
                .problems
                .iter()
                .filter(|problem| !problem.message.starts_with("has no operationId"));
            prop_assert_eq!(
                own.count() == 0,
                read.is_ok(),
                "{:?} {:?}",
                found.problems,
                read
            );
            if let Ok(read) = read {
                let _ = diff::between(&base, &read, &source);
                let _ = diff::between(&read, &base, &source);
            }
            serde_json::to_string(&found).expect("JSON");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("PROPTEST_RNG_SEED={seed}: {error}"));
}

//! What the generator says: how often its passes applied, and what it refuses.
//!
//! Whatever stands in a description or in `sources.toml`, there is Rust or a sentence that says what is wrong, and no panic.

use std::path::Path;

use crate::passes::small::{garden, passes};
use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::{Parameter, Source, Sources};
use configcat_management_codegen::{Generated, facts, generate, generate_from};
use serde_json::{Value, json};

/// An operation that nothing is wrong with.
const PLAIN: &str = "{/seed: {get: {operationId: dig, responses: {200: {description: ''}}}}}";

/// Passes that have something to do wherever there is an operation, so that expecting them says nothing.
const ALWAYS: &[(&str, &str)] = &[
    ("error-answers", "any operation can fail"),
    ("operations", "any operation becomes a call"),
    ("groups", "any operation has a path to be found by"),
    ("catalog", "any operation can be called by name"),
    ("mock-docs", "any operation is mocked"),
];

/// A description of these paths and schemas, in YAML.
fn described(paths: &str, schemas: &str) -> Value {
    let text = format!(
        "openapi: 3.0.4\ninfo: {{title: Garden, version: '1'}}\npaths: {paths}\ncomponents: {{schemas: {schemas}}}"
    );
    facts::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `GET /seed`, with these parameters.
fn with_parameters(parameters: &str) -> Value {
    let operation = format!(
        "{{operationId: dig, parameters: {parameters}, responses: {{200: {{description: ''}}}}}}"
    );
    described(&format!("{{/seed: {{get: {operation}}}}}"), "{}")
}

/// `GET /seed`, which answers with the schema `Seed` of these.
fn with_schemas(schemas: &str) -> Value {
    let answers = "{200: {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/Seed'}}}}}";
    described(
        &format!("{{/seed: {{get: {{operationId: dig, responses: {answers}}}}}}}"),
        schemas,
    )
}

/// `GET /seed`, which answers with these.
fn with_answers(answers: &str) -> Value {
    described(
        &format!("{{/seed: {{get: {{operationId: dig, responses: {answers}}}}}}}"),
        "{}",
    )
}

#[track_caller]
fn generated(description: &Value) -> Generated {
    crate::passes::small::generated(&garden(Source::default()), description, &Docs::default())
}

/// Says these words, in whatever lines they stand.
#[track_caller]
fn assert_writes(description: &Value, expected: &[&str]) {
    let rust = generated(description).rust;
    let rust = rust.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in expected {
        assert!(rust.contains(expected), "`{expected}` is not in: {rust}");
    }
}

#[track_caller]
fn assert_refuses(source: &Source, description: &Value, expected: &[&str]) {
    let message = generate_from(source, description, &Docs::default())
        .expect_err("should be refused")
        .to_string();
    for expected in expected {
        assert!(
            message.contains(expected),
            "`{expected}` is not in: {message}"
        );
    }
}

/// [`assert_refuses`] without anything in `sources.toml`.
#[track_caller]
fn assert_refused(description: &Value, expected: &[&str]) {
    assert_refuses(&garden(Source::default()), description, expected);
}

#[test]
fn the_vendored_descriptions_generate() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let sources = Sources::read(&spec).expect("sources.toml");
    for source in &sources.sources {
        let once = generate(&sources, source).expect("generated");
        let again = generate(&sources, source).expect("generated again");
        assert_eq!(once.rust, again.rust);
        assert_eq!(once.httpmock, again.httpmock);
        for rust in [&once.rust, &once.httpmock] {
            syn::parse_file(rust).expect("Rust");
            for unwanted in ["```ignore", "allow(warnings)", "progenitor"] {
                assert!(!rust.contains(unwanted), "{unwanted}");
            }
        }
        let counts: String = once
            .applied
            .iter()
            .map(|applied| format!("{:5} {}\n", applied.times, applied.name))
            .collect();
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description("how often each pass applied");
        let name = format!("applied-to-{}", source.name);
        settings.bind(|| insta::assert_snapshot!(name, counts));
    }
}

#[test]
fn a_pass_that_is_expected_and_finds_nothing_is_an_error() {
    let plain = described(PLAIN, "{}");
    let nothing = json!({
        "openapi": "3.0.4",
        "info": {"title": "Garden", "version": "1"},
        "paths": {},
    });
    for (pass, _) in passes() {
        let source = garden(Source {
            expect: vec![pass.to_owned()],
            ..Source::default()
        });
        let description = match ALWAYS.iter().find(|(name, _)| *name == pass) {
            Some(_) => {
                crate::passes::small::generated(&source, &plain, &Docs::default());
                &nothing
            }
            None => &plain,
        };
        assert_refuses(
            &source,
            description,
            &[
                &format!("`{pass}` found nothing"),
                "`garden`",
                "out of `expect` in sources.toml",
            ],
        );
    }
}

#[test]
fn passes_that_are_not_expected_may_find_nothing() {
    let generated = generated(&described(PLAIN, "{}"));
    assert_eq!(generated.applied.len(), passes().len());
    for applied in generated.applied {
        let always = ALWAYS.iter().any(|(name, _)| *name == applied.name);
        assert_eq!(applied.times > 0, always, "{}", applied.name);
    }
}

#[test]
fn a_pass_that_does_not_exist_cannot_be_expected() {
    let source = garden(Source {
        expect: vec!["weeding".into()],
        ..Source::default()
    });
    assert_refuses(
        &source,
        &described(PLAIN, "{}"),
        &["`weeding`", "no such pass"],
    );
}

#[test]
fn targets_that_do_not_exist_are_named() {
    let plain = described(PLAIN, "{}");
    let refuses = |source: Source, expected: &[&str]| {
        assert_refuses(&garden(source), &plain, expected);
    };
    refuses(
        Source {
            operation_ids: [("GET /weeds".into(), "get-weeds".into())].into(),
            ..Source::default()
        },
        &["operation-ids: ", "`GET /weeds`"],
    );
    refuses(
        Source {
            types: [("Weed".into(), "crate::Weed".into())].into(),
            ..Source::default()
        },
        &["own-types: ", "`Weed`"],
    );
    refuses(
        Source {
            parameters: [("X-WEED".into(), Parameter::default())].into(),
            ..Source::default()
        },
        &["parameters: ", "`X-WEED`"],
    );
    for place in ["Weed.root", "Weed", "Seed.root", "Seed"] {
        for description in [&plain, &with_schemas("{Seed: {type: object}}")] {
            let mut source = garden(Source::default());
            source.secrets.fields = vec![place.into()];
            assert_refuses(&source, description, &["secrets: ", &format!("`{place}`")]);
        }
    }
}

#[test]
fn an_operation_that_has_an_id_needs_no_other() {
    let source = garden(Source {
        operation_ids: [("GET /seed".into(), "other".into())].into(),
        ..Source::default()
    });
    assert_refuses(
        &source,
        &described(PLAIN, "{}"),
        &["operation-ids: ", "`GET /seed`"],
    );
    let nameless = described(
        "{/seed: {get: {responses: {200: {description: ''}}}}}",
        "{}",
    );
    assert_refused(&nameless, &["GET /seed", "[source.operation-ids]"]);
}

#[test]
fn what_is_not_rust_in_sources_is_an_error() {
    let parameter = |name: &str| {
        let parameter = Parameter {
            name: Some(name.into()),
            ..Parameter::default()
        };
        garden(Source {
            parameters: [("depth".into(), parameter)].into(),
            ..Source::default()
        })
    };
    let depth = with_parameters(
        "[{name: depth, in: query, schema: {type: string}}, {name: width, in: query, schema: {type: string}}]",
    );
    for name in ["", "type", "two words", "2", "a-b", "a::b"] {
        assert_refuses(
            &parameter(name),
            &depth,
            &["GET /seed", "`depth`", "no Rust name"],
        );
    }
    for name in ["width", "client", "send"] {
        assert_refuses(&parameter(name), &depth, &[&format!("`{name}` is taken")]);
    }
    for path in ["", "crate::", "two words", "Vec<"] {
        let source = Source {
            client: path.into(),
            ..garden(Source::default())
        };
        assert_refuses(
            &source,
            &described(PLAIN, "{}"),
            &["for the client", "not the path"],
        );
        let source = garden(Source {
            types: [("Seed".into(), path.into())].into(),
            ..Source::default()
        });
        let seed = with_schemas("{Seed: {type: object}}");
        assert_refuses(&source, &seed, &["own-types: ", "`Seed`", "not the path"]);
    }
}

#[test]
fn secrets_are_hidden_or_refused() {
    let mut source = garden(Source::default());
    source.secrets.fields = vec!["Seed.key".into()];
    for schema in [
        "{type: integer}",
        "{type: array, items: {type: string}}",
        "{}",
        "{type: object}",
    ] {
        let seed = with_schemas(&format!(
            "{{Seed: {{type: object, properties: {{key: {schema}}}}}}}"
        ));
        assert_refuses(&source, &seed, &["`Seed.key` cannot be hidden"]);
    }
    let taken = with_schemas("{Seed: {type: object}, SecretText: {type: object}}");
    assert_refused(&taken, &["secrets: ", "`SecretText`"]);

    let secret = Parameter {
        secret: true,
        ..Parameter::default()
    };
    let source = garden(Source {
        parameters: [("key".into(), secret)].into(),
        ..Source::default()
    });
    let query = with_parameters("[{name: key, in: query, schema: {type: string}}]");
    assert_refuses(&source, &query, &["`key` is a secret", "header"]);
}

#[test]
fn enums_take_any_value_that_has_a_name() {
    assert_writes(
        &with_schemas(
            r#"{Seed: {type: string, enum: ["", two words, a.b, c/d, 2nd, type, Self, crate, "über", "1.5"]}}"#,
        ),
        &[
            r#"X = """#,
            r#"TwoWords = "two words""#,
            r#"AB = "a.b""#,
            r#"CD = "c/d""#,
            r#"X2nd = "2nd""#,
            r#"Type = "type""#,
            r#"Self_ = "Self""#,
            r#"Crate = "crate""#,
            r#"Über = "über""#,
            r#"X15 = "1.5""#,
        ],
    );
    // Where names would be the same, what Rust cannot spell becomes an X.
    assert_writes(
        &with_schemas(r#"{Seed: {type: string, enum: ["=", "<="]}}"#),
        &[r#"Xx = "<=""#],
    );
}

#[test]
fn enums_whose_names_are_the_same_are_refused() {
    for values in ["[a b, a-b]", "['', '*']", "[a, a]", "[SELF, Self]"] {
        let seed = with_schemas(&format!("{{Seed: {{type: string, enum: {values}}}}}"));
        assert_refused(&seed, &["garden: ", "gives up", "unique variant names"]);
    }
    for value in ["Unrecognized", "unrecognized", "UN-RECOGNIZED"] {
        let seed = with_schemas(&format!("{{Seed: {{type: string, enum: [a, {value}]}}}}"));
        match value {
            "UN-RECOGNIZED" => assert_writes(&seed, &[r#"UnRecognized = "UN-RECOGNIZED""#]),
            _ => assert_refused(&seed, &["open-enums: `Seed`", "`Unrecognized`"]),
        }
    }
}

#[test]
fn numbers_as_enums_keep_the_error_that_they_need() {
    assert_writes(
        &with_schemas("{Seed: {type: integer, enum: [1, 2]}}"),
        &["self::error::ConversionError", "pub mod error {"],
    );
    let text = generated(&with_schemas("{Seed: {type: string, enum: [a]}}")).rust;
    assert!(!text.contains("mod error"), "{text}");
}

#[test]
fn parameters_may_be_called_anything() {
    let description = with_parameters(
        "[{name: type, in: query, required: true, schema: {type: string}},
          {name: in, in: header, schema: {type: string}},
          {name: self, in: query, schema: {type: string}},
          {name: 'filter[name]', in: query, schema: {type: string}},
          {name: $top, in: query, schema: {type: integer}},
          {name: 2nd, in: query, schema: {type: string}},
          {name: body, in: query, schema: {type: string}}]",
    );
    assert_writes(
        &description,
        &[
            "pub fn dig( &self, type_: impl ::std::convert::Into<::std::string::String>, )",
            r#".query("type", &self.type_)"#,
            r#".header("in", &self.in_)"#,
            r#".query("self", &self.self_)"#,
            r#".query("filter[name]", &self.filter_name)"#,
            r#".query("$top", &self.top)"#,
            r#".query("2nd", &self._2nd)"#,
            r#".query("body", &self.body)"#,
        ],
    );
}

#[test]
fn lists_of_enums_are_repeated_keys() {
    let sorts = "{type: array, items: {type: string, enum: [up, down]}}";
    let description = with_parameters(&format!("[{{name: sorts, in: query, schema: {sorts}}}]"));
    assert_writes(
        &description,
        &[
            "sorts: Option<::std::vec::Vec<super::types::DigSortsItem>>",
            r#".query("sorts", &self.sorts)"#,
            "pub enum DigSortsItem",
        ],
    );
    let mock = generated(&description).httpmock;
    assert!(mock.contains("value") && mock.contains(".iter()"), "{mock}");
}

#[test]
fn parameters_that_share_a_name_are_refused() {
    let twice = with_parameters(
        "[{name: pageSize, in: query, schema: {type: string}}, {name: page_size, in: query, schema: {type: string}}]",
    );
    assert_refused(
        &twice,
        &["GET /seed", "`page_size` is taken", "[source.parameters]"],
    );
    for name in ["client", "send"] {
        let own = with_parameters(&format!(
            "[{{name: {name}, in: query, schema: {{type: string}}}}]"
        ));
        assert_refused(&own, &["GET /seed", &format!("`{name}` is taken")]);
    }
    let body = described(
        "{/seed: {post: {operationId: sow, responses: {200: {description: ''}},
           parameters: [{name: body, in: query, schema: {type: string}}],
           requestBody: {content: {application/json: {schema: {type: array, items: {type: string}}}}}}}}",
        "{}",
    );
    assert_refused(&body, &["POST /seed", "`body` is taken"]);
    let two_places = described(
        "{'/seeds/{id}': {get: {operationId: dig, responses: {200: {description: ''}}, parameters: [
           {name: id, in: path, required: true, schema: {type: string}}, {name: id, in: query, schema: {type: string}}]}}}",
        "{}",
    );
    assert_refused(&two_places, &["gives up", "id"]);
}

#[test]
fn parameters_of_a_path_and_of_components_count() {
    let text = "
openapi: 3.0.4
info: {title: Garden, version: '1'}
paths:
  '/beds/{bed}/{bed}/seeds':
    parameters: [{name: bed, in: path, required: true, schema: {type: string}}]
    get:
      operationId: dig
      parameters: [{$ref: '#/components/parameters/Depth'}]
      responses: {200: {description: ''}}
components:
  parameters:
    Depth: {name: depth, in: query, schema: {type: string}}
";
    assert_writes(
        &facts::read(text).expect("description"),
        &[
            r#".path("/beds/") .segment("bed", &self.bed) .path("/") .segment("bed", &self.bed) .path("/seeds")"#,
            r#".query("depth", &self.depth)"#,
        ],
    );
}

#[test]
fn whatever_way_a_thing_is_written_it_is_checked_and_built() {
    let description = facts::read(include_str!("plain.yaml")).expect("description");
    assert_writes(
        &description,
        &[
            // A body without a name, and what is in it.
            "pub struct PlanBody {",
            r#"at.length("name", &self.name, 0, 7)?;"#,
            r#"at.count("rows", &self.rows, 0, 4)?;"#,
            r#"crate::engine::check::Check::check(&self.pot, &at.field("pot"))?;"#,
            r#"impl PlanBodyPot { /// With all that there is to it. pub fn new(size: i32) -> Self"#,
            r#"at.length("label", &self.label, 2, 4294967295)?;"#,
            // Members of a part, named scalars, lists and maps of them.
            r#"at.range("age", &self.age, -9223372036854775808, 99)?;"#,
            r#"at.length("aliases", &self.aliases, 1, 20)?;"#,
            r#"at.length("notes", &self.notes, 0, 30)?;"#,
            r#"crate::engine::check::Check::check(&self.pots, &at.field("pots"))?;"#,
            // A shared body, and shared parameters.
            "pub fn sow( &self, bed: impl ::std::convert::Into<::std::string::String>, body: impl ::std::convert::Into<types::Seed>, )",
            r#".header("X-Season", &self.x_season)"#,
            // Objects in a query.
            r#".query("filter[kind]", &self.filter_kind)"#,
            r#".check(|at| at.range("least", &self.least, 1, 9223372036854775807)) .query("least", &self.least)"#,
            "ResponseValue<::std::option::Option<super::types::Seed>>",
        ],
    );
    let mock = generated(&description).httpmock;
    assert!(mock.contains("pub fn no_content(self)"), "{mock}");
}

#[test]
fn operations_need_no_schemas_and_no_tags() {
    assert_writes(
        &described(PLAIN, "{}"),
        &["pub mod types {}", r#"tool: "dig""#, r#"tag: """#],
    );
    let text = format!("openapi: 3.0.4\ninfo: {{title: Garden, version: '1'}}\npaths: {PLAIN}");
    assert_writes(
        &facts::read(&text).expect("description"),
        &["pub mod types {}"],
    );
}

#[test]
fn operations_need_names_of_their_own() {
    for id in ["type", "self", "2nd", "''", "'*'", "don't"] {
        let description = described(&PLAIN.replace("dig", id), "{}");
        assert_refused(&description, &["operations: GET /seed", "made no method"]);
    }
    for (one, other) in [("dig-up", "dig_up"), ("dig-up", "digUp")] {
        let description = described(
            &format!(
                "{{/a: {{get: {{operationId: {one}, responses: {{200: {{description: ''}}}}}}}},
                   /b: {{get: {{operationId: {other}, responses: {{200: {{description: ''}}}}}}}}}}"
            ),
            "{}",
        );
        assert_refused(
            &description,
            &[&format!("`{one}` and `{other}`"), "`DigUp`"],
        );
    }
}

#[test]
fn schemas_may_be_called_anything() {
    let body = |name: &str| {
        described(
            &format!(
                "{{/seed: {{post: {{operationId: sow, responses: {{200: {{description: ''}}}}, requestBody:
                   {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}}}}}}}"
            ),
            &format!("{{{name}: {{type: object, properties: {{type: {{type: string, maxLength: 9}}}}}}}}"),
        )
    };
    for (name, rust) in [
        ("self", "Self_"),
        ("type", "Type"),
        ("3D", "X3d"),
        ("my.own_seed-bag", "MyOwnSeedBag"),
        ("Option", "Option"),
        ("String", "String"),
        ("Result", "Result"),
        ("Error", "Error"),
    ] {
        assert_writes(
            &body(name),
            &[
                &format!("pub struct {rust} {{"),
                &format!("impl {rust} {{ /// With nothing set."),
                &format!("impl crate::engine::check::Check for {rust} {{"),
                r#"at.length("type", &self.type_, 0, 9)?;"#,
            ],
        );
    }
}

#[test]
fn schemas_and_fields_that_share_a_name_are_refused() {
    let object = "{type: object, properties: {a: {type: string}}}";
    for (one, other) in [
        ("Bag", "bag"),
        ("Bag", "BAG"),
        ("SeedBag", "seed_bag"),
        ("self", "Self"),
    ] {
        let schemas = format!("{{Seed: {object}, {one}: {object}, {other}: {object}}}");
        assert_refused(
            &with_schemas(&schemas),
            &["two schemas become the Rust type"],
        );
    }
    let inner = "{Seed: {type: object, properties: {kind: {type: string, enum: [a]}}}, SeedKind: {type: object, properties: {a: {type: string}}}}";
    assert_refused(
        &with_schemas(inner),
        &["two schemas become the Rust type `SeedKind`"],
    );
    let fields = "{Seed: {type: object, properties: {a-b: {type: string}, a_b: {type: string}}}}";
    assert_refused(
        &with_schemas(fields),
        &["two fields become `a_b`", "`Seed`"],
    );
}

#[test]
fn a_required_field_is_asked_for_whatever_it_is_called() {
    let description = described(
        "{/seed: {post: {operationId: sow, responses: {200: {description: ''}}, requestBody:
           {content: {application/json: {schema: {$ref: '#/components/schemas/Seed'}}}}}}}",
        "{Seed: {type: object, required: [defaultDepth], properties: {defaultDepth: {type: integer, format: int32}}}}",
    );
    assert_writes(&description, &["pub fn new(default_depth: i32) -> Self"]);
}

#[test]
fn answers_say_what_success_looks_like() {
    let text = "{description: '', content: {application/json: {schema: {type: string}}}}";
    let empty = "{description: ''}";
    for answers in [
        format!("{{200: {text}, 202: {empty}}}"),
        format!("{{201: {text}, 204: {empty}}}"),
        format!(
            "{{200: {text}, 206: {{description: '', content: {{application/json: {{schema: {{type: integer}}}}}}}}}}"
        ),
    ] {
        assert_refused(
            &with_answers(&answers),
            &["optional-answers: GET /seed", "success"],
        );
    }
    for answers in [
        format!("{{404: {empty}}}"),
        format!("{{default: {text}}}"),
        format!("{{302: {empty}}}"),
    ] {
        assert_refused(
            &with_answers(&answers),
            &["operations: GET /seed", "no answer says what success"],
        );
    }
    let csv = "{200: {description: '', content: {text/csv: {schema: {type: string}}}}}";
    assert_refused(
        &with_answers(csv),
        &["media-types: GET /seed", "no JSON body"],
    );
    for answers in [
        format!("{{200: {empty}, 202: {empty}, 204: {empty}}}"),
        format!("{{200: {text}, 201: {text}}}"),
        format!("{{2XX: {text}}}"),
    ] {
        generated(&with_answers(&answers));
    }
}

#[test]
fn a_panic_of_the_generator_is_an_error() {
    for (description, expected) in [
        (with_schemas("{Seed: {type: weed}}"), "weed"),
        (
            with_schemas(
                "{Seed: {not: {$ref: '#/components/schemas/Weed'}}, Weed: {type: string}}",
            ),
            "not",
        ),
        (
            with_answers("{200: {description: '', content: {application/json: {}}}}"),
            "no schema",
        ),
        (
            described(
                "{'/seeds/{id}': {get: {operationId: dig, responses: {200: {description: ''}},
                   parameters: [{name: id, in: path, schema: {type: string}}]}}}",
                "{}",
            ),
            "required",
        ),
    ] {
        assert_refused(
            &description,
            &[
                "garden: the generator gives up on the description: ",
                expected,
            ],
        );
    }
}

#[test]
fn a_schema_that_is_made_of_itself_is_refused() {
    for schemas in [
        "{Seed: {allOf: [{$ref: '#/components/schemas/Seed'}, {type: object, properties: {a: {type: string}}}]}}",
        "{Seed: {oneOf: [{$ref: '#/components/schemas/Bag'}, {type: string}]}, Bag: {anyOf: [{$ref: '#/components/schemas/Seed'}]}}",
    ] {
        let text = format!(
            "openapi: 3.0.4\ninfo: {{title: Garden, version: '1'}}\npaths: {PLAIN}\ncomponents: {{schemas: {schemas}}}"
        );
        let message = facts::read(&text).expect_err("circle").to_string();
        assert!(
            message.contains("made of itself") && message.contains("/components/schemas/Seed"),
            "{message}"
        );
    }
    let by_property =
        "{Seed: {type: object, properties: {next: {$ref: '#/components/schemas/Seed'},
        all: {type: array, items: {allOf: [{$ref: '#/components/schemas/Seed'}]}}}}}";
    assert_writes(
        &with_schemas(by_property),
        &["pub next: ::std::option::Option<::std::boxed::Box<Seed>>"],
    );
}

#[test]
fn what_is_no_description_is_an_error() {
    let mut source = garden(Source::default());
    for value in [
        json!(null),
        json!([]),
        json!("text"),
        json!(1),
        json!({}),
        json!({"paths": []}),
        json!({"paths": {"/a": []}}),
        json!({"paths": {"/a": {"get": {"parameters": {}, "responses": [], "requestBody": 1}}}}),
        json!({"paths": {"/a": {"get": {"parameters": [1, null, {"name": 1}], "responses": {"200": 1}}}}}),
        json!({"components": "text"}),
        json!({"components": {"schemas": []}}),
        json!({"components": {"schemas": {"A": 1, "B": {"properties": []}}}}),
    ] {
        assert_refuses(&source, &value, &[]);
        source.secrets.fields = vec!["A.b".into()];
        source.parameters = [("key".into(), Parameter::default())].into();
        assert_refuses(&source, &value, &[]);
        source = garden(Source::default());
    }
}

//! Operations, schemas and answers, and what they are called.

use super::*;

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
        assert_refused(
            &description,
            &[
                "operations: GET /seed",
                "made no method",
                "needs another id",
            ],
        );
    }
    for (one, other) in [("dig-up", "dig_up"), ("dig-up", "digUp")] {
        let description = described(
            &format!(
                "{{'/a/{{n}}': {{get: {{operationId: {one}, responses: {{200: {{description: ''}}}},
                     parameters: [{{name: n, in: path, required: true, schema: {{type: string}}}}]}}}},
                   /b: {{get: {{operationId: {other}, responses: {{200: {{description: ''}}}}}}}}}}"
            ),
            "{}",
        );
        assert_refused(
            &description,
            &[
                &format!("`{one}` and `{other}` (GET /a/{{n}} and GET /b)"),
                "`DigUp`",
            ],
        );
    }
}

#[test]
fn a_deprecated_operation_need_not_have_a_successor() {
    let paths = PLAIN.replace("{operationId", "{deprecated: true, operationId");
    assert_writes(
        &described(&paths, "{}"),
        &["#[deprecated] pub fn dig(&self)"],
    );
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

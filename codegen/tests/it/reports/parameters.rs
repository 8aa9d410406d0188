//! Secrets, enums and parameters.

use super::*;

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
    let description = facts::read(include_str!("../plain.yaml")).expect("description");
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

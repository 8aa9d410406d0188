//! What is read, and what is refused with its place.

use super::*;

#[test]
fn a_whole_description_is_read() {
    let description = read(PETS).expect("PETS");
    let operations = facts::operations(&description);
    let [get] = operations[..] else {
        panic!("{operations:?}");
    };
    assert_eq!(get.place(), "GET /houses/{house}/pets/{pet}");
    assert_eq!((get.id(), get.tag()), (Some("get-pet"), Some("Pets")));
    let names: Vec<_> = facts::parameters(&description, &get)
        .iter()
        .map(|parameter| parameter["name"].clone())
        .collect();
    assert_eq!(names, ["pet", "house", "since"]);
}

#[test]
fn emptiness_is_named() {
    for text in ["", " \n\t", "\u{feff}", "\u{feff}\n"] {
        assert_says(&refused(text), &["empty", "download"]);
    }
    for text in ["null", "~", "# a comment", "---"] {
        assert_says(&refused(text), &["empty at the top level"]);
    }
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    let message = refused("{\n  \"openapi\": nope\n}");
    assert_says(&message, &["not JSON", "line 2 column"]);
    let message = refused("{\"openapi\": \"3.0.1\",\n \"info\": {");
    assert_says(&message, &["ends too early", "line 2 column", "cut off"]);
}

#[test]
fn what_is_no_yaml_is_told_with_its_place() {
    let message = refused("openapi: 3.0.1\ninfo: [a, b\npaths: {}\n");
    assert_says(&message, &["neither JSON nor YAML", "line", "column"]);
    assert_says(&refused("a: 1\n---\nb: 2\n"), &["more than one document"]);
    assert_says(
        &refused("openapi: !secret 3.0.1"),
        &["neither JSON nor YAML"],
    );
}

#[test]
fn nothing_is_said_twice() {
    let twice = "openapi: 3.0.1\npaths:\n  /pets: {}\n  /pets: {}\n";
    assert_says(&refused(twice), &["`/pets` occurs twice", "line"]);
    let twice = "{\"openapi\": \"3.0.1\",\n \"info\": {}, \"info\": {}}";
    assert_says(&refused(twice), &["`info` occurs twice", "line 2"]);
}

#[test]
fn pages_and_other_shapes_are_no_description() {
    assert_says(
        &refused("<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>"),
        &["text at the top level", "error page"],
    );
    assert_says(&refused("[1, 2]"), &["a list at the top level"]);
    assert_says(&refused("42"), &["a number at the top level"]);
    assert_says(&refused("{}"), &["no `openapi`"]);
}

#[test]
fn other_versions_are_named() {
    assert_says(
        &refused(r#"{"swagger": "2.0", "paths": {}}"#),
        &["Swagger 2.0", "convert"],
    );
    assert_says(&refused("swagger: 2.0"), &["Swagger 2.0"]);
    assert_says(
        &refused(&pets("3.0.4", "3.1.0")),
        &["OpenAPI 3.1.0", "3.0.x"],
    );
    assert_says(&refused(&pets("3.0.4", "3.00")), &["a number", "3.0.4"]);
}

#[test]
fn wrong_types_are_told_with_their_place() {
    let places = [
        ("  title: Pets\n", "", "/info has no `title`"),
        (
            "title: Pets",
            "title: [Pets]",
            "/info/title is a list where a string",
        ),
        (
            "version: \"1\"",
            "version: 1",
            "/info/version is a number where a string",
        ),
        (
            "tags: [Pets]",
            "tags: Pets",
            "/get/tags is text where a list",
        ),
        (
            "deprecated: false",
            "deprecated: no-more",
            "/get/deprecated is text where a boolean",
        ),
        (
            "maxLength: 20",
            "maxLength: long",
            "/properties/name/maxLength is text where a number",
        ),
        (
            "        200:\n",
            "        404:\n        200:\n",
            "/responses/404 is empty where an object",
        ),
        (
            "      responses:\n",
            "      replies:\n",
            "/get has no `responses`",
        ),
        ("name: since, ", "", "/get/parameters/1 has no `name`"),
        (
            ", schema: {type: string, format: date-time}",
            "",
            "parameter `since` has no `schema`",
        ),
        ("    get:\n", "    fetch:\n", "/paths has no operation"),
        (
            "  /houses/{house}",
            "  houses/{house}",
            "/paths/houses~1{house}~1pets~1{pet} does not begin with `/`",
        ),
        (
            "{name: house, in: path, required: true",
            "{name: house, in: path",
            "GET /houses/{house}/pets/{pet}: path parameter `house` is not `required: true`",
        ),
        (
            "{$ref: \"#/components/parameters/Pet\"}",
            "{$ref: 1}",
            "/get/parameters/0/$ref is a number",
        ),
    ];
    for (from, to, said) in places {
        assert_says(&refused(&pets(from, to)), &[said]);
    }
    assert_says(
        &refused("openapi: 3.0.1\ninfo: {title: a, version: b}\npaths: []"),
        &["/paths is a list where an object"],
    );
    assert_says(
        &refused("openapi: 3.0.1\ninfo: text"),
        &["/info is text where an object", "/ has no `paths`"],
    );
}

#[test]
fn references_that_lead_nowhere_are_listed_and_counted() {
    let message = refused(&pets("    Pet:\n      title", "    Cat:\n      title"));
    assert_says(
        &message,
        &[
            "leads nowhere",
            "/paths/~1houses~1{house}~1pets~1{pet}/get/responses/200/content/application~1json/schema -> \
             #/components/schemas/Pet",
            "/components/schemas/Cat/properties/children/items -> #/components/schemas/Pet",
        ],
    );

    let mut description = read(PETS).expect("PETS");
    for index in 0..12 {
        let target = format!("#/components/schemas/Gone{index:02}");
        description["components"]["schemas"]["Pet"]["properties"][format!("p{index:02}")] =
            json!({"$ref": target});
    }
    let message = refused(&description.to_string());
    assert_says(&message, &["Gone00", "Gone09", "and 2 more"]);
    assert!(!message.contains("Gone10"), "{message}");
}

#[test]
fn references_of_another_sort_are_refused() {
    let to = |target: &str| pets("\"#/components/parameters/Pet\"", &format!("\"{target}\""));
    assert_says(
        &refused(&to("pets.yaml#/Pet")),
        &["another file", "/get/parameters/0 -> pets.yaml#/Pet"],
    );
    assert_says(
        &refused(&to("https://example.com/pets.json#/Pet")),
        &["another file", "https://example.com"],
    );
    assert_says(
        &refused(&to("#/components/schemas/Pet")),
        &["not in #/components/parameters"],
    );
    assert_says(
        &refused(&to("#/info")),
        &["#/info, which is not in #/components/parameters"],
    );
    assert_says(&refused(&to("#")), &["not in #/components/parameters"]);
    assert_says(
        &refused(&to("#/components/parameters/~7")),
        &["leads nowhere"],
    );
}

#[test]
fn schemas_may_hold_themselves_and_may_not_be_nothing_else() {
    read(PETS).expect("a pet has children");
    let circle = "    A: {$ref: \"#/components/schemas/B\"}\n    B: {$ref: \"#/components/schemas/A\"}\n    Pet:\n      title";
    let message = refused(&pets("    Pet:\n      title", circle));
    assert_says(
        &message,
        &["/components/schemas/A -> #/components/schemas/B, which leads on"],
    );
}

#[test]
fn discriminators_name_schemas() {
    let with = |target: &str| {
        pets(
            "      type: object\n",
            &format!(
                "      type: object\n      discriminator: {{propertyName: name, mapping: {{rex: \"{target}\"}}}}\n"
            ),
        )
    };
    read(&with("Pet")).expect("a name");
    read(&with("#/components/schemas/Pet")).expect("a reference");
    assert_says(
        &refused(&with("Dog")),
        &["mapping/rex -> #/components/schemas/Dog"],
    );
    assert_says(&refused(&with("dog.json#/Dog")), &["another file"]);
}

#[test]
fn an_id_belongs_to_one_operation() {
    let twice = "  /pets:\n    put: {operationId: get-pet, responses: {}}\ncomponents:";
    let message = refused(&pets("components:", twice));
    assert_says(
        &message,
        &[
            "operationId twice",
            "get-pet: GET /houses/{house}/pets/{pet}, PUT /pets",
        ],
    );
}

#[test]
fn templates_and_path_parameters_agree() {
    assert_says(
        &refused(&pets(
            "/houses/{house}/pets/{pet}",
            "/houses/{house}/pets/{animal}",
        )),
        &[
            "GET /houses/{house}/pets/{animal}: {animal} has no path parameter",
            "path parameter `pet` is not in the path",
        ],
    );
}

#[test]
fn security_schemes_are_there() {
    assert_says(
        &refused(&pets("- Key: []", "- Basic: []")),
        &["security scheme", "/security -> Basic"],
    );
}

#[test]
fn half_a_file_is_refused_wherever_it_was_cut() {
    // What comes behind the security schemes is no fact, so nobody can miss it.
    let end = PETS.find("    Key: {").expect("schemes");
    for cut in 0..end {
        refused(&PETS[..cut]);
    }
    for cut in end..PETS.len() {
        let _ = read(&PETS[..cut]);
    }

    let (_, json) = vendored();
    let last = json.trim_end().len();
    for cut in (1..last).step_by(4001).chain([last - 1]) {
        assert_says(&refused(&json[..cut]), &["ends too early", "line"]);
    }
    let yaml = yaml_serde::to_string(&serde_json::from_str::<Value>(&json).expect("json"));
    let yaml = yaml.expect("yaml");
    for part in 1..8 {
        refused(&yaml[..yaml.len() * part / 8]);
    }
}

#[test]
fn depth_is_an_error_and_no_overflow() {
    let nested = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    for times in [201, 10_000] {
        let objects = nested("{\"a\":", "}", times).replacen(":}", ":1}", 1);
        let flow = format!("a: {}", nested("[", "]", times));
        for text in [nested("[", "]", times), objects, flow] {
            assert_says(&refused(&text), &["more than 200 levels"]);
        }
    }
    assert_says(&refused(&nested("[", "]", 150)), &["recursion limit"]);
    assert_says(&refused(&"- ".repeat(10_000)), &["recursion limit"]);
    let items = nested("{items: ", "}", 150).replacen(": }", ": {}}", 1);
    let schema = format!("    Deep: {items}\n    Pet:\n      title");
    assert_says(
        &refused(&pets("    Pet:\n      title", &schema)),
        &["recursion limit"],
    );
}

#[test]
fn aliases_do_not_multiply() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{before}]\n");
    }
    assert_says(&refused(&bomb), &["repetition limit"]);
}

#[test]
fn yaml_scalars_keep_their_meaning() {
    let description = read(PETS).expect("PETS");
    let get = &description["paths"]["/houses/{house}/pets/{pet}"]["get"];
    assert_eq!(get["parameters"][1]["example"], "2000-01-23T04:56:07Z");
    assert!(get["responses"]["200"].is_object());
    let names = pets(
        "maxLength: 20",
        "maxLength: 20, enum: [no, \"5\", 5, 1.5, null]",
    );
    let description = read(&names).expect("enum");
    assert_eq!(
        description["components"]["schemas"]["Pet"]["properties"]["name"]["enum"],
        json!(["no", "5", 5, 1.5, null])
    );
}

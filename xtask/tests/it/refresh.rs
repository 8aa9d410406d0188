//! `cargo xtask refresh` takes what it can, and leaves `spec/` alone where it cannot.

use crate::support::{DOCS, PETS, PETS_JSON, Tree};

const FILE: &str = "spec/pets/openapi.json";

/// Refreshing from these bytes fails, says each of these, and leaves every file as it was.
#[track_caller]
fn assert_refused(bytes: impl AsRef<[u8]>, said: &[&str]) {
    let tree = Tree::pets();
    let before = tree.spec();
    for more in [&[][..], &["--check"]] {
        let ended = tree.refresh(bytes.as_ref(), more);
        ended.assert(2, said);
        ended.assert(2, &["error: ", "downloaded: "]);
        assert_eq!(ended.stdout, "");
        assert!(tree.spec() == before, "spec/ was touched");
    }
}

#[test]
fn nothing_is_refused() {
    assert_refused("", &["is empty"]);
    assert_refused("\n \n", &["is empty"]);
}

#[test]
fn what_is_no_json_is_refused() {
    assert_refused("{\"openapi\": oops}", &["not JSON", "line 1 column 13"]);
}

#[test]
fn what_is_no_yaml_is_refused() {
    assert_refused(
        "openapi: [3.0.4\ninfo: x",
        &["neither JSON nor YAML", "line 2"],
    );
}

#[test]
fn error_pages_are_refused() {
    assert_refused("<html>502 Bad Gateway</html>\n", &["error page"]);
}

#[test]
fn what_is_no_text_is_refused() {
    assert_refused([0xff, 0xfe, 0x7b, 0x00], &["not UTF-8"]);
}

#[test]
fn openapi_2_is_refused() {
    assert_refused(
        r#"{"swagger": "2.0", "info": {}, "paths": {}}"#,
        &["Swagger 2.0"],
    );
}

#[test]
fn openapi_3_1_is_refused() {
    assert_refused(PETS.replace("3.0.4", "3.1.0"), &["OpenAPI 3.1.0", "3.0.x"]);
}

#[test]
fn references_that_lead_nowhere_are_refused() {
    assert_refused(
        PETS.replace("    Kind:", "    Sort:"),
        &[
            "leads nowhere",
            "/paths/~1v1~1pets/get/parameters/0/schema -> #/components/schemas/Kind",
            "/components/schemas/Pet/properties/kind -> #/components/schemas/Kind",
        ],
    );
}

#[test]
fn what_the_generator_gives_up_on_is_told_in_a_sentence_and_where_to_look() {
    let tree = Tree::pets();
    // A tree that has something to compile.
    tree.write("Cargo.toml", "");
    tree.write("src/lib.rs", "");
    let before = tree.spec();
    let ended = tree.refresh(PETS.replace("[cat, dog]", "[cat, dog, dog]"), &[]);
    ended.assert(2, &["gives up", "[dog,dog]", "cargo xtask preview"]);
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert!(tree.spec() == before, "spec/ was touched");
}

#[test]
fn half_a_json_file_is_refused() {
    let half = &PETS_JSON[..PETS_JSON.len() / 2];
    assert_refused(half, &["ends too early", "line 5", "download it again"]);
}

#[test]
fn half_a_yaml_file_is_refused_though_it_parses() {
    let (half, _) = PETS.split_once("components:").expect("components");
    assert_refused(
        half,
        &["leads nowhere", "cut off", "#/components/schemas/Pet"],
    );
    let (part, _) = PETS.split_once("    get:").expect("an operation");
    assert_refused(
        part,
        &["/paths/~1v1~1pets is empty", "/paths has no operation"],
    );
}

#[test]
fn a_new_description_is_vendored() {
    let tree = Tree::pets();
    let more = PETS.replace("[cat, dog]", "[cat, dog, bird]");
    let ended = tree.refresh(&more, &[]);
    ended.assert(0, &[FILE, "2 operations, 2 schemas", " bytes; written"]);
    assert_eq!(ended.stderr, "");
    let text = tree.read(FILE);
    assert!(text.contains("\"bird\""));
    assert!(!text.contains("Prose"), "{text}");
    assert!(ended.stdout.contains(&format!("{} bytes", text.len())));
    let names: Vec<_> = tree.spec().into_keys().collect();
    assert_eq!(names.len(), 3, "nothing is left lying about: {names:?}");

    tree.refresh(&more, &[]).assert(0, &["up to date"]);
    assert_eq!(tree.read(FILE), text);
}

#[test]
fn the_first_refresh_of_a_source_needs_nothing_there() {
    let tree = Tree::pets();
    std::fs::remove_dir_all(tree.path("spec/pets")).expect("a folder");
    tree.refresh(PETS, &["--check"]).assert(1, &["differs"]);
    assert!(!tree.path("spec/pets").exists());
    let lacking = [
        "written",
        "spec/pets/docs.yaml has yet to say something",
        "GET /v1/pets (get-pets) has no words",
        "GET /v2/pets (list-pets) has no words",
        "schema Kind has no words",
        "schema Pet has no words",
    ];
    tree.refresh(PETS, &[]).assert(0, &lacking);
    assert!(tree.path(FILE).exists());
}

#[test]
fn an_operation_may_be_deprecated_without_a_successor() {
    let tree = Tree::pets();
    let ended = tree.refresh(
        PETS.replace(
            "  /v2/pets:\n    get:\n",
            "  /v2/pets:\n    get:\n      deprecated: true\n",
        ),
        &["--format", "json"],
    );
    ended.assert(
        0,
        &["GET /v2/pets (list-pets) is deprecated and has no successor"],
    );
}

#[test]
fn what_lacks_words_is_listed() {
    let tree = Tree::pets();
    let more = format!("{PETS}    Toy: {{type: string}}\n").replace(
        "  /v2/pets:",
        "  /v2/toys: {get: {responses: {}}}\n  /v2/pets:",
    );
    let ended = tree.refresh(more, &[]);
    ended.assert(
        0,
        &[
            "schema Toy has no words",
            "GET /v2/toys has no operation id",
        ],
    );
    assert!(!ended.stdout.contains("Kind"), "{}", ended.stdout);
}

#[test]
fn check_tells_drift_and_writes_nothing() {
    let tree = Tree::pets();
    let before = tree.spec();
    tree.refresh(PETS, &["--check"]).assert(0, &["up to date"]);
    tree.refresh(PETS.replace("dog]", "dog, bird]"), &["--check"])
        .assert(1, &["differs"]);
    assert!(tree.spec() == before);
}

#[test]
fn json_and_yaml_of_the_same_facts_give_the_same_bytes() {
    let tree = Tree::pets();
    let yaml = tree.read(FILE);
    tree.refresh(PETS_JSON, &[]).assert(0, &["up to date"]);
    tree.write(FILE, "");
    tree.refresh(PETS_JSON, &[]).assert(0, &["written"]);
    assert_eq!(tree.read(FILE), yaml);
}

#[test]
fn what_is_vendored_refreshes_to_itself() {
    let tree = Tree::pets();
    let text = tree.read(FILE);
    tree.refresh(&text, &[]).assert(0, &["up to date"]);

    let tree = Tree::real();
    let file = tree.path("spec/configcat/swagger.json");
    let file = file.to_str().expect("UTF-8");
    let ended = tree.run(&["refresh", "--check", "--from", file]);
    ended.assert(0, &["spec/configcat/swagger.json", "up to date"]);
}

#[test]
fn words_that_cannot_be_read_stop_it_before_it_writes() {
    let tree = Tree::pets();
    tree.write("spec/pets/docs.yaml", format!("{DOCS}misspelt: {{}}\n"));
    let before = tree.spec();
    let ended = tree.refresh(PETS.replace("dog]", "dog, bird]"), &[]);
    ended.assert(2, &["spec/pets/docs.yaml", "unknown field `misspelt`"]);
    assert!(tree.spec() == before);
}

#[test]
fn bad_usage_is_told() {
    let tree = Tree::pets();
    tree.run(&["refresh", "pets", "--from", "no-such-file"])
        .assert(2, &["no-such-file"]);
    tree.run(&["refresh", "cats", "--from", "x"])
        .assert(2, &["no source `cats`", "there is: pets"]);
    tree.run(&["refresh", "pets"]).assert(2, &["--from"]);
    tree.run(&["refrech"]).assert(2, &["refresh"]);
}

#[test]
fn help_names_the_exit_codes() {
    let tree = Tree::pets();
    for arguments in [
        &["--help"][..],
        &["refresh", "--help"],
        &["check", "--help"],
        &["catalog", "--help"],
        &["diff", "--help"],
        &["preview", "--help"],
        &["add-source", "--help"],
        &["docs", "--help"],
        &["publish", "--help"],
        &["minimal-versions", "--help"],
        &["ci", "--help"],
        &["bench", "--help"],
    ] {
        let ended = tree.run(arguments);
        ended.assert(0, &["Exit codes: 0"]);
        assert!(!ended.stdout.contains("--root"), "{}", ended.stdout);
    }
}

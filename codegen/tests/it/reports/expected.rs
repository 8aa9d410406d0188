//! What `sources.toml` expects of a description, and what is not there.

use super::*;

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

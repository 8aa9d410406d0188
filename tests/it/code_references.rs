//! Code references: what was found becomes one request that keeps the API's limits.

use crate::support::{Server, answer, assert_contains};
use configcat_management::code_references::{CodeReferences, FoundLine};
use configcat_management::types::{FlagReference, ReferenceLineRequest, ReferenceLinesRequest};
use configcat_management::uuid::{Uuid, uuid};
use configcat_management::{Error, Result};
use proptest::prelude::*;

const CONFIG: Uuid = uuid!("0c0f0000-0000-4000-8000-00000000c003");

fn line(number: i32, text: &str) -> ReferenceLineRequest {
    ReferenceLineRequest::new(number).with_line_text(text)
}

fn lines(lines: &[FoundLine]) -> CodeReferences {
    let mut references = CodeReferences::new(CONFIG, "shop", "main");
    references.extend(lines.iter().cloned());
    references
}

fn told<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(error @ Error::Invalid(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_are_grouped_sorted_and_sent_once() {
    let references = lines(&[
        FoundLine::new(9, "b.rs", 4, "nine"),
        FoundLine::new(2, "b.rs", 10, "two, later"),
        FoundLine::new(2, "b.rs", 4, "seen first").with_url("https://git.example.com/b.rs#L4"),
        FoundLine::new(2, "a.rs", 7, "two"),
        FoundLine::new(2, "b.rs", 4, "two, earlier\r\n"),
    ]);
    assert_eq!(references.len(), 4);
    let request = references.build().expect("within the limits");
    let reference = |file: &str, number, text| ReferenceLinesRequest::new(file, line(number, text));
    assert_eq!(
        request.flag_references,
        [
            FlagReference::new(
                [
                    reference("a.rs", 7, "two"),
                    reference("b.rs", 4, "two, earlier"),
                    reference("b.rs", 10, "two, later"),
                ],
                2
            ),
            FlagReference::new([reference("b.rs", 4, "nine")], 9),
        ]
    );
}

#[test]
fn context_is_numbered_from_the_line_outwards() {
    let source = "one\ntwo\r\nthree\nfour\nfive\n";
    let found = |line, context| FoundLine::in_source(1, "f", source, line, context);
    let request = lines(&[found(3, 1).expect("line 3")])
        .build()
        .expect("within the limits");
    let reference = &request.flag_references[0].references[0];
    assert_eq!(reference.pre_lines, [line(2, "two")]);
    assert_eq!(reference.reference_line, line(3, "three"));
    assert_eq!(reference.post_lines, [line(4, "four")]);

    let first = found(1, 9).expect("line 1");
    assert_eq!(
        (first.before.len(), first.after.len()),
        (0, 4),
        "the file has no more"
    );
    let last = found(5, 9).expect("line 5");
    assert_eq!((last.before.len(), last.after.len()), (4, 0));
    assert_eq!(found(0, 1), None);
    assert_eq!(found(6, 1), None);
    assert_eq!(
        FoundLine::in_source(1, "f", source, usize::MAX, usize::MAX),
        None
    );

    // More than the most: the nearest stay. Before the first line of a file there is none.
    let many = |numbers: std::ops::Range<usize>| numbers.map(|number| number.to_string());
    let deep = FoundLine::new(1, "f", 100, "100").with_context(many(50..100), many(101..150));
    let high = FoundLine::new(1, "f", 2, "2").with_context(many(0..2), many(3..4));
    let request = lines(&[deep, high]).build().expect("within the limits");
    let [high, deep] = &request.flag_references[0].references[..] else {
        panic!("{request:?}")
    };
    assert_eq!(
        deep.pre_lines.first().map(|line| line.line_number),
        Some(90)
    );
    assert_eq!((deep.pre_lines.len(), deep.post_lines.len()), (10, 10));
    for context in deep.pre_lines.iter().chain(&deep.post_lines) {
        assert_eq!(context.line_text, Some(context.line_number.to_string()));
    }
    assert_eq!(high.pre_lines, [line(1, "1")]);
}

#[test]
fn long_texts_are_cut_and_long_names_refused() {
    let text = |text: &str| {
        let request = lines(&[FoundLine::new(1, "f", 1, text)]).build();
        let mut request = request.expect("texts are cut");
        let reference = request.flag_references.remove(0).references.remove(0);
        reference.reference_line.line_text.expect("a text")
    };
    assert_eq!(text(&"x".repeat(1000)), "x".repeat(1000));
    assert_eq!(text(&"x".repeat(1001)), format!("{}…", "x".repeat(999)));
    assert_eq!(text(&"ü".repeat(1000)), "ü".repeat(1000));
    // A cat counts twice in UTF-16, and is not cut in two.
    assert_eq!(text(&"🐱".repeat(500)), "🐱".repeat(500));
    assert_eq!(text(&"🐱".repeat(501)), format!("{}…", "🐱".repeat(499)));

    let long = "é".repeat(256);
    let error = told(lines(&[FoundLine::new(7, long.as_str(), 3, "x")]).build());
    assert!(
        error.contains("`file` has 256 characters, at most 255 are allowed (setting 7 in `é")
            && error.ends_with("…`, line 3)"),
        "{error}"
    );
    assert!(
        told(lines(&[FoundLine::new(7, "", 3, "x")]).build())
            .contains("`file` has 0 characters, at least 1 are needed")
    );
    let far = FoundLine::new(7, "f", 3, "x").with_url("u".repeat(1001));
    assert!(
        told(lines(&[far]).build())
            .contains("`fileUrl` has 1001 characters, at most 1000 are allowed")
    );
    for number in [0, usize::MAX] {
        let error = told(lines(&[FoundLine::new(7, "f", number, "x")]).build());
        assert_contains(&error, &format!("`line` is {number}, lines count from 1"));
    }
    assert!(told(CodeReferences::new(CONFIG, "", "main").build()).contains("`body.repository`"));
    assert!(told(CodeReferences::new(CONFIG, "r", &*long).build()).contains("`body.branch`"));
    assert!(told(lines(&[]).uploader(long.as_str()).build()).contains("`body.uploader`"));
    assert!(told(lines(&[]).commit(long.as_str(), "").build()).contains("`body.commitHash`"));
    assert!(told(lines(&[]).commit("", "u".repeat(1001)).build()).contains("`body.commitUrl`"));
}

#[test]
fn the_scanned_branch_is_active() {
    let branches = |given: &[&str]| {
        let references = lines(&[]).active_branches(given.iter().copied());
        references
            .build()
            .expect("within the limits")
            .active_branches
    };
    assert_eq!(branches(&["main", "next"]), ["main", "next"]);
    assert_eq!(branches(&["next"]), ["next", "main"]);
    assert_eq!(branches(&[]), [""; 0]);
}

#[tokio::test]
async fn a_scan_is_one_call() {
    let server = Server::start(answer(200, &[], ""));
    let request = lines(&[FoundLine::new(5, "a.rs", 2, "if new_cart {")
        .with_context(["fn cart() {"], ["}"])
        .with_url("https://git.example.com/a.rs#L2")])
    .commit("2d0b02f", "https://git.example.com/2d0b02f")
    .uploader("scanner 1.0")
    .active_branches(["main"])
    .build()
    .expect("within the limits");
    let call = server.client().upload_code_references(request);
    call.send().await.expect("an answer");
    let sent = server.requests();
    let (head, body) = sent[0].split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("POST /v1/code-references "), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let expected = serde_json::json!({
        "configId": CONFIG, "repository": "shop", "branch": "main", "activeBranches": ["main"], "uploader": "scanner 1.0",
        "commitHash": "2d0b02f", "commitUrl": "https://git.example.com/2d0b02f",
        "flagReferences": [{"settingId": 5, "references": [{
            "file": "a.rs", "fileUrl": "https://git.example.com/a.rs#L2",
            "preLines": [{"lineNumber": 1, "lineText": "fn cart() {"}],
            "referenceLine": {"lineNumber": 2, "lineText": "if new_cart {"},
            "postLines": [{"lineNumber": 3, "lineText": "}"}],
        }]}],
    });
    assert_eq!((sent.len(), body), (1, expected));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_source_fits(source in "(\\PC{0,1200}\n){0,12}", number in 0..15usize, context in 0..20usize) {
        if let Some(found) = FoundLine::in_source(1, "f", &source, number, context) {
            let request = lines(&[found]).build();
            let request = request.expect("within the limits");
            let reference = &request.flag_references[0].references[0];
            let all = reference.pre_lines.iter().chain([&reference.reference_line]).chain(&reference.post_lines);
            for sent in all {
                let text = sent.line_text.as_deref().unwrap_or_default();
                prop_assert!(text.encode_utf16().count() <= 1000);
                let original = source.lines().nth(sent.line_number as usize - 1).expect("the line");
                prop_assert!(original.starts_with(text.trim_end_matches(FoundLine::CUT)));
            }
        }
    }
}

#[test]
fn a_setting_has_150_lines_at_most_direct_uses_first() {
    let mut references = CodeReferences::new(CONFIG, "shop", "main");
    references.extend((1..=100).map(|line| FoundLine::new(7, "a.rs", line, "alias").by_alias()));
    references.extend((1..=120).map(|line| FoundLine::new(7, "b.rs", line, "direct")));
    references.extend((1..=150).map(|line| FoundLine::new(8, "c.rs", line, "direct")));
    assert_eq!(references.left_out(), [(7.into(), 70)].into());
    let request = references.build().expect("within the limits");
    let [seven, eight] = &request.flag_references[..] else {
        panic!("{request:?}")
    };
    let of = |file: &str| {
        let lines = seven.references.iter().filter(|line| line.file == file);
        lines
            .map(|line| line.reference_line.line_number)
            .collect::<Vec<_>>()
    };
    assert_eq!((of("b.rs").len(), of("a.rs")), (120, (1..=30).collect()));
    assert_eq!(eight.references.len(), 150);
}

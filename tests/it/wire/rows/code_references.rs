//! Code References.

use configcat_management::types::{
    CodeReferenceRequest, DeleteRepositoryReportsRequest, FlagReference, ReferenceLineRequest,
    ReferenceLinesRequest,
};
use serde_json::json;

use super::{CONFIG, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("POST /v1/code-references", |client| {
            let body =
                CodeReferenceRequest::new("branch “q” \"w\"", CONFIG, "repository back\\slash");
            client.upload_code_references(body)
        })
        .body(json!({
            "branch": "branch “q” \"w\"",
            "configId": "{CONFIG}",
            "repository": "repository back\\slash",
        })),
        row!("POST /v1/code-references", |client| {
            let reference_line = ReferenceLineRequest::new(18).with_line_text("lineText línea");
            let reference_line_2 =
                ReferenceLineRequest::new(21).with_line_text("lineText back\\slash");
            let reference_line_3 = ReferenceLineRequest::new(24).with_line_text("lineText a+b #1?");
            let lines = ReferenceLinesRequest::new("file it's", reference_line)
                .with_file_url("https://ex.test/fileUrl?n=10&ü=%2F")
                .with_post_lines([reference_line_2, ReferenceLineRequest::new(23)])
                .with_pre_lines([reference_line_3, ReferenceLineRequest::new(26)]);
            let lines_2 = ReferenceLinesRequest::new("file it's", ReferenceLineRequest::new(28));
            let lines_3 = ReferenceLinesRequest::new("file línea", ReferenceLineRequest::new(30));
            let body =
                CodeReferenceRequest::new("branch “q” \"w\"", CONFIG, "repository back\\slash")
                    .with_active_branches([
                        "activeBranches 🐱 & <b>".to_string(),
                        "activeBranches 100 %".to_string(),
                    ])
                    .with_commit_hash("commitHash a+b #1?")
                    .with_commit_url("https://ex.test/commitUrl?n=6&ü=%2F")
                    .with_flag_references([
                        FlagReference::new([lines, lines_2], 4711),
                        FlagReference::new([lines_3], 4711),
                    ])
                    .with_uploader("uploader “q” \"w\"");
            client.upload_code_references(body)
        })
        .body(json!({
            "branch": "branch “q” \"w\"",
            "configId": "{CONFIG}",
            "repository": "repository back\\slash",
            "activeBranches": ["activeBranches 🐱 & <b>", "activeBranches 100 %"],
            "commitHash": "commitHash a+b #1?",
            "commitUrl": "https://ex.test/commitUrl?n=6&ü=%2F",
            "flagReferences": [
                {
                    "references": [
                        {
                            "file": "file it's",
                            "referenceLine": {"lineNumber": 18, "lineText": "lineText línea"},
                            "fileUrl": "https://ex.test/fileUrl?n=10&ü=%2F",
                            "postLines": [
                                {"lineNumber": 21, "lineText": "lineText back\\slash"},
                                {"lineNumber": 23},
                            ],
                            "preLines": [
                                {"lineNumber": 24, "lineText": "lineText a+b #1?"},
                                {"lineNumber": 26},
                            ],
                        },
                        {"file": "file it's", "referenceLine": {"lineNumber": 28}},
                    ],
                    "settingId": 4711,
                },
                {
                    "references": [{"file": "file línea", "referenceLine": {"lineNumber": 30}}],
                    "settingId": 4711,
                },
            ],
            "uploader": "uploader “q” \"w\"",
        })),
        row!("POST /v1/code-references", |client| {
            let body =
                CodeReferenceRequest::new("branch “q” \"w\"", CONFIG, "repository back\\slash")
                    .with_active_branches(Vec::<String>::new())
                    .with_flag_references(Vec::<FlagReference>::new());
            client.upload_code_references(body)
        })
        .body(json!({
            "branch": "branch “q” \"w\"",
            "configId": "{CONFIG}",
            "repository": "repository back\\slash",
        })),
        row!("POST /v1/code-references/delete-reports", |client| {
            let body = DeleteRepositoryReportsRequest::new(CONFIG, "repository “q” \"w\"");
            client.delete_code_reference_reports(body)
        })
        .body(json!({"configId": "{CONFIG}", "repository": "repository “q” \"w\""})),
        row!("POST /v1/code-references/delete-reports", |client| {
            let body = DeleteRepositoryReportsRequest::new(CONFIG, "repository “q” \"w\"")
                .with_branch("branch back\\slash")
                .with_setting_id(4711);
            client.delete_code_reference_reports(body)
        })
        .body(json!({
            "configId": "{CONFIG}",
            "repository": "repository “q” \"w\"",
            "branch": "branch back\\slash",
            "settingId": 4711,
        })),
        row!("GET /v1/settings/4711/code-references", |client| client
            .get_code_references(4711)),
    ]
}

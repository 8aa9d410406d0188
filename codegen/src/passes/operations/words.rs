//! The doc comments of a call.

use serde_json::Value;

use super::Call;
use crate::facts::OperationRef;

impl Call<'_> {
    /// The doc comment of the client's method.
    pub(super) fn describe(&self) -> String {
        let OperationRef { method, path, .. } = self.operation;
        let words = self.words();
        let summary = words.map_or("Makes one call.", |words| words.summary.trim_end());
        let mut text = format!("{summary}\n\n`{method} {path}`\n");
        if let Some(details) = words.and_then(|words| words.details.as_ref()) {
            text += &format!("\n{}\n", details.trim_end());
        }
        let list = |text: &mut String, title: &str, optional: bool| {
            let mut lines = String::new();
            for argument in &self.arguments {
                if argument.optional != optional {
                    continue;
                }
                let name = argument.place.name();
                let known = words.and_then(|words| words.parameters.get(name));
                if let Some(known) = known {
                    lines += &format!("- `{}`: {}\n", argument.ident, known.trim_end());
                }
            }
            if !lines.is_empty() {
                *text += &format!("\n# {title}\n\n{lines}");
            }
        };
        list(&mut text, "Parameters", false);
        list(&mut text, "Options", true);
        text += &format!("\n# Errors\n\n{}\n", self.failures());
        text += &self.example();
        text
    }

    /// What the call can fail with, in a sentence for each status that the description knows.
    fn failures(&self) -> String {
        let declared = |status: &str| self.operation.value["responses"].get(status).is_some();
        let mut lines = vec!["- 401: the credentials are wrong."];
        if declared("400") {
            lines.push(
                "- 400: the server refuses the request; `field_errors` tells which field and why.",
            );
        }
        if declared("403") {
            lines.push("- 403: the credentials may not do this.");
        }
        if declared("404") {
            lines.push("- 404: something that the request names does not exist, or not for these credentials.");
        }
        let known = &self.context.source.parameters;
        let known = known
            .iter()
            .filter(|(name, _)| self.parameter(name).is_some());
        lines.extend(known.filter_map(|(_, special)| special.failure.as_deref()));
        if declared("429") {
            lines.push("- 429: the rate limit is used up; `retry_after` tells for how long.");
        }
        lines.push("- Any other [`Error`](crate::Error): no answer, or one that cannot be read.");
        lines.join("\n")
    }

    /// A program that compiles and makes the call.
    fn example(&self) -> String {
        let example = self.words().and_then(|words| words.example.as_ref());
        let Some(example) = example else {
            return String::new();
        };
        format!("\n# Example\n\n```no_run\n{}\n```\n", example.trim_end())
    }
}

/// Bounds and default of a parameter, as a sentence.
pub(super) fn bounds(parameter: &Value) -> Option<String> {
    let schema = &parameter["schema"];
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let mut parts = Vec::new();
    match (
        number("minimum"),
        number("maximum").filter(|most| *most < i64::from(i32::MAX)),
    ) {
        (Some(least), Some(most)) => parts.push(format!("{least} to {most}")),
        (Some(least), None) => parts.push(format!("at least {least}")),
        (None, Some(most)) => parts.push(format!("at most {most}")),
        (None, None) => {}
    }
    if let Some(default) = schema.get("default") {
        parts.push(format!("{default} if it is not set"));
    }
    match parts.is_empty() {
        true => None,
        false => Some(format!("({})", parts.join("; "))),
    }
}

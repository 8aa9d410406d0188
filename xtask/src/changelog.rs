//! What a refresh adds to CHANGELOG.md.

use configcat_management_codegen::diff::{Change, Diff, Rule};

/// How many things a line names before it only counts the rest.
const NAMED: usize = 8;

/// Where entries go.
const UNRELEASED: &str = "## [Unreleased]";

/// The changelog with the difference told under `[Unreleased]`; docs are not worth telling.
pub(crate) fn with(changelog: &str, source: &str, diff: &Diff) -> String {
    let mut text = changelog.to_owned();
    for (section, lines) in sections(source, diff) {
        text = insert_lines(&text, section, &lines);
    }
    text
}

/// The sections of Keep a Changelog, each with its lines.
fn sections(source: &str, diff: &Diff) -> Vec<(&'static str, Vec<String>)> {
    let is_addition = |change: &&Change| {
        matches!(
            change.rule,
            Rule::OperationAdded
                | Rule::OperationNamed
                | Rule::ParameterAddedOptional
                | Rule::SchemaAdded
                | Rule::FieldAdded
                | Rule::ValueAdded
        )
    };
    let is_deprecation = |change: &&Change| change.rule == Rule::OperationDeprecated;
    let is_removal = |change: &&Change| {
        matches!(
            change.rule,
            Rule::OperationRemoved
                | Rule::ParameterRemoved
                | Rule::BodyRemoved
                | Rule::SchemaRemoved
                | Rule::FieldRemoved
                | Rule::ValueRemoved
        )
    };
    let added = lines(source, "", diff.additive.iter().filter(is_addition));
    let deprecated = lines(source, "", diff.additive.iter().filter(is_deprecation));
    let removed = lines(
        source,
        "**Breaking.** ",
        diff.breaking.iter().filter(is_removal),
    );
    let others = diff.breaking.iter().filter(|change| !is_removal(change));
    let mut changed = lines(source, "**Breaking.** ", others);
    let others = diff
        .additive
        .iter()
        .filter(|change| !is_addition(change) && !is_deprecation(change));
    changed.extend(lines(source, "", others));
    [
        ("### Added", added),
        ("### Changed", changed),
        ("### Deprecated", deprecated),
        ("### Removed", removed),
    ]
    .into_iter()
    .filter(|(_, lines)| !lines.is_empty())
    .collect()
}

/// A line for each rule: what sort of change, and where.
fn lines<'a>(source: &str, mark: &str, changes: impl Iterator<Item = &'a Change>) -> Vec<String> {
    let mut by_rule: Vec<(Rule, Vec<String>)> = Vec::new();
    for change in changes {
        let mut name = name(change);
        // Whoever calls it knows the old name alone.
        if change.rule == Rule::OperationRenamed {
            name += &format!(" ({})", change.message);
        }
        match by_rule.iter_mut().find(|(rule, _)| *rule == change.rule) {
            Some((_, names)) => names.push(name),
            None => by_rule.push((change.rule, vec![name])),
        }
    }
    let line = |(rule, names): (Rule, Vec<String>)| {
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let named: Vec<_> = names.into_iter().take(NAMED).collect();
        format!(
            "- {mark}`{source}`: {}: {}{more}.",
            rule.what(),
            named.join(", ")
        )
    };
    by_rule.into_iter().map(line).collect()
}

/// The thing in as few words as tell it from others.
fn name(change: &Change) -> String {
    let place = &change.place;
    let owner = match (&place.schema, &place.operation, &place.method, &place.path) {
        (Some(schema), ..) => schema.clone(),
        (_, Some(id), ..) => id.clone(),
        (_, _, Some(method), Some(path)) => format!("{method} {path}"),
        _ => String::new(),
    };
    let parts = [
        Some(owner),
        place.parameter.clone(),
        place.field.clone(),
        place.value.clone(),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("`{}`", parts.join("."))
}

/// The text with lines at the end of a section under `[Unreleased]`; the section is made if there is none.
fn insert_lines(text: &str, section: &str, lines: &[String]) -> String {
    let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
    let found = all.iter().position(|line| line.trim_end() == UNRELEASED);
    let start = found.unwrap_or_else(|| {
        // Above the newest release.
        let before = all.iter().position(|line| line.starts_with("## ["));
        let at = before.unwrap_or(all.len());
        all.splice(at..at, [UNRELEASED.to_owned(), String::new()]);
        at
    });
    let rest = &all[start + 1..];
    let end = rest.iter().position(|line| line.starts_with("## "));
    let end = start + 1 + end.unwrap_or(rest.len());
    let at = all[start..end]
        .iter()
        .position(|line| line.trim_end() == section);
    let (at, heading) = match at {
        Some(at) => {
            let from = start + at + 1;
            let next = all[from..end]
                .iter()
                .position(|line| line.starts_with("### "));
            (from + next.unwrap_or(end - from), false)
        }
        None => (end, true),
    };
    // Before the empty lines that end what is there.
    let mut place = at;
    while place > start + 1 && all[place - 1].trim().is_empty() {
        place -= 1;
    }
    let mut more = Vec::new();
    if heading {
        more.extend([String::new(), section.to_owned(), String::new()]);
    }
    more.extend(lines.iter().cloned());
    all.splice(place..place, more);
    all.join("\n").trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    //! An entry stands where people look for it, and nothing else moves.

    use configcat_management_codegen::diff;
    use configcat_management_codegen::sources::Source;
    use serde_json::json;

    use super::{insert_lines, with};

    #[test]
    fn what_has_another_name_is_found_by_the_old_one() {
        let named =
            |id: &str| json!({"paths": {"/pets": {"get": {"operationId": id, "responses": {}}}}});
        let diff = diff::between(&named("get-pets"), &named("list-pets"), &Source::default());
        let text = with("", "pets", &diff);
        let line = "- **Breaking.** `pets`: an operation has another id: `list-pets` (was called get-pets).";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn a_section_that_is_there_grows() {
        let text = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n### Changed\n\n- Two.\n\n## [0.1.0]\n\n### Added\n\n- Old.\n";
        let text = insert_lines(text, "### Added", &["- New.".to_owned()]);
        assert_eq!(
            text,
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n- New.\n\n### Changed\n\n- Two.\n\n## [0.1.0]\n\n### Added\n\n- Old.\n"
        );
    }

    #[test]
    fn a_section_that_is_not_there_is_made() {
        let text = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [0.1.0]\n";
        let text = insert_lines(text, "### Removed", &["- Gone.".to_owned()]);
        assert_eq!(
            text,
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n### Removed\n\n- Gone.\n\n## [0.1.0]\n"
        );
    }

    #[test]
    fn a_changelog_without_unreleased_gets_it_above_the_newest() {
        let text = insert_lines(
            "# Changelog\n\n## [0.1.0]\n\n- Old.\n",
            "### Added",
            &["- New.".to_owned()],
        );
        assert_eq!(
            text,
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- New.\n\n## [0.1.0]\n\n- Old.\n"
        );
        assert_eq!(
            insert_lines("", "### Added", &["- New.".to_owned()]),
            "## [Unreleased]\n\n### Added\n\n- New.\n"
        );
    }
}

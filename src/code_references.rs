//! Code references: where settings are used in source code, gathered for one upload.
//!
//! A scanner goes through the files of one branch and adds each line that it finds; the request for
//! [`upload_code_references`](crate::Client::upload_code_references) (`POST /v1/code-references`) comes out.
//!
//! ```no_run
//! use configcat_management::code_references::{CodeReferences, FoundLine};
//!
//! # async fn example(client: configcat_management::Client, config_id: uuid::Uuid) -> Result<(), Box<dyn std::error::Error>> {
//! let mut references = CodeReferences::new(config_id, "web-shop", "main")
//!     .commit("2d0b02f", "https://git.example.com/web-shop/commit/2d0b02f")
//!     .active_branches(["main", "spring-sale"]);
//! let source = std::fs::read_to_string("src/cart.rs")?;
//! for (index, line) in source.lines().enumerate() {
//!     if line.contains("free_shipping") {
//!         let context = FoundLine::DEFAULT_CONTEXT;
//!         references.extend(FoundLine::in_source(1234, "src/cart.rs", &source, index + 1, context));
//!     }
//! }
//! client.upload_code_references(references.build()?).send().await?;
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use crate::engine::check::{Check as _, Place, Violation};
use crate::operations::UploadCodeReferences;
use crate::types::{
    CodeReferenceRequest, ConfigId, FlagReference, ReferenceLineRequest, ReferenceLinesRequest,
    SettingId,
};
use crate::{Error, IntoOption, Result};

/// A line that uses a setting, with the lines around it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundLine {
    /// The setting that it uses.
    pub setting_id: SettingId,
    /// The file, as a path from the root of the repository; 1 to 255 characters.
    pub file: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// The text of the line. What is longer than [`MAX_TEXT`](Self::MAX_TEXT) is cut.
    pub text: String,
    /// The lines right before it, in the order of the file, so that the last one is its neighbour. Of more than
    /// [`MAX_CONTEXT`](Self::MAX_CONTEXT), the nearest stay.
    pub before: Vec<String>,
    /// The lines right after it, in the order of the file. Of more than [`MAX_CONTEXT`](Self::MAX_CONTEXT), the nearest stay.
    pub after: Vec<String>,
    /// The address of the line for the dashboard, up to 1000 characters. Default: none.
    pub url: Option<String>,
    /// Whether the line names the setting by an alias, such as a constant that holds its key. Default: `false`.
    pub alias: bool,
}

impl FoundLine {
    /// The longest text of a line: 1000, the limit of the API. It is counted in UTF-16 units, which are never fewer than
    /// characters, so that it fits whichever way the server counts.
    pub const MAX_TEXT: usize = 1000;
    /// What stands at the end of a text that was cut.
    pub const CUT: char = '…';
    /// The most lines before, and after, a found one: 10, as many as ConfigCat's own scanner allows. The API's description
    /// names no limit.
    pub const MAX_CONTEXT: usize = 10;
    /// As many lines before and after as ConfigCat's own scanner takes if it is not told: 4.
    pub const DEFAULT_CONTEXT: usize = 4;

    /// A line without lines around it.
    pub fn new(
        setting_id: impl Into<SettingId>,
        file: impl Into<String>,
        line: usize,
        text: impl Into<String>,
    ) -> Self {
        FoundLine {
            setting_id: setting_id.into(),
            file: file.into(),
            line,
            text: text.into(),
            before: Vec::new(),
            after: Vec::new(),
            url: None,
            alias: false,
        }
    }

    /// A line of a file that was read, with up to `context` lines before and after; `None` if the file has no such line.
    /// `line` counts from 1.
    pub fn in_source(
        setting_id: impl Into<SettingId>,
        file: impl Into<String>,
        source: &str,
        line: usize,
        context: usize,
    ) -> Option<Self> {
        let context = context.min(Self::MAX_CONTEXT);
        let index = line.checked_sub(1)?;
        let first = index.saturating_sub(context);
        let mut lines = source.lines().skip(first).map(str::to_string);
        let before = lines.by_ref().take(index - first).collect();
        let text = lines.next()?;
        let after = lines.take(context).collect();
        Some(FoundLine {
            before,
            after,
            ..FoundLine::new(setting_id, file, line, text)
        })
    }

    /// The address of the line for the dashboard.
    #[must_use]
    pub fn with_url(mut self, url: impl IntoOption<String>) -> Self {
        self.url = url.into_option();
        self
    }

    /// The line names the setting by an alias. If a setting is used in more lines than are uploaded, direct uses go first.
    #[must_use]
    pub fn by_alias(mut self) -> Self {
        self.alias = true;
        self
    }

    /// The lines around it, in the order of the file.
    #[must_use]
    pub fn with_context(
        mut self,
        before: impl IntoIterator<Item = impl Into<String>>,
        after: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.before = before.into_iter().map(Into::into).collect();
        self.after = after.into_iter().map(Into::into).collect();
        self
    }

    fn to_request(&self) -> Result<ReferenceLinesRequest, Violation> {
        let Some(number) = i32::try_from(self.line).ok().filter(|it| *it >= 1) else {
            return Err(self.violation("line", format!("is {}, lines count from 1", self.line)));
        };
        // A line right before the first one would have no number: the list is longer than the file there.
        let above = self.before.iter().rev().zip((1..number).rev());
        let mut above: Vec<_> = above.take(Self::MAX_CONTEXT).map(number_line).collect();
        above.reverse();
        let below = self.after.iter().zip((number..i32::MAX).map(|n| n + 1));
        let below: Vec<_> = below.take(Self::MAX_CONTEXT).map(number_line).collect();
        let line = number_line((&self.text, number));
        let request = ReferenceLinesRequest::new(self.file.as_str(), line)
            .with_file_url(self.url.clone())
            .with_pre_lines(above)
            .with_post_lines(below);
        match request.check(&Place::root("reference")) {
            Ok(()) => Ok(request),
            Err(violation) => {
                let field = violation.field.trim_start_matches("reference.");
                Err(self.violation(field, violation.problem))
            }
        }
    }

    /// Names the line: where it will be in the request says nothing to who found it.
    fn violation(&self, field: &str, problem: String) -> Violation {
        let (setting, line, file) = (self.setting_id, self.line, cut(&self.file, 80));
        let problem = format!("{problem} (setting {setting} in `{file}`, line {line})");
        Violation::new(field, problem)
    }
}

fn number_line((text, number): (&String, i32)) -> ReferenceLineRequest {
    let text = text.trim_end_matches(['\r', '\n']);
    ReferenceLineRequest::new(number).with_line_text(cut(text, FoundLine::MAX_TEXT))
}

/// The beginning of a text, on a border of characters, with [`FoundLine::CUT`] where something is missing: at most `most`
/// UTF-16 units in all.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most || text.encode_utf16().count() <= most {
        return text.to_string();
    }
    let mut room = most.saturating_sub(FoundLine::CUT.len_utf16());
    let kept = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    });
    kept.chain([FoundLine::CUT]).collect()
}

/// The lines that were found in one branch of a repository, for the settings of one config.
///
/// Lines come in any order and leave in a fixed one: by setting, file and line. A line that is added twice is sent once, as
/// it was added last.
#[derive(Clone, Debug)]
#[must_use = "what was found is uploaded by `upload_code_references`"]
pub struct CodeReferences {
    request: CodeReferenceRequest,
    found: BTreeMap<(SettingId, String, usize), FoundLine>,
}

impl CodeReferences {
    /// For the settings of a config, in a repository's branch; both names have 1 to 255 characters.
    pub fn new(
        config_id: impl Into<ConfigId>,
        repository: impl Into<String>,
        branch: impl Into<String>,
    ) -> Self {
        CodeReferences {
            request: CodeReferenceRequest::new(branch, config_id, repository),
            found: BTreeMap::new(),
        }
    }

    /// The commit that was scanned: its hash, up to 255 characters, and its address for the dashboard, up to 1000. Default: none.
    pub fn commit(mut self, hash: impl IntoOption<String>, url: impl IntoOption<String>) -> Self {
        self.request.commit_hash = hash.into_option();
        self.request.commit_url = url.into_option();
        self
    }

    /// The name of the scanning tool for the dashboard, up to 255 characters. Default: none.
    pub fn uploader(mut self, uploader: impl IntoOption<String>) -> Self {
        self.request.uploader = uploader.into_option();
        self
    }

    /// All branches that still exist. The server deletes its reports of others, so the scanned branch is added if it is
    /// missing. Default: not sent.
    pub fn active_branches(
        mut self,
        branches: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.request.active_branches = branches.into_iter().map(Into::into).collect();
        self
    }

    /// The most lines of one setting that are uploaded: 150, as ConfigCat's own scanner has it. The API's description names no
    /// limit.
    pub const MAX_LINES: usize = 150;

    /// How many lines [`build`](Self::build) leaves out of each setting that has more than [`MAX_LINES`](Self::MAX_LINES).
    pub fn left_out(&self) -> BTreeMap<SettingId, usize> {
        let settings = self.by_setting().into_iter();
        let left_out =
            settings.map(|(setting, lines)| (setting, lines.len().saturating_sub(Self::MAX_LINES)));
        left_out.filter(|(_, lines)| *lines > 0).collect()
    }

    /// The lines of each setting, by file and line.
    fn by_setting(&self) -> BTreeMap<SettingId, Vec<&FoundLine>> {
        let mut settings: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in self.found.values() {
            settings.entry(line.setting_id).or_default().push(line);
        }
        settings
    }

    /// Adds a line.
    pub fn add(&mut self, found: FoundLine) {
        let key = (found.setting_id, found.file.clone(), found.line);
        self.found.insert(key, found);
    }

    /// How many different lines there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was found. It is worth an upload all the same: that is how earlier reports of the branch go.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The request, with all limits of the API kept. Texts of lines are cut, because the line is still worth showing; names
    /// and addresses are not, because they would then name something else. Of a setting with more than
    /// [`MAX_LINES`](Self::MAX_LINES), direct uses stay before those by an alias, and the first ones before the last;
    /// [`left_out`](Self::left_out) says how many go, and so does a warning of `tracing`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] names the first name, address or line number that breaks a limit.
    pub fn build(self) -> Result<CodeReferenceRequest> {
        for (setting, lines) in self.left_out() {
            let setting = setting.0;
            tracing::warn!(setting, lines, "lines are left out of the code references");
        }
        let invalid = |violation| Error::invalid(UploadCodeReferences::OPERATION, violation);
        let mut request = self.request.clone();
        for (setting, mut lines) in self.by_setting() {
            lines.sort_by_key(|line| line.alias);
            lines.truncate(Self::MAX_LINES);
            lines.sort_by_key(|line| (&line.file, line.line));
            let references = lines.into_iter().map(FoundLine::to_request);
            let references = references.collect::<Result<Vec<_>, _>>().map_err(invalid)?;
            let reference = FlagReference::new(references, setting);
            request.flag_references.push(reference);
        }
        let branches = &mut request.active_branches;
        if !branches.is_empty() && !branches.contains(&request.branch) {
            branches.push(request.branch.clone());
        }
        request.check(&Place::root("body")).map_err(invalid)?;
        Ok(request)
    }
}

impl Extend<FoundLine> for CodeReferences {
    fn extend<I: IntoIterator<Item = FoundLine>>(&mut self, lines: I) {
        lines.into_iter().for_each(|line| self.add(line));
    }
}

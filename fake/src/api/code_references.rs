//! Code references: where settings are used in source code.

use configcat_management::types::{
    AuditLogType, CodeReferenceModel, CodeReferenceRequest, DeleteRepositoryReportsRequest,
    FlagReference, ReferenceLineModel, ReferenceLineRequest, ReferenceLinesModel,
    ReferenceLinesRequest,
};

use super::Handler;
use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::State;
use crate::state::connections::Report;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-code-references", list),
    ("upload-code-references", upload),
    ("delete-code-reference-reports", delete),
];

fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let setting_id = state.setting(call.path("settingId")?)?.id;
    let reports = state.connections.reports.iter();
    let reports = reports.filter(|report| report.setting_id == setting_id);
    let model = |report: &Report| {
        CodeReferenceModel::default()
            .with_branch(Some(report.branch.clone()))
            .with_code_reference_id(report.id)
            .with_commit_hash(report.commit_hash.clone())
            .with_commit_url(report.commit_url.clone())
            .with_references(Some(report.references.clone()))
            .with_repository(Some(report.repository.clone()))
            .with_synced_at(report.synced_at)
            .with_uploader(report.uploader.clone())
    };
    Answer::ok(&reports.map(model).collect::<Vec<_>>())
}

/// Takes the place of what was known of the branch, and forgets branches that are gone, if the scan says which are left.
fn upload(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let CodeReferenceRequest {
        active_branches,
        branch,
        commit_hash,
        commit_url,
        config_id,
        flag_references,
        repository,
        uploader,
        ..
    } = call.body()?;
    let config = state.config(config_id)?;
    let mut problems = Problems::default();
    let mut reports: Vec<Report> = Vec::new();
    for (index, found) in flag_references.into_iter().enumerate() {
        let FlagReference {
            references,
            setting_id,
            ..
        } = found;
        let setting = state.settings.get(&setting_id);
        if setting.is_none_or(|setting| setting.config_id != config.id) {
            let message = format!("The config has no setting `{setting_id}`.");
            problems.add(format!("FlagReferences[{index}].SettingId"), message);
        }
        let references = references.into_iter().map(lines);
        match reports.iter_mut().find(|r| r.setting_id == setting_id) {
            Some(report) => report.references.extend(references),
            None => reports.push(Report {
                id: new_id(),
                config_id,
                setting_id,
                repository: repository.clone(),
                branch: branch.clone(),
                commit_hash: commit_hash.clone(),
                commit_url: commit_url.clone(),
                uploader: uploader.clone(),
                synced_at: call.now,
                references: references.collect(),
            }),
        }
    }
    problems.none()?;
    let here = |report: &Report| report.config_id == config_id && report.repository == repository;
    let known = &mut state.connections.reports;
    known.retain(|report| !here(report) || report.branch != branch);
    let stays = |report: &Report| !here(report) || active_branches.contains(&report.branch);
    let before = known.len();
    // An empty list names no branch; one that is missing says nothing.
    if call.body.get("activeBranches").is_some() {
        known.retain(stays);
    }
    let stale = before - known.len();
    known.extend(reports);
    let scope = state.in_config(config_id);
    if stale > 0 {
        let kind = AuditLogType::CodeReferenceStaleBranchDeleted;
        state.log(call, kind, scope.clone(), &repository, "");
    }
    let target = format!("{repository} ({branch})");
    state.log(
        call,
        AuditLogType::CodeReferencesUploaded,
        scope,
        target,
        "",
    );
    Answer::done()
}

fn lines(found: ReferenceLinesRequest) -> ReferenceLinesModel {
    let ReferenceLinesRequest {
        file,
        file_url,
        post_lines,
        pre_lines,
        reference_line,
        ..
    } = found;
    ReferenceLinesModel::default()
        .with_file(file)
        .with_file_url(file_url)
        .with_post_lines(post_lines.into_iter().map(line).collect())
        .with_pre_lines(pre_lines.into_iter().map(line).collect())
        .with_reference_line(line(reference_line))
}

fn line(found: ReferenceLineRequest) -> ReferenceLineModel {
    let ReferenceLineRequest {
        line_number,
        line_text,
        ..
    } = found;
    ReferenceLineModel::default()
        .with_line_number(line_number)
        .with_line_text(line_text)
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let DeleteRepositoryReportsRequest {
        branch,
        config_id,
        repository,
        setting_id,
        ..
    } = call.body()?;
    state.config(config_id)?;
    let branch = branch.filter(|branch| !branch.is_empty());
    let wanted = |report: &Report| {
        report.config_id == config_id
            && report.repository == repository
            && branch
                .as_ref()
                .is_none_or(|branch| *branch == report.branch)
            && setting_id.is_none_or(|id| id == report.setting_id)
    };
    let reports = &mut state.connections.reports;
    let before = reports.len();
    reports.retain(|report| !wanted(report));
    if reports.len() < before {
        let scope = state.in_config(config_id);
        let kind = AuditLogType::CodeReferenceDeleted;
        state.log(call, kind, scope, repository, "");
    }
    Answer::done()
}

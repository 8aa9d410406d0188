//! Audit logs, and what they tell of settings that are gone.

use chrono::{DateTime, TimeDelta, Utc};
use configcat_management::types::{
    AuditLogItemModel, AuditLogItemModelPagedList, AuditLogType, ConfigId, DeletedSettingModel,
    EnvironmentId, OrganizationId, ProductId,
};

use super::paging;
use crate::call::{Answer, Call, Refusal};
use crate::state::State;
use crate::state::audit::Entry;

/// How far back the older operations look if no times are given.
const DEFAULT_DAYS: i64 = 7;
/// How far back settings are listed that were deleted.
const DELETED_DAYS: i64 = 180;
/// The longest time that the older operations look at, and how far they look back from an end without a beginning.
const MOST_DAYS: i64 = 30;

pub(super) fn of_product(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let wanted = Wanted::recent(call)?.of_product(product_id);
    Answer::ok(&wanted.all(state))
}

pub(super) fn of_product_v2(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let wanted = Wanted::new(call)?.of_product(product_id);
    page(call, &wanted.all(state))
}

pub(super) fn of_organization(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let wanted = Wanted::recent(call)?.of_organization(organization.organization_id);
    Answer::ok(&wanted.all(state))
}

pub(super) fn of_organization_v2(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let wanted = Wanted::new(call)?.of_organization(organization.organization_id);
    page(call, &wanted.all(state))
}

pub(super) fn deleted_settings(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config = state.config(call.path("configId")?)?;
    let since = days_ago(call, DELETED_DAYS);
    let deleted = state.deleted_settings.get(&config.id).into_iter().flatten();
    let recent = deleted.filter(|deleted| deleted.deleted_at.is_none_or(|at| at >= since));
    let models: Vec<&DeletedSettingModel> = recent.map(|deleted| &deleted.model).collect();
    Answer::ok(&models)
}

fn days_ago(call: &Call, days: i64) -> DateTime<Utc> {
    let days = TimeDelta::try_days(days).unwrap_or_default();
    let at = call.now.checked_sub_signed(days);
    at.unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn page(call: &Call, found: &[&AuditLogItemModel]) -> Result<Answer, Refusal> {
    let (data, paging) = paging::page(call, found, paging::MOST)?;
    Answer::ok(
        &AuditLogItemModelPagedList::default()
            .with_data(Some(data.iter().map(|item| (*item).clone()).collect()))
            .with_paging(Some(paging)),
    )
}

/// Which entries a request asks for.
struct Wanted {
    now: DateTime<Utc>,
    organization_id: Option<OrganizationId>,
    product_id: Option<ProductId>,
    config_id: Option<ConfigId>,
    environment_id: Option<EnvironmentId>,
    kind: Option<AuditLogType>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Wanted {
    fn new(call: &Call) -> Result<Self, Refusal> {
        let wanted = Wanted {
            now: call.now,
            organization_id: None,
            product_id: call.query("productId")?,
            config_id: call.query("configId")?,
            environment_id: call.query("environmentId")?,
            kind: call.query("auditLogType")?,
            from: call.query("fromUtcDateTime")?,
            to: call.query("toUtcDateTime")?,
        };
        match (wanted.from, wanted.to) {
            (Some(from), Some(to)) if from > to => Err(Refusal::field(
                "FromUtcDateTime",
                "It is later than `toUtcDateTime`.",
            )),
            _ => Ok(wanted),
        }
    }

    /// The same for the older operations, which look at a limited time.
    fn recent(call: &Call) -> Result<Self, Refusal> {
        let mut wanted = Wanted::new(call)?;
        let days = |days| TimeDelta::try_days(days).unwrap_or_default();
        let (to, back) = match wanted.to {
            Some(to) => (to, MOST_DAYS),
            None => (call.now, DEFAULT_DAYS),
        };
        let first = to.checked_sub_signed(days(back));
        let from = *wanted
            .from
            .get_or_insert(first.unwrap_or(DateTime::<Utc>::MIN_UTC));
        match to.signed_duration_since(from) > days(MOST_DAYS) {
            true => Err(Refusal::field(
                "FromUtcDateTime",
                format!("The times may be at most {MOST_DAYS} days apart."),
            )),
            false => Ok(wanted),
        }
    }

    fn of_product(mut self, id: ProductId) -> Self {
        self.product_id = Some(id);
        self
    }

    fn of_organization(mut self, id: OrganizationId) -> Self {
        self.organization_id = Some(id);
        self
    }

    /// The entries, newest first.
    fn all<'a>(&self, state: &'a State) -> Vec<&'a AuditLogItemModel> {
        let entries = state.audit_log.iter().rev();
        let kept = TimeDelta::try_days(state.plan.audit_log_days()).unwrap_or_default();
        let kept = |entry: &&Entry| self.now - entry.item.audit_log_date_time <= kept;
        let fitting = entries.filter(kept).filter(|entry| self.fits(entry));
        fitting.map(|entry| &entry.item).collect()
    }

    fn fits(&self, Entry { scope, item }: &Entry) -> bool {
        fn is<T: PartialEq>(wanted: Option<T>, is: Option<T>) -> bool {
            wanted.is_none() || wanted == is
        }
        let time = item.audit_log_date_time;
        is(self.organization_id, scope.organization_id)
            && is(self.product_id, scope.product_id)
            && is(self.config_id, scope.config_id)
            && is(self.environment_id, scope.environment_id)
            && self
                .kind
                .as_ref()
                .is_none_or(|kind| *kind == item.audit_log_type_enum)
            && self.from.is_none_or(|from| from <= time)
            && self.to.is_none_or(|to| time <= to)
    }
}

//! A server that lists entries, page by page.

use super::*;

/// A listing on a loopback port, the newest in front.
#[derive(Default)]
pub(super) struct Log {
    pub(super) ids: Vec<i64>,
    /// How many entries are added after each answer.
    pub(super) growth: Vec<usize>,
    /// The page that fails.
    pub(super) broken: Option<i32>,
    /// Answers always say that there is more.
    pub(super) endless: bool,
    /// The page that is empty, though others follow.
    pub(super) empty: Option<i32>,
    /// Answers do not say where they stand.
    pub(super) mute: bool,
    /// What is served in place of the page that was asked for: its number and that of the entries.
    pub(super) instead: Option<Instead>,
    pub(super) delay: Duration,
    pub(super) asked: Vec<String>,
}

pub(super) type Shared = Arc<Mutex<Log>>;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging {
    pub(super) page_number: Option<i32>,
    pub(super) page_size: Option<i32>,
}

pub(super) async fn page(State(log): State<Shared>, uri: Uri, query: Query<Paging>) -> Response {
    let (answer, delay) = {
        let mut log = log.lock().expect("no handler panics");
        log.asked.push(uri.to_string());
        (log.answer(uri.path(), &query), log.delay)
    };
    tokio::time::sleep(delay).await;
    answer
}

impl Log {
    pub(super) fn answer(&mut self, path: &str, query: &Paging) -> Response {
        let (number, size) = (query.page_number.unwrap_or(1), query.page_size.unwrap_or(3));
        if self.broken == Some(number) {
            return (StatusCode::BAD_REQUEST, "broken").into_response();
        }
        let (number, of) = self
            .instead
            .map_or((number, number), |instead| instead(number));
        let pages = self.ids.chunks(size as usize).len() as i32;
        let ids = self.ids.chunks(size as usize).nth(of as usize - 1);
        let requests = path.ends_with("/change-requests");
        let entry = |id: &i64| match requests {
            true => change_request(*id),
            false => audit_log(*id),
        };
        let ids = ids.filter(|_| self.empty != Some(number));
        let data: Vec<Value> = ids.unwrap_or_default().iter().map(entry).collect();
        let paging = json!({
            "currentPage": number, "pageSize": size, "totalCount": self.ids.len(), "totalPages": pages,
            "hasPrevious": number > 1, "hasNext": self.endless || number < pages,
        });
        let mut list = json!({"data": data, "paging": paging});
        if self.mute {
            list = json!({"data": data});
        }
        if requests {
            list = json!({ "changeRequests": list });
        }
        if let Some(growth) = self.growth.pop() {
            let newest = self.ids.iter().max().copied().unwrap_or(0);
            for id in 1..=growth as i64 {
                self.ids.insert(0, newest + id);
            }
        }
        ([("content-type", "application/json")], list.to_string()).into_response()
    }
}

pub(super) fn audit_log(id: i64) -> Value {
    json!({
        "auditLogId": id, "auditLogDateTime": "2026-11-22T00:00:00Z", "auditLogType": "a", "auditLogTypeEnum": "settingChanged",
        "actionTarget": "", "details": "", "modelVersion": 1, "truncated": false, "userEmail": null, "userName": "", "where": "",
        "why": null,
    })
}

pub(super) fn change_request(id: i64) -> Value {
    json!({
        "changeRequestId": id, "title": "", "changeRequestStatus": "opened", "approved": false, "bypassApproval": false,
        "affectedSettingKeys": [], "commentCount": 0, "conflictCount": 0, "createdAt": "2026-11-22T00:00:00Z",
        "creatorUserEmail": "", "creatorUserFullName": "", "needsAttention": false,
    })
}

pub(super) async fn start(log: Log) -> (Client, Shared) {
    let shared = Arc::new(Mutex::new(log));
    let (listener, address) = crate::support::listen().await;
    let url = format!("http://{address}");
    let router = axum::Router::new()
        .fallback(page)
        .with_state(shared.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = crate::support::builder(&url)
        .retry(RetryPolicy::never())
        .build()
        .expect("a complete set of settings");
    (client, shared)
}

pub(super) fn log(ids: std::ops::RangeInclusive<i64>) -> Log {
    Log {
        ids: ids.rev().collect(),
        ..Log::default()
    }
}

pub(super) fn asked(log: &Shared) -> Vec<String> {
    log.lock().expect("no handler panics").asked.clone()
}

pub(super) async fn ids(mut entries: Entries<AuditLogItemModel>) -> Vec<i64> {
    let mut ids = Vec::new();
    while let Some(entry) = entries.next().await {
        ids.push(entry.expect("an answer").audit_log_id.0);
    }
    ids
}

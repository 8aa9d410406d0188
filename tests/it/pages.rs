//! Pages as streams: lazy, to the end, without duplicates, with all filters.

mod listing;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use configcat_management::chrono::{DateTime, Utc};
use configcat_management::paging::{Entries, Pages, Stream};
use configcat_management::types::{
    AuditLogItemModel, AuditLogType, ChangeRequestApproveRequiredFilter,
    ChangeRequestScheduleFilter, ChangeRequestStatus, ChangeRequestSummaryModel,
    NeedsAttentionFilter,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Error, RetryPolicy};
use futures_util::TryStreamExt;
use proptest::prelude::*;
use serde_json::{Value, json};

use listing::*;

#[tokio::test]
async fn all_three_calls_give_all_entries() {
    let (client, log) = start(log(1..=8)).await;
    let newest_first: Vec<i64> = (1..=8).rev().collect();
    let product = client.get_auditlogs_v2(Uuid::nil());
    assert_eq!(ids(product.entries()).await, newest_first);

    let organization = client.get_organization_auditlogs_v2(Uuid::nil()).entries();
    let entries: Vec<_> = organization.try_collect().await.expect("answers");
    let found: Vec<_> = entries.iter().map(|entry| entry.audit_log_id).collect();
    assert_eq!(found, newest_first);

    let requests = client.get_change_requests(Uuid::nil()).entries();
    let entries: Vec<_> = requests.try_collect().await.expect("answers");
    let found: Vec<_> = entries
        .iter()
        .map(|entry| entry.change_request_id)
        .collect();
    assert_eq!(found, newest_first);

    let asked = asked(&log);
    assert_eq!(asked.len(), 9, "three pages each: {asked:?}");
    let path = format!("/v2/products/{}/auditlogs", Uuid::nil());
    assert_eq!(
        asked[..3],
        [
            path.clone(),
            format!("{path}?pageNumber=2"),
            format!("{path}?pageNumber=3")
        ]
    );
}

#[tokio::test]
async fn filters_page_size_and_first_page_are_kept() {
    let (client, log) = start(log(1..=10)).await;
    let time: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().expect("a time");
    let call = client
        .get_auditlogs_v2(Uuid::nil())
        .audit_log_type(AuditLogType::SettingCreated)
        .config_id(Uuid::max())
        .environment_id(Uuid::nil())
        .from_utc_date_time(time)
        .to_utc_date_time(time)
        .page_size(4)
        .page_number(2);
    assert_eq!(ids(call.entries()).await, [6, 5, 4, 3, 2, 1]);
    let requests = client
        .get_change_requests(Uuid::nil())
        .approve_required_filter(ChangeRequestApproveRequiredFilter::VALUES[0].clone())
        .change_request_status_filter(&ChangeRequestStatus::VALUES[..2])
        .needs_attention_filter(NeedsAttentionFilter::NeedsAttention)
        .schedule_filter(ChangeRequestScheduleFilter::VALUES[0].clone())
        .setting_id(7)
        .page_size(5);
    let entries: Vec<_> = requests.entries().try_collect().await.expect("answers");
    assert_eq!(entries.len(), 10);

    // The second page is asked for like the first.
    let asked = asked(&log);
    let [first, second, third, fourth] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(first.replace("pageNumber=2", "pageNumber=3"), *second);
    let (path, query) = third.split_once('?').expect("filters");
    let with_number =
        |query: &str| -> BTreeSet<String> { query.split('&').map(str::to_string).collect() };
    let mut expected = with_number(query);
    expected.insert("pageNumber=2".to_string());
    let (same, query) = fourth.split_once('?').expect("filters");
    assert_eq!((path, expected), (same, with_number(query)));
    assert_eq!(query.matches("changeRequestStatusFilter=").count(), 2);
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_needed() {
    let (client, log) = start(log(1..=7)).await;
    let mut entries = client.get_auditlogs_v2(Uuid::nil()).entries();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(asked(&log).len(), 0);
    for _ in 0..3 {
        entries.next().await.expect("an entry").expect("an answer");
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(asked(&log).len(), 1);
    entries.next().await.expect("an entry").expect("an answer");
    assert_eq!(asked(&log).len(), 2);
}

#[tokio::test]
async fn one_page_is_read_ahead_and_no_more() {
    let (client, log) = start(log(1..=20)).await;
    let mut entries = client.get_auditlogs_v2(Uuid::nil()).entries().read_ahead();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(asked(&log).len(), 0, "lazy all the same");
    for expected in [2, 2, 2, 3, 3, 3, 4] {
        entries.next().await.expect("an entry").expect("an answer");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(asked(&log).len(), expected);
    }
    let rest = ids(entries).await;
    assert_eq!(rest, (1..=13).rev().collect::<Vec<_>>());
    assert_eq!(asked(&log).len(), 7, "20 entries on pages of 3");
}

#[tokio::test]
async fn reading_ahead_hides_the_wait() {
    let delay = Duration::from_millis(100);
    let mut settings = log(1..=12);
    settings.delay = delay;
    let (client, log) = start(settings).await;
    let mut pages = client.get_auditlogs_v2(Uuid::nil()).pages().read_ahead();
    for read in 1..=4 {
        let page = pages.next().await.expect("a page").expect("an answer");
        assert_eq!(page.entries.len(), 3);
        // The next one is asked for while nobody polls the stream.
        while asked(&log).len() < (read + 1).min(4) {
            tokio::time::sleep(delay / 20).await;
        }
    }
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_dropped_stream_ends_its_reading() {
    let delay = Duration::from_millis(200);
    let mut settings = log(1..=12);
    settings.delay = delay;
    let (client, log) = start(settings).await;
    let mut pages = client.get_auditlogs_v2(Uuid::nil()).pages().read_ahead();
    pages.next().await.expect("a page").expect("an answer");
    drop(pages);
    tokio::time::sleep(delay * 3).await;
    assert!(asked(&log).len() <= 2, "{:?}", asked(&log));

    // A poll that is given up loses nothing.
    let mut entries = client.get_auditlogs_v2(Uuid::nil()).entries();
    let hurried = tokio::time::timeout(delay / 4, entries.next()).await;
    assert!(hurried.is_err());
    assert_eq!(ids(entries).await.len(), 12);
}

#[tokio::test]
async fn entries_that_are_added_meanwhile_shift_nothing() {
    for read_ahead in [false, true] {
        // 0, 1, 5 and 2 entries come after the first, second, third and fourth answer.
        let mut settings = log(1..=10);
        settings.growth = vec![2, 5, 1, 0];
        let (client, _) = start(settings).await;
        let mut entries = client.get_auditlogs_v2(Uuid::nil()).entries();
        if read_ahead {
            entries = entries.read_ahead();
        }
        assert_eq!(ids(entries).await, (1..=10).rev().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_page_of_duplicates_is_empty_and_not_the_end() {
    let mut settings = log(1..=6);
    settings.growth = vec![3];
    let (client, _) = start(settings).await;
    let mut pages = client.get_auditlogs_v2(Uuid::nil()).pages();
    let mut counts = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("an answer");
        counts.push((
            page.entries.len(),
            page.paging.map(|paging| paging.total_count),
        ));
    }
    assert_eq!(counts, [(3, Some(6)), (0, Some(9)), (3, Some(9))]);
}

#[tokio::test]
async fn an_empty_page_is_not_the_end_if_others_follow() {
    let mut settings = log(1..=9);
    settings.empty = Some(2);
    let (client, _) = start(settings).await;
    let entries = client.get_auditlogs_v2(Uuid::nil()).entries();
    assert_eq!(ids(entries).await, [9, 8, 7, 3, 2, 1]);
}

#[tokio::test]
async fn an_error_ends_the_stream_after_what_was_good() {
    for read_ahead in [false, true] {
        let mut settings = log(1..=9);
        settings.broken = Some(2);
        let (client, log) = start(settings).await;
        let mut entries = client.get_auditlogs_v2(Uuid::nil()).entries();
        if read_ahead {
            entries = entries.read_ahead();
        }
        for id in [9, 8, 7] {
            let entry = entries.next().await.expect("an entry");
            assert_eq!(entry.expect("an answer").audit_log_id, id);
        }
        let error = entries.next().await.expect("the error").unwrap_err();
        assert!(
            matches!(&error, Error::Api(failure) if failure.status == 400),
            "{error}"
        );
        assert!(entries.next().await.is_none());
        assert!(entries.next().await.is_none());
        assert_eq!(asked(&log).len(), 2);
    }
    let (client, log) = start(log(1..=3)).await;
    let mut pages = client.get_auditlogs_v2(Uuid::nil()).page_size(101).pages();
    let error = pages.next().await.expect("the error").unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    assert_eq!(asked(&log).len(), 0);
}

#[tokio::test]
async fn odd_answers_come_to_an_end() {
    let mut settings = log(1..=6);
    settings.endless = true;
    let (client, log) = start(settings).await;
    assert_eq!(
        ids(client.get_auditlogs_v2(Uuid::nil()).entries())
            .await
            .len(),
        6
    );
    assert_eq!(asked(&log).len(), 3, "the third page is empty");

    let mut settings = self::log(1..=6);
    settings.mute = true;
    let (client, log) = start(settings).await;
    assert_eq!(
        ids(client.get_auditlogs_v2(Uuid::nil()).entries())
            .await
            .len(),
        3
    );
    assert_eq!(asked(&log).len(), 1, "nothing says that there is more");

    for body in ["{}", r#"{"data":null,"paging":null}"#] {
        let server = crate::support::Server::start(crate::support::json(body));
        let mut entries = server.client().get_auditlogs_v2(Uuid::nil()).entries();
        assert!(entries.next().await.is_none());
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn streams_can_be_sent_and_shared() {
    fn stream<T: Stream + Send + Sync + Unpin + std::fmt::Debug + 'static>() {}
    stream::<Pages<AuditLogItemModel>>();
    stream::<Entries<ChangeRequestSummaryModel>>();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is added at the front between two calls: each entry that was there comes once, in order. Some of the new ones
    /// come too where they are added faster than they are read; none of them twice.
    #[test]
    fn nothing_is_lost_or_doubled(
        count in 0..40i64,
        size in 1..8i32,
        growth in prop::collection::vec(0..6usize, 0..20),
        read_ahead in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let found = runtime.block_on(async {
            let mut settings = log(1..=count);
            settings.growth = growth;
            let (client, _) = start(settings).await;
            let mut entries = client.get_auditlogs_v2(Uuid::nil()).page_size(size).entries();
            if read_ahead {
                entries = entries.read_ahead();
            }
            ids(entries).await
        });
        let different: BTreeSet<i64> = found.iter().copied().collect();
        prop_assert_eq!(different.len(), found.len());
        let old: Vec<i64> = found.into_iter().filter(|id| *id <= count).collect();
        prop_assert_eq!(old, (1..=count).rev().collect::<Vec<_>>());
    }
}

/// From the number of the page that is asked for to that which is told, and to that of the entries.
type Instead = fn(i32) -> (i32, i32);

/// Servers and caches that do not look at the number of the page, and what is said of them.
const STUCK: &[(Instead, &str, usize)] = &[
    (|_| (1, 1), "page 2 was asked for, and page 1 came", 2),
    (
        |n| (2 - n % 2, 2 - n % 2),
        "page 3 was asked for, and page 1 came",
        3,
    ),
    (
        |n| (n, 1),
        "10 pages in a row, up to page 11, have no entry that earlier ones did not have",
        11,
    ),
    (
        |n| (n, 2 - n % 2),
        "10 pages in a row, up to page 12, have no entry that earlier ones did not have",
        12,
    ),
];

#[tokio::test]
async fn a_listing_that_does_not_advance_ends_with_what_came() {
    for (instead, told, requests) in STUCK {
        let log = || Log {
            ids: (1..=9).collect(),
            endless: true,
            instead: Some(*instead),
            ..Log::default()
        };
        let wrong = |error: Error| match error {
            Error::Decode(wrong) => wrong.problem,
            other => panic!("{other:?}"),
        };
        macro_rules! ends {
            ($call:ident, $stream:ident) => {{
                let (client, shared) = start(log()).await;
                let stream = client.$call(Uuid::nil()).$stream();
                let collected: Result<Vec<_>, _> = stream.try_collect().await;
                assert_eq!(wrong(collected.map(|all| all.len()).unwrap_err()), *told);
                assert_eq!(asked(&shared).len(), *requests);
            }};
        }
        ends!(get_auditlogs_v2, entries);
        ends!(get_auditlogs_v2, pages);
        ends!(get_organization_auditlogs_v2, entries);
        ends!(get_organization_auditlogs_v2, pages);
        ends!(get_change_requests, entries);
        ends!(get_change_requests, pages);
    }
}

//! Listings that come page by page, read as streams.
//!
//! Three calls answer with one page: [`get_auditlogs_v2`](crate::Client::get_auditlogs_v2),
//! [`get_organization_auditlogs_v2`](crate::Client::get_organization_auditlogs_v2) and
//! [`get_change_requests`](crate::Client::get_change_requests). Each has `entries()`, a stream of entries, and `pages()`, a
//! stream of pages, with all filters that were set on the call before. Ada's listing of integrations has `integrations()`, a stream
//! of entries, and so has what becomes of a change request: [`Proposal::states`](crate::edit::Proposal::states).
//!
//! ```no_run
//! # async fn example(client: configcat_management::Client, product_id: uuid::Uuid) -> configcat_management::Result<()> {
//! let mut entries = client.get_auditlogs_v2(product_id).entries();
//! while let Some(entry) = entries.next().await {
//!     let entry = entry?;
//!     println!("{} {}", entry.audit_log_date_time, entry.audit_log_type);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The streams implement [`Stream`], so the combinators of `futures-util` and others apply to them.
//!
//! # What is read, and when
//!
//! - Nothing is sent before a stream is polled, and a page is asked for when its first entry is. With `read_ahead()`, the
//!   next page is on its way while this one is looked at: one page, never more.
//! - The first page is the one that `page_number` names, by default 1. The end is where the server says that there is no
//!   next page. An empty page is the end, too, unless `totalPages` says that more follow.
//! - If a server does not look at the number of the page, so that the listing would never end, the stream ends with
//!   [`Error::Decode`]: another page came than was asked for, or ten pages in a row had nothing new (a hundred, if the listing grows).
//! - Each page is one call with the client's retries, pace and deadline. After an error the stream is at its end; entries
//!   that it gave before are good. What is new on a page that says something wrong comes before the error.
//!
//! # Entries that come and go meanwhile
//!
//! Pages are cut anew for each call. When entries are added at the front while a stream reads, and the listings have the
//! newest in front, then some of one page show up on the next once more. They are left out: no stream gives an id twice. For
//! that it remembers the ids, some 16 bytes for each entry.
//!
//! Nothing is missed as long as entries are only added at the front. Those that are added after the first page was read do not
//! come, except if they are added faster than they are read: then some of them come between older ones. What
//! disappears from a page that was read, such as a change request that no longer matches the filter,
//! pulls as many entries from the next page onto that one, and these are missed. Audit logs do not lose entries at the front.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
pub use futures_core::Stream;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::types::{AuditLogItemModel, ChangeRequestSummaryModel, PagingResponseInfo};
use crate::{Error, Operation, ResponseValue, Result, operations};

/// 10 pages. A server that never gets further costs ten requests, and not the whole quota.
const MOST_STALE: u32 = 10;

/// 100 pages, if the listing grows meanwhile: entries that are added at the front push known ones to the next page, and if
/// many are added and pages are small, that goes on for a while.
const MOST_STALE_GROWING: u32 = 100;

/// One page of a listing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entries of the page, without those that an earlier page had.
    pub entries: Vec<T>,
    /// Where the page stands among all pages; `None` if the server did not tell, and then it is the last.
    pub paging: Option<PagingResponseInfo>,
}

/// A page as it came, and what comes after it: `None` if it is the last, text if what it says of the next one cannot be true.
pub(crate) type PageAnswer<T> = ResponseValue<(Page<T>, Result<Option<Next>, String>)>;

/// The call for a page.
pub(crate) type PageCall<T> = Pin<Box<dyn Future<Output = Result<PageAnswer<T>>> + Send>>;

/// Makes the call for a page; `None` stands for the page that the call itself names.
type Load<T> = Arc<dyn Fn(Option<Next>) -> PageCall<T> + Send + Sync>;

/// How the server names a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Number(i32),
    #[cfg(feature = "ada")]
    Cursor(String),
}

impl<T> Page<T> {
    /// The number of the next page, if there is one.
    fn next(&self) -> Option<Next> {
        let paging = self.paging.as_ref().filter(|paging| paging.has_next)?;
        // An empty page is the last one, unless more pages are told to come.
        match self.entries.is_empty() && paging.current_page >= paging.total_pages {
            true => None,
            false => paging.current_page.checked_add(1).map(Next::Number),
        }
    }
}

macro_rules! listings {
    ($($call:ident: $entry:ident, $id:ident, |$answer:ident| $list:expr;)*) => {
        $(impl operations::$call {
            /// Every page from this one on, as a stream that makes one call for each; see [`paging`](crate::paging).
            pub fn pages(self) -> Pages<$entry> {
                let load = move |page| -> PageCall<$entry> {
                    let call = match page {
                        Some(Next::Number(page)) => self.clone().page_number(page),
                        _ => self.clone(),
                    };
                    Box::pin(async move {
                        let answer = call.send().await?;
                        Ok(answer.map(|$answer| {
                            let list = $list;
                            let entries = list.data.unwrap_or_default();
                            let page = Page { entries, paging: list.paging };
                            let next = Ok(page.next());
                            (page, next)
                        }))
                    })
                };
                Pages::new(Self::OPERATION, |entry| entry.$id.0, load)
            }

            /// Every entry from this page on, as a stream that makes one call for each page; see [`paging`](crate::paging).
            pub fn entries(self) -> Entries<$entry> {
                self.pages().entries()
            }
        })*
    };
}

listings! {
    GetAuditlogsV2: AuditLogItemModel, audit_log_id, |answer| answer;
    GetOrganizationAuditlogsV2: AuditLogItemModel, audit_log_id, |answer| answer;
    GetChangeRequests: ChangeRequestSummaryModel, change_request_id, |answer| answer.change_requests;
}

/// The pages of a listing; see the [module](self).
#[must_use = "nothing is sent before a stream is polled"]
pub struct Pages<T> {
    operation: &'static Operation,
    /// Whether no entry with its id came before.
    is_new: Box<dyn FnMut(&T) -> bool + Send + Sync>,
    load: Load<T>,
    state: State<T>,
    ahead: bool,
    /// The page that was asked for; `None` for the first one, which the call decides.
    asked: Option<Next>,
    /// How many pages in a row had no entry that was new.
    stale: u32,
    /// The most entries that the listing was said to have, and whether it has become longer since pages are stale.
    total: i32,
    grows: bool,
}

enum State<T> {
    /// The call for the page `asked`, which is sent when it is polled. The mutex is never locked: it lets streams be shared, as
    /// all else here.
    Loading(Mutex<PageCall<T>>),
    /// There are no more pages; perhaps an error to give.
    Ended(Option<Error>),
}

impl<T: Send + 'static> Pages<T> {
    pub(crate) fn new<Id: Eq + Hash + Send + Sync + 'static>(
        operation: &'static Operation,
        mut id: impl FnMut(&T) -> Id + Send + Sync + 'static,
        load: impl Fn(Option<Next>) -> PageCall<T> + Send + Sync + 'static,
    ) -> Self {
        let mut seen = HashSet::new();
        Pages {
            operation,
            is_new: Box::new(move |entry| seen.insert(id(entry))),
            state: State::Loading(Mutex::new(load(None))),
            load: Arc::new(load),
            ahead: false,
            asked: None,
            stale: 0,
            total: 0,
            grows: false,
        }
    }

    /// Asks for the next page as soon as one is given out, and not when it is needed. Default: off.
    ///
    /// It is read in a task of the runtime, which ends with the stream.
    pub fn read_ahead(mut self) -> Self {
        self.ahead = true;
        self
    }

    /// The next page; `None` after the last one, and after an error. It can be dropped and called again: no page is lost.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The entries of these pages.
    pub(crate) fn entries(self) -> Entries<T> {
        Entries {
            pages: self,
            page: Vec::new().into_iter(),
        }
    }

    /// Leaves out what earlier pages had, and takes note of it.
    fn keep_new(&mut self, page: &mut Page<T>) {
        page.entries.retain(|entry| (self.is_new)(entry));
        let total = page.paging.as_ref().map_or(0, |paging| paging.total_count);
        (self.stale, self.grows) = match page.entries.is_empty() {
            true => (self.stale + 1, self.grows || total > self.total),
            false => (0, false),
        };
        self.total = self.total.max(total);
    }

    /// Why a listing that goes on would go on for ever: the server, or a cache before it, does not look at the number of the
    /// page that is asked for.
    fn find_problem(&self, page: &Page<T>) -> Option<String> {
        let came = page.paging.as_ref().map(|paging| paging.current_page);
        if let (Some(Next::Number(asked)), Some(came)) = (&self.asked, came)
            && *asked != came
        {
            return Some(format!("page {asked} was asked for, and page {came} came"));
        }
        let most = match self.grows {
            true => MOST_STALE_GROWING,
            false => MOST_STALE,
        };
        (self.stale >= most).then(|| {
            let last = came.map_or_else(String::new, |last| format!(", up to page {last},"));
            format!("{most} pages in a row{last} have no entry that earlier ones did not have")
        })
    }

    /// Goes on to the page that follows, or ends.
    fn proceed(&mut self, next: Option<Next>) {
        self.state = match next.clone() {
            None => State::Ended(None),
            Some(page) if self.ahead => State::Loading(Mutex::new(in_background(&self.load, page))),
            page => State::Loading(Mutex::new((self.load)(page))),
        };
        self.asked = next;
    }
}

// Nothing here is pinned in place: futures are boxed.
impl<T> Unpin for Pages<T> {}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let answer = match &mut this.state {
            State::Ended(error) => return Poll::Ready(error.take().map(Err)),
            State::Loading(call) => {
                let call = call.get_mut().unwrap_or_else(PoisonError::into_inner);
                match ready!(call.as_mut().poll(cx)) {
                    Ok(answer) => answer,
                    Err(error) => {
                        this.state = State::Ended(None);
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let (mut page, next) = answer.into_inner();
        this.keep_new(&mut page);
        let problem = match next {
            Ok(Some(_)) => this.find_problem(&page),
            _ => None,
        };
        match problem.map_or(next, Err) {
            Ok(next) => this.proceed(next),
            Err(problem) => {
                let error = Error::decode(this.operation, status, headers, Bytes::new(), problem);
                this.state = State::Ended(Some(error));
                // What is new comes before it.
                if page.entries.is_empty() {
                    return Pin::new(this).poll_next(cx);
                }
            }
        }
        Poll::Ready(Some(Ok(page)))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("ahead", &self.ahead)
            .field("ended", &matches!(self.state, State::Ended(None)))
            .finish_non_exhaustive()
    }
}

/// The entries of a listing; see the [module](self).
#[derive(Debug)]
#[must_use = "nothing is sent before a stream is polled"]
pub struct Entries<T> {
    pages: Pages<T>,
    page: vec::IntoIter<T>,
}

impl<T: Send + 'static> Entries<T> {
    /// Asks for the next page as soon as this one begins; see [`Pages::read_ahead`]. Default: off.
    pub fn read_ahead(mut self) -> Self {
        self.pages = self.pages.read_ahead();
        self
    }

    /// The next entry; `None` after the last one, and after an error. It can be dropped and called again: no entry is lost.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T> Unpin for Entries<T> {}

impl<T: Send + 'static> Stream for Entries<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(entry) = this.page.next() {
                return Poll::Ready(Some(Ok(entry)));
            }
            match ready!(Pin::new(&mut this.pages).poll_next(cx)) {
                Some(Ok(page)) => this.page = page.entries.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Makes the call at once, in a task that ends when the answer is no longer wanted.
fn in_background<T: Send + 'static>(load: &Load<T>, page: Next) -> PageCall<T> {
    let mut task = JoinSet::new();
    task.spawn(load(Some(page.clone())).in_current_span());
    let load = load.clone();
    Box::pin(async move {
        match task.join_next().await {
            Some(Ok(page)) => page,
            // The task's runtime is gone; this one is not.
            _ => load(Some(page)).await,
        }
    })
}

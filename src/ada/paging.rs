//! The listing, read as a stream: each page says where the next one is.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use url::Url;

use super::operations::GetPlatformIntegrations;
use super::types::{Integration, IntegrationPage};
use crate::paging::MOST_STALE;
use crate::{Error, ResponseValue, Result};

type Loading = Pin<Box<dyn Future<Output = Result<ResponseValue<IntegrationPage>>> + Send>>;

impl GetPlatformIntegrations {
    /// Every integration from this page on, as a stream that makes one call for each page. `limit` says how many a page has.
    pub fn integrations(self) -> Integrations {
        Integrations {
            next: Some(self),
            loading: None,
            page: Vec::new().into_iter(),
            failure: None,
            seen: HashSet::new(),
            stale: 0,
        }
    }
}

/// All integrations, read page by page. Nothing is sent before it is polled; after an error it is at its end.
#[must_use = "nothing is sent before a stream is polled"]
pub struct Integrations {
    /// The call of the page that comes next.
    next: Option<GetPlatformIntegrations>,
    /// The mutex is never locked: it lets streams be shared, as all else here.
    loading: Option<Mutex<Loading>>,
    page: vec::IntoIter<Integration>,
    /// What comes after the entries of the page.
    failure: Option<Error>,
    /// The ids of those that were given out, and how many pages in a row had no other.
    seen: HashSet<String>,
    stale: u32,
}

impl Integrations {
    /// The next integration; `None` after the last one, and after an error. It can be dropped and called again.
    ///
    /// # Errors
    ///
    /// Those of the call, and [`Error::Decode`] if the address of the next page leads nowhere, or if ten pages in a row had nothing
    /// new.
    pub async fn next(&mut self) -> Option<Result<Integration>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for Integrations {
    type Item = Result<Integration>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(integration) = this.page.next() {
                return Poll::Ready(Some(Ok(integration)));
            }
            if let Some(error) = this.failure.take() {
                return Poll::Ready(Some(Err(error)));
            }
            if this.loading.is_none() {
                let Some(call) = &this.next else {
                    return Poll::Ready(None);
                };
                this.loading = Some(Mutex::new(Box::pin(call.clone().send())));
            }
            let Some(loading) = &mut this.loading else {
                continue;
            };
            let loading = loading.get_mut().unwrap_or_else(PoisonError::into_inner);
            let loaded = ready!(loading.as_mut().poll(cx));
            this.loading = None;
            let call = this.next.take();
            let mut answer = match loaded {
                Ok(answer) => answer,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            answer
                .data
                .retain(|entry| this.seen.insert(entry.id.clone()));
            this.stale = match answer.data.is_empty() {
                true => this.stale + 1,
                false => 0,
            };
            if let Some(address) = &answer.meta.next_page_url {
                match cursor(address) {
                    _ if this.stale >= MOST_STALE => {
                        let problem = format!("{MOST_STALE} pages in a row have nothing new");
                        this.failure = Some(endless(&answer, problem));
                    }
                    Some(cursor) => this.next = call.map(|call| call.cursor(cursor)),
                    None => {
                        let problem = "`meta.next_page_url` has no cursor".to_string();
                        this.failure = Some(endless(&answer, problem));
                    }
                }
            }
            this.page = answer.into_inner().data.into_iter();
        }
    }
}

/// The cursor of an address, which may be relative. The rest does not count: the token goes to no other host.
fn cursor(address: &str) -> Option<String> {
    let anywhere = Url::parse("https://ada.support").ok()?;
    let url = anywhere.join(address).ok()?;
    let (_, cursor) = url.query_pairs().find(|(name, _)| name == "cursor")?;
    Some(cursor.into_owned())
}

fn endless(answer: &ResponseValue<IntegrationPage>, problem: String) -> Error {
    Error::decode(
        GetPlatformIntegrations::OPERATION,
        answer.status(),
        answer.headers().clone(),
        Default::default(),
        problem,
    )
}

impl fmt::Debug for Integrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Integrations")
            .field("ended", &self.next.is_none())
            .finish_non_exhaustive()
    }
}

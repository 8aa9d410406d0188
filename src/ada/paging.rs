//! The listing, read as a stream: each page says where the next one is.

use url::Url;

use super::operations::GetPlatformIntegrations;
use super::types::Integration;
use crate::paging::{Entries, Next, Page, PageCall, Pages};

impl GetPlatformIntegrations {
    /// Every integration from this page on, as a stream that makes one call for each page; see [`paging`](crate::paging).
    /// `limit` says how many a page has.
    ///
    /// Besides the errors of the call, [`Error::Decode`](crate::Error::Decode) comes if the address of the next page has no cursor, or
    /// if ten pages in a row had nothing new.
    pub fn integrations(self) -> Entries<Integration> {
        let load = move |next| -> PageCall<Integration> {
            let call = match next {
                Some(Next::Cursor(cursor)) => self.clone().cursor(cursor),
                _ => self.clone(),
            };
            Box::pin(async move {
                let answer = call.send().await?;
                Ok(answer.map(|answer| {
                    let next = match answer.meta.next_page_url.as_deref().map(cursor) {
                        None => Ok(None),
                        Some(Some(cursor)) => Ok(Some(Next::Cursor(cursor))),
                        Some(None) => Err("`meta.next_page_url` has no cursor".to_string()),
                    };
                    let (entries, paging) = (answer.data, None);
                    (Page { entries, paging }, next)
                }))
            })
        };
        Pages::new(Self::OPERATION, |entry| entry.id.clone(), load).entries()
    }
}

/// The cursor of an address, which may be relative. The rest does not count: the token goes to no other host.
fn cursor(address: &str) -> Option<String> {
    let anywhere = Url::parse("https://ada.support").ok()?;
    let url = anywhere.join(address).ok()?;
    let (_, cursor) = url.query_pairs().find(|(name, _)| name == "cursor")?;
    Some(cursor.into_owned())
}

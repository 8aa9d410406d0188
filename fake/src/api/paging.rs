//! Lists, page by page.

use configcat_management::types::PagingResponseInfo;

use crate::call::{Call, Refusal};

/// The most entries of a page, and how many audit logs have if the request does not say.
pub(super) const MOST: i32 = 100;

/// The page that a request asks for. One behind the last is empty.
pub(super) fn page<'a, T>(
    call: &Call,
    all: &'a [T],
    default_size: i32,
) -> Result<(&'a [T], PagingResponseInfo), Refusal> {
    let number: i32 = call.query("pageNumber")?.unwrap_or(1).max(1);
    let page_size: i32 = call
        .query("pageSize")?
        .unwrap_or(default_size)
        .clamp(1, MOST);
    let pages = all.chunks(usize::try_from(page_size).unwrap_or(1));
    let total_pages = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    let mut pages = pages.skip(usize::try_from(number - 1).unwrap_or(0));
    let paging = PagingResponseInfo::default()
        .with_current_page(number)
        .with_has_next(number < total_pages)
        .with_has_previous(number > 1)
        .with_page_size(page_size)
        .with_total_count(i32::try_from(all.len()).unwrap_or(i32::MAX))
        .with_total_pages(total_pages);
    Ok((pages.next().unwrap_or_default(), paging))
}

//! Bodies on their way: out, so that it is known whether one was sent, and in, up to a limit.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};

/// A handle on a request by its body: takes it back, as long as no connection has begun to send it. A request without a body
/// has an empty one: the first that a connection asks is whether there is more than the head.
#[derive(Debug)]
pub(super) struct Outgoing(Arc<OnceLock<bool>>);

impl Outgoing {
    pub(super) fn new(bytes: Bytes) -> (Self, reqwest::Body) {
        let is_revoked = Arc::new(OnceLock::new());
        let body = Revocable {
            bytes,
            is_revoked: is_revoked.clone(),
        };
        (Outgoing(is_revoked), reqwest::Body::wrap(body))
    }

    /// Whether the body stays here for good: nothing of it was sent, and nothing will be. The two sides agree even if a
    /// connection turns to it at this very moment.
    pub(super) fn revoke(&self) -> bool {
        *self.0.get_or_init(|| true)
    }
}

struct Revocable {
    bytes: Bytes,
    is_revoked: Arc<OnceLock<bool>>,
}

impl Revocable {
    /// Begins to send it, unless it was taken back.
    fn begin(&self) -> bool {
        !*self.is_revoked.get_or_init(|| false)
    }
}

impl http_body::Body for Revocable {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if !self.begin() {
            return Poll::Ready(Some(Err("the call was given up before it was sent")));
        }
        Poll::Ready(match std::mem::take(&mut self.bytes) {
            bytes if bytes.is_empty() => None,
            bytes => Some(Ok(Frame::data(bytes))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.begin()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// Reads the rest of a body, up to a limit for all of it, and says whether that was all. What came before a failure is kept. A
/// body that comes in one piece is not copied.
pub(super) async fn read(
    body: &mut Bytes,
    response: &mut reqwest::Response,
    limit: usize,
) -> Result<bool, reqwest::Error> {
    while let Some(mut piece) = response.chunk().await? {
        let is_whole = piece.len() <= limit - body.len();
        piece.truncate(limit - body.len());
        if body.is_empty() {
            *body = piece;
        } else {
            let mut pieces = BytesMut::from(std::mem::take(body));
            pieces.extend_from_slice(&piece);
            *body = pieces.freeze();
        }
        if !is_whole {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body::Body as _;

    fn poll(body: &mut reqwest::Body) -> Option<Result<usize, ()>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => Some(Ok(frame.into_data().map_or(0, |d| d.len()))),
            Poll::Ready(Some(Err(_))) => Some(Err(())),
            Poll::Ready(None) => None,
            Poll::Pending => panic!("it has it all"),
        }
    }

    #[test]
    fn a_body_is_either_sent_or_taken_back() {
        for text in ["{}", ""] {
            let bytes = || Bytes::from_static(text.as_bytes());
            let (handle, mut body) = Outgoing::new(bytes());
            assert_eq!(body.size_hint().exact(), Some(text.len() as u64));
            // The first that a connection asks.
            assert_eq!(body.is_end_stream(), text.is_empty());
            if !text.is_empty() {
                assert_eq!(poll(&mut body), Some(Ok(2)));
            }
            assert_eq!(poll(&mut body), None);
            assert!(!handle.revoke());

            let (handle, mut body) = Outgoing::new(bytes());
            assert!(handle.revoke() && handle.revoke());
            assert!(!body.is_end_stream());
            assert_eq!(poll(&mut body), Some(Err(())));
        }
    }
}

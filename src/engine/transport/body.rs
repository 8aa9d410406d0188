//! Bodies on their way: out, so that it is known whether one was sent, and in, up to a limit.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const REVOKED: u8 = 2;

/// A handle on a request by its body: takes it back, as long as no connection has begun to send it. A request without a body
/// has an empty one: the first that a connection asks is whether there is more than the head.
#[derive(Debug)]
pub(super) struct Outgoing(Arc<AtomicU8>);

impl Outgoing {
    pub(super) fn new(bytes: Bytes) -> (Self, reqwest::Body) {
        let state = Arc::new(AtomicU8::new(WAITING));
        let body = Revocable {
            bytes,
            state: state.clone(),
        };
        (Outgoing(state), reqwest::Body::wrap(body))
    }

    /// Whether the body stays here for good: nothing of it was sent, and nothing will be. The two sides agree even if a
    /// connection turns to it at this very moment.
    pub(super) fn revoke(&self) -> bool {
        match self.claim(REVOKED) {
            Ok(_) => true,
            Err(state) => state == REVOKED,
        }
    }

    fn claim(&self, state: u8) -> Result<u8, u8> {
        claim(&self.0, state)
    }
}

fn claim(state: &AtomicU8, next: u8) -> Result<u8, u8> {
    state.compare_exchange(WAITING, next, Ordering::AcqRel, Ordering::Acquire)
}

struct Revocable {
    bytes: Bytes,
    state: Arc<AtomicU8>,
}

impl http_body::Body for Revocable {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Err(REVOKED) = claim(&self.state, BEGUN) {
            return Poll::Ready(Some(Err("the call was given up before it was sent")));
        }
        Poll::Ready(match std::mem::take(&mut self.bytes) {
            bytes if bytes.is_empty() => None,
            bytes => Some(Ok(Frame::data(bytes))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && claim(&self.state, BEGUN) != Err(REVOKED)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// What came of a body so far. One that came in one piece is not copied.
#[derive(Debug, Default)]
pub(super) enum Incoming {
    #[default]
    Nothing,
    One(Bytes),
    Many(Vec<u8>),
}

impl Incoming {
    /// Reads up to a limit, and says whether that was all. What came before a failure is kept.
    pub(super) async fn read(
        &mut self,
        response: &mut reqwest::Response,
        limit: usize,
    ) -> Result<bool, reqwest::Error> {
        while let Some(piece) = response.chunk().await? {
            let room = limit - self.len();
            if piece.len() > room {
                self.push(piece.slice(..room));
                return Ok(false);
            }
            self.push(piece);
        }
        Ok(true)
    }

    fn len(&self) -> usize {
        self.so_far().len()
    }

    /// What has come.
    pub(super) fn so_far(&self) -> &[u8] {
        match self {
            Incoming::Nothing => &[],
            Incoming::One(piece) => piece,
            Incoming::Many(pieces) => pieces,
        }
    }

    fn push(&mut self, piece: Bytes) {
        *self = match std::mem::take(self) {
            Incoming::Nothing => Incoming::One(piece),
            Incoming::One(first) => Incoming::Many([first, piece].concat()),
            Incoming::Many(mut pieces) => {
                pieces.extend_from_slice(&piece);
                Incoming::Many(pieces)
            }
        };
    }

    pub(super) fn join(self) -> Bytes {
        match self {
            Incoming::Nothing => Bytes::new(),
            Incoming::One(piece) => piece,
            Incoming::Many(pieces) => pieces.into(),
        }
    }
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
        let (handle, mut body) = Outgoing::new(Bytes::from_static(b"{}"));
        assert_eq!(body.size_hint().exact(), Some(2));
        assert_eq!(poll(&mut body), Some(Ok(2)));
        assert_eq!(poll(&mut body), None);
        assert!(!handle.revoke());

        let (handle, mut body) = Outgoing::new(Bytes::from_static(b"{}"));
        assert!(handle.revoke() && handle.revoke());
        assert_eq!(poll(&mut body), Some(Err(())));
    }

    #[test]
    fn a_request_without_a_body_is_either_sent_or_taken_back() {
        let (handle, body) = Outgoing::new(Bytes::new());
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(body.is_end_stream());
        assert!(!handle.revoke());

        let (handle, mut body) = Outgoing::new(Bytes::new());
        assert!(handle.revoke());
        assert!(!body.is_end_stream());
        assert_eq!(poll(&mut body), Some(Err(())));
    }
}

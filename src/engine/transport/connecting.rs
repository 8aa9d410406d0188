//! Whether a request waits for its connection, and so has not left.
//!
//! A request without a body has nothing to take back when its time is over. But who polls it sees whether, at the end, it was
//! the connector that had to be waited for: name resolution, TCP, a proxy and TLS.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

thread_local! {
    /// The future that is polled right now waits for its connection.
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

/// Runs a request, and keeps in `connecting` whether it waits for its connection.
pub(super) async fn watch<F: Future>(request: F, connecting: &mut bool) -> F::Output {
    let mut request = pin!(request);
    poll_fn(|cx| {
        WAITS.set(false);
        let polled = request.as_mut().poll(cx);
        *connecting = WAITS.get();
        polled
    })
    .await
}

/// Put around reqwest's connector. A connection that goes on in a task of its own, because the request got another one, is
/// not polled by the request any more, and so does not count.
#[derive(Clone, Debug)]
pub(crate) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(connector)
    }
}

/// A connector that says when it is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Watched<S>(S);

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let mut connection = Box::pin(self.0.call(target));
        Box::pin(poll_fn(move |cx| {
            let polled = connection.as_mut().poll(cx);
            WAITS.set(polled.is_pending());
            polled
        }))
    }
}

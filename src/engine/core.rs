//! What the clients of all sources have in common.

use std::sync::Arc;

use tracing::Instrument as _;

use crate::engine::request::{Request, RequestBuilder};
use crate::engine::transport::{Options, RawResponse, Transport};
use crate::{Operation, Result};

/// A transport, and what one view of it asks of its calls.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) transport: Arc<Transport>,
    pub(crate) options: Options,
}

impl Core {
    pub(crate) fn request(&self, operation: &'static Operation) -> RequestBuilder {
        RequestBuilder::new(operation, &self.transport.base_url)
    }

    pub(crate) async fn send(&self, request: Result<Request>) -> Result<RawResponse> {
        let request = request?;
        let span = tracing::debug_span!("call", operation = request.operation.id);
        let call = self.transport.exec(request, self.options);
        call.instrument(span).await
    }
}

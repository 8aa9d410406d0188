//! Faults on demand.

use std::time::Duration;

use serde::Serialize;

/// What goes wrong with a request that is otherwise in order: authenticated, and within the quota.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status and this body, as plain text, and does not carry the request out.
    Status(u16, String),
    /// Answers with this, header by header, and does not carry the request out.
    Answer(http::Response<String>),
    /// Waits, then goes on as if nothing had been.
    Delay(Duration),
    /// Closes the connection before any header is sent, and does not carry the request out.
    Cut,
    /// Carries the request out, then closes the connection before any header is sent.
    CutAfter,
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Planned>);

#[derive(Debug)]
struct Planned {
    /// `None` for every operation, and for paths that are none.
    operation: Option<String>,
    left: usize,
    fault: Fault,
}

/// How many requests still meet a fault.
#[derive(Serialize)]
pub(crate) struct Waiting {
    operation: Option<String>,
    count: usize,
}

impl Faults {
    pub(crate) fn plan(&mut self, operation: Option<&str>, left: usize, fault: Fault) {
        if left > 0 {
            let operation = operation.map(str::to_string);
            self.0.push(Planned {
                operation,
                left,
                fault,
            });
        }
    }

    /// The fault of the next request: of those that fit, the one that was planned first.
    pub(crate) fn next(&mut self, operation: Option<&str>) -> Option<Fault> {
        let fits = |planned: &Planned| {
            planned.operation.is_none() || planned.operation.as_deref() == operation
        };
        let index = self.0.iter().position(fits)?;
        let planned = self.0.get_mut(index)?;
        planned.left -= 1;
        let fault = planned.fault.clone();
        if planned.left == 0 {
            self.0.remove(index);
        }
        Some(fault)
    }

    /// What is still to come, in its order.
    pub(crate) fn planned(&self) -> Vec<Waiting> {
        let waiting = |planned: &Planned| Waiting {
            operation: planned.operation.clone(),
            count: planned.left,
        };
        self.0.iter().map(waiting).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

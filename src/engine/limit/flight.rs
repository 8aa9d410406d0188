//! The requests that are in flight.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::target::Target;
use super::ticket::Ticket;

/// Requests that the server may count at any moment.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    /// Oldest first.
    in_flight: VecDeque<Request>,
    /// When those were counted, at the latest, that no answer has shown to be counted; oldest first.
    unseen: VecDeque<Instant>,
    /// The last epoch of which a request went.
    epoch: Option<u64>,
    /// The last one of those that were answered.
    answered: u64,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) ticket: Ticket,
    /// Its answer will not be seen.
    lost: bool,
}

impl Flight {
    /// The time from sending to counting, at most: a slow connection is made in it, and a server counts before it works.
    /// Who is answered later than that does not hold the others up.
    pub(crate) const GRACE: Duration = Duration::from_secs(2);

    /// Requests that are sent within such a time may come in another order.
    const OVERTAKING: Duration = Duration::from_millis(10);

    pub(crate) fn len(&self) -> u32 {
        self.in_flight.len() as u32
    }

    /// How many are in flight, and how many of them were overtaken by one that was sent later.
    pub(crate) fn slow(&self) -> (u32, u32) {
        let requests = self.in_flight.iter();
        let slow = requests.take_while(|request| request.ticket.id < self.answered);
        (self.len(), slow.count() as u32)
    }

    /// How many the server has counted of which no answer tells.
    pub(crate) fn unseen_len(&self) -> u32 {
        self.unseen.len() as u32
    }

    /// One was counted before this moment, without an answer that told the count.
    pub(crate) fn record_unseen(&mut self, now: Instant) {
        self.unseen.push_back(now);
    }

    /// A count is known of a request that was sent at this moment: those before are in it.
    pub(crate) fn see(&mut self, sent: Instant) {
        while self.unseen.front().is_some_and(|&counted| counted <= sent) {
            self.unseen.pop_front();
        }
    }

    pub(crate) fn is_first_of(&self, epoch: u64) -> bool {
        self.epoch != Some(epoch)
    }

    pub(crate) fn add_request(&mut self, ticket: Ticket) {
        self.go_on(Request {
            ticket,
            lost: false,
        });
    }

    /// One that was in flight in another scope so far.
    pub(crate) fn go_on(&mut self, request: Request) {
        self.epoch = Some(request.ticket.epoch);
        self.in_flight.push_back(request);
    }

    /// Those that are in flight; none is from now on.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Request> {
        std::mem::take(&mut self.in_flight).into_iter()
    }

    /// The answer of this one came. Says whether it was still in flight.
    pub(crate) fn record_response(&mut self, id: u64) -> bool {
        self.answered = self.answered.max(id);
        self.remove(id)
    }

    /// Whether this one was still in flight.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let index = self.find(id);
        index.is_some_and(|index| self.in_flight.remove(index).is_some())
    }

    /// The answer of this one will not be seen, but the server may count it yet.
    pub(crate) fn lose(&mut self, id: u64) {
        if let Some(request) = self
            .find(id)
            .and_then(|index| self.in_flight.get_mut(index))
        {
            request.lost = true;
        }
    }

    /// How many answers of this epoch may still come; of those that will not come, a few more than have come do not count.
    /// Those of earlier epochs, however slow, hold nobody up.
    pub(crate) fn expected(&self, epoch: u64, answered: u32) -> u32 {
        const FEW: usize = 2;
        let of_this = || {
            self.in_flight
                .iter()
                .filter(|request| request.ticket.epoch == epoch)
        };
        let lost = of_this().filter(|request| request.lost).count();
        (of_this().count() - lost.min(FEW + answered as usize)) as u32
    }

    /// Whether no answer to a request of this epoch will be seen.
    pub(crate) fn is_lost(&self, epoch: u64) -> bool {
        let mut newest = self.in_flight.iter().rev();
        let mut of_this = newest.by_ref().take_while(|it| it.ticket.epoch == epoch);
        of_this.all(|request| request.lost)
    }

    /// What the server may have got before one that was sent at this moment, and has not answered yet.
    pub(crate) fn before(&self, sent: Instant) -> impl ExactSizeIterator<Item = &Target> {
        let place = self
            .in_flight
            .partition_point(|it| it.ticket.given <= sent + Self::OVERTAKING);
        let requests = self.in_flight.range(..place);
        requests.map(|request| &request.ticket.target)
    }

    fn find(&self, id: u64) -> Option<usize> {
        self.in_flight
            .binary_search_by_key(&id, |request| request.ticket.id)
            .ok()
    }

    /// Takes the oldest one out, if it has been in flight for longer than it takes to be counted.
    pub(crate) fn overdue(&mut self, now: Instant) -> bool {
        let overdue = self.overdue_at().is_some_and(|landing| now >= landing);
        overdue && self.in_flight.pop_front().is_some()
    }

    /// When the next one is out, at the latest.
    pub(crate) fn overdue_at(&self) -> Option<Instant> {
        let first = self.in_flight.front();
        first.map(|request| request.ticket.given + Self::GRACE)
    }
}

//! The requests that are in flight.

use std::collections::VecDeque;
use std::time::Duration;

use super::moment::Moment;
use super::target::Target;
use super::ticket::Ticket;

/// Requests that the server may count at any moment.
#[derive(Debug, Default)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Flight {
    /// Oldest first.
    in_flight: VecDeque<Ticket>,
    /// When those were counted, at the latest, that no answer has shown to be counted.
    unseen: Vec<Moment>,
    /// The last epoch of which a request went.
    epoch: Option<u64>,
    /// The last one of those that were answered.
    answered: u64,
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
        let slow = requests.take_while(|ticket| ticket.id < self.answered);
        (self.len(), slow.count() as u32)
    }

    /// How many the server has counted of which no answer tells.
    pub(crate) fn unseen_len(&self) -> u32 {
        self.unseen.len() as u32
    }

    /// One was counted before this moment, without an answer that told the count.
    pub(crate) fn record_unseen(&mut self, counted: Moment) {
        self.unseen.push(counted);
    }

    /// A count is known of a request that was sent at this moment: those before are in it.
    pub(crate) fn see(&mut self, sent: Moment) {
        self.unseen.retain(|&counted| counted > sent);
    }

    /// No count is known now. The next one that is told is of a request in flight, or of a later one.
    pub(crate) fn forget_unseen(&mut self, now: Moment) {
        let oldest = self.in_flight.front().map(|ticket| ticket.given);
        self.see(oldest.unwrap_or(now));
    }

    pub(crate) fn is_first_of(&self, epoch: u64) -> bool {
        self.epoch != Some(epoch)
    }

    pub(crate) fn add_request(&mut self, ticket: Ticket) {
        self.epoch = Some(ticket.epoch);
        self.in_flight.push_back(ticket);
    }

    /// Those that are in flight.
    pub(crate) fn in_flight(&self) -> impl Iterator<Item = &Ticket> {
        self.in_flight.iter()
    }

    /// The answer of this one came. Says whether it was still in flight.
    pub(crate) fn record_response(&mut self, id: u64) -> bool {
        self.answered = self.answered.max(id);
        self.remove(id)
    }

    /// Whether this one was still in flight.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let index = self.in_flight.binary_search_by_key(&id, |ticket| ticket.id);
        index.is_ok_and(|index| self.in_flight.remove(index).is_some())
    }

    /// How many answers of this epoch may still come. Those of earlier epochs, however slow, hold nobody up.
    pub(crate) fn expected(&self, epoch: u64) -> u32 {
        let of_this = self.in_flight.iter().filter(|it| it.epoch == epoch);
        of_this.count() as u32
    }

    /// What the server may have got before one that was sent at this moment, and has not answered yet.
    pub(crate) fn before(&self, sent: Moment) -> impl Iterator<Item = &Target> {
        let is_before = |it: &Ticket| it.given <= sent + Self::OVERTAKING;
        let place = self.in_flight.partition_point(is_before);
        self.in_flight.range(..place).map(|it| &it.target)
    }

    /// Takes the oldest one out, if it has been in flight for longer than it takes to be counted.
    pub(crate) fn overdue(&mut self, now: Moment) -> Option<Ticket> {
        self.overdue_at().filter(|&landing| now >= landing)?;
        self.in_flight.pop_front()
    }

    /// When the next one is out, at the latest.
    pub(crate) fn overdue_at(&self) -> Option<Moment> {
        let first = self.in_flight.front();
        first.map(|ticket| ticket.given + Self::GRACE)
    }
}

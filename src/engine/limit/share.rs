//! What of a period is ours, if others use the same credentials.

/// From this share of others' requests on, a period is contested, and the last of what is left is not touched.
const CONTESTED: f64 = 0.05;

/// Compares what was answered with what went.
#[derive(Debug, Default)]
pub(crate) struct Share {
    /// The most that was reported in this period, and the answers in it.
    most: Option<u32>,
    ours: u32,
    /// Requests of others for each of ours: in this period, and in those before, which count less and less.
    others: f64,
    before: f64,
}

impl Share {
    /// What of this is for us, those in flight included.
    pub(crate) fn of(&self, left: u32) -> u32 {
        match self.is_contested() {
            false => left,
            // The others go on while ours are in flight.
            true => (f64::from(left.saturating_sub(1)) / (1.0 + self.others())) as u32,
        }
    }

    /// What a whole period is believed to allow: what its first request left, and that one.
    pub(crate) fn quota(&self) -> Option<u32> {
        self.most.map(|most| most.saturating_add(1))
    }

    /// Whether others take part, or did in the period before.
    pub(crate) fn is_contested(&self) -> bool {
        self.others() >= CONTESTED
    }

    /// An answer says that so much remains. The least that any said is `left`; `uncounted` may or may not be counted in it.
    pub(crate) fn record_count(&mut self, remaining: u32, left: u32, uncounted: u32) {
        let most = self.most.map_or(remaining, |most| most.max(remaining));
        self.most = Some(most);
        self.ours += 1;
        let ours = self.ours - 1 + uncounted;
        let others = most.saturating_sub(left).saturating_sub(ours);
        self.others = f64::from(others) / f64::from(self.ours);
    }

    /// An answer came without a word on what is left.
    pub(crate) fn record_silence(&mut self) {
        self.ours += 1;
    }

    /// How many of these that were answered without a count, or not at all, may not be in what is `left`: if nobody else takes
    /// part, as many as went beyond it.
    pub(crate) fn unseen(&self, left: u32, unseen: u32) -> u32 {
        match self.most {
            Some(most) if !self.is_contested() => {
                let beyond = left.saturating_add(self.ours);
                unseen.min(beyond.saturating_sub(most.saturating_add(1)))
            }
            _ => unseen,
        }
    }

    /// A request was refused that should not have been.
    pub(crate) fn surprise(&mut self) {
        self.others = self.others.max(2.0 * CONTESTED);
    }

    /// The period is over.
    pub(crate) fn finish(&mut self) {
        *self = Share {
            before: self.others(),
            ..Share::default()
        };
    }

    fn others(&self) -> f64 {
        self.others.max(self.before / 2.0)
    }
}

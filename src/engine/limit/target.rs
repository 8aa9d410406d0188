//! What a call counts against.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What may share a count, from wide to narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grain {
    Credential,
    /// Calls that read, and calls that write.
    Kind,
    Operation,
    /// The method and the whole path, ids included.
    Path,
}

/// A call, as far as counts go: a hash for each grain below the credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    kind: u64,
    operation: u64,
    path: u64,
}

impl Target {
    #[cfg(test)]
    pub(crate) const ONE: Target = Target {
        kind: 1,
        operation: 1,
        path: 1,
    };

    pub(crate) fn new(reads: bool, operation: &str, path: &str) -> Self {
        let hash = |text: &str| {
            let mut hasher = DefaultHasher::new();
            (operation, text).hash(&mut hasher);
            hasher.finish()
        };
        Target {
            kind: u64::from(reads),
            operation: hash(""),
            path: hash(path),
        }
    }

    /// The scope that it is of.
    pub(crate) fn key(&self, grain: Grain) -> u64 {
        match grain {
            Grain::Credential => 0,
            Grain::Kind => self.kind,
            Grain::Operation => self.operation,
            Grain::Path => self.path,
        }
    }

    /// The widest grain at which the two are counted apart; `None` where they never are.
    pub(crate) fn apart(&self, other: &Target) -> Option<Grain> {
        [Grain::Kind, Grain::Operation, Grain::Path]
            .into_iter()
            .find(|&grain| self.key(grain) != other.key(grain))
    }
}

/// Calls that go first because their answers tell what shares a count: the first few that differ in something new.
#[derive(Debug, Default)]
pub(crate) struct Scouts {
    first: Option<Target>,
    sent: [u32; 4],
}

impl Scouts {
    /// As many as it takes to be certain.
    const FEW: u32 = 3;

    pub(crate) fn is_scout(&mut self, target: &Target) -> bool {
        let first = *self.first.get_or_insert(*target);
        let Some(apart) = first.apart(target) else {
            return false;
        };
        let sent = &mut self.sent[apart as usize];
        let is_one = *sent < Self::FEW;
        *sent += u32::from(is_one);
        is_one
    }
}

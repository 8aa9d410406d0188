//! What a call counts against.

/// What may share a count, from wide to narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Granularity {
    Credential,
    /// Calls that read, and calls that write.
    Kind,
    Operation,
    /// The method and the whole path, ids included.
    Path,
}

/// A call, as far as counts go: a hash for each grain below the credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "redis", serde(into = "[u64; 3]", from = "[u64; 3]"))]
pub(crate) struct Target {
    kind: u64,
    operation: u64,
    path: u64,
}

#[cfg(feature = "redis")]
impl From<Target> for [u64; 3] {
    fn from(target: Target) -> Self {
        [target.kind, target.operation, target.path]
    }
}

#[cfg(feature = "redis")]
impl From<[u64; 3]> for Target {
    fn from([kind, operation, path]: [u64; 3]) -> Self {
        Target {
            kind,
            operation,
            path,
        }
    }
}

impl Target {
    #[cfg(test)]
    pub(crate) const ONE: Target = Target {
        kind: 1,
        operation: 1,
        path: 1,
    };

    pub(crate) fn new(reads: bool, operation: &str, path: &str) -> Self {
        let operation = hash(FNV_OFFSET, operation);
        Target {
            // Not 0, which is the key of all calls together.
            kind: 1 + u64::from(reads),
            operation,
            path: hash(operation, path),
        }
    }

    /// The scope that it is of.
    pub(crate) fn key(&self, grain: Granularity) -> u64 {
        match grain {
            Granularity::Credential => 0,
            Granularity::Kind => self.kind,
            Granularity::Operation => self.operation,
            Granularity::Path => self.path,
        }
    }

    /// The widest grain at which the two are counted apart; `None` if they never are.
    pub(crate) fn apart(&self, other: &Target) -> Option<Granularity> {
        [Granularity::Kind, Granularity::Operation, Granularity::Path]
            .into_iter()
            .find(|&grain| self.key(grain) != other.key(grain))
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, after what was hashed before: quick for texts as short as these, which nobody chooses to collide.
fn hash(before: u64, text: &str) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = text.bytes();
    bytes.fold(before, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}

/// Calls that go first because their answers tell what shares a count: the first few of each of the first few kinds of calls. As
/// long as only one kind is sent, nothing tells it from the others.
#[derive(Debug, Default)]
pub(crate) struct FirstCalls {
    /// The kinds, and how many of each went first.
    kinds: Vec<(Target, u32)>,
}

impl FirstCalls {
    /// As many calls of a kind as it takes to be certain.
    const FEW: u32 = 3;
    /// So many kinds that differ from the first one in the same: operations, or paths.
    const KINDS: usize = 4;

    pub(crate) fn goes_first(&mut self, target: &Target) -> bool {
        let Some((first, _)) = self.kinds.first().copied() else {
            self.kinds.push((*target, 0));
            return false;
        };
        let is_alone = self.kinds.len() == 1;
        if let Some((_, sent)) = self.kinds.iter_mut().find(|(kind, _)| kind == target) {
            let is_one = *sent < Self::FEW && !is_alone;
            *sent += u32::from(is_one);
            return is_one;
        }
        let apart = first.apart(target);
        let alike = self
            .kinds
            .iter()
            .filter(|(kind, _)| first.apart(kind) == apart);
        let is_new = alike.count() < Self::KINDS;
        if is_new {
            self.kinds.push((*target, 1));
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_what_writes_and_all_together_have_keys_of_their_own() {
        let [reads, writes] = [true, false].map(|reads| Target::new(reads, "operation", "/path"));
        let all = reads.key(Granularity::Credential);
        let kinds = [reads, writes].map(|target| target.key(Granularity::Kind));
        assert!(kinds[0] != kinds[1] && !kinds.contains(&all));
    }
}

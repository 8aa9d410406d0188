//! What calls and decoding allocate beside code written by hand: how often, how many bytes, and the most at once.
//!
//! `cargo xtask bench memory` runs it. What is counted is this thread's; the server has its own. The allocator that counts makes
//! what grows in place a new block and a copy, for all alike.

use allocation_counter::{AllocationInfo, measure};
use benches::{BY_HAND, Caller, Result, Row, VALUE, arguments, block_on, body, decode};

/// Two numbers of calls, so that the difference leaves out starting and connecting.
const FEW: u64 = 200;
const MANY: u64 = 1200;

/// The settings of a large config, each with two rules.
const SETTINGS: usize = 10_000;

fn main() -> Result {
    let url = benches::start(benches::answers())?;
    for what in ["GET", "PATCH"] {
        let [ours, theirs] = ["typed", BY_HAND].map(|who| call(who, what, &url));
        let (ours, theirs) = (ours?, theirs?);
        Row::new("memory", what, "allocations", ours.0).against(BY_HAND, theirs.0);
        Row::new("memory", what, "bytes allocated", ours.1).against(BY_HAND, theirs.1);
    }
    let entries = match arguments().first() {
        Some(entries) => entries.parse()?,
        None => SETTINGS,
    };
    let body = body("config", entries).to_string();
    let read = |who| counted(|| decode(who, "config", body.as_bytes()));
    let ours = read("typed")?;
    for other in [BY_HAND, VALUE] {
        let theirs = read(other)?;
        let tell = |unit, of: fn(&AllocationInfo) -> u64| {
            let row = Row::new("memory", "config", unit, of(&ours) as f64).of(entries as u64);
            row.against(other, of(&theirs) as f64);
        };
        tell("allocations", |info| info.count_total);
        tell("peak bytes", |info| info.bytes_max);
    }
    Ok(())
}

/// Allocations and bytes of one call.
fn call(who: &str, what: &str, url: &str) -> Result<(f64, f64)> {
    let calls = |calls| {
        counted(|| {
            block_on(async {
                let caller = Caller::new(who, url)?;
                for _ in 0..calls {
                    caller.call(what).await?;
                }
                Ok(())
            })
        })
    };
    let (few, many) = (calls(FEW)?, calls(MANY)?);
    let each = |of: fn(&AllocationInfo) -> u64| (of(&many) - of(&few)) as f64 / (MANY - FEW) as f64;
    Ok((each(|info| info.count_total), each(|info| info.bytes_total)))
}

fn counted(what: impl FnOnce() -> Result) -> Result<AllocationInfo> {
    let mut outcome = Ok(());
    let info = measure(|| outcome = what());
    outcome.map(|()| info)
}

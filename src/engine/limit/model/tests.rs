//! The model against a simulated server, on simulated time.

mod scopes;
mod simulation;
mod steps;

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::flight::Flight;
use super::*;
use simulation::*;

const ONE: Target = Target::ONE;

const MAX_WAIT: Duration = Duration::from_secs(900);

const LAN: Weather = Weather {
    there: 500,
    back: 500,
    slow: (0, 0),
    unsent: 0,
    dropped: 0,
    broken: 0,
    stray: 0,
};

fn offsets() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(0),
        Just(400_000),
        Just(-400_000),
        Just(3_600_000_000),
        -3_600_000_000..3_600_000_000i64,
        -1_000_000..1_000_000i64,
    ]
}

fn formats() -> impl Strategy<Value = Format> {
    prop_oneof![
        3 => Just(Format::Rfc3339),
        1 => Just(Format::HttpDate),
        1 => Just(Format::UnixSeconds),
        1 => Just(Format::DeltaSeconds),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Alone, nothing is refused, as long as requests are counted within [`Flight::GRACE`] and the server tells its time.
    #[test]
    fn what_it_allows_the_server_accepts(
        seed: u64,
        quota in 1u32..60,
        seconds in 2.2..90.0f64,
        aligned: bool,
        offset in offsets(),
        format in formats(),
        tasks in 1u32..80,
        there in 0u64..400_000,
        back in 0u64..400_000,
        slow in (0u32..100, 0u64..50_000_000),
        unsent in 0u32..60,
        dropped in 0u32..60,
        broken in 0u32..40,
    ) {
        let limit = Limit { aligned, ..limit(quota, seconds) };
        let mut weather = Weather { there, back, slow, unsent, dropped, broken, stray: 0 };
        if quota < 8 {
            // If a whole quota goes without a word on what is left, nobody can know it.
            (weather.dropped, weather.broken) = (0, 0);
            weather.slow.1 = weather.slow.1.min(1_500_000);
        }
        let mut world = World::new(server(&[limit], clock(offset), format), weather, seed);
        let run = world.run(quota * 4 + 3, tasks, seed % 3_000_000);
        prop_assert_eq!(run.refused, 0, "{:?}", run);
        prop_assert!(run.longest_wait <= MAX_WAIT);
        let end = world.at(run.end) + Flight::GRACE;
        let ticket = world.model.admit(ONE, end, 0);
        let _ = ticket.map(|ticket| world.model.record_loss(ticket, end, false));
        prop_assert!(world.model.is_idle(&ONE));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// In a quiet network it is as fast as the server allows, too.
    #[test]
    fn it_is_as_fast_as_the_quota_allows(
        seed: u64,
        quota in 10u32..200,
        seconds in 9.0..60.0f64,
        offset in offsets(),
    ) {
        let limit = limit(quota, seconds);
        let mut world = World::new(server(&[limit], clock(offset), Format::Rfc3339), LAN, seed);
        let run = world.run(quota * 5, 64, seed % 3_000_000);
        prop_assert_eq!(run.refused, 0);
        let took = (run.end - seed % 3_000_000) as f64 / 1e6;
        let rounds = f64::from(quota).log2().ceil() + f64::from(quota / 64 + 1);
        let best = 4.0 * seconds + rounds * 0.002;
        prop_assert!(took <= 1.02 * best, "{} instead of {}", took, best);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Also if the first period went by without anybody waiting, and so without a look at the server's clock.
    #[test]
    fn it_becomes_as_fast_as_the_quota_allows(
        seed: u64,
        quota in 10u32..200,
        seconds in 9.0..12.0f64,
        offset in offsets(),
    ) {
        let limit = limit(quota, seconds);
        let mut world = World::new(server(&[limit], clock(offset), Format::Rfc3339), LAN, seed);
        let start = seed % 3_000_000;
        world.run(quota, 1, start);
        let run = world.run(quota * 4, 64, start + SECOND);
        prop_assert_eq!(run.refused, 0);
        // The end of the first period is known to a second, those of the others as in the test above.
        let took = (run.end - start) as f64 / 1e6;
        prop_assert!(took <= 1.02 * 4.0 * seconds + 1.2, "{} of {}", took, 4.0 * seconds);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    /// Refusals that are no limit's cost the wait that they ask for, and little more, on servers with and without headers.
    /// By chance they look like a window now and then (in 2 of 10 000 such runs for longer than ten seconds), so it is the
    /// time of several runs that counts.
    #[test]
    fn stray_refusals_do_not_slow_it_down_for_long(
        seeds in vec(any::<u64>(), 16),
        stray in 1u32..6,
        silent: bool,
        tasks in 1u32..40,
    ) {
        let (mut took, mut asked, mut refused) = (0.0, 0.0, 0);
        for seed in seeds {
            let huge = limit(1_000_000, 3600.0);
            let server = Server { silent, ..server(&[huge], clock(0), Format::Rfc3339) };
            let mut world = World::new(server, Weather { stray, ..LAN }, seed);
            let run = world.run(10_000, tasks, 0);
            // One after the other takes a millisecond each.
            took += run.end as f64 / 1e6;
            asked += f64::from(run.refused) * 1.2 + 10.0;
            refused += run.refused;
        }
        prop_assert!(refused > 0);
        prop_assert!(took <= 2.0 * asked + 50.0, "{} s instead of {} s", took, asked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// A window that no header tells of is learnt from its refusals: fewer are refused than accepted, in 128 windows full of calls.
    #[test]
    fn a_hidden_window_is_learnt(
        seed: u64,
        quota in 2u32..30,
        seconds in 1.0..6.0f64,
        aligned: bool,
        offset in offsets(),
        there in 0u64..50_000,
        tasks in 1u32..80,
    ) {
        let short = Limit { aligned, ..limit(quota, seconds) };
        let long = limit(quota * 50, 600.0);
        let weather = Weather { there, ..LAN };
        let mut world = World::new(server(&[short, long], clock(offset), Format::Rfc3339), weather, seed);
        let mut now = seed % 3_000_000;
        let mut refused = Vec::new();
        for _ in 0..16 {
            let run = world.run(quota * 8, tasks, now);
            refused.push(run.refused);
            now = run.end;
        }
        prop_assert!(refused.iter().sum::<u32>() <= 128 * quota, "{:?} {:?}", refused, world.model.scopes[&0].limits);
    }

    /// So is one of a server that says nothing of limits but when it refuses.
    #[test]
    fn a_limit_without_headers_is_learnt(seed: u64, quota in 4u32..30, seconds in 1.0..6.0f64, tasks in 1u32..80) {
        let server = Server { silent: true, ..server(&[limit(quota, seconds)], clock(0), Format::Absent) };
        let mut world = World::new(server, LAN, seed);
        let run = world.run(quota * 128, tasks, 0);
        // At first, all go at once.
        prop_assert!(run.refused <= tasks + 12 * quota + 48, "{:?} {:?}", run, world.model.scopes[&0].limits);
        // A window is known by its length and a second, to which the wait is rounded. Some go by before it is known.
        prop_assert!(run.end as f64 / 1e6 <= 140.0 * (seconds + 1.1) + 10.0, "{:?} {:?}", run, world.model.scopes[&0].limits);
    }

    /// Whatever the headers say, every call ends, and no wait is longer than the bound.
    #[test]
    fn nonsense_does_not_stop_it(
        seed: u64,
        quota in 1u32..30,
        seconds in 0.5..30.0f64,
        offset in offsets(),
        format in prop_oneof![Just(Format::Nonsense), Just(Format::Absent), formats()],
        dated: bool,
        broken in 0u32..300,
        dropped in 0u32..300,
        slow in (0u32..300, 0u64..100_000_000),
    ) {
        let limits = [limit(quota, seconds)];
        let clock = if dated { clock(offset) } else { (Utc::now().timestamp_micros() + offset) as u64 };
        let server = Server { dated, ..server(&limits, clock, format) };
        let weather = Weather { broken, dropped, slow, ..LAN };
        let mut world = World::new(server, weather, seed);
        world.model.common.max_wait = Duration::from_secs(60);
        let run = world.run(quota * 3, 20, 0);
        prop_assert!(run.longest_wait <= Duration::from_secs(60), "{:?}", run);
    }

    /// Beside somebody who takes half, few are refused and all succeed.
    #[test]
    fn another_client_that_ignores_the_limit_is_lived_with(
        seed: u64,
        quota in 10u32..300,
        seconds in 5.0..60.0f64,
        offset in offsets(),
    ) {
        let limits = [limit(quota, seconds)];
        let mut world = World::new(server(&limits, clock(offset), Format::Rfc3339), LAN, seed);
        world.others = Some((quota / 2, (seconds * 1e6) as u64));
        let run = world.run(quota * 5, 64, 0);
        prop_assert_eq!(run.successes, quota * 5);
        prop_assert!(f64::from(run.refused) <= 0.03 * f64::from(run.sent) + 1.0, "{:?}", run);
    }
}

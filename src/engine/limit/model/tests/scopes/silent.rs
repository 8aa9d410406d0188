//! Two windows of which headers, words or `Retry-After` do not tell.

use super::*;

/// Calls of one endpoint under two windows, and the least time that they take.
const TWO_WINDOWS: [(u32, u64, u32, f64); 3] = [
    (100, 10 * SECOND, 300, 24.02),
    (100, 10 * SECOND, 1500, 144.02),
    (500, 60 * SECOND, 1100, 124.02),
];

#[test]
fn documented_limits_of_which_no_header_tells_cost_hardly_a_refusal() {
    for (quota, period, n, best) in TWO_WINDOWS {
        let limits = [(20, SECOND), (quota, period)];
        for names in [true, false] {
            let mut server = Server::new(&limits, Granularity::Operation);
            (server.names, server.tells) = (names, false);
            let outcome = Play::new(server).run(&many(1, n));
            let ratio = show(&format!("{n}, names {names}"), best, &outcome);
            assert!(ratio <= 1.03 && outcome.refused <= 3);
        }
    }
}

/// Some gateways refuse without `Retry-After`.
#[test]
fn refusals_that_ask_for_no_wait_are_few() {
    for (quota, period, n, best) in TWO_WINDOWS {
        let limits = [(20, SECOND), (quota, period)];
        for (tells, names) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut server = Server::new(&limits, Granularity::Operation);
            (server.names, server.tells, server.asks) = (names, tells, false);
            let outcome = Play::new(server).run(&many(1, n));
            let what = format!("{n}, tells {tells}, names {names}");
            let ratio = show(&what, best, &outcome);
            match tells || names {
                true => assert!(ratio <= 1.03 && outcome.refused <= 4),
                // Nothing says anything; it is waited in doubled steps.
                false => assert!(ratio <= 1.5 && outcome.refused <= n / 15),
            }
        }
    }
}

#[test]
fn waits_that_dates_tell_cost_their_rounding() {
    for (quota, period, n, best) in TWO_WINDOWS {
        let mut server = Server::new(&[(20, SECOND), (quota, period)], Granularity::Operation);
        (server.names, server.tells, server.by_date) = (false, false, true);
        let outcome = Play::new(server).run(&many(1, n));
        let ratio = show(&format!("{n}, by date"), best, &outcome);
        assert!(ratio <= 1.1 && outcome.refused <= 3);
    }
}

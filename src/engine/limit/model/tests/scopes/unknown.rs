//! Limits other than the documented ones, and endpoints that begin together: what a foreign server found.

use super::*;

/// So many calls of each of so many endpoints, in turn.
fn in_turn(endpoints: u32, n: u32) -> Vec<Target> {
    let turn = |_| (1..=endpoints).map(|endpoint| call(endpoint, 0));
    (0..n).flat_map(turn).collect()
}

/// Slow start goes on where the first guess was exceeded, and what one refusal shows bounds the next burst.
#[test]
fn a_window_that_no_header_tells_is_not_met_by_a_burst() {
    for (limits, endpoints, calls, best, most) in [
        ([(20, SECOND), (100, 10 * SECOND)], 3, 450, 12.02, 15),
        ([(37, 2 * SECOND), (150, 15 * SECOND)], 1, 400, 34.02, 45),
        ([(7, SECOND), (60, 10 * SECOND)], 1, 180, 28.02, 32),
    ] {
        for names in [true, false] {
            let mut server = Server::new(&limits, Granularity::Operation);
            (server.tells, server.names) = (false, names);
            let outcome = Play::new(server).run(&in_turn(endpoints, calls / endpoints));
            let ratio = show(&format!("{limits:?}, names {names}"), best, &outcome);
            assert!(ratio <= 1.25 && outcome.refused <= most);
        }
    }
}

/// One of 20 answers is a refusal that belongs to no window. A few that come after as many requests by chance are no limit.
#[test]
fn many_strays_are_no_window() {
    for seed in 0..24 {
        let mut server = Server::new(&DOCUMENTED, Granularity::Operation);
        server.stray = 50;
        server.random.seed(seed);
        let outcome = Play::new(server).run(&many(1, 400));
        let ratio = show(&format!("5 % strays, seed {seed}"), 34.02, &outcome);
        assert!(ratio <= 1.25 && outcome.refused <= 40);
    }
}

/// Nor does one hold up the others for as long as it asks for if what was sent after it is accepted.
#[test]
fn strays_hold_up_nobody_else() {
    for seed in 0..8 {
        let mut server = Server::new(&[(1_000_000, 3600 * SECOND)], Granularity::Operation);
        (server.stray, server.tells) = (20, false);
        server.random.seed(seed);
        let outcome = Play::new(server).run(&many(1, 6_000));
        show(
            &format!("2 % strays without a limit, seed {seed}"),
            2.0,
            &outcome,
        );
        assert!(outcome.seconds() <= 6.0);
    }
}

//! Servers that take their time, and one refusal that comes too early to teach anything.

use super::*;

/// A service on another continent answers after 150 to 400 ms. Slow start must not begin anew whenever its window slides on.
#[test]
fn a_server_without_limits_is_soon_used_to_the_full() {
    for work in [20, 100, 150, 200, 400] {
        for n in [300, 1000] {
            for (limits, tells) in [
                (vec![(5_000, 60 * SECOND)], true),
                (vec![(5_000, 60 * SECOND)], false),
            ] {
                let mut server = Server::new(&limits, Granularity::Operation);
                server.tells = tells;
                let mut play = Play::new(server);
                play.work = work * MS;
                let outcome = play.run(&many(1, n));
                let trip = (work + 20) as f64 / 1e3;
                let best = trip * f64::from(n.div_ceil(200));
                show(&format!("{n} of {work} ms, tells {tells}"), best, &outcome);
                let trips = outcome.seconds() / trip;
                assert!(trips <= if tells { 22.0 } else { 18.0 }, "{trips} trips");
            }
        }
    }
}

#[test]
fn one_early_stray_does_not_hide_a_window() {
    for names in [true, false] {
        for tells in [true, false] {
            for stray_at in 1..=25 {
                for (limits, n, best) in [
                    (DOCUMENTED, 300, 24.02),
                    ([(20, SECOND), (500, 60 * SECOND)], 1100, 124.02),
                ] {
                    let mut server = Server::new(&limits, Granularity::Operation);
                    (server.names, server.tells, server.stray_at) = (names, tells, stray_at);
                    let outcome = Play::new(server).run(&many(1, n));
                    let what = format!("{n}, names {names}, tells {tells}, stray at {stray_at}");
                    let ratio = show(&what, best, &outcome);
                    let most = match (names, tells) {
                        (true, true) => 3,
                        (true, false) => 22,
                        (false, _) => 50,
                    };
                    assert!(ratio <= 1.08 && outcome.refused <= most);
                }
            }
        }
    }
}

/// If a window of the server ends among the first requests, more than it holds are accepted within a second, and the first guess
/// seems to be too small. As many as the last step tries may be refused, and no more.
#[test]
fn windows_that_begin_with_the_clock_cost_one_step_at_most() {
    for tells in [true, false] {
        for phase in (0..1_000).step_by(20) {
            let mut server = Server::new(&DOCUMENTED, Granularity::Operation);
            (server.tells, server.phase) = (tells, Some(phase * MS));
            let outcome = Play::new(server).run(&many(1, 300));
            let ratio = show(&format!("tells {tells}, phase {phase} ms"), 24.02, &outcome);
            assert!(ratio <= 1.03 && outcome.refused <= 8);
        }
    }
}

/// On slow servers a period is over before it is clear whether a guess holds more; what is tried then is in flight when it is full.
#[test]
fn what_slow_servers_refuse_is_bounded() {
    let mut most = 0;
    for work in (100..=400).step_by(10) {
        let mut play = Play::new(Server::new(&DOCUMENTED, Granularity::Operation));
        play.work = work * MS;
        let outcome = play.run(&many(1, 300));
        show(&format!("{work} ms"), 24.2, &outcome);
        most = most.max(outcome.refused);
    }
    assert!(most <= 22, "{most} refused");
}

/// Of a period whose first answers come from the node with the other clock, the rest is used all the same.
#[test]
fn answers_of_another_node_cost_no_request() {
    let mut server = Server::new(&DOCUMENTED, Granularity::Credential);
    server.apart = 3_000_000;
    let outcome = Play::new(server).run(&many(1, 1500));
    let ratio = show("two nodes, 1 500 calls", 144.02, &outcome);
    assert!(ratio <= 1.03 && outcome.refused <= 3);
}

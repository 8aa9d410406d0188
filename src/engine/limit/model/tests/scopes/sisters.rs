//! What one endpoint was shown, and others have not been shown yet.

use super::*;

/// Each has to be refused once by the short window; what the long one holds, the first one tells the others.
#[test]
fn endpoints_without_headers_are_alike_once_both_confirmed_the_same_limit() {
    let calls: Vec<Target> = (1..=3).flat_map(|operation| many(operation, 150)).collect();
    let mut server = Server::new(&DOCUMENTED, Granularity::Operation);
    server.tells = false;
    let outcome = Play::new(server).run(&calls);
    let ratio = show("three without headers", 12.02, &outcome);
    eprintln!("{:?}", outcome.refusals);
    assert!(ratio <= 1.05 && outcome.refused <= 4);
}

/// One holds 5 a second, the other 20 in ten: neither has the other's limit.
#[test]
fn endpoints_that_confirmed_different_limits_are_not_alike() {
    let mut model = Model::new(Duration::from_secs(900));
    model.grain = Granularity::Operation;
    let start = Moment::default();
    let mut now = start;
    for (operation, quota, period) in [(1, 5, 1), (2, 20, 10)] {
        for n in 0..=quota {
            let ticket = loop {
                match model.admit(call(operation, 0), now, 1) {
                    Ok(ticket) => break ticket,
                    Err(until) => now = until.min(now + Duration::from_millis(1)),
                }
            };
            let named = (n == quota).then_some((quota, Duration::from_secs(period)));
            let reading = Reading {
                refused: named.is_some(),
                named,
                ..Reading::default()
            };
            model.record_response(ticket, now, &reading);
        }
    }
    assert_eq!(model.confirmed.len(), 2);
    for (operation, there, elsewhere) in [(1, (5, 1), (20, 10)), (2, (20, 10), (5, 1))] {
        let target = call(operation, 0);
        let _ = model.admit(target, now + Duration::from_secs(1), 1);
        let limits = &model.scopes[&model.key(&target)].limits;
        let has_confirmed =
            |(quota, period)| limits.has_confirmed((quota, Duration::from_secs(period)));
        assert!(
            has_confirmed(there) && !has_confirmed(elsewhere),
            "{limits:?}"
        );
    }
}

/// All are refused at about the same time, and each is told of the others' limit before its own refusal is judged.
#[test]
fn endpoints_that_are_refused_at_once_keep_their_whole_limit() {
    let calls: Vec<Target> = (0..1000)
        .flat_map(|_| (1..=3).map(|operation| call(operation, 0)))
        .collect();
    let mut server = Server::new(&DOCUMENTED, Granularity::Operation);
    server.tells = false;
    let outcome = Play::new(server).run(&calls);
    let ratio = show("three at once", 94.02, &outcome);
    assert!(ratio <= 1.05);
}

/// A day is longer than anybody waits, whoever was told of it.
#[test]
fn a_sister_waits_no_longer_than_the_longest_wait() {
    let max_wait = Duration::from_secs(60);
    let mut model = Model::new(max_wait);
    model.grain = Granularity::Operation;
    let mut now = Moment::default();
    for (operation, n) in (1..=2).flat_map(|operation| (0..40).map(move |n| (operation, n))) {
        let ticket = loop {
            match model.admit(call(operation, 0), now, 0) {
                Ok(ticket) => break ticket,
                Err(until) => {
                    assert!(until <= now + max_wait, "{:?}", until - now);
                    now = until;
                }
            }
        };
        let mut reading = Reading {
            remaining: Some(1_000 - n),
            reset: Some(Time::In(Duration::from_secs(50))),
            ..Reading::default()
        };
        if (operation, n) == (1, 10) {
            reading = Reading {
                refused: true,
                named: Some((10, Duration::from_secs(86_400))),
                ..Reading::default()
            };
        }
        model.record_response(ticket, now, &reading);
    }
}

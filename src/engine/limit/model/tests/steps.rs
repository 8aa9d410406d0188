//! The model step by step: single requests, answers and losses, at moments that the test sets.

use chrono::DateTime;

use super::*;

fn reading(remaining: u32, reset_in: u64) -> Reading {
    let time = DateTime::from_timestamp(1_800_000_000 + reset_in as i64, 1).unwrap_or_default();
    Reading {
        remaining: Some(remaining),
        reset: Some(super::super::super::times::Time::At(time)),
        is_exact: true,
        date: DateTime::from_timestamp(1_800_000_000, 0),
        ..Reading::default()
    }
}

#[test]
fn a_late_answer_of_an_earlier_period_does_not_raise_the_count() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    let first = model.admit(ONE, now, 9).unwrap();
    model.record_response(first, now, &reading(9, 10));
    let slow = model.admit(ONE, now, 1).unwrap();
    model.admit(ONE, now, 1).unwrap();
    let third = model.admit(ONE, now, 1).unwrap_err();
    assert_eq!(third, now + Flight::GRACE, "it grows with the answers");
    let later = now + Duration::from_secs(20);
    let next = model.admit(ONE, later, 9).unwrap();
    let mut answer = reading(3, 30);
    answer.date = DateTime::from_timestamp(1_800_000_020, 0);
    model.record_response(next, later, &answer);
    assert_eq!(model.left().0, Some(3));
    model.record_response(slow, later, &reading(8, 10));
    assert_eq!(model.left().0, Some(3));
}

#[test]
fn after_a_refusal_everything_waits_and_one_goes_first() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    let ticket = model.admit(ONE, now, 9).unwrap();
    let refusal = Reading {
        refused: true,
        retry_after: Some(Duration::from_secs(7)),
        ..Reading::default()
    };
    model.record_response(ticket, now, &refusal);
    let until = now + Duration::from_secs(7);
    assert_eq!(model.admit(ONE, now, 9).unwrap_err(), until);
    let probe = model.admit(ONE, until, 9).unwrap();
    assert!(model.admit(ONE, until, 9).is_err(), "no stampede");
    model.record_response(probe, until, &reading(50, 60));
    let three: Vec<bool> = (0..3).map(|_| model.admit(ONE, until, 9).is_ok()).collect();
    assert_eq!(three, [true, true, false], "two for the first answer");
}

/// Sent before a period ends, and refused after the next one has begun: the wait that it asks for holds.
#[test]
fn a_late_refusal_of_an_earlier_period_is_obeyed() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    let first = model.admit(ONE, now, 9).unwrap();
    model.record_response(first, now, &reading(9, 10));
    let slow = model.admit(ONE, now, 1).unwrap();
    let later = now + Duration::from_secs(20);
    let next = model.admit(ONE, later, 9).unwrap();
    let mut answer = reading(9, 30);
    answer.date = DateTime::from_timestamp(1_800_000_020, 0);
    model.record_response(next, later, &answer);
    let refusal = Reading {
        refused: true,
        retry_after: Some(Duration::from_secs(7)),
        ..Reading::default()
    };
    model.record_response(slow, later, &refusal);
    let until = later + Duration::from_secs(7);
    assert_eq!(model.admit(ONE, later, 9).unwrap_err(), until);
    assert!(model.admit(ONE, until, 9).is_ok());
}

#[test]
fn refusals_that_say_nothing_make_it_wait_longer_each_time_up_to_the_bound() {
    let bound = Duration::from_secs(3);
    let mut model = Model::new(bound);
    let mut now = Moment::default();
    let mut waits = Vec::new();
    for _ in 0..5 {
        let ticket = model.admit(ONE, now, 1).unwrap();
        let refused = true;
        model.record_response(
            ticket,
            now,
            &Reading {
                refused,
                ..Reading::default()
            },
        );
        let until = model.admit(ONE, now, 1).unwrap_err();
        waits.push((until - now).as_millis());
        now = until;
    }
    assert_eq!(waits, [500, 1000, 2000, 3000, 3000]);
}

#[test]
fn a_permit_that_was_not_sent_is_there_again() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    for _ in 0..100 {
        let ticket = model.admit(ONE, now, 1).unwrap();
        model.record_loss(ticket, now, false);
    }
    let ticket = model.admit(ONE, now, 1).unwrap();
    model.record_response(ticket, now, &reading(1, 60));
    for _ in 0..100 {
        let ticket = model.admit(ONE, now, 1).unwrap();
        model.record_loss(ticket, now, false);
    }
    assert!(model.is_idle(&ONE));
}

#[test]
fn a_period_that_lost_requests_fill_is_asked_about() {
    let mut model = Model::new(MAX_WAIT);
    let start = Moment::default();
    let first = model.admit(ONE, start, 1).unwrap();
    model.record_response(first, start, &reading(2, 10));
    let next = start + Duration::from_secs(12);
    let lost: Vec<Ticket> = (0..3)
        .map_while(|_| model.admit(ONE, next, 0).ok())
        .collect();
    assert_eq!(lost.len(), 3, "the whole period, on trust");
    assert!(model.admit(ONE, next, 0).is_err());
    let gone = next + Duration::from_millis(400);
    lost.into_iter()
        .for_each(|ticket| model.record_loss(ticket, gone, true));
    let probe = model.admit(ONE, gone, 0).expect("nobody else will tell");
    assert!(model.admit(ONE, gone, 0).is_err(), "no more than one");
    let mut answer = reading(1, 20);
    answer.date = DateTime::from_timestamp(1_800_000_012, 400_000_000);
    model.record_response(probe, gone, &answer);
    assert_eq!(model.left().0, Some(1));
}

#[test]
fn the_estimate_counts_those_before() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    assert_eq!(model.estimate(ONE, now, 0), None);
    let ticket = model.admit(ONE, now, 1).unwrap();
    model.record_response(ticket, now, &reading(2, 60));
    let wait = |model: &Model, ahead| {
        model
            .estimate(ONE, now, ahead)
            .unwrap()
            .as_secs_f64()
            .round()
    };
    assert_eq!(wait(&model, 1), 0.0);
    // A second more than the reset: that much is not known of the server's clock.
    assert_eq!(wait(&model, 2), 60.0);
    model
        .scopes
        .get_mut(&0)
        .unwrap()
        .know(10, Duration::from_secs(60));
    assert_eq!(wait(&model, 11), 60.0);
    assert_eq!(wait(&model, 12), 120.0);
}

/// What is documented is a first guess, which costs a few round trips if it is wrong.
#[test]
fn without_a_word_on_limits_nothing_waits() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    let ticket = model.admit(ONE, now, 9).unwrap();
    assert!(model.admit(ONE, now, 9).is_err(), "one goes first");
    model.record_response(ticket, now, &Reading::default());
    let trips: Vec<usize> = (0..12)
        .map(|_| {
            let tickets: Vec<Ticket> = (0..1000)
                .map_while(|_| model.admit(ONE, now, 9).ok())
                .collect();
            for &ticket in &tickets {
                model.record_response(ticket, now, &Reading::default());
            }
            tickets.len()
        })
        .collect();
    assert_eq!(trips, [19, 1, 2, 4, 7, 7, 14, 14, 28, 56, 112, 224]);
}

/// So many go at once while `n` are waiting; all are answered.
fn send(model: &mut Model, now: Moment, n: u32) -> usize {
    let tickets = (0..n).map_while(|_| model.admit(ONE, now, 9).ok());
    let tickets: Vec<Ticket> = tickets.collect();
    for &ticket in &tickets {
        model.record_response(ticket, now, &Reading::default());
    }
    tickets.len()
}

/// The steps from the first guess are not over because the first of them was long ago.
#[test]
fn after_a_pause_the_steps_go_on_from_where_they_were() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    let trips: Vec<usize> = (0..6).map(|_| send(&mut model, now, 1000)).collect();
    assert_eq!(trips, [1, 19, 1, 2, 4, 7]);
    let later = now + Duration::from_secs(60);
    let trips: Vec<usize> = (0..4).map(|_| send(&mut model, later, 1000)).collect();
    assert_eq!(trips, [34, 7, 14, 14]);
}

/// A server that tells the seconds until its window ends, and no date, after a week.
#[test]
fn seconds_from_now_are_as_exact_after_a_week() {
    let mut model = Model::new(MAX_WAIT);
    for days in [0, 7] {
        let now = Moment::default() + Duration::from_secs(days * 24 * 3600);
        let ticket = model.admit(ONE, now, 9).unwrap();
        let ten_seconds = Reading {
            remaining: Some(3),
            reset: Some(super::super::super::times::Time::In(Duration::from_secs(
                10,
            ))),
            ..Reading::default()
        };
        model.record_response(ticket, now, &ten_seconds);
        let (left, end) = model.left();
        assert_eq!(left, Some(3));
        assert!(
            end.unwrap() <= now + Duration::from_millis(11_100),
            "{days}"
        );
    }
}

#[test]
fn published_limits_hold_from_the_first_request_on() {
    let second = Duration::from_secs(1);
    let windows = vec![Window::new(10, second), Window::new(25, 60 * second)];
    let mut model = Model::published(MAX_WAIT, windows);
    let start = Moment::default();
    let mut sent = Vec::new();
    let mut now = start;
    while sent.len() < 60 {
        match model.admit(ONE, now, 9) {
            Ok(ticket) => {
                sent.push(now - start);
                model.record_response(ticket, now, &Reading::default());
            }
            Err(until) => now = until,
        }
    }
    let seconds: Vec<u64> = sent.iter().step_by(5).map(Duration::as_secs).collect();
    assert_eq!(seconds, [0, 0, 1, 1, 2, 60, 60, 61, 61, 62, 120, 120]);
}

/// By a clock that is an hour off, and of which no `Date` tells.
#[test]
fn a_reset_that_nobody_waits_for_is_none() {
    let mut model = Model::new(Duration::from_secs(900));
    let mut now = Moment::default();
    for _ in 0..3 {
        let ticket = model.admit(ONE, now, 1).unwrap();
        model.record_response(ticket, now, &reading(0, 3_610_000));
        let until = model.admit(ONE, now, 1).unwrap_err();
        assert_eq!(until, now + Duration::from_secs(1));
        now = until;
    }
}

#[test]
fn the_longest_wait_there_is_overflows_nothing() {
    let mut model = Model::new(Duration::MAX);
    let now = Moment::default();
    let ticket = model.admit(ONE, now, 1).unwrap();
    model.record_response(ticket, now, &reading(0, 60_000_000_000));
    let until = model.admit(ONE, now, 1).unwrap_err();
    assert_eq!(
        until,
        now + Duration::from_secs(1),
        "nobody waits for a century"
    );
    let ticket = model.admit(ONE, until, 1).unwrap();
    let retry_after = Some(Duration::MAX);
    let refusal = Reading {
        retry_after,
        refused: true,
        ..Reading::default()
    };
    model.record_response(ticket, until, &refusal);
    assert_eq!(model.admit(ONE, until, 1).unwrap_err(), until + FOR_EVER);
}

#[test]
fn a_server_without_headers_leaves_nothing_behind() {
    let mut model = Model::new(MAX_WAIT);
    let start = Moment::default();
    for call in 0..10_000 {
        let sent = start + Duration::from_millis(call * 10);
        let ticket = model.admit(ONE, sent, 1).expect("no limit is known");
        let reading = Reading::of(StatusCode::OK, &HeaderMap::new());
        // Every hundredth answer is lost.
        match call % 100 {
            99 => model.record_loss(ticket, sent, true),
            _ => drop(model.record_response(ticket, sent + Duration::from_millis(5), &reading)),
        }
    }
    let end = start + Duration::from_secs(1_000);
    assert!(model.admit(ONE, end, 1).is_ok());
    assert_eq!(model.scopes[&0].uncounted(), 1, "the last one alone");
}

#[test]
fn an_accepted_answer_ends_a_wait_beyond_the_longest_one() {
    let mut model = Model::new(MAX_WAIT);
    let now = Moment::default();
    let first = model.admit(ONE, now, 9).unwrap();
    model.record_response(first, now, &reading(9, 10));
    let refused = model.admit(ONE, now, 2).unwrap();
    let accepted = model.admit(ONE, now, 1).unwrap();
    let day = Duration::from_secs(86_400);
    let refusal = Reading {
        refused: true,
        retry_after: Some(day),
        ..reading(0, 86_400)
    };
    model.record_response(refused, now, &refusal);
    assert_eq!(model.beyond_max_wait(&ONE, now), Some(day));
    assert_eq!(model.admit(ONE, now, 1).unwrap_err(), now + day);
    let other = Target::new(true, "other", "other");
    let other = model
        .admit(other, now, 1)
        .expect("it asked for nothing of others");
    model.record_loss(other, now, false);
    model.record_response(accepted, now, &reading(8, 10));
    assert_eq!(model.beyond_max_wait(&ONE, now), None);
    assert!(model.admit(ONE, now, 1).is_ok());
}

/// What the words of a refusal say may be any number.
#[test]
fn no_limit_in_the_words_of_a_refusal_stops_it() {
    let quotas = [1, 2, 19, 20, 21, u32::MAX / 5, u32::MAX / 2 + 1, u32::MAX];
    let periods = [1, 500, 1_000, 1_400, 60_000, u64::MAX];
    for seed in 0..2_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut model = Model::new(MAX_WAIT);
        let mut now = Moment::default();
        let mut flight = Vec::new();
        for _ in 0..400 {
            match model.admit(ONE, now, 3) {
                Ok(ticket) => flight.push(ticket),
                Err(until) => {
                    assert!(until > now && until <= now + MAX_WAIT, "seed {seed}");
                    now = until.min(now + Duration::from_millis(random.u64(1..5_000)));
                }
            }
            if flight.len() <= random.usize(..10) {
                continue;
            }
            let ticket = flight.swap_remove(random.usize(..flight.len()));
            let mut reading = Reading::default();
            if random.u32(..20) == 0 {
                let period = periods[random.usize(..periods.len())];
                let quota = quotas[random.usize(..quotas.len())];
                reading.refused = true;
                reading.named = Some((quota, Duration::from_millis(period)));
                let wait = Duration::from_secs(random.u64(..3));
                reading.retry_after = random.bool().then_some(wait);
            }
            match random.u32(..30) {
                0 => model.record_loss(ticket, now, random.bool()),
                _ => drop(model.record_response(ticket, now, &reading)),
            }
        }
    }
}

/// A count that was told once, and never again, is waited for as long as requests are in flight.
#[test]
fn a_count_that_is_told_once_leaves_nothing_behind() {
    let mut model = Model::new(MAX_WAIT);
    let start = Moment::default();
    for n in 0..10_000u64 {
        let now = start + Duration::from_millis(100 * n);
        let Ok(ticket) = model.admit(ONE, now, 1) else {
            continue;
        };
        let told = if n == 0 {
            reading(50, 5)
        } else {
            Reading::default()
        };
        model.record_response(ticket, now, &told);
    }
    let left = model.scopes[&0].flight.unseen_len();
    assert!(left < 100, "{left}");
}

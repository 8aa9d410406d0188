//! Webhook signatures: what ConfigCat sent is accepted once, and nothing else is.
#![cfg(feature = "webhook")]

use std::time::Duration;

use configcat_management::Secret;
use configcat_management::chrono::{DateTime, TimeDelta, Utc};
use configcat_management::webhook::{self, Notification, Refused, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

// The published test vector.
const KEY: &str = "configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88=";
const ID: &str = "b616ca659d154a5fb907dd8475792eeb";
const TIMESTAMP: i64 = 1669629035;
const BODY: &[u8] = b"examplebody";
const SIGNATURE: &str = "Ks3cYsu9Lslfo+hVxNC3oQWnsF9e5d73TI5t94D9DRA=";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(TIMESTAMP, 0).expect("a time")
}

fn headers(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    let value = |text: &str| HeaderValue::from_str(text).expect("a header");
    HeaderMap::from_iter([
        (webhook::ID, value(id)),
        (webhook::TIMESTAMP, value(timestamp)),
        (webhook::SIGNATURE, value(signature)),
    ])
}

fn published() -> HeaderMap {
    headers(ID, &TIMESTAMP.to_string(), SIGNATURE)
}

fn verify(headers: &HeaderMap, body: &[u8]) -> Result<Notification, Refused> {
    Verifier::new([KEY]).verify(headers, body, now())
}

#[test]
fn the_published_vector_is_accepted() {
    let notification = verify(&published(), BODY).expect("genuine");
    assert_eq!(notification.id, ID);
    assert_eq!(notification.sent_at, now());
    assert_eq!(notification.key, 0);
    assert_eq!(
        webhook::sign(&Secret::from(KEY), ID, TIMESTAMP, BODY),
        SIGNATURE
    );
}

#[test]
fn either_key_and_either_signature_will_do() {
    let timestamp = TIMESTAMP.to_string();
    let other = webhook::sign(&Secret::from("other"), ID, TIMESTAMP, BODY);
    let all = |headers: &HeaderMap, keys: &[&str]| {
        let notification = Verifier::new(keys.iter().copied()).verify(headers, BODY, now());
        notification.map(|notification| notification.key)
    };
    for signatures in [
        format!("{SIGNATURE},{other}"),
        format!("{other}, {SIGNATURE}"),
        format!(" , ,garbage,{other} ,,{SIGNATURE},"),
    ] {
        let headers = headers(ID, &timestamp, &signatures);
        assert_eq!(all(&headers, &[KEY]), Ok(0));
        assert_eq!(all(&headers, &["unrelated", KEY]), Ok(1));
        assert_eq!(all(&headers, &["unrelated", "other"]), Ok(1));
        assert_eq!(all(&headers, &["unrelated"]), Err(Refused::Forged));
    }
    // Spread over two headers.
    let mut spread = headers(ID, &timestamp, &other);
    spread.append(webhook::SIGNATURE, HeaderValue::from_static(SIGNATURE));
    assert_eq!(all(&spread, &[KEY]), Ok(0));
    // Hidden behind many wrong ones.
    let many = format!("{}{SIGNATURE}", format!("{other},").repeat(8));
    assert_eq!(
        all(&headers(ID, &timestamp, &many), &[KEY]),
        Err(Refused::Forged)
    );
}

#[test]
fn without_a_key_nothing_is_accepted() {
    let signed_with_nothing = webhook::sign(&Secret::from(""), ID, TIMESTAMP, BODY);
    let headers = headers(ID, &TIMESTAMP.to_string(), &signed_with_nothing);
    for keys in [vec![], vec![""], vec!["", ""]] {
        let refused = Verifier::new(keys).verify(&headers, BODY, now());
        assert_eq!(refused.unwrap_err(), Refused::NoKey);
    }
}

#[test]
fn each_missing_or_odd_header_is_named() {
    for (name, spelt) in [
        (webhook::ID, "X-ConfigCat-Webhook-ID"),
        (webhook::TIMESTAMP, "X-ConfigCat-Webhook-Timestamp"),
        (webhook::SIGNATURE, "X-ConfigCat-Webhook-Signature-V1"),
    ] {
        let mut without = published();
        without.remove(&name);
        let refused = verify(&without, BODY).unwrap_err();
        assert_eq!(refused, Refused::Missing(spelt));
        assert_eq!(
            refused.to_string(),
            format!("the header {spelt} is missing")
        );
    }
    for name in [webhook::ID, webhook::TIMESTAMP] {
        let mut twice = published();
        twice.append(&name, HeaderValue::from_static("1"));
        let refused = verify(&twice, BODY).unwrap_err();
        assert!(matches!(refused, Refused::Malformed(_)), "{refused:?}");
    }
    for timestamp in [
        "",
        "-1669629035",
        "+1669629035",
        "01669629035",
        "0",
        "1669629035.0",
        "1e9",
        "٣",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999999",
        "now",
    ] {
        let mut headers = published();
        let value = HeaderValue::from_bytes(timestamp.as_bytes()).expect("a header");
        headers.insert(webhook::TIMESTAMP, value);
        let refused = verify(&headers, BODY).unwrap_err();
        assert_eq!(
            refused,
            Refused::Malformed("X-ConfigCat-Webhook-Timestamp"),
            "{timestamp}"
        );
    }
}

#[test]
fn age_and_skew_are_limited_to_the_second() {
    let verifier = || Verifier::new([KEY]);
    let at = |verifier: Verifier, seconds: i64| {
        let now = now() + TimeDelta::seconds(seconds);
        verifier
            .verify(&published(), BODY, now)
            .map(|notification| notification.key)
    };
    assert_eq!(at(verifier(), 300), Ok(0));
    assert_eq!(at(verifier(), 301), Err(Refused::Stale));
    assert_eq!(at(verifier(), -60), Ok(0));
    assert_eq!(at(verifier(), -61), Err(Refused::Future));
    let tight = || {
        verifier()
            .with_max_age(Duration::from_secs(1))
            .with_max_future_skew(Duration::ZERO)
    };
    assert_eq!(at(tight(), 1), Ok(0));
    assert_eq!(at(tight(), 2), Err(Refused::Stale));
    assert_eq!(at(tight(), -1), Err(Refused::Future));
    let forever = verifier().with_max_age(Duration::MAX);
    assert_eq!(at(forever, 4_000_000_000), Ok(0));
    for extreme in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert!(verifier().verify(&published(), BODY, extreme).is_err());
    }
}

#[test]
fn who_has_no_key_does_not_learn_about_time_or_replays() {
    let verifier = Verifier::new([KEY]);
    verifier.verify(&published(), BODY, now()).expect("genuine");
    let refused = |headers: &HeaderMap, seconds: i64| {
        let now = now() + TimeDelta::seconds(seconds);
        verifier.verify(headers, b"other", now).unwrap_err()
    };
    for seconds in [-1000, 0, 1000] {
        assert_eq!(refused(&published(), seconds), Refused::Forged);
    }
}

#[test]
fn a_replay_is_refused_and_a_second_delivery_is_not() {
    let key = Secret::from(KEY);
    let signed = |id: &str, timestamp: i64| {
        let signature = webhook::sign(&key, id, timestamp, BODY);
        headers(id, &timestamp.to_string(), &signature)
    };
    let verifier = Verifier::new([KEY, "new"]).with_replay_window(2);
    let verify = |headers: &HeaderMap| verifier.verify(headers, BODY, now());
    let first = verify(&signed("a", TIMESTAMP)).expect("genuine");
    assert_eq!(
        verify(&signed("a", TIMESTAMP)).unwrap_err(),
        Refused::Replayed
    );
    // Sent again by ConfigCat, later.
    verify(&signed("a", TIMESTAMP + 1)).expect("genuine");

    // Handling failed, and it is asked for again.
    verifier.forget(&first);
    verify(&signed("a", TIMESTAMP)).expect("forgotten");

    // The window holds two: the oldest goes.
    verify(&signed("b", TIMESTAMP + 2)).expect("genuine");
    assert_eq!(
        verify(&signed("b", TIMESTAMP + 2)).unwrap_err(),
        Refused::Replayed
    );
    assert_eq!(
        verify(&signed("a", TIMESTAMP + 1)).unwrap_err(),
        Refused::Replayed
    );
    verify(&signed("a", TIMESTAMP)).expect("beyond the window");

    let off = Verifier::new([KEY]).with_replay_window(0);
    for _ in 0..2 {
        off.verify(&published(), BODY, now()).expect("genuine");
    }
}

#[test]
fn a_key_more_does_not_make_a_replay_new() {
    // Signed by both keys, replayed with each of the signatures.
    let keys = [KEY, "second"];
    let verifier = Verifier::new(keys);
    let timestamp = TIMESTAMP.to_string();
    let mut outcomes = keys.map(|key| {
        let signature = webhook::sign(&Secret::from(key), ID, TIMESTAMP, BODY);
        verifier
            .verify(&headers(ID, &timestamp, &signature), BODY, now())
            .map(|_| ())
    });
    outcomes.reverse();
    assert_eq!(outcomes, [Err(Refused::Replayed), Ok(())]);
}

/// The signature covers id, timestamp and body without a border: characters can wander.
#[test]
fn moving_the_borders_does_not_make_a_replay_new() {
    let key = Secret::from(KEY);
    let (id, body) = ("7f3a0100", b"12{}");
    let signature = webhook::sign(&key, id, TIMESTAMP, body);
    let whole = format!("{id}{TIMESTAMP}12{{}}");
    let verifier = Verifier::new([KEY])
        .with_max_age(Duration::MAX)
        .with_max_future_skew(Duration::MAX);
    let genuine = headers(id, &TIMESTAMP.to_string(), &signature);
    verifier.verify(&genuine, body, now()).expect("genuine");
    for start in 1..whole.len() {
        for end in start + 1..=whole.len() {
            let headers = headers(&whole[..start], &whole[start..end], &signature);
            let refused = verifier
                .verify(&headers, &whole.as_bytes()[end..], now())
                .unwrap_err();
            assert!(
                matches!(refused, Refused::Replayed | Refused::Malformed(_)),
                "{start} {end} {refused:?}"
            );
        }
    }
    // With the usual limits they do not even count as fresh.
    let fresh = Verifier::new([KEY]);
    for start in 1..whole.len() {
        for end in start + 1..=whole.len() {
            let headers = headers(&whole[..start], &whole[start..end], &signature);
            let outcome = fresh.verify(&headers, &whole.as_bytes()[end..], now());
            assert_eq!(
                outcome.is_ok(),
                (start, end) == (8, 18),
                "{start} {end} {outcome:?}"
            );
        }
    }
}

#[test]
fn nothing_shows_a_key_or_a_signature() {
    let verifier = Verifier::new([KEY]);
    let notification = verifier.verify(&published(), BODY, now()).expect("genuine");
    let shown = format!("{verifier:?} {notification:?}");
    assert!(!shown.contains("configcat_whsk"), "{shown}");
    assert!(!shown.contains(SIGNATURE), "{shown}");
    for refused in [
        Refused::NoKey,
        Refused::Forged,
        Refused::Stale,
        Refused::Future,
        Refused::Replayed,
    ] {
        assert!(refused.to_string().len() > 20);
    }
}

#[test]
fn verifiers_are_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Verifier>();
    shared::<Refused>();
    shared::<Notification>();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bit_is_refused(
        key in "[!-~]{1,80}",
        id in "[0-9a-f]{32}",
        timestamp in 1i64..100_000_000_000,
        body in prop::collection::vec(any::<u8>(), 0..300),
        place in any::<prop::sample::Index>(),
        bit in 0..8u32,
    ) {
        let signature = webhook::sign(&Secret::from(key.as_str()), &id, timestamp, &body);
        let now = DateTime::from_timestamp(timestamp, 0).expect("a time");
        // Any time will do, so that it is the signature that refuses.
        let verifier = || Verifier::new([key.as_str()]).with_max_age(Duration::MAX).with_max_future_skew(Duration::MAX);
        let parts = [id.into_bytes(), timestamp.to_string().into_bytes(), signature.into_bytes(), body];
        let verify = |parts: &[Vec<u8>; 4]| {
            let names = [webhook::ID, webhook::TIMESTAMP, webhook::SIGNATURE];
            let values = parts.iter().map(|part| HeaderValue::from_bytes(part));
            let headers = names.into_iter().zip(values);
            let headers: Option<HeaderMap> = headers.map(|(name, value)| Some((name, value.ok()?))).collect();
            headers.map(|headers| verifier().verify(&headers, &parts[3], now))
        };
        prop_assert!(verify(&parts).is_some_and(|outcome| outcome.is_ok()));

        let mut flipped = parts;
        let mut at = place.index(flipped.iter().map(Vec::len).sum());
        for part in &mut flipped {
            if let Some(byte) = part.get_mut(at) {
                *byte ^= 1 << bit;
                break;
            }
            at -= part.len();
        }
        // Some flips make no header at all.
        if let Some(outcome) = verify(&flipped) {
            let refused = outcome.expect_err("flipped");
            prop_assert!(matches!(refused, Refused::Forged | Refused::Malformed(_)), "{:?}", refused);
        }
    }

    #[test]
    fn garbage_never_panics(
        values in prop::collection::vec((0..4usize, prop::collection::vec(any::<u8>(), 0..200)), 0..8),
        body in prop::collection::vec(any::<u8>(), 0..50),
        now in any::<i64>(),
    ) {
        let names = [webhook::ID, webhook::TIMESTAMP, webhook::SIGNATURE, HeaderName::from_static("x-other")];
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(&names[name], value);
            }
        }
        let now = DateTime::from_timestamp(now, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        prop_assert!(Verifier::new([KEY]).verify(&headers, &body, now).is_err());
    }
}

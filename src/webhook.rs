//! Verifies received webhook notifications: sent by ConfigCat, unchanged, and recent.
//!
//! Cargo feature `webhook`. Nothing is sent and no HTTP framework is needed: what is verified is a header map and a body.
//! The signing keys are shown in the dashboard beside the webhook, and [`get_webhook_signing_keys`] reads them.
//!
//! ```
//! use configcat_management::{chrono::{DateTime, Utc}, webhook::Verifier};
//!
//! # fn example(headers: &http::HeaderMap, body: &[u8]) {
//! // Make one and keep it: it remembers what it accepted.
//! let verifier = Verifier::new(["configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88="]);
//! match verifier.verify(headers, body, Utc::now()) {
//!     Ok(notification) => println!("{} of {}", notification.id, notification.sent_at),
//!     Err(refused) => println!("refused: {refused}"), // answer with 400
//! }
//! # }
//! ```
//!
//! In the tests of a receiver, [`sign`] makes the signature that ConfigCat would send.
//!
//! # What is checked
//!
//! What [`Refused`] lists, in that order. The signatures may be spread over several headers; each other header has to be there once.
//! A sender without a key gets no further than [`Refused::Forged`], and learns nothing from it: every key is tried with every
//! signature, in constant time.
//!
//! # The body
//!
//! The signature covers the bytes as they came. Verify them before anything reads or rewrites them: a body that was parsed and
//! written again has another signature.
//!
//! [`get_webhook_signing_keys`]: crate::Client::get_webhook_signing_keys

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName};
use sha2::Sha256;

use crate::Secret;

/// The header with the id of a notification.
pub const ID: HeaderName = HeaderName::from_static("x-configcat-webhook-id");
/// The header with the time of a notification, in seconds since 1970.
pub const TIMESTAMP: HeaderName = HeaderName::from_static("x-configcat-webhook-timestamp");
/// The header with the signatures, separated by commas: one for each signing key that the webhook has.
pub const SIGNATURE: HeaderName = HeaderName::from_static("x-configcat-webhook-signature-v1");

/// Verifies notifications.
///
/// It is made once and shared: it remembers what it accepted, to refuse it when it comes again.
pub struct Verifier {
    keys: Vec<Secret>,
    /// Why no key will do.
    problem: Option<Refused>,
    max_age: Duration,
    max_future_skew: Duration,
    window: usize,
    /// When each was sent that was accepted.
    accepted: Mutex<HashMap<Seal, i64>>,
}

/// A notification that is genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// Its id, as ConfigCat gave it.
    pub id: String,
    /// When it was sent, to the second.
    pub sent_at: DateTime<Utc>,
    /// Which signing key it was signed with, counted from 0 in the order that [`Verifier::new`] was given; the first that fits.
    /// Once nothing arrives with the old one any more, a change of keys is complete.
    pub key: usize,
    seal: Seal,
}

/// What only this notification has: its signature by the first key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Seal([u8; 32]);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Why a notification was refused.
///
/// The text holds nothing of what was received, no signature and no key: it can be logged, and answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// The verifier was made without a signing key, or with empty ones: a mistake on this side.
    NoKey,
    /// The verifier was made with a signing key that has white space or control characters, such as the end of the line of a
    /// file that it was read from: a mistake on this side. No signature would ever fit.
    UnusableKey,
    /// A header is missing; its name.
    Missing(&'static str),
    /// A header is not what ConfigCat sends, or is there more than once; its name.
    Malformed(&'static str),
    /// No signature is right: another key, another body, or another sender.
    Forged,
    /// It is genuine, but older than [`with_max_age`](Verifier::with_max_age) allows.
    Stale,
    /// It is genuine, but from the future, beyond [`with_max_future_skew`](Verifier::with_max_future_skew): one of the two clocks is wrong.
    Future,
    /// It is genuine, and was accepted before. Answer as if it were accepted, so that it is not sent again.
    Replayed,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::NoKey => "no webhook signing key is configured; pass one to `Verifier::new`",
            Refused::UnusableKey => {
                "a webhook signing key has white space or control characters; check where it comes from"
            }
            Refused::Missing(header) => return write!(f, "the header {header} is missing"),
            Refused::Malformed(header) => return write!(f, "the header {header} cannot be read"),
            Refused::Forged => "no signature is valid for these headers and this body",
            Refused::Stale => "the notification is too old",
            Refused::Future => "the notification is from the future; check the clock",
            Refused::Replayed => "the notification was accepted before",
        })
    }
}

impl std::error::Error for Refused {}

impl Verifier {
    /// How old a notification may be. 5 minutes: enough for a slow network, little for somebody who recorded it.
    pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5 * 60);
    /// How far the sender's clock may be ahead. 1 minute: clocks that are kept by NTP differ by less than a second.
    pub const DEFAULT_MAX_FUTURE_SKEW: Duration = Duration::from_secs(60);
    /// How many accepted notifications are remembered. 10 000: more than 30 a second for the default age, in about 1 MB.
    pub const DEFAULT_REPLAY_WINDOW: usize = 10_000;
    /// The most signatures that are looked at; ConfigCat sends up to two.
    const MAX_SIGNATURES: usize = 8;

    /// Verifies with these signing keys, as ConfigCat shows them: `configcat_whsk_` and so on. While keys are changed there are
    /// two, and either will do.
    ///
    /// Empty keys are left out, because anybody could sign with them. If none is left, every notification is refused; and so
    /// it is if a key has white space or control characters, which ConfigCat's keys do not have.
    pub fn new<K: Into<Secret>>(keys: impl IntoIterator<Item = K>) -> Self {
        let mut keys: Vec<Secret> = keys.into_iter().map(Into::into).collect();
        keys.retain(|key| !key.expose().is_empty());
        let is_odd = |c: char| c.is_whitespace() || c.is_control();
        let problem = match keys.iter().any(|key| key.expose().contains(is_odd)) {
            true => Some(Refused::UnusableKey),
            false => keys.is_empty().then_some(Refused::NoKey),
        };
        Verifier {
            keys,
            problem,
            max_age: Self::DEFAULT_MAX_AGE,
            max_future_skew: Self::DEFAULT_MAX_FUTURE_SKEW,
            window: Self::DEFAULT_REPLAY_WINDOW,
            accepted: Mutex::default(),
        }
    }

    /// How old a notification may be. Default: [`DEFAULT_MAX_AGE`](Self::DEFAULT_MAX_AGE).
    #[must_use]
    pub fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// How far in the future a notification may be. Default:
    /// [`DEFAULT_MAX_FUTURE_SKEW`](Self::DEFAULT_MAX_FUTURE_SKEW).
    #[must_use]
    pub fn with_max_future_skew(mut self, skew: Duration) -> Self {
        self.max_future_skew = skew;
        self
    }

    /// How many accepted notifications are remembered, to refuse them when they come again; the oldest are forgotten first.
    /// Default: [`DEFAULT_REPLAY_WINDOW`](Self::DEFAULT_REPLAY_WINDOW). 0 turns it off.
    ///
    /// It is complete if it holds all that arrive within the age. It lives in this process: behind a load balancer, each
    /// process has its own.
    #[must_use]
    pub fn with_replay_window(mut self, notifications: usize) -> Self {
        self.window = notifications;
        self
    }

    /// Whether a notification is genuine, fresh and new. `body` is what came, byte for byte; `now` is `Utc::now()`.
    ///
    /// # Errors
    ///
    /// [`Refused`] says why not; the [module](self) has the order of the checks.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Notification, Refused> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let id = single(headers, ID_NAME)?;
        let timestamp = single(headers, TIMESTAMP_NAME)?;
        let signatures = signatures(headers)?;
        let sent_at = seconds(timestamp).ok_or(Refused::Malformed(TIMESTAMP_NAME))?;

        // Neither loop ends early, so that the time it takes tells nothing.
        let mut fits = None;
        let mut seal = None;
        for (index, key) in self.keys.iter().enumerate() {
            let mac = mac(key, id, timestamp, body).ok_or(Refused::NoKey)?;
            for signature in &signatures {
                if mac.clone().verify_slice(signature).is_ok() {
                    fits.get_or_insert(index);
                }
            }
            seal.get_or_insert(Seal(mac.finalize().into_bytes().into()));
        }
        let (Some(key), Some(seal)) = (fits, seal) else {
            return Err(Refused::Forged);
        };

        // One of the two is negative, and so none.
        let (age, skew) = ((now - sent_at).to_std(), (sent_at - now).to_std());
        if age.is_ok_and(|age| age > self.max_age) {
            return Err(Refused::Stale);
        }
        if skew.is_ok_and(|skew| skew > self.max_future_skew) {
            return Err(Refused::Future);
        }
        // By signature, not by id: a repeated delivery with a time of its own is another notification, and digits that wander
        // between id and timestamp do not make one. Only what is genuine gets here, so all may be looked through.
        let mut accepted = self.lock();
        if accepted.contains_key(&seal) {
            return Err(Refused::Replayed);
        }
        accepted.insert(seal, sent_at.timestamp());
        if accepted.len() > self.window
            && let Some((_, oldest)) = accepted.iter().map(|(seal, time)| (*time, *seal)).min()
        {
            accepted.remove(&oldest);
        }
        Ok(Notification {
            id: id.to_string(),
            sent_at,
            key,
            seal,
        })
    }

    /// Lets a notification come again: for a receiver that accepted one, failed to handle it, and answers with an error so that
    /// it is sent once more.
    pub fn forget(&self, notification: &Notification) {
        self.lock().remove(&notification.seal);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Seal, i64>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &self.keys)
            .field("max_age", &self.max_age)
            .field("max_future_skew", &self.max_future_skew)
            .field("replay_window", &self.window)
            .finish_non_exhaustive()
    }
}

/// The signature of a notification, for tests of a receiver: what ConfigCat sends in the [`SIGNATURE`] header for one key.
/// `timestamp` is in seconds since 1970, as in the [`TIMESTAMP`] header.
///
/// ```
/// use configcat_management::{Secret, webhook};
///
/// // ConfigCat's published example.
/// let key = Secret::from("configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88=");
/// let signature = webhook::sign(&key, "b616ca659d154a5fb907dd8475792eeb", 1669629035, b"examplebody");
/// assert_eq!(signature, "Ks3cYsu9Lslfo+hVxNC3oQWnsF9e5d73TI5t94D9DRA=");
/// ```
pub fn sign(key: &Secret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let mac = mac(key, id, &timestamp.to_string(), body);
    mac.map_or_else(String::new, |mac| {
        STANDARD.encode(mac.finalize().into_bytes())
    })
}

/// HMAC takes keys of any length, so there always is one.
fn mac(key: &Secret, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    mac.update(id.as_bytes());
    mac.update(timestamp.as_bytes());
    mac.update(body);
    Some(mac)
}

/// The names as people know them.
const ID_NAME: &str = "X-ConfigCat-Webhook-ID";
const TIMESTAMP_NAME: &str = "X-ConfigCat-Webhook-Timestamp";
const SIGNATURE_NAME: &str = "X-ConfigCat-Webhook-Signature-V1";

/// The text of a header that is there once.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Refused> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Refused::Missing(name))?;
    match (values.next(), value.to_str()) {
        (None, Ok(text)) if !text.is_empty() => Ok(text),
        _ => Err(Refused::Malformed(name)),
    }
}

/// What may be a signature. The rest is left out, and so fits no key.
fn signatures(headers: &HeaderMap) -> Result<Vec<Vec<u8>>, Refused> {
    let mut values = headers.get_all(&SIGNATURE).iter().peekable();
    if values.peek().is_none() {
        return Err(Refused::Missing(SIGNATURE_NAME));
    }
    let texts = values.filter_map(|value| value.to_str().ok());
    let texts = texts.flat_map(|text| text.split(','));
    let signatures = texts.filter_map(|text| STANDARD.decode(text.trim()).ok());
    Ok(signatures.take(Verifier::MAX_SIGNATURES).collect())
}

/// Seconds since 1970 in the one way to write them: without a sign and without zeros in front. The signature covers id,
/// timestamp and body without a border between them, and so does not tell a zero at the end of an id from one at the
/// beginning of a timestamp.
fn seconds(text: &str) -> Option<DateTime<Utc>> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let seconds = text.parse().ok().filter(|_| plain)?;
    DateTime::from_timestamp(seconds, 0)
}

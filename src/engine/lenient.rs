//! Answers as servers give them: times without a zone, `null` for what may be missing, and `5.0` for 5.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, Visitor};
use serde_json::Value;

/// What serde's `deserialize_with` takes, for structs that serde derives.
macro_rules! read {
    ($($seed:ident),*) => {
        $(impl $seed {
            #[allow(dead_code)] // No description of today has such a struct; a refresh may bring one.
            pub(crate) fn read<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<<Self as DeserializeSeed<'de>>::Value, D::Error> {
                Self.deserialize(deserializer)
            }
        })*
    };
}

read!(Present, Time, TimeOrNone);

/// Reads a value that is there, `null` included.
pub(crate) struct Present;

impl<'de> DeserializeSeed<'de> for Present {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}

/// Reads a time; without a zone it is one of UTC.
pub(crate) struct Time;

impl<'de> DeserializeSeed<'de> for Time {
    type Value = DateTime<Utc>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Time {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time of RFC 3339")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
        // Nearly all are as the standard writes them, which is read in a third of the time.
        let exact = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        let zoned = exact.or_else(|_| text.parse());
        let plain = || text.parse().map(|time: NaiveDateTime| time.and_utc());
        zoned
            .or_else(|_| plain())
            .map_err(|_| E::custom("not a time"))
    }
}

/// Reads the same, for a time that may be `null`.
pub(crate) struct TimeOrNone;

impl<'de> DeserializeSeed<'de> for TimeOrNone {
    type Value = Option<DateTime<Utc>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        struct Lenient(DateTime<Utc>);

        impl<'de> Deserialize<'de> for Lenient {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Time.deserialize(deserializer).map(Lenient)
            }
        }

        let time = Option::<Lenient>::deserialize(deserializer)?;
        Ok(time.map(|time| time.0))
    }
}

/// The document that could not be read, without its fields that are `null`, or with whole numbers in place of `5.0`, if that is why:
/// one that may be missing may be `null` as well, and numbers are equal by value. `None` if that changes nothing.
pub(crate) fn simplify(body: &[u8], error: &serde_json::Error) -> Option<Vec<u8>> {
    let problem = error.to_string();
    let mut value = serde_json::from_slice(body).ok()?;
    let changed = match () {
        () if problem.starts_with("invalid type: null") => drop_nulls(&mut value),
        () if problem.starts_with("invalid type: floating point") => drop_fractions(&mut value),
        () => false,
    };
    changed.then(|| serde_json::to_vec(&value).ok())?
}

/// Says whether there were any.
fn drop_nulls(value: &mut Value) -> bool {
    let mut changed = false;
    if let Value::Object(fields) = value {
        let before = fields.len();
        fields.retain(|_, value| !value.is_null());
        changed = fields.len() < before;
    }
    children(value).fold(changed, |changed, child| changed | drop_nulls(child))
}

/// Writes `5.0` as 5. Says whether there was such a number.
fn drop_fractions(value: &mut Value) -> bool {
    /// Beyond this, a float does not tell one whole number from the next.
    const EXACT: f64 = (1_u64 << 53) as f64;
    let float = value.as_f64().filter(|_| value.is_f64());
    if let Some(float) = float.filter(|float| float.fract() == 0.0 && float.abs() <= EXACT) {
        *value = Value::from(float as i64);
        return true;
    }
    children(value).fold(false, |changed, child| changed | drop_fractions(child))
}

fn children(value: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match value {
        Value::Object(fields) => Box::new(fields.values_mut()),
        Value::Array(entries) => Box::new(entries.iter_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

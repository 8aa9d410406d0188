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

/// The document that could not be read, without the fields that are `null` and with whole numbers in place of `5.0`, if that may
/// help: one that may be missing may be `null` as well, and numbers are equal by value.
pub(crate) fn without_nulls_and_floats(body: &[u8], error: &serde_json::Error) -> Option<Vec<u8>> {
    let problem = error.to_string();
    let causes = ["invalid type: null", "invalid type: floating point"];
    if !causes.iter().any(|cause| problem.starts_with(cause)) {
        return None;
    }
    let mut value = serde_json::from_slice(body).ok()?;
    simplify(&mut value);
    serde_json::to_vec(&value).ok()
}

fn simplify(value: &mut Value) {
    /// Beyond this, a float does not tell one whole number from the next.
    const EXACT: f64 = (1_u64 << 53) as f64;
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(simplify);
        }
        Value::Array(entries) => entries.iter_mut().for_each(simplify),
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|_| number.is_f64())
                && float.fract() == 0.0
                && float.abs() <= EXACT
            {
                *number = (float as i64).into();
            }
        }
        _ => {}
    }
}

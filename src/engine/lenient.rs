//! Answers as servers give them: times without a zone, and `null` where any JSON may stand.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, Visitor};

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
    type Value = Option<serde_json::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Some)
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
        let zoned = exact.or_else(|_| text.parse::<DateTime<Utc>>()).ok();
        let plain = || {
            text.parse::<NaiveDateTime>()
                .ok()
                .map(|time| time.and_utc())
        };
        zoned.or_else(plain).ok_or_else(|| E::custom("not a time"))
    }
}

/// Reads the same, for a time that may be `null`.
pub(crate) struct TimeOrNone;

impl<'de> DeserializeSeed<'de> for TimeOrNone {
    type Value = Option<DateTime<Utc>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for TimeOrNone {
    type Value = Option<DateTime<Utc>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time of RFC 3339, or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Time.deserialize(deserializer).map(Some)
    }
}

//! Answers as servers give them: times without a zone, and `null` where any JSON may stand.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A value that is there, `null` included.
pub(crate) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

/// A time; without a zone it is read as UTC.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    struct Time;

    impl Visitor<'_> for Time {
        type Value = DateTime<Utc>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time of RFC 3339")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
            let zoned = text.parse::<DateTime<Utc>>().ok();
            let plain = || {
                text.parse::<NaiveDateTime>()
                    .ok()
                    .map(|time| time.and_utc())
            };
            zoned.or_else(plain).ok_or_else(|| E::custom("not a time"))
        }
    }

    deserializer.deserialize_str(Time)
}

/// The same, where it may be `null` or missing.
pub(crate) fn time_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    struct Read(DateTime<Utc>);

    impl<'de> Deserialize<'de> for Read {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            time(deserializer).map(Read)
        }
    }

    let read = Option::<Read>::deserialize(deserializer)?;
    Ok(read.map(|Read(time)| time))
}

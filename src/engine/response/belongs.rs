//! Answers that would be read, and are somebody else's.
//!
//! Fields of answers may be missing, because older servers do not have them all. So there are types that could be made of any
//! object; and serde makes a struct of a list, too. Neither is what the API describes.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny, Visitor};

/// Why a body cannot be a `T`, although it might be read as one.
pub(super) fn elsewhere<T: DeserializeOwned>(body: &[u8]) -> Option<&'static str> {
    match body.trim_ascii_start().first() {
        Some(b'[') => {
            fields::<T>()?;
            Some("a list is found where an object should be")
        }
        Some(b'{') if serde_json::from_slice::<T>(b"{}").is_ok() => {
            let fields = fields::<T>().filter(|fields| !fields.is_empty())?;
            let found: BTreeMap<String, IgnoredAny> = serde_json::from_slice(body).ok()?;
            // Of `{}` nobody can tell: there are answers that need not have anything.
            let known = found.is_empty() || fields.iter().any(|field| found.contains_key(*field));
            match known {
                true => None,
                false => Some("none of the fields is there"),
            }
        }
        _ => None,
    }
}

/// The names of the fields of a struct; `None` for any other type.
fn fields<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut fields = None;
    // It fails, and has told what was asked for.
    let _ = T::deserialize(Asked(&mut fields));
    fields
}

struct Asked<'a>(&'a mut Option<&'static [&'static str]>);

#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is nothing to read")
    }
}

impl std::error::Error for Nothing {}

impl de::Error for Nothing {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Nothing
    }
}

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Nothing;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Nothing> {
        Err(Nothing)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Nothing> {
        *self.0 = Some(fields);
        Err(Nothing)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

//! JSON that could be decoded and is not what the API describes: the answer to another call.
//!
//! Fields of answers may be missing, because older servers do not have them all. So there are types that could be made of any
//! object; and serde makes a struct of a list, too. Neither is what the API describes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny, Visitor};

pub(super) const LIST_FOR_OBJECT: &str = "a list is found where an object should be";

/// Why a body that was read as a `T` is somebody else's.
pub(super) fn fields<T: DeserializeOwned>(body: &[u8]) -> Option<&'static str> {
    let fields = fields_of::<T>().filter(|fields| !fields.is_empty());
    match (fields, body.trim_ascii_start().first()) {
        (Some(fields), Some(b'{')) if !first_is_known(body, fields) => {
            let object: BTreeMap<Cow<str>, IgnoredAny> = serde_json::from_slice(body).ok()?;
            let is_known = fields.iter().any(|field| object.contains_key(*field));
            // Of `{}` nobody can tell: there are answers that need not have anything.
            (!is_known && !object.is_empty()).then_some("none of the fields is there")
        }
        (_, Some(b'{')) => None,
        _ => list::<T>(body),
    }
}

/// Whether the first key is one of the fields, as it mostly is. One that is written with escapes is not looked at.
fn first_is_known(body: &[u8], fields: &[&str]) -> bool {
    fn after(body: &[u8], c: u8) -> Option<&[u8]> {
        body.trim_ascii_start().strip_prefix(&[c])
    }
    let key = after(body, b'{').and_then(|rest| after(rest, b'"'));
    let key = key.and_then(|rest| rest.split(|c| *c == b'"').next());
    key.is_some_and(|key| fields.iter().any(|field| field.as_bytes() == key))
}

/// Why a body that may not be readable either is somebody else's.
pub(super) fn list<T: DeserializeOwned>(body: &[u8]) -> Option<&'static str> {
    let is_list = body.trim_ascii_start().starts_with(b"[") && fields_of::<T>().is_some();
    is_list.then_some(LIST_FOR_OBJECT)
}

/// The names of the fields of a struct; `None` for any other type.
fn fields_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut fields = None;
    // It fails, and has taken note of what was asked for.
    let _ = T::deserialize(FieldNames(&mut fields));
    fields
}

struct FieldNames<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("there is nothing to read"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

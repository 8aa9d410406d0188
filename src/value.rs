//! The value that a flag or setting serves.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The value that a flag or setting serves.
///
/// The API knows four types of settings, and JSON has one for numbers. A whole number stays whole here: `5` goes out as `5`
/// and comes in as [`Int`](SettingValue::Int), while `5.5` and `5.0` are [`Double`](SettingValue::Double).
///
/// ```
/// use configcat_management::SettingValue;
///
/// let value = SettingValue::from(5);
/// assert_eq!(serde_json::to_string(&value)?, "5");
/// assert_eq!(serde_json::from_str::<SettingValue>("5")?, value);
/// assert_eq!(serde_json::from_str::<SettingValue>("5.5")?, SettingValue::from(5.5));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SettingValue {
    /// Of a feature flag.
    Bool(bool),
    /// Of a text setting.
    String(String),
    /// Of a whole number setting.
    Int(i64),
    /// Of a decimal number setting.
    Double(f64),
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingValue::Bool(value) => fmt::Display::fmt(value, f),
            SettingValue::String(value) => fmt::Display::fmt(value, f),
            SettingValue::Int(value) => fmt::Display::fmt(value, f),
            SettingValue::Double(value) => fmt::Display::fmt(value, f),
        }
    }
}

macro_rules! from {
    ($($rust:ty => $variant:ident),*) => {
        $(impl From<$rust> for SettingValue {
            fn from(value: $rust) -> Self {
                SettingValue::$variant(value.into())
            }
        })*
    };
}

from!(bool => Bool, &str => String, String => String, i32 => Int, i64 => Int, u32 => Int, f64 => Double);

impl Serialize for SettingValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            SettingValue::Bool(value) => serializer.serialize_bool(*value),
            SettingValue::String(value) => serializer.serialize_str(value),
            SettingValue::Int(value) => serializer.serialize_i64(*value),
            SettingValue::Double(value) => serializer.serialize_f64(*value),
        }
    }
}

impl<'de> Deserialize<'de> for SettingValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = SettingValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean, a string or a number")
    }

    fn visit_bool<E>(self, value: bool) -> Result<SettingValue, E> {
        Ok(SettingValue::Bool(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<SettingValue, E> {
        Ok(SettingValue::String(value.to_string()))
    }

    fn visit_string<E>(self, value: String) -> Result<SettingValue, E> {
        Ok(SettingValue::String(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<SettingValue, E> {
        Ok(SettingValue::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<SettingValue, E> {
        // Beyond what an `i64` holds, the nearest double is the best there is.
        Ok(i64::try_from(value).map_or(SettingValue::Double(value as f64), SettingValue::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<SettingValue, E> {
        Ok(SettingValue::Double(value))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for SettingValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SettingValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["boolean", "string", "number"] })
    }
}

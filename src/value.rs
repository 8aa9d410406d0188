//! The value that a flag or setting serves.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::types::SettingType;
use crate::{Error, Result};

mod shapes;

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
///
/// It converts from and to Rust's types, and into every shape that the API has for it; the types that hold one have a method
/// `value` that gives it back.
///
/// ```
/// use configcat_management::SettingValue;
/// use configcat_management::types::UpdateValueModel;
///
/// let model = UpdateValueModel::from(SettingValue::from(5));
/// assert_eq!(model.int_value, Some(5));
/// assert_eq!(model.value(), Some(SettingValue::Int(5)));
///
/// let number: i64 = SettingValue::from(5).try_into()?;
/// let wrong = bool::try_from(SettingValue::from("on")).unwrap_err();
/// assert_eq!(wrong.to_string(), "the value is of type `string`, not `boolean`");
/// # Ok::<(), configcat_management::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
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

/// `false`: what a value starts as that is built from nothing.
impl Default for SettingValue {
    fn default() -> Self {
        SettingValue::Bool(false)
    }
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

impl SettingValue {
    /// A text that holds this as JSON, for a setting with `isJson`.
    ///
    /// # Errors
    ///
    /// If it cannot be written as JSON, such as a map with keys that are no text.
    pub fn json(value: &impl Serialize) -> Result<Self> {
        let text = serde_json::to_string(value);
        text.map(SettingValue::String).map_err(Error::other)
    }

    /// The type of the settings that serve such a value.
    pub fn setting_type(&self) -> SettingType {
        match self {
            SettingValue::Bool(_) => SettingType::Boolean,
            SettingValue::String(_) => SettingType::String,
            SettingValue::Int(_) => SettingType::Int,
            SettingValue::Double(_) => SettingType::Double,
        }
    }

    /// The value for a setting of this type. A whole number becomes a decimal one if the setting is of type `double`.
    ///
    /// ```
    /// use configcat_management::SettingValue;
    /// use configcat_management::types::SettingType;
    ///
    /// assert_eq!(SettingValue::from(5).fit(&SettingType::Double)?, SettingValue::Double(5.0));
    /// let wrong = SettingValue::from("on").fit(&SettingType::Boolean).unwrap_err();
    /// assert_eq!(wrong.to_string(), "the value is of type `string`, and the setting of type `boolean`");
    /// # Ok::<(), configcat_management::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the setting does not serve such a value, the error names both types. A type that this release does not know is not
    /// checked. Neither NaN nor infinity is a value, and no `int` setting holds more than 32 bits.
    pub fn fit(self, setting_type: &SettingType) -> Result<Self> {
        self.try_fit(setting_type).map_err(Self::error)
    }

    /// Whether a setting with `isJson` may serve it: a text that is JSON.
    ///
    /// # Errors
    ///
    /// Says where the text ceases to be JSON, or that the value is no text.
    pub fn check_json(&self) -> Result<()> {
        let problem = self.json_problem();
        problem.map_or(Ok(()), |problem| Err(Self::error(problem)))
    }

    fn error(problem: String) -> Error {
        Error::other(format!("the value {problem}"))
    }

    /// As [`fit`](Self::fit), with the problem alone.
    pub(crate) fn try_fit(self, setting_type: &SettingType) -> Result<Self, String> {
        Err(match (self, setting_type) {
            (SettingValue::Double(value), _) if !value.is_finite() => {
                format!("is {value}, which JSON cannot carry")
            }
            (SettingValue::Int(value), SettingType::Int) if i32::try_from(value).is_err() => {
                let (least, most) = (i32::MIN, i32::MAX);
                format!("is {value}; an `int` setting holds {least} to {most}")
            }
            (SettingValue::Int(value), SettingType::Double) => {
                return Ok(SettingValue::Double(value as f64));
            }
            (value, SettingType::Unrecognized(_)) => return Ok(value),
            (value, setting_type) if value.setting_type() == *setting_type => return Ok(value),
            (value, setting_type) => {
                let ours = value.setting_type();
                format!("is of type `{ours}`, and the setting of type `{setting_type}`")
            }
        })
    }

    /// Why it is no JSON in a text; `None` if it is.
    pub(crate) fn json_problem(&self) -> Option<String> {
        let SettingValue::String(text) = self else {
            let ours = self.setting_type();
            return Some(format!("is of type `{ours}`, and has to be JSON in a text"));
        };
        let error = serde_json::from_str::<de::IgnoredAny>(text).err()?;
        Some(format!("has to be JSON: {error}"))
    }
}

/// Conversions of Rust's types, each into a variant.
macro_rules! from {
    ($name:ident: $($rust:ty => $variant:ident),*) => {
        $(impl From<$rust> for $name {
            fn from(value: $rust) -> Self {
                $name::$variant(value.into())
            }
        })*
    };
}
pub(crate) use from;

from!(SettingValue: bool => Bool, &str => String, String => String, i32 => Int, i64 => Int, u32 => Int, f32 => Double, f64 => Double);
crate::into_option!(SettingValue: bool, &str, String, i32, i64, u32, f32, f64);

/// The way back. Each fails if the value is of another type; an `f64` takes whole numbers too.
macro_rules! into {
    ($($rust:ty: $wanted:ident, $($pattern:pat => $result:expr),+;)*) => {
        $(impl TryFrom<SettingValue> for $rust {
            type Error = Error;

            fn try_from(value: SettingValue) -> Result<Self> {
                match value {
                    $($pattern => Ok($result),)+
                    other => {
                        let (ours, wanted) = (other.setting_type(), SettingType::$wanted);
                        let problem = format!("is of type `{ours}`, not `{wanted}`");
                        Err(SettingValue::error(problem))
                    }
                }
            }
        })*
    };
}

into! {
    bool: Boolean, SettingValue::Bool(value) => value;
    String: String, SettingValue::String(value) => value;
    i64: Int, SettingValue::Int(value) => value;
    f64: Double, SettingValue::Double(value) => value, SettingValue::Int(value) => value as f64;
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

//! Enums that keep what they do not know.

use std::fmt;

/// The text of an enum value that this release does not know.
///
/// Only reading a value makes one, so that a known value is never hidden in here.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnrecognizedValue(
    // Behind one pointer, so that it makes an enum no larger than it has to be. `None` is an empty text.
    Option<Box<Box<str>>>,
);

impl UnrecognizedValue {
    pub(crate) fn new(text: &str) -> Self {
        UnrecognizedValue((!text.is_empty()).then(|| Box::new(text.into())))
    }

    /// The text as the server sent it.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or("", |text| text)
    }
}

impl fmt::Debug for UnrecognizedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Defines a string enum that reads any text, and writes back what it read.
macro_rules! open_enum {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[$what:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$about])*
        ///
        /// The API adds values over time. One that this release does not know is kept as `Unrecognized` and sent back
        /// unchanged.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$what])* $variant,)*
            /// A value that this release does not know.
            Unrecognized(crate::UnrecognizedValue),
        }

        impl $name {
            /// Every value that this release knows, in the API's order.
            pub const VALUES: &'static [Self] = &[$(Self::$variant),*];

            /// The text that stands for it in the API.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unrecognized(value) => value.as_str(),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    text => Self::Unrecognized(crate::UnrecognizedValue::new(text)),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        crate::into_option!($name: &str, String);

        /// The empty value, with an empty text: for a field that an older server does not send.
        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self::Unrecognized(crate::UnrecognizedValue::new(""))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                crate::engine::open_enum::read(deserializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            /// Any text, with the values that this release knows.
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let known: &[&str] = &[$($text),*];
                ::schemars::json_schema!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
            }
        }

        impl crate::engine::request::Parameter for $name {
            fn write(&self, url: &mut String) {
                self.as_str().write(url);
            }
        }
    };
}
pub(crate) use open_enum;

/// Reads a value without copying its text first.
pub(crate) fn read<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Visitor<T>(std::marker::PhantomData<T>);

    impl<T: for<'a> From<&'a str>> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E>(self, text: &str) -> Result<T, E> {
            Ok(T::from(text))
        }
    }

    deserializer.deserialize_str(Visitor(std::marker::PhantomData))
}

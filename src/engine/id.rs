//! Ids that are not taken for one another.

/// Defines an id: what the API sends, in a type of its own.
macro_rules! id {
    ($(#[$about:meta])* pub struct $name:ident(pub Uuid);) => {
        $crate::engine::id::id! { @ $(#[$about])* $name, ::uuid::Uuid, ::uuid::Error }
    };
    ($(#[$about:meta])* pub struct $name:ident(pub i32);) => {
        $crate::engine::id::id! { @ $(#[$about])* $name, i32, ::std::num::ParseIntError }
        $crate::engine::id::id! { @ number $name }
    };
    ($(#[$about:meta])* pub struct $name:ident(pub i64);) => {
        $crate::engine::id::id! { @ $(#[$about])* $name, i64, ::std::num::ParseIntError }
        $crate::engine::id::id! { @ number $name }
    };
    (@ $(#[$about:meta])* $name:ident, $inner:ty, $error:ty) => {
        $(#[$about])*
        ///
        /// JSON has it bare. Calls take the bare value too.
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(
            /// The bare value.
            pub $inner,
        );

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$inner> for $name {
            fn from(id: $inner) -> Self {
                Self(id)
            }
        }

        impl From<$name> for $inner {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        crate::engine::optional::into_option!($name: $inner);

        impl<const N: usize> crate::IntoOption<Vec<$name>> for [$inner; N] {
            fn into_option(self) -> Option<Vec<$name>> {
                Some(self.into_iter().map($name::from).collect())
            }
        }

        impl PartialEq<$inner> for $name {
            fn eq(&self, other: &$inner) -> bool {
                self.0 == *other
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(schemas: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                <$inner as ::schemars::JsonSchema>::json_schema(schemas)
            }
        }

        impl crate::engine::request::Parameter for $name {
            fn write(&self, url: &mut String) {
                self.0.write(url);
            }
        }
    };
    (@ number $name:ident) => {
        impl crate::engine::check::Limited<i64> for $name {
            fn each(&self, check: &mut dyn FnMut(&i64) -> crate::engine::check::Checked) -> crate::engine::check::Checked {
                self.0.each(check)
            }
        }
    };
}
pub(crate) use id;

//! How objects of JSON become structs.
//!
//! It is what serde derives for a struct, with the part that is the same for all structs written once, so that less is
//! compiled.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};

/// A struct that is read from an object.
pub(crate) trait Object<'de>: Sized {
    /// Its name, for errors.
    const NAME: &'static str;
    /// The names of its fields in JSON.
    const FIELDS: &'static [&'static str];

    /// The place of a field in that list; any other number for a name that is not in there.
    fn place(name: &str) -> usize;

    /// Reads the fields.
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// Reads a struct.
pub(crate) fn object<'de, T: Object<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::FIELDS, Struct(PhantomData))
}

struct Struct<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for Struct<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

/// Which field comes next, as a number that `field` gives for its name.
#[inline]
pub(crate) fn next<'de, A: MapAccess<'de>>(
    map: &mut A,
    field: fn(&str) -> usize,
) -> Result<Option<usize>, A::Error> {
    map.next_key_seed(Key(field))
}

struct Key(fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        Ok((self.0)(name))
    }
}

/// Reads the value of a field.
#[inline]
pub(crate) fn set<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut Option<T>,
    map: &mut A,
    name: &'static str,
) -> Result<(), A::Error> {
    set_with(field, map, name, PhantomData)
}

/// Reads the value of a field in a way of its own.
#[inline]
pub(crate) fn set_with<'de, T, S: DeserializeSeed<'de, Value = T>, A: MapAccess<'de>>(
    field: &mut Option<T>,
    map: &mut A,
    name: &'static str,
    seed: S,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = Some(map.next_value_seed(seed)?);
    Ok(())
}

/// Reads the value of a field that has an empty one, which `null` stands for: older servers send it for texts and lists.
#[inline]
pub(crate) fn set_or_empty<'de, T: Deserialize<'de> + Default, A: MapAccess<'de>>(
    field: &mut Option<T>,
    map: &mut A,
    name: &'static str,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = Some(map.next_value::<Option<T>>()?.unwrap_or_default());
    Ok(())
}

/// Reads over the value of a field that the struct does not have.
pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// A field that has to be there is not.
pub(crate) fn missing<E: Error>(name: &'static str) -> E {
    E::missing_field(name)
}

/// Reads a struct from an object, by a line for each field: its place among the fields, its name, its name in JSON, and whether
/// it is `required`, `optional`, or empty if it is absent or `null` (`or_empty`); then what reads it, if it is not its own type.
macro_rules! read_object {
    ($ty:ident $($place:literal $field:ident $name:literal $how:ident $(by $seed:path)?;)*) => {
        impl<'de> ::serde::Deserialize<'de> for $ty {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::engine::read::object(deserializer)
            }
        }

        impl<'de> $crate::engine::read::Object<'de> for $ty {
            const NAME: &'static str = stringify!($ty);
            const FIELDS: &'static [&'static str] = &[$($name),*];

            fn place(name: &str) -> usize {
                match name {
                    $($name => $place,)*
                    _ => usize::MAX,
                }
            }

            #[allow(clippy::question_mark, reason = "each `?` converts the error, which takes as long to compile as the rest of a field")]
            fn read<A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::std::result::Result<Self, A::Error> {
                $(let mut $field = None;)*
                while let Some(place) = $crate::engine::read::next(&mut map, Self::place)? {
                    match place {
                        $($place => if let Err(error) = $crate::engine::read::read_object!(@ set $how $field, map, $name $(, $seed)?) {
                            return Err(error);
                        },)*
                        _ => $crate::engine::read::skip(&mut map)?,
                    }
                }
                Ok($ty { $($field: $crate::engine::read::read_object!(@ $how $field, $name),)* })
            }
        }
    };
    (@ set or_empty $field:ident, $map:ident, $name:literal) => {
        $crate::engine::read::set_or_empty(&mut $field, &mut $map, $name)
    };
    (@ set $how:ident $field:ident, $map:ident, $name:literal) => {
        $crate::engine::read::set(&mut $field, &mut $map, $name)
    };
    (@ set $how:ident $field:ident, $map:ident, $name:literal, $seed:path) => {
        $crate::engine::read::set_with(&mut $field, &mut $map, $name, $seed)
    };
    (@ required $field:ident, $name:literal) => {
        match $field {
            Some(value) => value,
            None => return Err($crate::engine::read::missing($name)),
        }
    };
    (@ $how:ident $field:ident, $name:literal) => {
        match $field {
            Some(value) => value,
            None => ::std::default::Default::default(),
        }
    };
}
pub(crate) use read_object;

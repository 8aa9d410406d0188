//! How structs are read from objects of JSON, and written as such.
//!
//! It is what serde derives for a struct, with the part that is the same for all structs written once, so that less is
//! compiled.

use std::fmt;
use std::marker::PhantomData;
use std::mem;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde::ser::{SerializeStruct, Serializer};

/// A struct that stands for an object.
pub(crate) trait Object: Sized {
    /// Its name, for errors.
    const NAME: &'static str;
    /// The names of its fields in JSON, at most 63.
    const FIELDS: &'static [&'static str];
    /// A bit for each field that has to be there.
    const REQUIRED: u64;

    /// Without any of its fields.
    fn empty() -> Self;

    /// The place of a field in that list; the number behind it for a name that is not in there.
    fn place(name: &str) -> usize;

    /// Reads the value of the field at that place, or over that of another one.
    fn read<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error>;

    /// How many fields are not left out: some formats have to know it first.
    fn count(&self) -> usize;

    /// Writes these.
    fn write<S: SerializeStruct>(&self, to: &mut S) -> Result<(), S::Error>;
}

/// Reads a struct.
pub(crate) fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::FIELDS, Struct(PhantomData))
}

struct Struct<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for Struct<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::empty();
        let mut seen: u64 = 0;
        while let Some(place) = map.next_key_seed(Key(T::place))? {
            let bit = 1 << place;
            if seen & bit != 0
                && let Some(name) = T::FIELDS.get(place)
            {
                return Err(A::Error::duplicate_field(name));
            }
            seen |= bit;
            object.read(place, &mut map)?;
        }
        let first_missing = (T::REQUIRED & !seen).trailing_zeros() as usize;
        match T::FIELDS.get(first_missing) {
            Some(name) => Err(A::Error::missing_field(name)),
            None => Ok(object),
        }
    }
}

/// Reads the name of a field as what a function makes of it.
struct Key(fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        Ok((self.0)(name))
    }
}

/// Reads the value of a field.
#[inline]
pub(crate) fn set<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    set_with(field, map, PhantomData)
}

/// Reads the value of a field in a way of its own.
#[inline]
pub(crate) fn set_with<'de, S: DeserializeSeed<'de>, A: MapAccess<'de>>(
    field: &mut S::Value,
    map: &mut A,
    seed: S,
) -> Result<(), A::Error> {
    fill(field, map.next_value_seed(seed)?);
    Ok(())
}

/// Reads the value of a field that has an empty one, which `null` stands for: older servers send it for texts and lists.
#[inline]
pub(crate) fn set_or_empty<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    if let Some(value) = map.next_value()? {
        fill(field, value);
    }
    Ok(())
}

/// Puts a value in the place of an empty one, which owns nothing, so that it need not be dropped.
#[inline]
fn fill<T>(field: &mut T, value: T) {
    mem::forget(mem::replace(field, value));
}

/// Reads over the value of a field that the struct does not have.
pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// Writes a struct.
pub(crate) fn write<T: Object, S: Serializer>(object: &T, to: S) -> Result<S::Ok, S::Error> {
    let mut to = to.serialize_struct(T::NAME, object.count())?;
    object.write(&mut to)?;
    to.end()
}

/// Reads and writes a struct as an object. First whether all of it has a `default`, else `each` field has; then a line for each
/// field: its place, its name, its name in JSON, and whether it is `required` (`nested`, if it is such a struct without a
/// default), `optional`, or empty if it is absent or `null` (`or_empty`). `if some` and `if filled` leave out what is not; after
/// `by` stands what reads the value, if it is not its own type.
macro_rules! object {
    (
        $ty:ident $empty:ident
        $($place:literal $field:ident $name:literal $how:ident $(if $when:ident)? $(by $seed:path)?;)*
    ) => {
        impl<'de> ::serde::Deserialize<'de> for $ty {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::engine::object::read(deserializer)
            }
        }

        impl ::serde::Serialize for $ty {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::engine::object::write(self, serializer)
            }
        }

        impl $crate::engine::object::Object for $ty {
            const NAME: &'static str = stringify!($ty);
            const FIELDS: &'static [&'static str] = &[$($name),*];
            const REQUIRED: u64 = 0 $(| $crate::engine::object::object!(@ required $how $place))*;

            #[inline]
            fn empty() -> Self {
                $crate::engine::object::object!(@ $empty $($field $how)*)
            }

            #[inline]
            fn place(name: &str) -> usize {
                match name {
                    $($name => $place,)*
                    _ => Self::FIELDS.len(),
                }
            }

            #[inline(always)]
            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                place: usize,
                map: &mut A,
            ) -> ::std::result::Result<(), A::Error> {
                match place {
                    $($place => $crate::engine::object::object!(@ read $how self.$field, map $(, $seed)?),)*
                    _ => $crate::engine::object::skip(map),
                }
            }

            #[inline]
            fn count(&self) -> usize {
                0 $(+ $crate::engine::object::object!(@ count self.$field $(, $when)?))*
            }

            #[inline(always)]
            fn write<S: ::serde::ser::SerializeStruct>(&self, to: &mut S) -> ::std::result::Result<(), S::Error> {
                $($crate::engine::object::object!(@ write to.$name, self.$field $(, $when)?);)*
                Ok(())
            }
        }
    };
    (@ required required $place:literal) => { 1 << $place };
    (@ required nested $place:literal) => { 1 << $place };
    (@ required $how:ident $place:literal) => { 0 };
    (@ default $($field:ident $how:ident)*) => { ::std::default::Default::default() };
    (@ each $($field:ident $how:ident)*) => { Self { $($field: $crate::engine::object::object!(@ empty $how),)* } };
    (@ empty nested) => { $crate::engine::object::Object::empty() };
    (@ empty $how:ident) => { ::std::default::Default::default() };
    (@ read or_empty $field:expr, $map:ident) => { $crate::engine::object::set_or_empty(&mut $field, $map) };
    (@ read $how:ident $field:expr, $map:ident) => { $crate::engine::object::set(&mut $field, $map) };
    (@ read $how:ident $field:expr, $map:ident, $seed:path) => {
        $crate::engine::object::set_with(&mut $field, $map, $seed)
    };
    (@ count $field:expr) => { 1 };
    (@ count $field:expr, some) => { usize::from($field.is_some()) };
    (@ count $field:expr, filled) => { usize::from(!$field.is_empty()) };
    (@ write $to:ident.$name:literal, $field:expr) => { $to.serialize_field($name, &$field)? };
    (@ write $to:ident.$name:literal, $field:expr, some) => {
        if $field.is_some() {
            $to.serialize_field($name, &$field)?;
        }
    };
    (@ write $to:ident.$name:literal, $field:expr, filled) => {
        if !$field.is_empty() {
            $to.serialize_field($name, &$field)?;
        }
    };
}
pub(crate) use object;

//! What a method takes for something that may be absent.

/// A value or an [`Option`] of one: what a method takes for something that may be absent.
///
/// ```
/// use configcat_management::types::CreateTagModel;
///
/// let tag = |color: Option<String>| CreateTagModel::new("release").with_color(color);
/// assert_eq!(tag(Some("koala".into())), CreateTagModel::new("release").with_color("koala"));
/// assert_eq!(tag(None), CreateTagModel::new("release"));
/// ```
///
/// A bare `None` works if the method takes a single type. If it takes several, name one: `None::<String>` for a text.
pub trait IntoOption<T> {
    /// The value, or none.
    fn into_option(self) -> Option<T>;
}

impl<T> IntoOption<T> for T {
    fn into_option(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoOption<T> for Option<T> {
    fn into_option(self) -> Option<T> {
        self
    }
}

/// Lets values of other types stand where an optional value may.
macro_rules! into_option {
    ($target:ty: $($from:ty),* $(,)?) => {
        $(impl $crate::IntoOption<$target> for $from {
            fn into_option(self) -> Option<$target> {
                Some(self.into())
            }
        }

        impl $crate::IntoOption<$target> for Option<$from> {
            fn into_option(self) -> Option<$target> {
                self.map(Into::into)
            }
        })*
    };
}
pub(crate) use into_option;

into_option!(String: &str, &String, Box<str>, std::borrow::Cow<'_, str>);
into_option!(crate::Secret: &str, String, &crate::Secret);
into_option!(serde_json::Value: bool, i32, i64, u32, u64, f64, &str, String);

impl<T, const N: usize> IntoOption<Vec<T>> for [T; N] {
    fn into_option(self) -> Option<Vec<T>> {
        Some(self.into())
    }
}

impl<T: Clone> IntoOption<Vec<T>> for &[T] {
    fn into_option(self) -> Option<Vec<T>> {
        Some(self.to_vec())
    }
}

impl<K: Ord, V, const N: usize> IntoOption<std::collections::BTreeMap<K, V>> for [(K, V); N] {
    fn into_option(self) -> Option<std::collections::BTreeMap<K, V>> {
        Some(self.into())
    }
}

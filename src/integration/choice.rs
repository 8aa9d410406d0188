//! Parameters that have a few allowed values.

use std::fmt;

use super::Map;
use crate::open_enum;

/// What an optional parameter may be.
pub(super) trait Choice: Sized {
    /// The texts that the API documents.
    fn allowed() -> Vec<&'static str>;
    /// `None` if the text is kept as an unknown parameter.
    fn read(text: &str) -> Option<Self>;
    /// `None` if the parameter is left out.
    fn write(&self) -> Option<&str>;
}

open_enum! {
    /// Which of Datadog's sites an account is on.
    pub enum DataDogSite {
        /// US1, the default.
        Us = "Us",
        /// EU1.
        Eu = "Eu",
        /// US1-FED, for government.
        Us1Fed = "Us1Fed",
        /// US3.
        Us3 = "Us3",
        /// US5.
        Us5 = "Us5",
    }
}

open_enum! {
    /// Where Mixpanel keeps a project's data.
    pub enum MixPanelServer {
        /// In the United States, the default.
        Standard = "StandardServer",
        /// In the European Union.
        EuResidency = "EUResidencyServer",
    }
}

open_enum! {
    /// Where Segment keeps a workspace's data.
    pub enum SegmentServer {
        /// In the United States, the default.
        Us = "Us",
        /// In the European Union.
        Eu = "Eu",
    }
}

impl Choice for bool {
    fn allowed() -> Vec<&'static str> {
        vec!["true"]
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> Option<&str> {
        self.then_some("true")
    }
}

macro_rules! choices {
    ($($name:ident),*) => {
        $(impl Choice for $name {
            fn allowed() -> Vec<&'static str> {
                $name::VALUES.iter().map(|value| value.as_str()).collect()
            }

            fn read(text: &str) -> Option<Self> {
                Some($name::from(text))
            }

            fn write(&self) -> Option<&str> {
                Some(self.as_str())
            }
        })*
    };
}

choices!(DataDogSite, MixPanelServer, SegmentServer);

/// An optional parameter; what cannot be one stays in the map.
pub(super) fn take<T: Choice>(map: &mut Map, name: &str) -> Option<T> {
    let choice = T::read(map.get(name)?.expose())?;
    map.remove(name);
    Some(choice)
}

/// What was set, without a value that this release does not know: somebody may have put a key there.
pub(super) fn shown<T: Choice + fmt::Debug>(choice: &Option<T>) -> impl fmt::Debug {
    let known = |choice: &T| {
        let text = choice.write();
        text.is_none_or(|text| T::allowed().contains(&text))
    };
    struct Shown(String);

    impl fmt::Debug for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.0)
        }
    }

    choice.as_ref().map(|choice| match known(choice) {
        true => Shown(format!("{choice:?}")),
        false => Shown("***".to_string()),
    })
}

//! Parameters that have a few allowed values.

use std::fmt;

use super::Map;
use crate::open_enum;

/// What an optional parameter may be.
pub(super) trait Choice: Sized {
    /// The texts that the API documents.
    fn values() -> Vec<&'static str>;
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
    fn values() -> Vec<&'static str> {
        vec!["true"]
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self) -> Option<&str> {
        self.then_some("true")
    }
}

macro_rules! choices {
    ($($name:ident),*) => {
        $(impl Choice for $name {
            fn values() -> Vec<&'static str> {
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

/// Prints what was set, without a value that this release does not know: somebody may have put a key there.
pub(super) struct Shown<'a, T>(pub(super) &'a Option<T>);

impl<T: Choice + fmt::Debug> fmt::Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_ref().and_then(Choice::write);
        match text.is_none_or(|text| T::values().contains(&text)) {
            true => self.0.fmt(f),
            false => f.write_str("Some(***)"),
        }
    }
}

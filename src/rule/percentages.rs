//! Percentages, which add up to 100.

use crate::types::{UpdatePercentageOptionModel, UpdateRolloutPercentageItemModel};
use crate::{Error, Result, SettingValue};

/// Which share of the users gets which value; made by [`percentages`].
///
/// It converts into the percentage options of V2 rules and the percentage items of V1 configs.
#[derive(Clone, Debug, PartialEq)]
pub struct Percentages(Vec<(i32, SettingValue)>);

/// Shares of users in percent, each with the value that it gets.
///
/// ```
/// use configcat_management::rule::percentages;
///
/// let halves = percentages([(50, "blue"), (50, "green")])?;
/// let wrong = percentages([(10, true), (80, false)]).unwrap_err();
/// assert_eq!(wrong.to_string(), "the percentages add up to 90, not to 100");
/// # Ok::<(), configcat_management::Error>(())
/// ```
///
/// # Errors
///
/// If they do not add up to 100, or one is not 0 to 100.
pub fn percentages<V: Into<SettingValue>>(
    shares: impl IntoIterator<Item = (i32, V)>,
) -> Result<Percentages> {
    let shares = shares.into_iter();
    let shares: Vec<_> = shares.map(|(share, value)| (share, value.into())).collect();
    match check(shares.iter().map(|(share, _)| i64::from(*share))) {
        Ok(()) => Ok(Percentages(shares)),
        Err(problem) => Err(Error::other(format!("the percentages {problem}"))),
    }
}

/// Why shares do not make a whole.
pub(super) fn check(shares: impl Iterator<Item = i64>) -> Result<(), String> {
    let mut sum = 0_i64;
    for share in shares {
        if !(0..=100).contains(&share) {
            return Err(format!("contain {share}; each must be 0 to 100"));
        }
        sum = sum.saturating_add(share);
    }
    match sum {
        100 => Ok(()),
        sum => Err(format!("add up to {sum}, not to 100")),
    }
}

impl From<Percentages> for Vec<UpdatePercentageOptionModel> {
    fn from(percentages: Percentages) -> Self {
        let options = percentages.0.into_iter();
        let options = options.map(|(share, value)| UpdatePercentageOptionModel::new(share, value));
        options.collect()
    }
}

impl From<Percentages> for Vec<UpdateRolloutPercentageItemModel> {
    fn from(percentages: Percentages) -> Self {
        let item = |(share, value)| UpdateRolloutPercentageItemModel::new(i64::from(share), value);
        percentages.0.into_iter().map(item).collect()
    }
}

crate::into_option!(Vec<UpdatePercentageOptionModel>: Percentages);
crate::into_option!(Vec<UpdateRolloutPercentageItemModel>: Percentages);

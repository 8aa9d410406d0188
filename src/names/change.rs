//! The words that change what a flag serves, in V1 and V2 configs.

use std::slice;

use serde::Serialize;

use super::seen::Seen;
use super::{Flag, Served};
use crate::edit::{Draft, Edited, Options, edit_v1, notes};
use crate::rule::place::{is_for_everyone, put};
use crate::rule::{Percentages, everyone, percentages};
use crate::types::{
    SettingType, SettingValueModel, UpdatePercentageOptionModel, UpdateRolloutPercentageItemModel,
    UpdateRolloutRuleModel, UpdateSettingValueModel, UpdateTargetingRuleModel,
};
use crate::{Error, Result, SettingValue, patch};

/// Begins a change that is made by [`Change::send`].
impl Flag {
    fn change(&self) -> Change {
        Change {
            flag: self.clone(),
            steps: Vec::new(),
            options: Options::new(),
        }
    }

    /// What a change led to. If a name cannot be read any more, its id stands there: the change is made.
    async fn changed<T: Serialize>(&self, edited: Edited<T>, is_v1: bool) -> Result<Changed> {
        let mut seen = Seen::of(patch::json(&edited.value), is_v1)?;
        let config = &self.environment.config;
        if let Err(error) = config.name(slice::from_mut(&mut seen)).await {
            tracing::warn!(%error, "a name could not be read, its id is told instead");
        }
        Ok(Changed {
            changed: edited.changed,
            rounds: edited.rounds,
            served: Served::of(&seen),
        })
    }
}

macro_rules! words {
    ($($word:ident($($name:ident: $type:ty)?);)*) => {
        impl Flag {$(
            #[doc = concat!("Begins a change; see [`Change::", stringify!($word), "`].")]
            pub fn $word(&self $(, $name: $type)?) -> Change {
                self.change().$word($($name)?)
            }
        )*}
    };
}
words! {
    turn_on();
    turn_off();
    set_default(value: impl Into<SettingValue>);
    add_rule(rule: impl Into<UpdateTargetingRuleModel>);
    roll_out(percent: i32);
    split(percentages: Percentages);
}

/// A change of what a flag serves in an environment, in one or several words.
#[derive(Clone, Debug)]
#[must_use = "a change is made by `send`"]
pub struct Change {
    flag: Flag,
    steps: Vec<Step>,
    options: Options,
}

notes!(Change);

#[derive(Clone, Debug)]
enum Step {
    Default(SettingValue),
    Rule(UpdateTargetingRuleModel),
    RollOut(i32),
}

/// What a change led to.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Changed {
    /// Whether something was changed. If all is so already, nothing is sent.
    pub changed: bool,
    /// How often it was read and changed; 1 if nobody else came in between.
    pub rounds: u32,
    /// What is served now. If the name of a segment or a prerequisite could not be read any more, its id stands there.
    pub served: Served,
}

impl Change {
    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Serves `true` to all users whom no rule catches, as `roll_out(100)`: a split for everyone goes. The rules stay.
    pub fn turn_on(self) -> Self {
        self.roll_out(100)
    }

    /// Serves `false` to all users whom no rule catches, as `roll_out(0)`: a split for everyone goes. The rules stay.
    pub fn turn_off(self) -> Self {
        self.roll_out(0)
    }

    /// Serves this value to users whom neither a rule nor a split for everyone catches; both stay. It has to be of the setting's
    /// type; a whole number will do for decimals.
    pub fn set_default(self, value: impl Into<SettingValue>) -> Self {
        self.step(Step::Default(value.into()))
    }

    /// Adds a rule behind the others, and before the split for everyone. A rule that splits everyone takes the place of the
    /// one that is there. What V1 configs cannot say is refused with the reason.
    pub fn add_rule(self, rule: impl Into<UpdateTargetingRuleModel>) -> Self {
        self.step(Step::Rule(rule.into()))
    }

    /// Turns a flag on for this percentage (0 to 100) of the users whom no rule matches. The rules stay. At 0 and 100 the split is
    /// removed, and the default value is set instead.
    pub fn roll_out(self, percent: i32) -> Self {
        self.step(Step::RollOut(percent))
    }

    /// Splits the users whom no rule catches among values, in place of a split that is there. The rules stay.
    pub fn split(self, percentages: Percentages) -> Self {
        self.add_rule(everyone().split(percentages))
    }

    /// Makes the change: reads, changes, and sends the difference, again if somebody else was faster. A V2 value is guarded
    /// by its version (see [`edit`](crate::edit)), a V1 value by `test` operations for each part that is touched.
    ///
    /// # Errors
    ///
    /// If a name does not fit, the error says what there is. [`Error::Edit`] if a V1 config cannot say it, or somebody else was
    /// faster in every round; [`Error::Invalid`] if it would be refused, and was not sent; otherwise those of the calls.
    pub async fn send(self) -> Result<Changed> {
        let Change {
            flag,
            steps,
            options,
        } = &self;
        let (client, is_v1, environment_id, setting_id) = flag.resolve().await?;
        if is_v1 {
            let edit = |seen: &SettingValueModel, wanted: &mut UpdateSettingValueModel| {
                let mut steps = steps.iter();
                steps.try_for_each(|step| step.apply_v1(&seen.setting.setting_type, wanted))
            };
            let reason = &options.reason;
            let edited = edit_v1(client, environment_id, setting_id, reason, edit).await?;
            return flag.changed(edited, is_v1).await;
        }
        let edit = client.edit_value(environment_id, setting_id, |draft| {
            steps.iter().try_for_each(|step| step.apply_v2(draft))
        });
        let edited = edit.with(options.clone()).send().await?;
        flag.changed(edited, is_v1).await
    }
}

/// The default value alone, or a split: what a roll-out to this share needs.
fn shares(percent: i32, setting_type: &SettingType) -> Result<(Option<bool>, Option<Percentages>)> {
    if *setting_type != SettingType::Boolean {
        let problem = format!(
            "the setting is of type `{setting_type}`; `turn_on`, `turn_off` and `roll_out` are for flags, `set_default` and \
             `split` for the others"
        );
        return Err(Error::other(problem));
    }
    match percent {
        0 | 100 => Ok((Some(percent == 100), None)),
        _ => {
            let rest = 100_i32.saturating_sub(percent);
            Ok((None, Some(percentages([(percent, true), (rest, false)])?)))
        }
    }
}

impl Step {
    fn apply_v2(&self, draft: &mut Draft) -> Result<()> {
        match self {
            Step::Default(value) => {
                draft.set_default(value.clone());
            }
            Step::Rule(rule) => put(draft.rules_mut(), rule.clone()),
            Step::RollOut(percent) => match shares(*percent, &draft.setting().setting_type)? {
                (_, Some(split)) => put(draft.rules_mut(), everyone().split(split)),
                (default, None) => {
                    draft.rules_mut().retain(|rule| !is_for_everyone(rule));
                    default.map(|value| draft.set_default(value));
                }
            },
        }
        Ok(())
    }

    fn apply_v1(&self, known: &SettingType, wanted: &mut UpdateSettingValueModel) -> Result<()> {
        let items = Vec::<UpdateRolloutPercentageItemModel>::from;
        match self {
            Step::Default(value) => wanted.value = value.clone().fit(known)?,
            Step::RollOut(percent) => {
                let (default, split) = shares(*percent, known)?;
                wanted.rollout_percentage_items = split.map(items).unwrap_or_default();
                wanted.value = default.map_or(wanted.value.clone(), SettingValue::Bool);
            }
            Step::Rule(rule) => match &rule.percentage_options {
                Some(options) if is_for_everyone(rule) && !options.is_empty() => {
                    let share = |it: &UpdatePercentageOptionModel| {
                        let value = it.value.value();
                        let value = value.ok_or_else(|| Error::other("a percentage has no value"));
                        Ok((it.percentage, value?))
                    };
                    let shares: Result<Vec<_>> = options.iter().map(share).collect();
                    wanted.rollout_percentage_items = items(percentages(shares?)?);
                }
                _ => {
                    let rule = UpdateRolloutRuleModel::try_from(rule.clone())?;
                    wanted.rollout_rules.push(rule);
                }
            },
        }
        Ok(())
    }
}

//! The words that change what a flag serves, in V1 and V2 configs.

use std::slice;

use super::answer::Answer;
use super::{Flag, Product, Served};
use crate::edit::{Draft, Options, edit_v1, notes};
use crate::patch::json;
use crate::rule::check::is_for_everyone;
use crate::rule::{Percentages, everyone, percentages};
use crate::types::{
    SettingType, SettingValueModel, UpdatePercentageOptionModel, UpdateRolloutRuleModel,
    UpdateSettingValueModel, UpdateTargetingRuleModel,
};
use crate::{Error, Result, SettingValue};

/// A change of what a flag serves in an environment, in one or several words.
#[derive(Clone, Debug)]
#[must_use = "a change is made by `send`"]
pub struct Change {
    pub(super) flag: Flag,
    pub(super) steps: Vec<Step>,
    options: Options,
}

notes!(Change);

#[derive(Clone, Debug)]
pub(super) enum Step {
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

/// Each word begins a change of a flag, and is a step of a change that has begun.
macro_rules! words {
    ($($(#[$doc:meta])* $word:ident($($name:ident: $type:ty)?) => $step:expr;)*) => {
        impl Flag {$(
            #[doc = concat!("Begins a change; see [`Change::", stringify!($word), "`].")]
            pub fn $word(&self $(, $name: $type)?) -> Change {
                self.change().$word($($name)?)
            }
        )*}

        impl Change {$(
            $(#[$doc])*
            pub fn $word(mut self $(, $name: $type)?) -> Self {
                self.steps.push($step);
                self
            }
        )*}
    };
}
words! {
    /// Serves `true` to all users whom no rule catches, as `roll_out(100)`: a split for everyone goes. The rules stay.
    turn_on() => Step::RollOut(100);

    /// Serves `false` to all users whom no rule catches, as `roll_out(0)`: a split for everyone goes. The rules stay.
    turn_off() => Step::RollOut(0);

    /// Serves this value to users whom neither a rule nor a split for everyone catches; both stay. It has to be of the setting's
    /// type; a whole number will do for decimals.
    set_default(value: impl Into<SettingValue>) => Step::Default(value.into());

    /// Adds a rule behind the others, and before the split for everyone. A rule that splits everyone takes the place of the
    /// one that is there. What V1 configs cannot say is refused with the reason.
    add_rule(rule: impl Into<UpdateTargetingRuleModel>) => Step::Rule(rule.into());

    /// Turns a flag on for this percentage (0 to 100) of the users whom no rule matches. The rules stay. At 0 and 100 the split is
    /// removed, and the default value is set instead.
    roll_out(percent: i32) => Step::RollOut(percent);

    /// Splits the users whom no rule catches among values, in place of a split that is there. The rules stay.
    split(percentages: Percentages) => Step::Rule(everyone().split(percentages));
}

impl Flag {
    pub(super) fn change(&self) -> Change {
        Change {
            flag: self.clone(),
            steps: Vec::new(),
            options: Options::default(),
        }
    }
}

impl Change {
    /// Makes the change: reads, changes, and sends the difference, again if somebody else was faster. A V2 value is guarded
    /// by its version (see [`edit`](crate::edit)), a V1 value by `test` operations for each part that is touched.
    ///
    /// # Errors
    ///
    /// [`Error::Edit`] if a V1 config cannot say it, or somebody else was faster in every round; [`Error::Invalid`] if it would be
    /// refused, and was not sent; otherwise those of finding names and of the calls.
    pub async fn send(self) -> Result<Changed> {
        let (flag, options, steps) = (&self.flag, self.options, &self.steps);
        let config = &flag.environment.config;
        let place = flag.environment.environment_id().await?;
        let (id, Product { client, lists, .. }) = (flag.setting_id().await?, &config.product);
        let edited = match config.is_v1().await? {
            true => {
                let edit = |seen: &SettingValueModel, wanted: &mut UpdateSettingValueModel| {
                    let of = &seen.setting.setting_type;
                    steps.iter().try_for_each(|step| step.apply_v1(of, wanted))
                };
                let edited = edit_v1(client, place, id, &options.reason, edit).await;
                edited.map(|it| (it.changed, it.rounds, json(&it.value)))
            }
            false => {
                let edit = client.edit_value(place, id, |draft| {
                    steps.iter().try_for_each(|step| step.apply_v2(draft))
                });
                let edited = edit.with(options).send().await;
                edited.map(|it| (it.changed, it.rounds, json(&it.value)))
            }
        };
        let (changed, rounds, value) = lists.forget_after_404(edited)?;
        let mut answer = Answer::of(&value)?;
        // The change is made, whether a name can be read or not.
        if let Err(error) = config.name(slice::from_mut(&mut answer)).await {
            tracing::warn!(%error, "a name could not be read, its id is told instead");
        }
        Ok(Changed {
            changed,
            rounds,
            served: Served::of(&answer),
        })
    }
}

/// The split that a roll-out needs; `None` if the default value alone will do.
fn shares(percent: i32, setting_type: &SettingType) -> Result<Option<Percentages>> {
    if *setting_type != SettingType::Boolean {
        let problem = format!(
            "the setting is of type `{setting_type}`; `turn_on`, `turn_off` and `roll_out` are for flags, `set_default` and \
             `split` for the others"
        );
        return Err(Error::other(problem));
    }
    match 100_i32.saturating_sub(percent) {
        0 | 100 => Ok(None),
        rest => percentages([(percent, true), (rest, false)]).map(Some),
    }
}

impl Step {
    fn apply_v2(&self, draft: &mut Draft) -> Result<()> {
        match self {
            Step::Default(value) => draft.set_default(value.clone()),
            Step::Rule(rule) => draft.add_rule(rule.clone()),
            Step::RollOut(percent) => match shares(*percent, &draft.setting().setting_type)? {
                Some(split) => draft.add_rule(everyone().split(split)),
                None => {
                    draft.rules_mut().retain(|rule| !is_for_everyone(rule));
                    draft.set_default(*percent == 100)
                }
            },
        };
        Ok(())
    }

    fn apply_v1(&self, known: &SettingType, wanted: &mut UpdateSettingValueModel) -> Result<()> {
        match self {
            Step::Default(value) => wanted.value = value.clone().fit(known)?,
            Step::Rule(rule) => match &rule.percentage_options {
                Some(options) if is_for_everyone(rule) && !options.is_empty() => {
                    let share =
                        |it: &UpdatePercentageOptionModel| Some((it.percentage, it.value.value()?));
                    let shares = options.iter().map(share).collect::<Option<Vec<_>>>();
                    let shares = shares.ok_or_else(|| Error::other("a percentage has no value"))?;
                    wanted.rollout_percentage_items = percentages(shares)?.into();
                }
                _ => {
                    let rule = UpdateRolloutRuleModel::try_from(rule.clone())?;
                    wanted.rollout_rules.push(rule);
                }
            },
            Step::RollOut(percent) => match shares(*percent, known)? {
                Some(split) => wanted.rollout_percentage_items = split.into(),
                None => {
                    wanted.rollout_percentage_items.clear();
                    wanted.value = (*percent == 100).into();
                }
            },
        }
        Ok(())
    }
}

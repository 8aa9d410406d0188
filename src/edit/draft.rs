//! What an edit works on.

use serde::Serialize;

use crate::engine::check::Violation;
use crate::likeness::did_you_mean;
use crate::rule::check::{self, Against, is_for_everyone};
use crate::types::{
    FeatureFlagLimitations, SettingDataV2Model, UpdateEvaluationFormulaModel,
    UpdateTargetingRuleModel, UpdateValueModel,
};
use crate::{Error, Result, SettingValue, patch};

/// What a setting serves, to be changed. It starts as what was read.
#[derive(Clone, Debug)]
pub struct Draft {
    setting: SettingDataV2Model,
    limits: FeatureFlagLimitations,
    before: UpdateEvaluationFormulaModel,
    pub(super) wanted: UpdateEvaluationFormulaModel,
}

impl Draft {
    pub(super) fn new(
        setting: &SettingDataV2Model,
        limits: &FeatureFlagLimitations,
        seen: &impl Serialize,
    ) -> Result<Self> {
        let before = patch::formula_of(seen)?;
        Ok(Draft {
            setting: setting.clone(),
            limits: limits.clone(),
            wanted: before.clone(),
            before,
        })
    }

    /// The setting: its key, its type, its predefined variations.
    pub fn setting(&self) -> &SettingDataV2Model {
        &self.setting
    }

    /// What is served if no rule matches; `None` if that is of a type that this release does not know.
    pub fn default_value(&self) -> Option<SettingValue> {
        self.wanted.default_value.value()
    }

    /// Serves this if no rule matches.
    ///
    /// It has to be of the setting's type; a whole number will do for decimals. If the setting has predefined variations, it
    /// has to be the value of one, and is sent with its id.
    pub fn set_default(&mut self, value: impl Into<SettingValue>) -> &mut Self {
        self.wanted.default_value = UpdateValueModel::from(value.into());
        self
    }

    /// Serves `true` if no rule matches.
    pub fn turn_on(&mut self) -> &mut Self {
        self.set_default(true)
    }

    /// Serves `false` if no rule matches.
    pub fn turn_off(&mut self) -> &mut Self {
        self.set_default(false)
    }

    /// The targeting rules, in the order of evaluation.
    pub fn rules(&self) -> &[UpdateTargetingRuleModel] {
        self.wanted.targeting_rules.as_deref().unwrap_or_default()
    }

    /// The targeting rules, to be changed in any way. Those that only change places are moved on the server.
    pub fn rules_mut(&mut self) -> &mut Vec<UpdateTargetingRuleModel> {
        self.wanted.targeting_rules.get_or_insert_default()
    }

    /// Adds a targeting rule behind the others, and before the split for everyone: behind that, it could never apply.
    /// Another split for everyone takes the place of the one that is there. [`rule`](crate::rule) has words for rules.
    pub fn add_rule(&mut self, rule: impl Into<UpdateTargetingRuleModel>) -> &mut Self {
        let (rule, rules) = (rule.into(), self.rules_mut());
        match rules.iter().position(is_for_everyone) {
            Some(index) if is_for_everyone(&rule) => rules[index] = rule,
            Some(index) => rules.insert(index, rule),
            None => rules.push(rule),
        }
        self
    }

    /// Splits users among percentage options by this attribute.
    pub fn split_by(&mut self, attribute: impl Into<String>) -> &mut Self {
        self.wanted.percentage_evaluation_attribute = Some(attribute.into());
        self
    }

    /// Splits users among percentage options by their identifier again.
    pub fn split_by_identifier(&mut self) -> &mut Self {
        self.wanted.percentage_evaluation_attribute = None;
        self
    }

    /// All of it, as the `PUT` takes it: for what has no method here.
    pub fn formula_mut(&mut self) -> &mut UpdateEvaluationFormulaModel {
        &mut self.wanted
    }

    /// Completes and checks it; `at` is where it stands in the request.
    pub(super) fn finish(&mut self, at: &str) -> Result<(), Violation> {
        check::complete(&self.setting, &self.before, &mut self.wanted);
        let against = Against {
            setting: &self.setting,
            limits: &self.limits,
            before: &self.before,
        };
        against.check(&self.wanted, at)
    }

    pub(super) fn is_changed(&self) -> bool {
        !patch::same_part(&self.before, &self.wanted)
    }

    /// Whether an answer has all that is wanted.
    pub(super) fn is_made(&self, after: &impl Serialize) -> bool {
        let after = patch::formula_of(after);
        after.is_ok_and(|after| patch::same_part(&after, &self.wanted))
    }
}

/// What all settings of a config serve in an environment, to be changed.
#[derive(Clone, Debug)]
pub struct Drafts(pub(super) Vec<Draft>);

impl Drafts {
    /// The setting with this key.
    ///
    /// # Errors
    ///
    /// If the config has no such setting, the error names the key.
    pub fn get(&mut self, key: &str) -> Result<&mut Draft> {
        let keys = self.0.iter().map(|draft| draft.setting.key.as_str());
        if let Some(index) = keys.clone().position(|known| known == key) {
            return Ok(&mut self.0[index]);
        }
        let question = did_you_mean(key, keys);
        let problem = format!("the config has no setting with the key `{key}`{question}");
        Err(Error::other(problem))
    }

    /// All of them, in the server's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Draft> {
        self.0.iter()
    }

    /// All of them, in the server's order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Draft> {
        self.0.iter_mut()
    }
}

impl<'a> IntoIterator for &'a Drafts {
    type Item = &'a Draft;
    type IntoIter = std::slice::Iter<'a, Draft>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Drafts {
    type Item = &'a mut Draft;
    type IntoIter = std::slice::IterMut<'a, Draft>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

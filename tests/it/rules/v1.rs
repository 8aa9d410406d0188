//! What V1 configs cannot say of a rule is refused, and not left out.

use configcat_management::rule::{Conditions, flag, in_segment, when};
use configcat_management::types::{UpdateConditionModel, UpdateRolloutRuleModel};
use uuid::Uuid;

/// A rule that says less, or something else, than was asked for is refused.
#[test]
fn nothing_of_a_rule_is_lost_on_its_way_into_a_v1_config() {
    let refused = |conditions: Conditions, change: fn(&mut UpdateConditionModel)| {
        let mut rule = conditions.serve(true);
        rule.conditions.iter_mut().flatten().for_each(change);
        let refused = UpdateRolloutRuleModel::try_from(rule).unwrap_err();
        refused.to_string()
    };
    let and_a_flag = |condition: &mut UpdateConditionModel| {
        let flag: Vec<UpdateConditionModel> = flag(7).equals(true).into();
        condition.prerequisite_flag_condition = flag[0].prerequisite_flag_condition.clone();
    };
    let one_thing =
        "the rule has to look at one thing in a condition: an attribute or a segment in V1 configs";
    assert_eq!(refused(when("A").is_one_of(["a"]), and_a_flag), one_thing);
    assert_eq!(refused(in_segment(Uuid::nil()), and_a_flag), one_thing);
    let nothing = |condition: &mut UpdateConditionModel| *condition = UpdateConditionModel::new();
    assert_eq!(refused(when("A").is_one_of(["a"]), nothing), one_thing);
    let two_values = |condition: &mut UpdateConditionModel| {
        let user = condition.user_condition.as_mut().unwrap();
        user.comparison_value.string_value = Some("b".to_string());
    };
    assert_eq!(
        refused(when("A").is_one_of(["a"]), two_values),
        "the comparison value has to be in `listValue` alone: the comparator `isOneOf` takes a list of texts"
    );
    assert_eq!(
        refused(when("A").number_is(f64::NAN), |_| {}),
        "the comparison value is NaN, which JSON cannot carry"
    );
}

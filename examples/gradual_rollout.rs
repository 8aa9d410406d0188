//! Turns a flag on for 10, then 50, then 100 percent of the users, and keeps the rules that others have made.
//!
//! Without credentials on the embedded fake, all three steps; with `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the
//! service, one step a run, because between steps somebody looks at the numbers:
//! `cargo run --example gradual_rollout -- ENVIRONMENT_ID SETTING_ID PERCENT`

use configcat_management::Result;
use configcat_management::edit::Draft;
use configcat_management::rule::{everyone, percentages};
use configcat_management::types::{SettingFormulaModel, UpdateTargetingRuleModel};

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    let environment = stage.id(1, "id of an environment", |demo| demo.production_id)?;
    let flag = stage.id(2, "id of a flag", |demo| demo.v2.beta_search)?;
    let steps = match stage.is_fake() {
        true => vec![10, 50, 100],
        false => vec![stage.id(3, "percentage", |_| 0)?],
    };

    let before = stage
        .client
        .get_setting_value_v2(environment, flag)
        .send()
        .await?;
    println!("`{}` in {}\n", before.setting.key, before.environment.name);
    println!("{:>8}  {}", "before", shown(&before));
    for percent in steps {
        let edit = stage
            .client
            .edit_value(environment, flag, |formula| roll_out(formula, percent));
        let edited = edit
            .reason(format!("Rollout to {percent} %"))
            .send()
            .await?;
        let unchanged = if edited.changed {
            ""
        } else {
            " (it was so already, nothing sent)"
        };
        println!("{percent:>6} %  {}{unchanged}", shown(&edited.value));
    }

    let wrong = percentages([(10, true), (80, false)]);
    println!(
        "\nShares that are no whole are told before any call: {}.",
        wrong.err().map_or(String::new(), |e| e.to_string())
    );
    if let Some(fake) = &stage.fake {
        println!("\nEach step reads and sends the smallest patch:");
        for request in fake
            .requests()
            .iter()
            .filter(|request| request.method == "PATCH")
        {
            println!("  {}", request.body);
        }
    }
    Ok(())
}

/// The rule for everyone gets new shares, or is added at the end; at 100 percent it is no longer needed.
fn roll_out(formula: &mut Draft, percent: i32) -> Result<()> {
    let split = everyone().split(percentages([(percent, true), (100 - percent, false)])?);
    let at = formula.rules().iter().position(is_for_everyone);
    match (percent, at) {
        (100, at) => {
            formula.turn_on();
            at.map(|index| formula.rules_mut().remove(index));
        }
        (_, Some(index)) => formula.rules_mut()[index] = split,
        (_, None) => {
            formula.add_rule(split);
        }
    }
    Ok(())
}

fn is_for_everyone(rule: &UpdateTargetingRuleModel) -> bool {
    rule.conditions.iter().flatten().next().is_none()
}

/// A bar of the users whom no condition catches, and how many rules come before.
fn shown(formula: &SettingFormulaModel) -> String {
    let on = Some(true);
    let split = formula
        .targeting_rules
        .iter()
        .find(|rule| rule.conditions.is_empty());
    let percent = match split {
        Some(rule) => {
            let shares = rule.percentage_options.iter();
            shares
                .filter(|option| option.value.bool_value == on)
                .map(|option| option.percentage)
                .sum()
        }
        None if formula.default_value.bool_value == on => 100,
        None => 0,
    };
    let filled = usize::try_from(percent / 5).unwrap_or(0).min(20);
    let others = formula.targeting_rules.len() - usize::from(split.is_some());
    format!(
        "[{}{}] {percent:>3} % on, after {others} other rule(s)",
        "#".repeat(filled),
        "·".repeat(20 - filled)
    )
}

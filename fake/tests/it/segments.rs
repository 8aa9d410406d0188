//! Segments can be looked at by rules of their own product, and cannot be deleted while one does.

use configcat_fake::Fake;
use configcat_management::types::SegmentId;
use configcat_management::types::*;
use configcat_management::{Error, Result};

/// The status of a failure.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

fn staff() -> CreateSegmentModel {
    CreateSegmentModel::new(
        RolloutRuleComparator::Contains,
        "Email",
        "@example.com",
        "Staff",
    )
}

/// Rules that serve `true` to a segment.
fn formula(segment: SegmentId) -> UpdateEvaluationFormulaModel {
    let condition = UpdateSegmentConditionModel::new(SegmentComparator::IsIn, segment);
    let rule = UpdateTargetingRuleModel::new()
        .with_conditions(vec![
            UpdateConditionModel::new().with_segment_condition(condition),
        ])
        .with_value(UpdateValueModel::new().with_bool_value(true));
    UpdateEvaluationFormulaModel::new(UpdateValueModel::new().with_bool_value(false))
        .with_targeting_rules(vec![rule])
}

/// The same for V1.
fn value(segment: SegmentId) -> UpdateSettingValueModel {
    let rule = UpdateRolloutRuleModel::new(true)
        .with_segment_comparator(SegmentComparator::IsIn)
        .with_segment_id(segment);
    UpdateSettingValueModel::new(false).with_rollout_rules(vec![rule])
}

#[tokio::test]
async fn a_segment_lives_and_dies() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let product = fake.demo().unwrap().product_id;
    let before = client.get_segments(product).send().await?.len();
    let created = client.create_segment(product, staff()).send().await?;
    let id = created.segment_id;
    assert_eq!(*client.get_segment(id).send().await?, *created);
    let wanted = UpdateSegmentModel::new().with_description("Us");
    let updated = client.update_segment(id, wanted).send().await?;
    assert_eq!(
        (&*updated.name, updated.description.as_deref()),
        ("Staff", Some("Us")),
        "what is left out stays"
    );
    let nameless = UpdateSegmentModel::new().with_name("");
    assert_eq!(
        status(client.update_segment(id, nameless).send().await),
        400
    );
    let segments = client.get_segments(product).send().await?;
    assert_eq!(segments.len(), before + 1);
    assert_eq!(segments[before].usage, 0);
    client.delete_segment(id).send().await?;
    assert_eq!(status(client.get_segment(id).send().await), 404);
    assert_eq!(status(client.delete_segment(id).send().await), 404);
    Ok(())
}

#[tokio::test]
async fn rules_look_at_segments_that_exist_and_hold_them() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (production, v1, v2) = (
        demo.production_id,
        demo.v1.new_checkout,
        demo.v2.new_checkout,
    );
    let nobody = client.replace_setting_value_v2(production, v2, formula(SegmentId::default()));
    assert_eq!(status(nobody.send().await), 400);
    let nobody = client.replace_setting_value(production, v1, value(SegmentId::default()));
    assert_eq!(status(nobody.send().await), 400);

    let other = CreateProductRequest::new("Other");
    let other = client
        .create_product(fake.organization_id(), other)
        .send()
        .await?;
    let foreign = client
        .create_segment(other.product_id, staff())
        .send()
        .await?;
    let foreign = client.replace_setting_value_v2(production, v2, formula(foreign.segment_id));
    assert_eq!(status(foreign.send().await), 400, "of another product");

    let id = client
        .create_segment(demo.product_id, staff())
        .send()
        .await?
        .segment_id;
    let served = client
        .replace_setting_value_v2(production, v2, formula(id))
        .send()
        .await?;
    let condition = &served.targeting_rules[0].conditions[0];
    let condition = condition.segment_condition.as_ref().expect("it is kept");
    assert_eq!(condition.segment_id, id);
    let served = client
        .replace_setting_value(production, v1, value(id))
        .send()
        .await?;
    assert_eq!(served.rollout_rules[0].segment_id, Some(id));

    let usage = || async {
        let segments = client.get_segments(demo.product_id).send().await?;
        let segment = segments.iter().find(|segment| segment.segment_id == id);
        Result::Ok(segment.map(|segment| segment.usage))
    };
    assert_eq!(usage().await?, Some(2));
    assert_eq!(status(client.delete_segment(id).send().await), 400);
    client.delete_setting(v1).send().await?;
    assert_eq!(usage().await?, Some(1));
    client.delete_setting(v2).send().await?;
    client.delete_segment(id).send().await?;
    Ok(())
}

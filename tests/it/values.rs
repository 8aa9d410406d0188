//! A value keeps its type on every way: to Rust and back, into every shape that the API has, and over the wire.

use crate::support::{assert_contains, assert_ends_with};
use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Error, Result, SettingValue};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn value() -> impl Strategy<Value = SettingValue> {
    prop_oneof![
        any::<bool>().prop_map(SettingValue::from),
        any::<String>().prop_map(SettingValue::from),
        any::<i32>().prop_map(SettingValue::from),
        (-1e300..1e300).prop_map(SettingValue::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_shape_gives_back_what_it_was_made_of(value in value()) {
        let same = Some(value.clone());
        prop_assert_eq!(&ValueModel::from(value.clone()).value(), &same);
        prop_assert_eq!(&UpdateValueModel::from(value.clone()).value(), &same);
        prop_assert_eq!(&PredefinedVariationValueModel::from(value.clone()).value(), &same);
        prop_assert_eq!(&CreatePredefinedVariationValueModel::from(value.clone()).value(), &same);
        prop_assert_eq!(&UpdatePredefinedVariationValueModel::from(value.clone()).value(), &same);
        prop_assert_eq!(&InitialValue::new(value.clone()).value, &value);
        let wire = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<SettingValue>(&wire).unwrap(), &value);
        let wire = serde_json::to_string(&UpdateValueModel::from(value.clone())).unwrap();
        let read: ValueModel = serde_json::from_str(&wire).unwrap();
        prop_assert_eq!(read.value(), same);
        prop_assert_eq!(value.clone().fit(&value.setting_type()).ok(), Some(value));
    }

    #[test]
    fn a_value_fits_its_type_and_no_other(value in value()) {
        for setting_type in SettingType::VALUES {
            let whole_in_decimal = matches!((&value, setting_type), (SettingValue::Int(_), SettingType::Double));
            let fits = value.setting_type() == *setting_type || whole_in_decimal;
            match value.clone().fit(setting_type) {
                Ok(fitting) => prop_assert!(fits && fitting.setting_type() == *setting_type),
                Err(wrong) => {
                    let text = wrong.to_string();
                    prop_assert!(!fits);
                    prop_assert!(text.contains(value.setting_type().as_str()) && text.contains(setting_type.as_str()));
                }
            }
        }
        prop_assert!(value.fit(&SettingType::from("colour")).is_ok(), "what is not known is not judged");
    }
}

#[test]
fn rust_values_go_in_and_come_out() -> Result<()> {
    assert!(bool::try_from(SettingValue::from(true))?);
    assert_eq!(String::try_from(SettingValue::from("x"))?, "x");
    assert_eq!(i64::try_from(SettingValue::from(5_u32))?, 5);
    assert_eq!(f64::try_from(SettingValue::from(5.5_f32))?, 5.5);
    assert_eq!(f64::try_from(SettingValue::from(5))?, 5.0);
    let wrong = i64::try_from(SettingValue::from(5.0)).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the value is of type `double`, not `int`"
    );
    let wrong = String::try_from(SettingValue::from(true)).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the value is of type `boolean`, not `string`"
    );

    let theme = SettingValue::json(&json!({ "dark": true }))?;
    assert_eq!(theme, SettingValue::from(r#"{"dark":true}"#));
    theme.check_json()?;
    assert!(SettingValue::from("{dark}").check_json().is_err());
    assert!(SettingValue::from(true).check_json().is_err());
    Ok(())
}

#[test]
fn the_edges_of_numbers() {
    let large = SettingValue::from(1_i64 << 40);
    assert_eq!(
        UpdateValueModel::from(large.clone()).double_value,
        Some((1_i64 << 40) as f64)
    );
    assert_eq!(
        large.fit(&SettingType::Int).unwrap_err().to_string(),
        "the value is 1099511627776; an `int` setting holds -2147483648 to 2147483647"
    );
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(SettingValue::from(wrong).fit(&SettingType::Double).is_err());
    }
    assert_eq!(UpdateValueModel::new().value(), None);
}

#[tokio::test]
async fn predefined_variations_are_served_by_their_value() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let variation = |value: &str| CreatePredefinedVariationModel::new(SettingValue::from(value));
    let colour = CreateSettingInitialValues::new("colour", "Colour", SettingType::String)
        .with_predefined_variations([variation("blue"), variation("green")]);
    let colour = client
        .create_setting(demo.v2.config_id, colour)
        .send()
        .await?
        .into_inner();
    let green = &colour.predefined_variations[1];
    assert_eq!(green.value.value(), Some(SettingValue::from("green")));

    let edit = client.edit_value(demo.test_id, colour.setting_id, |formula| {
        formula.set_default("green");
        Ok(())
    });
    let after = edit.send().await?.value;
    assert_eq!(
        after.default_value.predefined_variation_id,
        Some(green.predefined_variation_id)
    );
    let patch = fake.requests().pop().unwrap().body;
    assert_contains(&patch, &green.predefined_variation_id.to_string());

    let edit = client.edit_value(demo.test_id, colour.setting_id, |formula| {
        formula.formula_mut().default_value = (&colour.predefined_variations[0]).into();
        Ok(())
    });
    assert_eq!(
        edit.send().await?.value.default_value.value(),
        Some(SettingValue::from("blue"))
    );

    let edit = client.edit_value(demo.test_id, colour.setting_id, |formula| {
        formula.set_default("red");
        Ok(())
    });
    let refused = edit.send().await.unwrap_err().to_string();
    assert_ends_with(
        &refused,
        "`body.defaultValue` is none of the setting's predefined variations",
    );
    let edit = client.edit_value(demo.test_id, colour.setting_id, |formula| {
        formula.formula_mut().default_value =
            UpdateValueModel::new().with_predefined_variation_id(Uuid::nil());
        Ok(())
    });
    assert!(matches!(edit.send().await, Err(Error::Invalid(_))));
    Ok(())
}

//! Every shape that the API has for a value.

use crate::SettingValue;
use crate::types::{
    CreatePredefinedVariationValueModel, PredefinedVariationModel, PredefinedVariationValueModel,
    UpdatePredefinedVariationValueModel, UpdateValueModel, ValueModel,
};

macro_rules! shapes {
    ($($model:ident),* $(,)?) => {
        $(impl $model {
            /// The value, of whichever type; `None` if no field has one that this release knows.
            pub fn value(&self) -> Option<SettingValue> {
                self.values().next()
            }

            /// All values that it has; it should be one.
            pub(crate) fn values(&self) -> impl Iterator<Item = SettingValue> {
                let values = [
                    self.bool_value.map(SettingValue::Bool),
                    self.string_value.clone().map(SettingValue::String),
                    self.int_value.map(SettingValue::from),
                    self.double_value.map(SettingValue::Double),
                ];
                values.into_iter().flatten()
            }
        }

        /// A whole number beyond 32 bits becomes a decimal one: no `int` setting can hold it, and a `double` setting can.
        impl From<SettingValue> for $model {
            fn from(value: SettingValue) -> Self {
                let mut model = $model::default();
                match value {
                    SettingValue::Bool(value) => model.bool_value = Some(value),
                    SettingValue::String(value) => model.string_value = Some(value),
                    SettingValue::Double(value) => model.double_value = Some(value),
                    SettingValue::Int(value) => match i32::try_from(value) {
                        Ok(value) => model.int_value = Some(value),
                        Err(_) => model.double_value = Some(value as f64),
                    },
                }
                model
            }
        }

        crate::into_option!($model: SettingValue);)*
    };
}

shapes! {
    ValueModel,
    UpdateValueModel,
    PredefinedVariationValueModel,
    CreatePredefinedVariationValueModel,
    UpdatePredefinedVariationValueModel,
}

/// To serve the variation.
impl From<&PredefinedVariationModel> for UpdateValueModel {
    fn from(variation: &PredefinedVariationModel) -> Self {
        let value = variation.value.value();
        let model = value.map_or_else(UpdateValueModel::new, UpdateValueModel::from);
        model.with_predefined_variation_id(variation.predefined_variation_id)
    }
}

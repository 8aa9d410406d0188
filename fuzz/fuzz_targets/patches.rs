//! Whatever was read and whatever is wanted: where there is a difference that may be made, applying it makes it; where there is
//! none to be made, the refusal has a path.
#![no_main]

use configcat_management::patch::FormulaPatch;
use configcat_management::types::SettingFormulaModel;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

// Two lines: what was read, and what is wanted.
fuzz_target!(|input: &str| {
    let mut lines = input
        .lines()
        .map(serde_json::from_str::<SettingFormulaModel>);
    let (Some(Ok(before)), Some(Ok(after))) = (lines.next(), lines.next()) else {
        return;
    };
    if let Ok(patch) = FormulaPatch::diff(&before, &after) {
        let made = patch.preview(&before).expect("a difference applies");
        let wanted = FormulaPatch::part(&after).expect("what is wanted has the form of a request");
        let json = |part| plain(serde_json::to_value(part).expect("types are JSON"));
        assert_eq!(json(&made), json(&wanted));
    }
});

/// Without what says nothing: in a request, an empty text or list is as good as none.
fn plain(value: Value) -> Value {
    let nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    match value {
        Value::Array(list) => list.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, plain(value)));
            fields.filter(|(_, value)| !nothing(value)).collect()
        }
        // Numbers are equal by value.
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => Value::Number(number),
        },
        value => value,
    }
}

//! A patch for people to read. Secrets are not shown.

use std::fmt;

use serde_json::Value;

use super::{Kind, Patch};
use crate::types::{JsonPatchOperation, OperationType};

/// Shows what is done and where. The value may be a secret, such as the header of a webhook, and is not shown.
impl fmt::Debug for JsonPatchOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonPatchOperation")
            .field("op", &self.op)
            .field("from", &self.from)
            .field("path", &self.path)
            .field("value", &self.value.as_ref().map(|_| format_args!("***")))
            .finish()
    }
}

/// One line for each operation; `nothing to change` if there is none.
impl<K: Kind> fmt::Display for Patch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing to change");
        }
        for (number, operation) in self.operations.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            let path = &operation.path;
            match (&operation.op, &operation.from, &operation.value) {
                (OperationType::Move | OperationType::Copy, Some(from), _) => {
                    write!(f, "{} {from} to {path}", operation.op)?;
                }
                (op, _, Some(value)) => {
                    // A raw operation may spell a name in its own way, or go on below it.
                    let secret = path.split('/').find(|name| is_secret::<K>(name));
                    let value = mask::<K>(secret.unwrap_or_default(), value);
                    write!(f, "{op} {path}: {value}")?;
                }
                (op, _, None) => write!(f, "{op} {path}")?,
            }
        }
        Ok(())
    }
}

/// The lines of `Display`, as a list.
impl<K: Kind> fmt::Debug for Patch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        let lines = text.lines().filter(|_| !self.is_empty());
        f.write_str("Patch")?;
        f.debug_list().entries(lines).finish()
    }
}

/// Servers read names whatever their case.
fn is_secret<K: Kind>(name: &str) -> bool {
    let mut secrets = K::SECRETS.iter();
    secrets.any(|secret| secret.eq_ignore_ascii_case(name))
}

fn mask<K: Kind>(name: &str, value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        _ if is_secret::<K>(name) => Value::from("***"),
        Value::Object(fields) => {
            let fields = fields.iter();
            let shown = fields.map(|(name, value)| (name.clone(), mask::<K>(name, value)));
            Value::Object(shown.collect())
        }
        Value::Array(entries) => entries.iter().map(|value| mask::<K>("", value)).collect(),
        value => value.clone(),
    }
}

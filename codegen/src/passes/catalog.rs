//! What a call by name needs to know: parameters and bodies as JSON Schema.
//!
//! One text for a source, in JSON, which the client's feature `catalog` reads when it is first asked for.

use serde_json::{Map, Value, json};

use super::{Code, Context};
use crate::facts::{self, OperationRef};
use crate::json_schema::{Translator, definitions};
use crate::{Error, Result};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let translator = Translator::new(context.facts, context.docs);
    let mut operations = Map::new();
    for operation in facts::operations(context.facts) {
        let id = facts::operation_id(context.source, &operation)
            .ok_or_else(|| Error::new(format!("{} has no operationId", operation.place())))?;
        operations.insert(id.to_owned(), entry(id, &operation, context, &translator));
    }
    if let Some(id) = context
        .source
        .aliases
        .keys()
        .find(|id| !operations.contains_key(*id))
    {
        return Err(Error::new(format!(
            "sources.toml has aliases for `{id}`, but there is no such operation"
        )));
    }
    operations.sort_keys();
    let schemas: Vec<&Value> = operations.values().collect();
    let schemas = definitions(&schemas, context.facts, &translator);
    let times = operations.len();
    let text = json!({ "operations": operations, "schemas": schemas }).to_string();
    code.root.push(syn::parse_quote! {
        /// Parameters and bodies as JSON Schema, by operation.
        #[cfg(feature = "catalog")]
        pub(crate) const CATALOG: &str = #text;
    });
    Ok(times)
}

fn entry(
    id: &str,
    operation: &OperationRef<'_>,
    context: &Context<'_>,
    translator: &Translator<'_>,
) -> Value {
    let words = context.docs.operations.get(id);
    let parameters = facts::parameters(context.facts, operation);
    let parameters = parameters.into_iter().map(|parameter| {
        let name = parameter["name"].as_str().unwrap_or_default();
        let special = context.source.parameters.get(name);
        let required = parameter["required"] == true || special.is_some_and(|s| s.required);
        let mut schema = translator.schema(&parameter["schema"], false);
        if let Some(schema) = schema.as_object_mut()
            && let Some(text) = words.and_then(|words| words.parameters.get(name))
        {
            schema.insert("description".into(), text.trim_end().into());
        }
        let mut written = json!({ "name": name, "in": parameter["in"], "required": required });
        if special.is_some_and(|special| special.secret) {
            written["secret"] = true.into();
        }
        written["schema"] = schema;
        written
    });
    let mut entry = json!({ "parameters": parameters.collect::<Vec<_>>() });
    if let Some(aliases) = context.source.aliases.get(id) {
        entry["aliases"] = json!(aliases);
    }
    if let Some(schema) = facts::body(context.facts, operation) {
        entry["body"] = translator.schema(schema, false);
    }
    if let Some(schema) = facts::answer(context.facts, operation) {
        entry["answers"] = facts::json_type(context.facts, schema)
            .unwrap_or("any")
            .into();
    }
    entry
}

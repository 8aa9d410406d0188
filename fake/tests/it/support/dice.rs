//! Requests by chance: mostly such as a client would send, and wrong ones among them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use configcat_management::Operation;
use serde_json::{Map, Value, json};

use super::description::{body_schema, described, name_of, resolved};

/// Numbers by chance (splitmix64), the same ones for the same seed.
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).unwrap_or(0)
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// What the answers so far have told: ids and keys, by the name of their field.
#[derive(Debug, Default)]
pub struct Known(BTreeMap<String, Vec<Value>>);

/// How many values of a name are kept; the older ones have often gone.
const KEPT: usize = 30;

impl Known {
    /// Keeps what an answer tells.
    pub fn learn(&mut self, answer: &Value) {
        match answer {
            Value::Array(all) => all.iter().for_each(|one| self.learn(one)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.learn(value);
                    let name = name.to_lowercase();
                    let told = name.ends_with("id") || name == "key" || name == "primary";
                    let scalar = value.is_string() || value.is_number();
                    if told && scalar {
                        let known = self.0.entry(name).or_default();
                        known.retain(|known| known != value);
                        known.push(value.clone());
                        if known.len() > KEPT {
                            known.remove(0);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// A value that a field of this name may have.
    fn value(&self, name: &str, dice: &mut Dice) -> Option<Value> {
        let name = name.to_lowercase();
        let name = match name.as_str() {
            "tags" => "tagid",
            "latestversionid" => "lastversionid",
            "commentid" => "changerequestcommentid",
            "settingidtoinitfrom" => "settingid",
            "x-configcat-sdkkey" => "primary",
            "settingkeyorid" if dice.percent(70) => "settingid",
            "settingkeyorid" => "key",
            "ownerproductids" => "productid",
            name => name.strip_suffix('s').unwrap_or(name),
        };
        let fits = |known: &&String| name.ends_with(known.as_str());
        let best = self.0.keys().filter(fits).max_by_key(|known| known.len())?;
        dice.pick(self.0.get(best)?).cloned()
    }
}

/// A request.
#[derive(Debug)]
pub struct Sent {
    pub path: String,
    pub sdk_key: Option<String>,
    pub body: Option<Value>,
}

/// Makes requests.
#[derive(Debug)]
pub struct Maker<'a> {
    pub known: &'a Known,
    pub dice: Dice,
    pub now: DateTime<Utc>,
    /// How many of a hundred values are of the wrong kind.
    pub wrong: usize,
}

impl Maker<'_> {
    pub fn request(&mut self, operation: &Operation) -> Sent {
        let mut sent = Sent {
            path: operation.path.to_string(),
            sdk_key: None,
            body: None,
        };
        let parameters = described(operation)["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let schema = &parameter["schema"];
            match parameter["in"].as_str() {
                Some("path") => {
                    let value = encoded(&text(&self.value(name, schema, 0)));
                    sent.path = sent.path.replace(&format!("{{{name}}}"), &value);
                }
                Some("query") if self.dice.percent(25) => {
                    let value = self.value(name, schema, 0);
                    let values = match value {
                        Value::Array(values) => values,
                        value => vec![value],
                    };
                    for value in &values {
                        let mark = if sent.path.contains('?') { '&' } else { '?' };
                        sent.path
                            .push_str(&format!("{mark}{name}={}", encoded(&text(value))));
                    }
                }
                Some("header") if self.dice.percent(95) => {
                    sent.sdk_key = Some(text(&self.value(name, schema, 0)));
                }
                _ => {}
            }
        }
        if let Some(schema) = body_schema(operation) {
            sent.body = Some(match name_of(&schema["items"]) {
                Some("JsonPatchOperation") => self.patch(operation),
                _ => self.value("body", schema, 0),
            });
        }
        sent
    }

    fn patch(&mut self, operation: &Operation) -> Value {
        const PATHS: &[(&str, &[&str])] = &[
            (
                "update-setting-value",
                &[
                    "/value",
                    "/rolloutRules",
                    "/rolloutRules/0",
                    "/rolloutRules/-",
                    "/rolloutPercentageItems",
                ],
            ),
            (
                "update-setting",
                &["/name", "/hint", "/tags", "/tags/-", "/tags/0"],
            ),
            (
                "update-webhook",
                &[
                    "/url",
                    "/content",
                    "/httpMethod",
                    "/webHookHeaders",
                    "/webHookHeaders/0",
                ],
            ),
            (
                "update-proxy-profile",
                &[
                    "/name",
                    "/description",
                    "/connectionPreferences",
                    "/connectionPreferences/webhookNotification",
                    "/sdkKeySelectionRules",
                    "/sdkKeySelectionRules/0",
                ],
            ),
        ];
        const V2: &[&str] = &[
            "/defaultValue",
            "/defaultValue/boolValue",
            "/defaultValue/stringValue",
            "/targetingRules",
            "/targetingRules/-",
            "/targetingRules/0",
            "/percentageEvaluationAttribute",
        ];
        let paths = match operation.id {
            id if id.ends_with("-v2") => V2,
            id => PATHS
                .iter()
                .find(|(start, _)| id.starts_with(start))
                .map_or(&[][..], |found| found.1),
        };
        let mut operations = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let op = *self
                .dice
                .pick(&[
                    "replace", "replace", "replace", "add", "add", "remove", "test", "move", "copy",
                ])
                .unwrap_or(&"replace");
            let path = *self.dice.pick(paths).unwrap_or(&"/nothing");
            let from = *self.dice.pick(paths).unwrap_or(&"/nothing");
            let value = self.patched(path);
            operations.push(json!({ "op": op, "path": path, "from": from, "value": value }));
        }
        Value::Array(operations)
    }

    /// A value that fits a path of a patch, if only sometimes.
    fn patched(&mut self, path: &str) -> Value {
        let named = |schema: &str| json!({ "$ref": format!("#/components/schemas/{schema}") });
        let schema = match path {
            "/tags" => {
                return Value::Array(
                    self.known
                        .value("tags", &mut self.dice)
                        .into_iter()
                        .collect(),
                );
            }
            "/tags/-" | "/tags/0" => {
                return self.known.value("tags", &mut self.dice).unwrap_or_default();
            }
            "/defaultValue" => named("UpdateValueModel"),
            "/value" => named("SettingValueType"),
            "/targetingRules/-" | "/targetingRules/0" => named("UpdateTargetingRuleModel"),
            "/rolloutRules/-" | "/rolloutRules/0" => named("UpdateRolloutRuleModel"),
            "/connectionPreferences" => named("CreateOrUpdateConnectionPreferences"),
            "/connectionPreferences/webhookNotification" => {
                named("CreateOrUpdateWebhookNotification")
            }
            "/sdkKeySelectionRules/0" => named("UpdateProxyProfileSelectionRule"),
            "/httpMethod" => named("WebHookHttpMethod"),
            "/webHookHeaders/0" => named("WebhookHeaderModel"),
            "/url" => return json!("https://example.com/hook"),
            "/defaultValue/boolValue" => return json!(self.dice.percent(50)),
            "/targetingRules"
            | "/rolloutRules"
            | "/rolloutPercentageItems"
            | "/sdkKeySelectionRules"
            | "/webHookHeaders" => return json!([]),
            _ => return self.word(40),
        };
        // The few schemas that are asked for here live as long as the test.
        self.value("value", Box::leak(Box::new(schema)), 0)
    }

    fn value(&mut self, name: &str, schema: &'static Value, depth: usize) -> Value {
        if self.dice.percent(self.wrong) {
            let wrong = [
                json!(null),
                json!(-1),
                json!("no"),
                json!([]),
                json!({}),
                json!(true),
                json!(1.5),
            ];
            return self.dice.pick(&wrong).cloned().unwrap_or_default();
        }
        if schema["nullable"] == true && self.dice.percent(20) {
            return Value::Null;
        }
        let name_of_schema = name_of(schema).or_else(|| name_of(&schema["allOf"][0]));
        if let Some("UpdateValueModel" | "UpdateConditionModel") = name_of_schema
            && self.dice.percent(95)
        {
            return self.one_field(resolved(schema), depth);
        }
        let schema = resolved(schema);
        if let Some(known) = schema["enum"].as_array() {
            return self.dice.pick(known).cloned().unwrap_or_default();
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let choice = self.dice.pick(choices);
            return choice.map_or(Value::Null, |choice| self.value(name, choice, depth));
        }
        match schema["type"].as_str() {
            Some("string") => self.string(name, schema),
            Some("integer") => self.integer(name, schema),
            Some("number") => json!([0.5, 5.0, -1.25][self.dice.below(3)]),
            Some("boolean") => json!(self.dice.percent(50)),
            Some("array") => {
                let most = if depth > 6 { 1 } else { 3 };
                let count = self.dice.below(most);
                (0..count)
                    .map(|_| self.value(name, &schema["items"], depth + 1))
                    .collect()
            }
            Some("object") => self.object(schema, depth),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &'static Value, depth: usize) -> Value {
        let required = schema["required"].as_array();
        let required: Vec<&str> = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut fields = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let wanted = match required.contains(&name.as_str()) {
                true => !self.dice.percent(self.wrong),
                false => self.dice.percent(if depth > 4 { 10 } else { 40 }),
            };
            if wanted {
                let value = self.value(name, property, depth + 1);
                fields.insert(name.clone(), value);
            }
        }
        // Parameters of integrations: texts by name.
        if schema["properties"].is_null() {
            for name in [
                "apikey",
                "apiKey",
                "secretKey",
                "writeKey",
                "incoming_webhook.url",
            ] {
                if self.dice.percent(70) {
                    fields.insert(name.to_string(), json!("https://example.com/x"));
                }
            }
        }
        Value::Object(fields)
    }

    /// An object that stands for one of several things; flags are the most common.
    fn one_field(&mut self, schema: &'static Value, depth: usize) -> Value {
        if let Some(switch) = schema["properties"].get("boolValue")
            && self.dice.percent(60)
        {
            return json!({ "boolValue": self.value("boolValue", switch, depth) });
        }
        let properties = schema["properties"].as_object();
        let properties: Vec<(&String, &'static Value)> = properties.into_iter().flatten().collect();
        let field = self.dice.pick(&properties).copied();
        let field = field.map(|(name, property)| {
            let value = self.value(name, property, depth + 1);
            (name.clone(), value)
        });
        Value::Object(field.into_iter().collect())
    }

    fn string(&mut self, name: &str, schema: &Value) -> Value {
        let looked_up = name.to_lowercase();
        let is_id = looked_up.ends_with("id") || looked_up.ends_with("ids");
        let is_key = matches!(&*looked_up, "settingkeyorid" | "x-configcat-sdkkey" | "key");
        if is_id || (is_key && (looked_up != "key" || self.dice.percent(70))) {
            if self.dice.percent(95)
                && let Some(known) = self.known.value(name, &mut self.dice)
            {
                return known;
            }
            if schema["format"] == "uuid" {
                return json!("00000000-0000-0000-0000-000000000001");
            }
        }
        match (looked_up.as_str(), schema["format"].as_str()) {
            (_, Some("date-time")) => {
                let minutes = i64::try_from(self.dice.below(40_000)).unwrap_or(0) - 20_000;
                let time = self.now + TimeDelta::minutes(minutes);
                json!(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            }
            ("url" | "commiturl" | "fileurl", _) => json!("https://example.com/x"),
            ("emails" | "email", _) => json!(format!("member{}@example.com", self.dice.below(20))),
            _ => self.word(schema["maxLength"].as_u64().unwrap_or(60)),
        }
    }

    fn word(&mut self, most: u64) -> Value {
        let most = usize::try_from(most.min(300)).unwrap_or(300);
        let long = "é".repeat(most + self.dice.below(2));
        let words = [
            "a",
            "new",
            "Name 1",
            "🐱 & <b>",
            "beta_2",
            "x y",
            "Zed",
            "k9",
            "",
            &long,
        ];
        let chance = if self.dice.percent(85) {
            8
        } else {
            words.len()
        };
        json!(words[self.dice.below(chance)])
    }

    fn integer(&mut self, name: &str, schema: &Value) -> Value {
        let looked_up = name.to_lowercase();
        let is_id = looked_up.ends_with("id") || looked_up.ends_with("ids") || name == "tags";
        if is_id
            && self.dice.percent(95)
            && let Some(known) = self.known.value(name, &mut self.dice)
        {
            return known;
        }
        if looked_up == "percentage" {
            return json!([100, 100, 50, 0][self.dice.below(4)]);
        }
        let least = schema["minimum"].as_i64().unwrap_or(0);
        let most = schema["maximum"].as_i64().unwrap_or(1000);
        let edges = [least, least + 1, most, least - 1, most.saturating_add(1), 3];
        let chance = if self.dice.percent(80) {
            2
        } else {
            edges.len()
        };
        json!(edges[self.dice.below(chance)])
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A path segment, percent-encoded wherever that may matter.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

//! Descriptions as people find them: whole, half, old, foreign, hostile.

mod canonical;
mod reading;
mod tools;

use std::path::Path;

use configcat_management_codegen::facts::{self, canonical, read, reduce};
use configcat_management_codegen::sources::Sources;
use serde_json::{Map, Value, json};

/// A small description with one of everything that a check looks at.
const PETS: &str = r##"
openapi: 3.0.4
info:
  title: Pets
  version: "1"
  description: Prose.
security:
- Key: []
paths:
  /houses/{house}/pets/{pet}:
    parameters:
    - {name: house, in: path, required: true, schema: {type: string}}
    get:
      operationId: get-pet
      summary: Prose.
      tags: [Pets]
      deprecated: false
      parameters:
      - {$ref: "#/components/parameters/Pet"}
      - {name: since, in: query, example: 2000-01-23T04:56:07Z, schema: {type: string, format: date-time}}
      responses:
        200:
          description: Prose.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
components:
  parameters:
    Pet: {name: pet, in: path, required: true, schema: {type: string}}
  schemas:
    Pet:
      title: Prose
      type: object
      required: [name, description]
      properties:
        name: {type: string, description: Prose., example: Rex, maxLength: 20}
        description: {type: string, nullable: true}
        children: {type: array, items: {$ref: "#/components/schemas/Pet"}}
  securitySchemes:
    Key: {type: http, scheme: basic, description: Prose.}
x-extra: [1]
"##;

/// [`PETS`] with another text in one place.
fn pets(from: &str, to: &str) -> String {
    assert!(PETS.contains(from), "{from}");
    PETS.replacen(from, to, 1)
}

/// What reading says.
#[track_caller]
fn refused(text: &str) -> String {
    read(text).expect_err("should be refused").to_string()
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

fn vendored() -> (Sources, String) {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let sources = Sources::read(&spec).expect("sources.toml");
    let file = spec.join(&sources.get("configcat").expect("configcat").file);
    let text = std::fs::read_to_string(file).expect("swagger.json");
    (sources, text)
}

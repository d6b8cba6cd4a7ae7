//! The JSON Schema of the front matter of topics of one's own, made from what the reader knows, so that any
//! editor with a YAML server completes and checks it.

use serde_json::{Value, json};
use viva_guide::front_matter::{LIST_MAX, NOT_BESIDE_EXTENDS, PRODUCTS, TITLE_MAX};
use viva_guide::{Language, Level};

/// The schema, indented.
pub(super) fn text() -> String {
    serde_json::to_string_pretty(&schema()).expect("it is JSON already")
}

fn schema() -> Value {
    let version = format!("^({}) [0-9]+(\\.[0-9]+)*$", PRODUCTS.join("|"));
    // The reader takes what is written as text, whatever YAML makes of it: SQL has a keyword NULL.
    let scalar = json!({ "type": ["string", "number", "boolean", "null"], "minLength": 1 });
    let texts = |what: &str| {
        json!({
            "description": what,
            "type": "array", "maxItems": LIST_MAX, "items": scalar,
        })
    };
    let names = |what: &str| {
        let languages = Language::ALL.map(|language| {
            (
                language.name().to_owned(),
                texts("Names, as the guide writes them."),
            )
        });
        json!({
            "description": what,
            "type": "object",
            "additionalProperties": false,
            "properties": serde_json::Map::from_iter(languages),
        })
    };
    let properties = json!({
        "title": {
            "description": "A name, not a sentence.",
            "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": TITLE_MAX,
        },
        "level": {
            "description": "Whom an interviewer asks it.",
            "enum": Level::ALL.map(Level::name),
        },
        "extends": {
            "description": "The id of a topic that this file adds to.",
            "type": "string", "minLength": 1,
        },
        "keywords": names("The names in code that lead here."),
        "mentions": names("Names of other topics for which this one is worth reading too."),
        "related": texts("Ids of topics, the most related first."),
        "also": texts("Other names that people search for."),
        "covers": {
            "description": "Numbers of a list of questions that the topic answers.",
            "type": "array", "maxItems": LIST_MAX,
            "items": { "type": "integer", "minimum": 0, "maximum": u16::MAX },
        },
        "since": {
            "description": "The version it came with, such as Go 1.21.",
            "type": "string", "pattern": version,
        },
        "changed": {
            "description": "What versions changed: a list of `version: what`.",
            "type": "array", "maxItems": LIST_MAX,
            "items": {
                "type": "object", "minProperties": 1, "maxProperties": 1,
                "propertyNames": { "pattern": version }, "additionalProperties": scalar_or_empty(),
            },
        },
        "sources": {
            "description": "Where the facts come from: a list of `label: https://…`.",
            "type": "array", "minItems": 1, "maxItems": LIST_MAX,
            "items": {
                "type": "object", "minProperties": 1, "maxProperties": 1,
                "additionalProperties": { "type": "string", "pattern": "^https://\\S*$" },
            },
        },
        "checked": {
            "description": "The month in which the facts were last compared with the sources.",
            "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
        },
    });
    let foreign: Vec<Value> = NOT_BESIDE_EXTENDS
        .iter()
        .map(|key| json!({ "required": [key] }))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of a topic of Viva",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "if": { "required": ["extends"] },
        "then": { "not": { "anyOf": foreign } },
        "else": { "required": ["title"] },
    })
}

fn scalar_or_empty() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use saphyr::{LoadableYamlNode as _, Yaml};
    use viva_guide::parse::{Rules, parse_by};

    /// YAML as the servers of editors read it.
    fn json(yaml: &Yaml<'_>) -> Value {
        if let Some(entries) = yaml.as_mapping() {
            let text = |key: &Yaml<'_>| {
                key.as_str()
                    .map_or_else(|| format!("{key:?}"), str::to_owned)
            };
            let entries = entries.iter().map(|(key, value)| (text(key), json(value)));
            return entries.collect::<serde_json::Map<String, Value>>().into();
        }
        if let Some(values) = yaml.as_sequence() {
            return values.iter().map(json).collect();
        }
        if let Some(text) = yaml.as_str() {
            return text.into();
        }
        if let Some(number) = yaml.as_integer() {
            return number.into();
        }
        if let Some(number) = yaml.as_floating_point() {
            return number.into();
        }
        yaml.as_bool().map_or(Value::Null, Value::Bool)
    }

    /// What the reader and the schema say must be the same.
    #[test]
    fn the_schema_and_the_reader_agree() {
        let cases: &[(&str, bool)] = &[
            ("title: A", true),
            ("title: 42", true),
            ("title: yes", true),
            ("level: junior", false),
            ("title: ''", false),
            ("title: [A]", false),
            ("title: {a: b}", false),
            ("titel: A", false),
            ("title: A\nlevel: senior", true),
            ("title: A\nlevel: expert", false),
            ("title: A\nlevel: 3", false),
            (
                "title: A\nkeywords:\n  go: [sync.Cond, \"<-\"]\n  sql: [NULL]",
                true,
            ),
            ("title: A\nkeywords: [sync.Cond]", false),
            ("title: A\nkeywords:\n  cobol: [X]", false),
            ("title: A\nkeywords:\n  go: sync.Cond", false),
            ("title: A\nkeywords:\n  go: []", true),
            ("title: A\nmentions:\n  redis: [GET]", true),
            ("title: A\nrelated: []", true),
            ("title: A\nrelated: [redis/persistence]", true),
            ("title: A\nrelated: redis/persistence", false),
            ("title: A\nrelated: [{a: b}]", false),
            ("title: A\nalso: [b, 1.5, true]", true),
            ("title: A\ncovers: [1, 2]", true),
            ("title: A\ncovers: [x]", false),
            ("title: A\ncovers: [70000]", false),
            ("title: A\ncovers: [-1]", false),
            ("title: A\nsince: Go 1.21", true),
            ("title: A\nsince: Docker Engine 23.0", true),
            ("title: A\nsince: 1.21", false),
            ("title: A\nsince: Rust 1.0", false),
            ("title: A\nsince: Go 1.", false),
            ("title: A\nsince: Go", false),
            ("title: A\nchanged:\n  - Go 1.2: what", true),
            ("title: A\nchanged:\n  - what", false),
            ("title: A\nchanged:\n  - 1.2: what", false),
            (
                "title: A\nchanged:\n  - Go 1.2: what\n    Go 1.3: more",
                false,
            ),
            ("title: A\nsources:\n  - Go: https://go.dev", true),
            ("title: A\nsources:\n  - Go: http://go.dev", false),
            ("title: A\nsources:\n  - Go: https://go.dev/a b", false),
            ("title: A\nsources: []", false),
            ("title: A\nsources:\n  - https://go.dev", false),
            ("title: A\nchecked: 2026-11", true),
            ("title: A\nchecked: 2026-13", false),
            ("title: A\nchecked: 2026", false),
            ("extends: go/x", true),
            (
                "extends: go/x\nkeywords:\n  go: [x.Y]\nrelated: [a/b]",
                true,
            ),
            ("extends: go/x\ntitle: A", false),
            ("extends: go/x\nlevel: junior", false),
            ("extends: go/x\nchecked: 2026-11", false),
            ("extends: ''", false),
            ("extends: [a]", false),
        ];
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler
            .add_resource("topic.json", schema())
            .expect("a schema");
        let checks = compiler
            .compile("topic.json", &mut schemas)
            .expect("a schema");
        let long = format!("title: {}", "ß".repeat(TITLE_MAX));
        let too_long = format!("{long}x");
        let list = |count| format!("title: A\nalso: [{}]", "x, ".repeat(count));
        let (many, too_many) = (list(LIST_MAX), list(LIST_MAX + 1));
        let cases = cases.iter().copied().chain([
            (long.as_str(), true),
            (too_long.as_str(), false),
            (many.as_str(), true),
            (too_many.as_str(), false),
        ]);
        for (yaml, is_valid) in cases {
            let read = parse_by(
                Rules::Own,
                "t.md",
                "a/b",
                &format!("---\n{yaml}\n---\n\nIt is.\n"),
            );
            assert_eq!(read.is_ok(), is_valid, "the reader of {yaml}: {read:?}");
            let documents = Yaml::load_from_str(yaml).expect("YAML");
            let value = json(&documents[0]);
            let checked = schemas.validate(&value, checks);
            assert_eq!(
                checked.is_ok(),
                is_valid,
                "the schema of {yaml}: {checked:?}"
            );
        }
    }

    #[test]
    fn the_schema_has_every_key_of_the_reader() {
        let schema = schema();
        let properties = schema["properties"].as_object().expect("an object");
        let mut keys = viva_guide::front_matter::KEYS.to_vec();
        keys.sort_unstable();
        assert_eq!(properties.keys().collect::<Vec<_>>(), keys);
    }
}

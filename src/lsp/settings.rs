//! What a user can set. One table ([`SETTINGS`]) is the definition: it is read here, checked
//! against what clients send, and written into the README.

use std::fmt::Write as _;

use serde_json::Value;

use crate::features::hints::{self, Choice, Coexist, Tool};
use crate::features::search::When;

/// The section that clients keep Viva's settings under.
pub const SECTION: &str = "viva";

/// Keys below the section that are the editor's own business: how to start the server, what to trace.
const OF_EDITORS: [&str; 2] = ["server", "trace"];

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The path below the section: `hover.maxLines`.
    pub key: &'static str,
    pub kind: Kind,
    /// One sentence.
    pub what: &'static str,
}

/// What values a setting takes, and its default.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Switch {
        default: bool,
    },
    Number {
        default: usize,
        least: usize,
        most: usize,
    },
    /// One of these; the first is the default.
    Choice {
        of: &'static [&'static str],
    },
    /// Any of these; none is the default.
    List {
        of: ListOf,
    },
    /// A list of paths; none by default.
    Paths,
}

/// What a list names.
#[derive(Clone, Copy, Debug)]
pub enum ListOf {
    /// Ids and families of the rules of hints.
    Rules,
    /// Tools that run beside Viva.
    Tools,
}

impl ListOf {
    /// Every name that may stand in the list.
    pub fn names(self) -> Vec<&'static str> {
        match self {
            ListOf::Rules => {
                let mut families: Vec<&str> = hints::rules().map(hints::Rule::family).collect();
                families.dedup();
                families.extend(hints::rules().map(|rule| rule.id));
                families
            }
            ListOf::Tools => Tool::ALL.map(Tool::name).to_vec(),
        }
    }
}

/// Every setting, in the order in which they are documented.
pub const SETTINGS: [Setting; 11] = [
    Setting {
        key: "hover.enable",
        kind: Kind::Switch { default: true },
        what: "Explain the keyword under the cursor.",
    },
    Setting {
        key: "hover.maxLines",
        kind: Kind::Number {
            default: 25,
            least: 3,
            most: 200,
        },
        what: "The longest explanation in a hover, in lines; what matters least is left out first.",
    },
    Setting {
        key: "codeActions",
        kind: Kind::Choice {
            of: &["invoked", "always", "off"],
        },
        what: "When interview questions are offered: only when asked for, also on every cursor move (a light bulb glows), or never.",
    },
    Setting {
        key: "workspaceSymbols",
        kind: Kind::Choice {
            of: &["prefix", "always", "off"],
        },
        what: "When the symbol search finds topics: only for queries that begin with `?`, for all, or never.",
    },
    Setting {
        key: "hints.enable",
        kind: Kind::Switch { default: true },
        what: "Mark places that an interviewer would ask about.",
    },
    Setting {
        key: "hints.off",
        kind: Kind::List { of: ListOf::Rules },
        what: "Rules that are never shown, by id (`docker/sudo`) or family (`docker`).",
    },
    Setting {
        key: "hints.on",
        kind: Kind::List { of: ListOf::Rules },
        what: "Rules that are shown although they are off by default, by id or family.",
    },
    Setting {
        key: "hints.coexist",
        kind: Kind::Choice {
            of: &["auto", "all", "minimal"],
        },
        what: "Rules that another tool has too: left to the tools that run beside Viva, shown all the same, or left out in any case.",
    },
    Setting {
        key: "hints.companions",
        kind: Kind::List { of: ListOf::Tools },
        what: "The tools that run beside Viva and show their own findings; editors that know say it by themselves.",
    },
    Setting {
        key: "inlayHints.enable",
        kind: Kind::Switch { default: false },
        what: "Show the titles of topics at the end of the lines that lead to them.",
    },
    Setting {
        key: "guide.paths",
        kind: Kind::Paths,
        what: "More folders of topics of your own, besides `.viva/guide` in the workspace and `~/.config/viva/guide`; relative to the workspace.",
    },
];

/// When code actions are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeActions {
    #[default]
    Invoked,
    Always,
    Off,
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub hover: bool,
    /// The longest hover, in lines.
    pub hover_max_lines: usize,
    pub code_actions: CodeActions,
    pub symbols: When,
    pub guide_paths: Vec<String>,
    pub hints: bool,
    pub choice: Choice,
    pub inlay_hints: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            hover: true,
            hover_max_lines: 25,
            code_actions: CodeActions::Invoked,
            symbols: When::Prefix,
            guide_paths: Vec::new(),
            hints: true,
            choice: Choice::default(),
            inlay_hints: false,
        }
    }
}

impl Settings {
    /// Reads what a client sent: the section itself, or an object that holds it. What is wrong keeps
    /// its default and is complained about.
    pub fn read(sent: &Value) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let complaints = settings.add(sent);
        (settings, complaints)
    }

    /// Takes over what is set here: lists grow, everything else is replaced. Returns what was wrong.
    pub fn add(&mut self, sent: &Value) -> Vec<String> {
        let section = sent.get(SECTION).unwrap_or(sent);
        let mut complaints = unknown_keys(section);
        for setting in SETTINGS {
            let Some(value) = find(section, setting.key).filter(|value| !value.is_null()) else {
                continue;
            };
            if setting.kind.accepts(value) {
                self.set(setting.key, value);
            } else {
                complaints.push(format!(
                    "`{SECTION}.{}` is {value}; it takes {}",
                    setting.key, setting.kind
                ));
            }
        }
        complaints
    }

    /// Whether editors must ask for hints again after these settings took the place of others.
    pub(super) fn shows_other_hints_than(&self, before: &Settings) -> bool {
        let of_hints = |settings: &Settings| (settings.hints, settings.inlay_hints);
        of_hints(self) != of_hints(before) || self.choice != before.choice
    }

    /// Sets one value that its kind accepts.
    fn set(&mut self, key: &str, value: &Value) {
        let choice = value.as_str().unwrap_or_default();
        match key {
            "guide.paths" => {
                let paths = value.as_array().into_iter().flatten();
                self.guide_paths = paths.filter_map(Value::as_str).map(str::to_owned).collect();
            }
            "hover.enable" => self.hover = value == &Value::Bool(true),
            "hover.maxLines" => {
                self.hover_max_lines = number(value).unwrap_or(self.hover_max_lines);
            }
            "codeActions" => {
                self.code_actions = match choice {
                    "always" => CodeActions::Always,
                    "off" => CodeActions::Off,
                    _ => CodeActions::Invoked,
                }
            }
            "workspaceSymbols" => {
                self.symbols = match choice {
                    "always" => When::Always,
                    "off" => When::Off,
                    _ => When::Prefix,
                }
            }
            "hints.enable" => self.hints = value == &Value::Bool(true),
            "hints.off" => self.choice.off.extend(texts(value).map(str::to_owned)),
            "hints.on" => self.choice.on.extend(texts(value).map(str::to_owned)),
            "hints.coexist" => {
                self.choice.coexist = match choice {
                    "all" => Coexist::All,
                    "minimal" => Coexist::Minimal,
                    _ => Coexist::Auto,
                }
            }
            "hints.companions" => {
                let tools = texts(value).filter_map(Tool::from_name);
                self.choice.companions.extend(tools);
            }
            "inlayHints.enable" => self.inlay_hints = value == &Value::Bool(true),
            _ => {}
        }
    }
}

impl Kind {
    fn accepts(self, value: &Value) -> bool {
        match self {
            Kind::Switch { .. } => value.is_boolean(),
            Kind::Number { least, most, .. } => {
                number(value).is_some_and(|number| (least..=most).contains(&number))
            }
            Kind::Choice { of } => value.as_str().is_some_and(|choice| of.contains(&choice)),
            Kind::Paths => value
                .as_array()
                .is_some_and(|paths| paths.iter().all(Value::is_string)),
            Kind::List { of } => {
                let names = of.names();
                let is_name =
                    |value: &Value| value.as_str().is_some_and(|name| names.contains(&name));
                value
                    .as_array()
                    .is_some_and(|list| list.iter().all(is_name))
            }
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kind::Switch { .. } => f.write_str("true or false"),
            Kind::Number { least, most, .. } => write!(f, "a number from {least} to {most}"),
            Kind::Choice { of } => {
                let quoted: Vec<String> = of.iter().map(|choice| format!("\"{choice}\"")).collect();
                f.write_str(&quoted.join(", "))
            }
            Kind::Paths => f.write_str("a list of paths"),
            Kind::List { of: ListOf::Rules } => {
                f.write_str("a list of rules (docs/hints.md): \"docker/sudo\", or \"docker\" for all of a family")
            }
            Kind::List { of: ListOf::Tools } => {
                write!(f, "a list of {}", ListOf::Tools.names().join(", "))
            }
        }
    }
}

/// The table of the README.
pub fn markdown_table() -> String {
    let mut table =
        String::from("| setting | values (default first) | what it does |\n| --- | --- | --- |\n");
    for setting in SETTINGS {
        let values = match setting.kind {
            Kind::Switch { default } => format!("`{default}`, `{}`", !default),
            Kind::Number {
                default,
                least,
                most,
            } => format!("`{default}` ({least} to {most})"),
            Kind::Choice { of } => {
                let quoted: Vec<String> =
                    of.iter().map(|choice| format!("`\"{choice}\"`")).collect();
                quoted.join(", ")
            }
            Kind::Paths => "`[]`, a list of paths".to_owned(),
            Kind::List { of: ListOf::Rules } => "`[]`; [rules](docs/hints.md)".to_owned(),
            Kind::List { of: ListOf::Tools } => {
                let names: Vec<String> = ListOf::Tools
                    .names()
                    .iter()
                    .map(|name| format!("`\"{name}\"`"))
                    .collect();
                format!("`[]`; {}", names.join(", "))
            }
        };
        writeln!(
            table,
            "| `{SECTION}.{}` | {values} | {} |",
            setting.key, setting.what
        )
        .expect("a String takes any text");
    }
    table
}

fn number(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A value by its path, written nested or as one dotted key.
fn find<'a>(section: &'a Value, key: &str) -> Option<&'a Value> {
    section
        .get(key)
        .or_else(|| section.pointer(&format!("/{}", key.replace('.', "/"))))
}

/// Keys that are no settings; a typing mistake would go unnoticed else.
fn unknown_keys(section: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    let mut open = vec![(String::new(), section)];
    while let Some((path, value)) = open.pop() {
        let Some(entries) = value.as_object() else {
            continue;
        };
        for (key, value) in entries {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            if SETTINGS.iter().any(|setting| setting.key == path)
                || OF_EDITORS.contains(&path.as_str())
            {
                continue;
            }
            if SETTINGS
                .iter()
                .any(|setting| setting.key.starts_with(&format!("{path}.")))
            {
                open.push((path, value));
            } else {
                let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
                unknown.push(format!(
                    "unknown setting `{SECTION}.{path}`; the settings are {}",
                    known.join(", ")
                ));
            }
        }
    }
    unknown.sort();
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_read_nested_dotted_and_with_or_without_the_section() {
        let expected = Settings {
            hover_max_lines: 9,
            symbols: When::Always,
            ..Settings::default()
        };
        for sent in [
            json!({"hover": {"maxLines": 9}, "workspaceSymbols": "always", "server": {"path": "x"}}),
            json!({"viva": {"hover": {"maxLines": 9}, "workspaceSymbols": "always"}}),
            json!({"hover.maxLines": 9, "workspaceSymbols": "always"}),
        ] {
            assert_eq!(Settings::read(&sent), (expected.clone(), vec![]), "{sent}");
        }
        for nothing in [
            json!(null),
            json!({}),
            json!([]),
            json!({"viva": null}),
            json!("x"),
        ] {
            assert_eq!(
                Settings::read(&nothing),
                (Settings::default(), vec![]),
                "{nothing}"
            );
        }
    }

    #[test]
    fn wrong_settings_keep_their_default_and_are_complained_about() {
        let sent =
            json!({"hover": {"enable": "yes", "maxLines": 1, "color": 1}, "codeActions": "ever"});
        let (settings, complaints) = Settings::read(&sent);
        assert_eq!(settings, Settings::default());
        let known = SETTINGS.map(|setting| setting.key).join(", ");
        assert_eq!(
            complaints,
            [
                &format!("unknown setting `viva.hover.color`; the settings are {known}"),
                "`viva.hover.enable` is \"yes\"; it takes true or false",
                "`viva.hover.maxLines` is 1; it takes a number from 3 to 200",
                "`viva.codeActions` is \"ever\"; it takes \"invoked\", \"always\", \"off\"",
            ]
        );
    }
}

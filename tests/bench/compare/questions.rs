//! What a server is asked in a file, and which answers are right.

use serde_json::{Value, json};
use viva::document::Position;
use viva::features::hover::hover;
use viva::features::related::related;
use viva::keywords::go::LONGEST_TEXT;
use viva_guide::{Guide, Language};

use crate::contenders::{Contender, Role};
use crate::floor;
use crate::server::{Answer, Failure, Outcome, Server};
use crate::texts::{Place, Text};

/// What the server's settings say unless the user does.
const HOVER_LINES: usize = 25;

/// How many questions Viva offers at a place.
const QUESTIONS: usize = 5;

/// How much of a wrong answer is shown, in bytes.
const SHOWN: usize = 200;

/// A file as a server is asked about it.
#[derive(Debug)]
pub(crate) struct Asked {
    uri: String,
    /// The parameters that open it.
    document: Value,
    pub(crate) hovers: Vec<Question>,
    pub(crate) actions: Vec<Question>,
}

/// A request and its right answer.
#[derive(Debug)]
pub(crate) struct Question {
    method: &'static str,
    params: Value,
    expected: Expected,
    pub(crate) place: Place,
}

#[derive(Debug)]
enum Expected {
    /// A hover with exactly this text.
    Hover(String),
    /// JSON that has this in it.
    Part(String),
}

/// Which of the places of an edit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Where {
    /// Near what is asked about.
    Near,
    /// At the beginning of the file.
    Far,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit {
    /// A letter is typed.
    Type,
    /// It is deleted again.
    Delete,
}

impl Asked {
    pub(crate) fn new(
        guide: &Guide,
        language: Language,
        contender: &Contender,
        text: &Text,
        uri: String,
    ) -> Asked {
        let question = |method, place: &Place, params: Value, expected| Question {
            method,
            params,
            expected,
            place: place.clone(),
        };
        let mut hovers = Vec::new();
        let mut actions = Vec::new();
        for place in &text.places {
            let at = position(place.position);
            if let Some(expected) = expected_hover(guide, language, contender, text, place) {
                let params = json!({ "textDocument": { "uri": uri }, "position": at });
                hovers.push(question("textDocument/hover", place, params, expected));
            }
            if place.word > 0 {
                continue;
            }
            if let Some(expected) = expected_actions(guide, language, contender, text, place) {
                let params = json!({
                    "textDocument": { "uri": uri },
                    "range": { "start": at, "end": at },
                    "context": { "diagnostics": [], "triggerKind": 1 },
                });
                actions.push(question("textDocument/codeAction", place, params, expected));
            }
        }
        let document = json!({ "textDocument": {
            "uri": uri, "languageId": text.language_id, "version": 1, "text": text.document.text(),
        } });
        let is_peer = matches!(contender.role, Role::Peer(_));
        assert!(
            !hovers.is_empty() || is_peer,
            "{}: nothing to ask",
            text.file
        );
        Asked {
            uri,
            document,
            hovers,
            actions,
        }
    }

    /// The notification that opens it.
    pub(crate) fn open(&self) -> Value {
        notification("textDocument/didOpen", &self.document)
    }

    /// The notification of an edit near a place or far from it.
    pub(crate) fn edit(&self, version: u32, place: &Place, place_of: Where, edit: Edit) -> Value {
        let start = match place_of {
            Where::Near => place.edit,
            Where::Far => place.far_edit,
        };
        let (column, text) = match edit {
            Edit::Type => (start.column, "x"),
            Edit::Delete => (start.column + 1, ""),
        };
        let end = Position { column, ..start };
        let params = json!({
            "textDocument": { "uri": self.uri, "version": version },
            "contentChanges": [
                { "range": { "start": position(start), "end": position(end) }, "text": text },
            ],
        });
        notification("textDocument/didChange", &params)
    }
}

impl Question {
    /// Asks after notifications and looks whether the answer is right.
    pub(crate) fn ask(&self, server: &mut Server, before: &[Value]) -> Outcome<Answer> {
        let answer = server.request_after(before, self.method, &self.params)?;
        let is_right = match &self.expected {
            Expected::Hover(text) => answer.result["contents"]["value"] == **text,
            Expected::Part(part) => answer.result.to_string().contains(part),
        };
        if is_right {
            return Ok(answer);
        }
        let mut shown = answer.result.to_string();
        shown.truncate(shown.floor_char_boundary(SHOWN));
        Err(Failure::Wrong(shown))
    }
}

fn expected_hover(
    guide: &Guide,
    language: Language,
    contender: &Contender,
    text: &Text,
    place: &Place,
) -> Option<Expected> {
    match &contender.role {
        Role::Floor => Some(Expected::Hover(floor::answer())),
        Role::Viva => {
            let found = hover(guide, &text.document, place.offset, HOVER_LINES, None);
            // Names are not resolved in a file that is too large to be parsed.
            let has_tree = language != Language::Go || text.document.len() <= LONGEST_TEXT;
            assert!(
                found.is_some() || !has_tree,
                "{}: nothing to say",
                text.file
            );
            Some(Expected::Hover(found?.markdown))
        }
        Role::Peer(languages) => {
            let served = languages.get(language.name())?;
            Some(Expected::Part(served.hovers.as_ref()?[place.word].clone()))
        }
    }
}

fn expected_actions(
    guide: &Guide,
    language: Language,
    contender: &Contender,
    text: &Text,
    place: &Place,
) -> Option<Expected> {
    match &contender.role {
        Role::Floor => Some(Expected::Hover(floor::answer())),
        Role::Viva => {
            let found = related(guide, &text.document, place.offset, QUESTIONS);
            let ask = format!("Interview: {}", found?.questions[0].ask);
            let ask = Value::from(ask);
            Some(Expected::Part(ask.to_string()))
        }
        Role::Peer(languages) => {
            let served = languages.get(language.name())?;
            served.actions.clone().map(Expected::Part)
        }
    }
}

fn notification(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

fn position(position: Position) -> Value {
    json!({ "line": position.line, "character": position.column })
}

//! The right answers: what a fresh document, the guide and the settings give, without a server.

use std::path::Path;

use serde_json::{Value, json};
use viva::document::{Document, Encoding};
use viva::features::hints;
use viva::features::hover::hover;
use viva::features::page::page;
use viva::features::plain_text::plain_text;
use viva::features::related::related;
use viva::features::search::symbols;
use viva::features::titles::titles;
use viva::lsp::settings::{CodeActions, Settings};
use viva::{built_in, own_guide};
use viva_guide::Guide;
use viva_guide::own::{Library, Place};

use crate::file::{File, position};

/// How many questions and symbols the server offers.
const QUESTIONS_MAX: usize = 5;
const SYMBOLS_MAX: usize = 20;

/// What answers depend on beside the text.
pub(crate) struct Expected {
    pub(crate) guide: Guide,
    pub(crate) settings: Settings,
    pub(crate) encoding: Encoding,
    pub(crate) is_markdown: bool,
}

/// The guide with the topics of a workspace, made anew.
pub(crate) fn guide_of(workspace: &Path) -> Guide {
    let (mut roots, _) = own_guide::roots(&[workspace.to_owned()], &[]);
    // The server has a home of its own.
    roots.retain(|root| root.place == Place::Workspace);
    let mut library = Library::new(roots, built_in::FILES, built_in::FINGERPRINT, None);
    let updated = library.update(None, &|_, _| {}).expect("a small guide");
    updated.guide.unwrap_or_else(built_in::guide)
}

impl Expected {
    /// The result of `textDocument/hover`.
    pub(crate) fn hover(&self, file: &File, offset: usize) -> Value {
        let document = document(file);
        let lines = self.settings.hover_max_lines;
        let found =
            hover(&self.guide, &document, offset, lines, None).filter(|_| self.settings.hover);
        let Some(found) = found else {
            return Value::Null;
        };
        let (kind, value) = if self.is_markdown {
            ("markdown", found.markdown)
        } else {
            ("plaintext", plain_text(&found.markdown))
        };
        json!({
            "contents": { "kind": kind, "value": value },
            "range": self.range(file, found.range.start, found.range.end),
        })
    }

    fn range(&self, file: &File, start: usize, end: usize) -> Value {
        let at = |offset| position(&file.text, offset, self.encoding);
        json!({ "start": at(start), "end": at(end) })
    }

    /// The titles of the code actions that open questions, for somebody who asks for them.
    pub(crate) fn questions(&self, file: &File, offset: usize) -> Vec<String> {
        if self.settings.code_actions == CodeActions::Off {
            return Vec::new();
        }
        let found = related(&self.guide, &document(file), offset, QUESTIONS_MAX);
        let Some(found) = found else {
            return Vec::new();
        };
        let asked = found.questions.into_iter().map(|question| question.ask);
        asked
            .chain([format!("all about {}", found.topic.title)])
            .map(|title| format!("Interview: {title}"))
            .collect()
    }

    /// The result of the command that opens a topic.
    pub(crate) fn page(&self, id: &str) -> Value {
        let topic = self.guide.topic(id);
        let page = topic.map(|topic| page(&self.guide, &topic, |id| format!("../{id}.md")));
        page.map_or(Value::Null, |page| json!(page.markdown))
    }

    /// Whether these are the names of symbols for a query. Topics that fit nearly as well as each other may
    /// change places: how often a word occurs is counted with topics that were there before.
    pub(crate) fn are_symbols(&self, names: &[String], query: &str) -> bool {
        let hits = symbols(&self.guide, query, self.settings.symbols, 2 * SYMBOLS_MAX);
        let right: Vec<String> = hits.into_iter().map(|hit| hit.topic.title).collect();
        names.len() == right.len().min(SYMBOLS_MAX)
            && names.iter().all(|name| right.contains(name))
            && right
                .iter()
                .take(SYMBOLS_MAX / 2)
                .all(|title| names.contains(title))
    }

    /// Rule, place and message of each hint.
    pub(crate) fn hints(&self, file: &File) -> Vec<Value> {
        if !self.settings.hints {
            return Vec::new();
        }
        let hints = hints::hints(&document(file), &self.settings.choice);
        let told = hints.into_iter().map(|hint| {
            json!({
                "code": hint.rule.id,
                "range": self.range(file, hint.range.start, hint.range.end),
                "message": hint.message,
            })
        });
        told.collect()
    }

    /// Where the inlay hints of a file stand.
    pub(crate) fn inlay_hints(&self, file: &File) -> Vec<Value> {
        if !self.settings.inlay_hints {
            return Vec::new();
        }
        let found = titles(&self.guide, &document(file), 0..file.text.len());
        let places = found.into_iter();
        places
            .map(|title| position(&file.text, title.offset, self.encoding))
            .collect()
    }
}

fn document(file: &File) -> Document {
    Document::new(0, Some(file.language), &file.text)
}

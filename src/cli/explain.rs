//! `viva explain` and `viva keywords`: what the server would say about a file, on the command line.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use viva_guide::topic::qualified;
use viva_guide::{Explanation, Guide, Language, RelatedQuestion};

use super::input::{read, unknown_language};
use super::text_range::TextRange;
use super::{Failure, Outcome, Output, own, render, to_json, write_json};
use crate::document::{Encoding, Position};
use crate::features::related::related;
use crate::features::{self, hover};
use crate::keywords::Keyword;

/// The command line has room for the whole explanation.
const ALL_LINES: usize = usize::MAX / 2;

/// How many related questions are shown.
const QUESTIONS: usize = 6;

/// The shape of `explain --json`.
#[derive(Debug, Serialize)]
struct Explained<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    language: &'static str,
    keyword: String,
    range: Option<TextRange>,
    topic: Option<JsonTopic>,
    markdown: String,
    questions: Vec<JsonQuestion>,
}

#[derive(Debug, Serialize)]
struct JsonTopic {
    id: String,
    title: String,
}

#[derive(Debug, Serialize)]
struct JsonQuestion {
    id: String,
    ask: String,
    topic: String,
}

/// One line of `keywords --json`.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    name: String,
    /// Byte offsets.
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    topic: Option<&'a str>,
}

/// A place in a file as compilers print it.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// Explains a place, or a name.
pub(super) fn explain(out: &mut Output, what: &str, lang: Option<Language>, json: bool) -> Outcome {
    let guide = own::guide();
    match place(what) {
        Some(place) => explain_place(out, &guide, &place, lang, json),
        None => explain_name(out, &guide, what, lang, json),
    }
}

/// `FILE:LINE:COLUMN`; the file may contain colons itself.
fn place(text: &str) -> Option<Place<'_>> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    if file.is_empty() {
        return None;
    }
    Some(Place {
        file,
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

fn explain_place(
    out: &mut Output,
    guide: &Guide,
    place: &Place<'_>,
    lang: Option<Language>,
    json: bool,
) -> Outcome {
    let Place { file, line, column } = *place;
    if line == 0 || column == 0 {
        return Err(Failure::Unusable(format!(
            "{file}:{line}:{column}: lines and columns count from 1"
        )));
    }
    let document = read(Path::new(file), lang)?;
    if line > document.line_count() {
        let count = document.line_count();
        return Err(Failure::Unusable(format!(
            "{file}:{line}: the file has {count} lines"
        )));
    }
    let offset = document.offset(
        Position {
            line: line - 1,
            column: column - 1,
        },
        Encoding::Utf32,
    );
    let nothing = || Failure::Nothing(format!("{file}:{line}:{column}: nothing to explain here"));
    let (language, keyword) = document
        .language
        .zip(document.keyword_at(offset))
        .ok_or_else(nothing)?;
    let explanation = features::explain(guide, language, &keyword).ok_or_else(nothing)?;
    let questions =
        related(guide, &document, offset, QUESTIONS).map_or_else(Vec::new, |found| found.questions);
    let markdown = hover::markdown(&explanation, keyword.sense.as_ref(), ALL_LINES, None);
    if !json {
        return print(out, &markdown, &questions);
    }
    let range = TextRange::of(&document, &keyword.range);
    let explained = Explained {
        file: Some(file),
        line: Some(line),
        column: Some(column),
        language: keyword.language.unwrap_or(language).name(),
        keyword: name(language, &keyword),
        range: Some(range),
        topic: json_topic(&explanation),
        markdown,
        questions: json_questions(questions),
    };
    write_json(out, &explained)
}

fn explain_name(
    out: &mut Output,
    guide: &Guide,
    name: &str,
    lang: Option<Language>,
    json: bool,
) -> Outcome {
    let languages = lang.map_or_else(|| Language::ALL.to_vec(), |language| vec![language]);
    let found = languages.into_iter().find_map(|language| {
        let spellings = spellings(language, name);
        let explanation = guide.explain(language, spellings.iter().map(String::as_str))?;
        Some((language, explanation))
    });
    let Some((language, explanation)) = found else {
        let hits = guide.search(name, 1);
        let advice = match hits.first() {
            Some(hit) => format!(
                "; `viva show {}` is about {}",
                hit.topic.id, hit.topic.title
            ),
            None => "; `viva search WORDS` finds topics by words".to_owned(),
        };
        return Err(Failure::Nothing(format!(
            "the guide does not know `{name}`{advice}"
        )));
    };
    let markdown = hover::markdown(&explanation, None, ALL_LINES, None);
    let questions = guide.related(&explanation, &[], QUESTIONS);
    if !json {
        return print(out, &markdown, &questions);
    }
    let explained = Explained {
        file: None,
        line: None,
        column: None,
        language: language.name(),
        keyword: qualified(language, name),
        range: None,
        topic: json_topic(&explanation),
        markdown,
        questions: json_questions(questions),
    };
    write_json(out, &explained)
}

/// How a name that somebody typed may be spelled in the guide.
fn spellings(language: Language, name: &str) -> Vec<String> {
    let name = name.strip_prefix(language.prefix()).unwrap_or(name);
    let mut spellings = vec![name.to_owned()];
    match language {
        Language::Go => {
            spellings.push(format!("builtin.{name}"));
            spellings.extend(name.strip_suffix("()").map(str::to_owned));
        }
        Language::Sql => {
            let words: Vec<&str> = name.split_whitespace().collect();
            let upper = words.join(" ").to_uppercase();
            spellings.push(format!("{upper}()"));
            spellings.push(upper);
        }
        Language::Dockerfile => {
            let (instruction, flag) = name.split_once(' ').unwrap_or((name, ""));
            spellings.push(
                format!("{} {flag}", instruction.to_uppercase())
                    .trim_end()
                    .to_owned(),
            );
        }
        Language::Redis => spellings.extend([name.to_lowercase(), name.to_uppercase()]),
        Language::Compose => {}
    }
    spellings
}

/// Lists every keyword of a file.
pub(super) fn keywords(
    out: &mut Output,
    file: &Path,
    lang: Option<Language>,
    json: bool,
) -> Outcome {
    let document = read(file, lang)?;
    let shown = file.display().to_string();
    let language = document.language.ok_or_else(|| unknown_language(file))?;
    let guide = own::guide();
    let keywords = document.keywords();
    // A file says few words many times, and a terminal takes one long text faster than many lines.
    let mut topics = HashMap::new();
    let mut lines: Vec<u8> = Vec::new();
    for keyword in &keywords {
        let at = document.position(keyword.range.start, Encoding::Utf32);
        let sense = keyword.sense.as_ref().map(|sense| &sense.name);
        let topic = topics
            .entry((keyword.language, sense, &keyword.names))
            .or_insert_with(|| features::explain(&guide, language, keyword)?.topic)
            .as_ref()
            .map(|topic| topic.id.as_str());
        let listed = Listed {
            name: name(language, keyword),
            start: keyword.range.start,
            end: keyword.range.end,
            line: at.line + 1,
            column: at.column + 1,
            topic,
        };
        if json {
            writeln!(lines, "{}", to_json(&listed)?)?;
        } else {
            let Listed {
                line, column, name, ..
            } = &listed;
            let topic = topic.unwrap_or("-");
            writeln!(lines, "{shown}:{line}:{column}\t{name}\t{topic}")?;
        }
    }
    // There are no colours in it that `out` would have to look for.
    out.as_inner().write_all(&lines)?;
    if keywords.is_empty() {
        return Err(Failure::Nothing(format!(
            "{shown}: no keyword of {language} in it"
        )));
    }
    Ok(())
}

/// The most specific name of a keyword, with its language's prefix.
fn name(language: Language, keyword: &Keyword) -> String {
    let language = keyword.language.unwrap_or(language);
    keyword
        .names
        .first()
        .map_or_else(String::new, |name| qualified(language, name))
}

fn print(out: &mut Output, markdown: &str, questions: &[RelatedQuestion]) -> Outcome {
    let width = render::width();
    write!(out, "{}", render::markdown(markdown, width))?;
    if !questions.is_empty() {
        let list: Vec<String> = questions
            .iter()
            .map(|question| format!("- {} (`viva show {}`)", question.ask, question.topic))
            .collect();
        write!(
            out,
            "\n{}",
            render::markdown(
                &format!("**Related questions**\n\n{}", list.join("\n")),
                width
            )
        )?;
    }
    Ok(())
}

fn json_topic(explanation: &Explanation) -> Option<JsonTopic> {
    let topic = explanation.topic.as_ref()?;
    Some(JsonTopic {
        id: topic.id.clone(),
        title: topic.title.clone(),
    })
}

fn json_questions(questions: Vec<RelatedQuestion>) -> Vec<JsonQuestion> {
    questions
        .into_iter()
        .map(|question| JsonQuestion {
            id: format!("{}#{}", question.topic, question.number + 1),
            ask: question.ask,
            topic: question.topic,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_compilers_print_it() {
        let cases = [
            ("queue.go:14:7", Some(("queue.go", 14, 7))),
            ("C:\\x\\queue.go:1:2", Some(("C:\\x\\queue.go", 1, 2))),
            ("sync.Cond", None),
            ("a:b", None),
            (":1:2", None),
            ("x.go:1:-2", None),
            ("x.go:1:", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(file, line, column)| Place { file, line, column });
            assert_eq!(place(text), expected, "{text}");
        }
    }
}

//! `viva questions`: the interview questions that a whole file leads to.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use viva_guide::Language;

use super::input::{read, unknown_language};
use super::{Failure, Outcome, Output, own, render, write_json};
use crate::features::questions::{self, Asked};

/// The shape of `questions --json`, one object a line for each topic.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    keywords: usize,
    questions: Vec<Question<'a>>,
}

#[derive(Debug, Serialize)]
struct Question<'a> {
    /// The topic's id and the number of the question in it, from 1.
    id: String,
    ask: &'a str,
}

/// Lists the questions of the topics that most keywords of a file lead to; `limit` is how many topics.
pub(super) fn questions(
    out: &mut Output,
    file: &Path,
    lang: Option<Language>,
    limit: Option<usize>,
    json: bool,
) -> Outcome {
    let document = read(file, lang)?;
    let shown = file.display();
    if document.language.is_none() {
        return Err(unknown_language(file));
    }
    let mut asked = questions::questions(&own::guide(), &document);
    if asked.is_empty() {
        return Err(Failure::Nothing(format!(
            "{shown}: no keyword in it leads to a question"
        )));
    }
    asked.truncate(limit.unwrap_or(usize::MAX));
    if json {
        return asked
            .iter()
            .try_for_each(|found| write_json(out, &listed(found)));
    }
    let page = render::markdown(&markdown(&asked), render::width());
    Ok(write!(out, "{page}")?)
}

fn listed(found: &Asked) -> Listed<'_> {
    let Asked { topic, keywords } = found;
    let questions = topic.questions.iter().enumerate();
    Listed {
        id: &topic.id,
        title: &topic.title,
        keywords: *keywords,
        questions: questions
            .map(|(number, question)| Question {
                id: format!("{}#{}", topic.id, number + 1),
                ask: &question.ask,
            })
            .collect(),
    }
}

fn markdown(asked: &[Asked]) -> String {
    let mut text = String::new();
    for Asked { topic, keywords } in asked {
        let times = match keywords {
            1 => "1 keyword".to_owned(),
            count => format!("{count} keywords"),
        };
        // Writing to a String does not fail.
        let _ = write!(
            text,
            "**{}** ({times}, `viva show {}`)\n\n",
            topic.title, topic.id
        );
        for question in &topic.questions {
            let _ = writeln!(text, "- {}", question.ask);
        }
        text.push('\n');
    }
    text
}

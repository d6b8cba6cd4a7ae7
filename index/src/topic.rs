//! A topic is one thing worth explaining; a question is one thing an interviewer asks about it.
//! Plain data, read from Markdown by [`crate::parse`] and back from the index by [`crate::record`].

use crate::Language;

/// Whom an interviewer asks about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Junior,
    Middle,
    Senior,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Junior, Level::Middle, Level::Senior];

    pub fn name(self) -> &'static str {
        match self {
            Level::Junior => "junior",
            Level::Middle => "middle",
            Level::Senior => "senior",
        }
    }

    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// One thing worth explaining. The texts are Markdown without headings, each paragraph and list
/// item on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// `section/name`, the path of its file below the guide's folder without `.md`.
    pub id: String,
    pub title: String,
    pub level: Level,
    /// Numbers of the entries of the source list that it answers.
    pub covers: Vec<u16>,
    /// Other names that people search for.
    pub also: Vec<String>,
    /// The names that lead here; no other topic of a guide has one of them.
    pub keywords: Vec<KeywordName>,
    /// Names of other topics for which this one is worth reading too.
    pub mentions: Vec<KeywordName>,
    /// Ids of topics, the most related first.
    pub related: Vec<String>,
    /// The version it came with: `Go 1.18`.
    pub since: Option<String>,
    pub changed: Vec<Change>,
    pub sources: Vec<Source>,
    /// The month its facts were last compared with the sources: `2026-11`. Topics of one's own may
    /// leave it empty.
    pub checked: String,
    /// One or two sentences that answer alone; see [`Topic::headline`].
    pub summary: String,
    pub body: String,
    pub pitfalls: Vec<Pitfall>,
    pub example: Vec<Block>,
    pub questions: Vec<Question>,
    /// What guides beside the built-in one add to it, the most important first.
    pub notes: Vec<Note>,
    /// The file that it was read from, as people name it; None: it is part of the program.
    pub from: Option<String>,
}

/// What a team adds to a topic, and the file that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Markdown as in a topic's body; empty where only questions are added.
    pub text: String,
    pub from: String,
}

impl Topic {
    /// Whether somebody else than Viva's authors wrote some of it: nobody has looked at that.
    pub fn is_foreign(&self) -> bool {
        self.from.is_some() || !self.notes.is_empty()
    }

    /// The part of the id before the slash.
    pub fn section(&self) -> &str {
        section(&self.id)
    }

    /// The first sentence of the summary: plain text of at most [`HEADLINE_MAX`] characters.
    pub fn headline(&self) -> &str {
        split_headline(&self.summary).0
    }

    /// The summary after its first sentence; may be empty.
    pub fn rest_of_summary(&self) -> &str {
        split_headline(&self.summary).1
    }
}

/// The longest first sentence of a summary, in characters: it must fit one line of a hover and the
/// one line that Emacs shows.
pub const HEADLINE_MAX: usize = 100;

/// The part of a topic's id before the slash.
pub fn section(id: &str) -> &str {
    id.split_once('/').map_or(id, |(section, _)| section)
}

/// Splits after the first sentence, which ends at a full stop, question or exclamation mark that is
/// followed by a blank.
pub fn split_headline(summary: &str) -> (&str, &str) {
    let end = summary
        .char_indices()
        .zip(summary.chars().skip(1))
        .find(|((_, mark), next)| matches!(mark, '.' | '?' | '!') && next.is_whitespace());
    match end {
        Some(((at, mark), _)) => {
            let (first, rest) = summary.split_at(at + mark.len_utf8());
            (first, rest.trim_start())
        }
        None => (summary, ""),
    }
}

/// A name in a language, as topics and cards claim it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeywordName {
    pub language: Language,
    pub name: String,
}

impl KeywordName {
    /// The name as it is written where all languages meet: `docker:COPY --from`.
    pub fn qualified(&self) -> String {
        qualified(self.language, &self.name)
    }

    /// The reverse of [`KeywordName::qualified`].
    pub fn from_qualified(text: &str) -> KeywordName {
        let prefixed = Language::ALL
            .into_iter()
            .filter(|language| !language.prefix().is_empty())
            .find_map(|language| Some((language, text.strip_prefix(language.prefix())?)));
        let (language, name) = prefixed.unwrap_or((Language::Go, text));
        KeywordName {
            language,
            name: name.to_owned(),
        }
    }
}

/// A name with its language's prefix; see [`KeywordName::qualified`].
pub fn qualified(language: Language, name: &str) -> String {
    format!("{}{name}", language.prefix())
}

/// What a version changed: `Go 1.22`, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub version: String,
    pub what: String,
}

/// Where the facts come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub label: String,
    /// Begins with `https://`.
    pub url: String,
}

/// A mistake that people make with the thing explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pitfall {
    pub text: String,
    /// The rule that sees it in an open file: `go/defer-in-loop`.
    pub hint: Option<String>,
}

/// A fenced block of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The info string: `go`, `sql setup`, `go vet="copies lock"`.
    pub info: String,
    /// Ends with a line end.
    pub code: String,
}

impl Block {
    /// The first word of the info string.
    pub fn language(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or_default()
    }

    /// Whether it only prepares the checks of the blocks after it.
    pub fn is_setup(&self) -> bool {
        self.info.split_whitespace().any(|word| word == "setup")
    }
}

/// One interview question of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Ends with a question mark.
    pub ask: String,
    /// A model answer, as one would say it.
    pub answer: String,
    /// What the interviewer asks next.
    pub follow_up: String,
}

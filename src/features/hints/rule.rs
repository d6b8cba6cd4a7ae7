//! What a rule is, and what it finds.

use std::borrow::Cow;
use std::ops::Range;

use viva_guide::Language;

/// A place that teaches something.
#[derive(Clone, Debug)]
pub struct Hint {
    pub rule: &'static Rule,
    /// Bytes of the text, on character boundaries; not empty.
    pub range: Range<usize>,
    /// One sentence: why an interviewer would ask about this place.
    pub message: String,
    pub fix: Option<Fix>,
    /// Where the statement begins that the place is in, in bytes: a comment above it silences.
    statement: usize,
}

impl Hint {
    /// Where the instruction, statement or line begins that the hint is about, in bytes.
    pub fn statement(&self) -> usize {
        self.statement
    }
}

/// A change that makes the hint go away and is safe to make without a look at anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command: ``Use `COPY` ``.
    pub title: String,
    /// In the order of the text, without overlaps.
    pub edits: Vec<Edit>,
}

/// Replaces a byte range of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Fix {
    /// A fix that replaces one range.
    pub fn replace(title: impl Into<String>, range: Range<usize>, text: impl Into<String>) -> Fix {
        Fix {
            title: title.into(),
            edits: vec![Edit {
                range,
                text: text.into(),
            }],
        }
    }
}

/// A rule: what is said about it.
#[derive(Debug)]
pub struct Rule {
    /// `docker/add-where-copy`: the guide's pitfalls name it too.
    pub id: &'static str,
    pub language: Language,
    /// What it marks, as a noun phrase: a heading of the documentation.
    pub title: &'static str,
    /// Why an interviewer asks about it; one or two sentences of Markdown.
    pub why: &'static str,
    /// The topic that it teaches.
    pub topic: &'static str,
    /// A whole small file in which it is found, once; ...
    pub before: &'static str,
    /// ... and the same file after it was mended.
    pub after: &'static str,
    pub level: Level,
    pub default: Default,
    pub tag: Option<Tag>,
    /// Other tools that say the same.
    pub elsewhere: &'static [Elsewhere],
}

impl Rule {
    /// What most rules of a language have in common; it lacks all that is said about a rule.
    pub(super) const fn hint(language: Language) -> Rule {
        Rule {
            id: "",
            language,
            title: "",
            why: "",
            topic: "",
            before: "",
            after: "",
            level: Level::Hint,
            default: Default::On,
            tag: None,
            elsewhere: &[],
        }
    }

    /// The part of the id before the slash: what all rules of a language are called.
    pub fn family(&self) -> &'static str {
        self.id
            .split_once('/')
            .map_or(self.id, |(family, _)| family)
    }
}

/// A rule with the function that finds its places in a file of its language.
#[derive(Debug)]
pub(super) struct Checked<Check> {
    pub(super) rule: Rule,
    pub(super) check: Check,
}

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something to learn.
    Hint,
    /// Data, security or the whole service is at stake.
    Information,
}

/// Whether a rule is in force where nobody said anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    On,
    Off,
}

/// How an editor may show the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// It does nothing.
    Unnecessary,
    /// Something newer took its place.
    Deprecated,
}

/// A rule of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    pub tool: Tool,
    /// The tool's name for it: `DL3020`.
    pub code: &'static str,
}

/// Tools that developers run beside Viva.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// gopls, with the analyzers and the parts of `go vet` that are on by default.
    Gopls,
    Hadolint,
    /// BuildKit's build checks, which Docker's language server shows.
    BuildKit,
}

impl Tool {
    pub const ALL: [Tool; 3] = [Tool::Gopls, Tool::Hadolint, Tool::BuildKit];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Gopls => "gopls",
            Tool::Hadolint => "hadolint",
            Tool::BuildKit => "buildkit",
        }
    }

    pub fn from_name(name: &str) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| tool.name() == name)
    }
}

/// What the rules found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What is added now belongs to it.
    rule: Option<&'static Rule>,
    hints: Vec<Hint>,
}

impl Findings {
    /// Has `check` look with every rule of a language's table that is wanted.
    pub(super) fn collect<Check>(
        &mut self,
        rules: &'static [Checked<Check>],
        wants: impl Fn(&Rule) -> bool,
        check: impl Fn(&Check, &mut Findings),
    ) {
        for checked in rules.iter().filter(|checked| wants(&checked.rule)) {
            self.rule = Some(&checked.rule);
            check(&checked.check, self);
        }
    }

    /// Adds a place. `statement` is where its instruction, statement or line begins, in bytes.
    pub(super) fn add(&mut self, statement: usize, range: Range<usize>, message: impl AsRef<str>) {
        self.push(statement, range, message.as_ref(), None);
    }

    /// Adds a place that can be mended.
    pub(super) fn add_with_fix(
        &mut self,
        statement: usize,
        range: Range<usize>,
        message: impl AsRef<str>,
        fix: Fix,
    ) {
        self.push(statement, range, message.as_ref(), Some(fix));
    }

    fn push(&mut self, statement: usize, range: Range<usize>, message: &str, fix: Option<Fix>) {
        if let Some(rule) = self.rule {
            self.hints.push(Hint {
                rule,
                range,
                message: brief(message),
                fix,
                statement,
            });
        }
    }

    pub(super) fn into_hints(mut self) -> Vec<Hint> {
        self.hints
            .sort_by_key(|hint| (hint.range.start, hint.range.end, hint.rule.id));
        self.hints
    }
}

/// The longest message, and the longest text of the file in it, in characters. A message is one line to read,
/// and names in a file may be of any length.
const MESSAGE_MAX: usize = 300;
const QUOTED_MAX: usize = 60;

/// A message that quotes no more of the file than can be read.
fn brief(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(number, part)| match number % 2 {
        0 => Cow::Borrowed(part),
        _ => cut(part, QUOTED_MAX),
    });
    let parts: Vec<Cow<'_, str>> = parts.collect();
    cut(&parts.join("`"), MESSAGE_MAX).into_owned()
}

/// A text of at most so many characters, with a sign where it was cut.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.chars().count() <= longest {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(longest - 1).collect();
    Cow::Owned(kept + "…")
}

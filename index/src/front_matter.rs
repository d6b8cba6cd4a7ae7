//! The YAML between the two lines `---` at the top of a topic: every key checked, every mistake
//! reported with its line.

use saphyr::{MarkedYaml, YamlData, YamlLoader};
use saphyr_parser::Parser;

use crate::Language;
use crate::hidden;
use crate::topic::{Change, KeywordName, Level, Source};

/// The longest title, in characters.
pub const TITLE_MAX: usize = 60;

/// How many entries a list has at most, such as the names of a language.
pub const LIST_MAX: usize = 1_000;

/// The products that a version can be of.
pub const PRODUCTS: [&str; 7] = [
    "Go",
    "Redis",
    "MySQL",
    "Dockerfile",
    "Docker Engine",
    "BuildKit",
    "Compose",
];

pub const KEYS: [&str; 12] = [
    "title", "level", "extends", "keywords", "mentions", "related", "also", "covers", "since",
    "changed", "sources", "checked",
];

/// What belongs to the topic that is extended, not to the file that extends it.
pub const NOT_BESIDE_EXTENDS: [&str; 5] = ["title", "level", "covers", "since", "checked"];

/// Whose topics are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Those of the built-in guide, which names its sources and when they were read.
    BuiltIn,
    /// Those of people and teams: only what an answer needs is asked for.
    Own,
}

/// What the front matter of a topic says, and on which line each related id stands.
#[derive(Debug, Default)]
pub(crate) struct FrontMatter {
    pub(crate) title: String,
    pub(crate) level: Option<Level>,
    /// The id of the topic that this adds to, and its line.
    pub(crate) extends: Option<(usize, String)>,
    /// With their lines, as [`FrontMatter::mentions`] are.
    pub(crate) keywords: Vec<(usize, KeywordName)>,
    pub(crate) mentions: Vec<(usize, KeywordName)>,
    pub(crate) related: Vec<(usize, String)>,
    pub(crate) also: Vec<String>,
    pub(crate) covers: Vec<u16>,
    pub(crate) since: Option<String>,
    pub(crate) changed: Vec<Change>,
    pub(crate) sources: Vec<Source>,
    pub(crate) checked: String,
}

/// A line (1-based, within the YAML text) and what is wrong there.
pub(crate) type Wrong = (usize, String);

/// Whether a text is a version as the guide writes them: a known product and a number, `Go 1.24`.
pub(crate) fn is_version(text: &str) -> bool {
    let Some((product, number)) = text.rsplit_once(' ') else {
        return false;
    };
    PRODUCTS.contains(&product)
        && number
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads the YAML. What could not be read is left at its default and reported.
pub(crate) fn parse(yaml: &str, rules: Rules) -> (FrontMatter, Vec<Wrong>) {
    let mut reader = Reader::default();
    // Scalars stay the text that was written: `no` is no boolean and `1.10` no number here.
    let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
    loader.early_parse(false);
    if let Err(error) = Parser::new_from_str(yaml).load(&mut loader, true) {
        reader.wrong.push((
            error.marker().line(),
            format!("not valid YAML: {}", error.info()),
        ));
        return (reader.front, reader.wrong);
    }
    if let Some(error) = loader.error() {
        reader.wrong.push((
            error.marker().line(),
            format!("not valid YAML: {}", error.info()),
        ));
        return (reader.front, reader.wrong);
    }
    match loader
        .into_documents()
        .first()
        .map(|document| &document.data)
    {
        Some(YamlData::Mapping(entries)) => {
            for (key, value) in entries {
                reader.check_hidden(value);
                reader.entry(text(key).unwrap_or_default(), line(key), value);
            }
        }
        _ => reader.wrong(1, "the front matter is a list of lines `key: value`"),
    }
    reader.check_required(rules);
    (reader.front, reader.wrong)
}

#[derive(Default)]
struct Reader {
    front: FrontMatter,
    wrong: Vec<Wrong>,
    seen: Vec<(String, usize)>,
}

impl Reader {
    fn wrong(&mut self, line: usize, what: impl Into<String>) {
        self.wrong.push((line, what.into()));
    }

    fn check_required(&mut self, rules: Rules) {
        let required: &[&str] = match (rules, self.line_of("extends")) {
            (Rules::BuiltIn, Some(at)) => {
                self.wrong(
                    at,
                    "`extends` is for guides beside the built-in one; edit the topic",
                );
                &[]
            }
            (Rules::BuiltIn, None) => &["title", "level", "related", "sources", "checked"],
            (Rules::Own, Some(_)) => {
                for key in NOT_BESIDE_EXTENDS {
                    if let Some(at) = self.line_of(key) {
                        let what = format!(
                            "`{key}` is that of the topic that is extended; remove it here"
                        );
                        self.wrong(at, what);
                    }
                }
                &[]
            }
            (Rules::Own, None) => &["title"],
        };
        for key in required {
            if self.line_of(key).is_none() {
                self.wrong(1, format!("`{key}` is missing"));
            }
        }
    }

    /// The line of a key that is there.
    fn line_of(&self, key: &str) -> Option<usize> {
        let found = self.seen.iter().find(|(seen, _)| seen == key);
        found.map(|(_, line)| *line)
    }

    fn entry(&mut self, key: &str, at: usize, value: &MarkedYaml<'_>) {
        if self.line_of(key).is_some() {
            self.wrong(at, format!("`{key}` is there twice; keep one"));
        }
        self.seen.push((key.to_owned(), at));
        match key {
            "extends" => self.extends(at, value),
            "title" => self.title(value),
            "level" => {
                self.front.level = text(value).and_then(Level::from_name);
                if self.front.level.is_none() {
                    self.wrong(at, "`level` is one of junior, middle, senior");
                }
            }
            "keywords" => self.front.keywords = self.names(key, at, value),
            "mentions" => self.front.mentions = self.names(key, at, value),
            "related" => self.front.related = self.lined_texts(key, value),
            "also" => self.front.also = self.texts(key, value),
            "covers" => self.covers(value),
            "since" => self.since(at, value),
            "changed" => self.changed(value),
            "sources" => self.sources(at, value),
            "checked" => self.checked(at, value),
            unknown => {
                let what = format!("unknown key `{unknown}`; the keys are {}", KEYS.join(", "));
                self.wrong(at, what);
            }
        }
    }

    /// A text between quotes may have `\u202e` without having one.
    fn check_hidden(&mut self, value: &MarkedYaml<'_>) {
        match &value.data {
            YamlData::Representation(text, _, _) => {
                if let Some(letter) = hidden::first_in(text) {
                    self.wrong(line(value), hidden::complaint(letter));
                }
            }
            YamlData::Sequence(items) => items.iter().for_each(|item| self.check_hidden(item)),
            YamlData::Mapping(entries) => {
                for (key, value) in entries {
                    self.check_hidden(key);
                    self.check_hidden(value);
                }
            }
            _ => {}
        }
    }

    fn extends(&mut self, at: usize, value: &MarkedYaml<'_>) {
        match text(value).filter(|id| !id.is_empty()) {
            Some(id) => self.front.extends = Some((line(value), id.to_owned())),
            None => self.wrong(
                at,
                "`extends` is the id of one topic: `extends: redis/persistence`",
            ),
        }
    }

    fn title(&mut self, value: &MarkedYaml<'_>) {
        let title = text(value).unwrap_or_default();
        let length = title.chars().count();
        if length == 0 || length > TITLE_MAX {
            self.wrong(
                line(value),
                format!("`title` has {length} characters; write 1 to {TITLE_MAX}"),
            );
        }
        title.clone_into(&mut self.front.title);
    }

    /// The names of all languages, each with its line.
    fn names(&mut self, key: &str, at: usize, value: &MarkedYaml<'_>) -> Vec<(usize, KeywordName)> {
        let mut found: Vec<(usize, KeywordName)> = Vec::new();
        let YamlData::Mapping(languages) = &value.data else {
            self.wrong(
                at,
                format!("`{key}` maps languages to lists of names: `go: [sync.Cond]`"),
            );
            return found;
        };
        for (language, names) in languages {
            let name = text(language).unwrap_or_default();
            let Some(language) = Language::from_name(name) else {
                let known = Language::ALL.map(Language::name).join(", ");
                self.wrong(
                    line(language),
                    format!("unknown language `{name}`; the languages are {known}"),
                );
                continue;
            };
            for (at, name) in self.lined_texts(name, names) {
                let keyword = KeywordName { language, name };
                let others = self.front.keywords.iter().chain(&found);
                if others.into_iter().any(|(_, other)| *other == keyword) {
                    self.wrong(
                        at,
                        format!("the name `{}` is listed twice; keep one", keyword.name),
                    );
                } else {
                    found.push((at, keyword));
                }
            }
        }
        found
    }

    fn covers(&mut self, value: &MarkedYaml<'_>) {
        for (at, number) in self.lined_texts("covers", value) {
            match number.parse() {
                Ok(number) => self.front.covers.push(number),
                Err(_) => self.wrong(at, format!("`covers` lists numbers; `{number}` is none")),
            }
        }
    }

    fn since(&mut self, at: usize, value: &MarkedYaml<'_>) {
        let version = text(value).unwrap_or_default();
        if is_version(version) {
            self.front.since = Some(version.to_owned());
        } else {
            self.wrong(at, not_a_version(version));
        }
    }

    fn changed(&mut self, value: &MarkedYaml<'_>) {
        for (at, version, what) in self.pairs("changed", "`- Go 1.22: what changed`", value) {
            if !is_version(&version) {
                self.wrong(at, not_a_version(&version));
            }
            self.front.changed.push(Change { version, what });
        }
    }

    fn sources(&mut self, at: usize, value: &MarkedYaml<'_>) {
        for (at, label, url) in self.pairs("sources", "`- label: https://…`", value) {
            if !url.starts_with("https://") || url.contains(char::is_whitespace) {
                self.wrong(
                    at,
                    format!("the source `{url}` is no address that begins with https://"),
                );
            }
            self.front.sources.push(Source { label, url });
        }
        if self.front.sources.is_empty() {
            self.wrong(at, "name at least one source: `- label: https://…`");
        }
    }

    fn checked(&mut self, at: usize, value: &MarkedYaml<'_>) {
        let month = text(value).unwrap_or_default();
        let is_month = month.len() == 7
            && month.bytes().enumerate().all(|(i, byte)| {
                if i == 4 {
                    byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            })
            && (1..=12).contains(&month[5..].parse().unwrap_or(0));
        if !is_month {
            self.wrong(
                at,
                format!("`checked` is a month such as 2026-11, not `{month}`"),
            );
        }
        month.clone_into(&mut self.front.checked);
    }

    fn texts(&mut self, key: &str, value: &MarkedYaml<'_>) -> Vec<String> {
        self.lined_texts(key, value)
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    /// The texts of a list, each with its line.
    fn lined_texts(&mut self, key: &str, value: &MarkedYaml<'_>) -> Vec<(usize, String)> {
        let YamlData::Sequence(items) = &value.data else {
            self.wrong(
                line(value),
                format!("`{key}` is a list: `{key}: [one, two]`"),
            );
            return Vec::new();
        };
        self.check_length(key, value, items);
        let mut texts = Vec::with_capacity(items.len());
        for item in items.iter().take(LIST_MAX) {
            match text(item) {
                Some(text) if !text.is_empty() => texts.push((line(item), text.to_owned())),
                _ => self.wrong(
                    line(item),
                    format!("`{key}` lists texts; put quotes around this one"),
                ),
            }
        }
        texts
    }

    fn check_length(&mut self, key: &str, list: &MarkedYaml<'_>, items: &[MarkedYaml<'_>]) {
        if items.len() > LIST_MAX {
            let length = items.len();
            let what = format!("`{key}` has {length} entries; at most {LIST_MAX} are read");
            self.wrong(line(list), what);
        }
    }

    /// The items of a list of one-entry mappings, each with its line.
    fn pairs(
        &mut self,
        key: &str,
        form: &str,
        value: &MarkedYaml<'_>,
    ) -> Vec<(usize, String, String)> {
        let YamlData::Sequence(items) = &value.data else {
            self.wrong(line(value), format!("`{key}` is a list of lines {form}"));
            return Vec::new();
        };
        self.check_length(key, value, items);
        let mut pairs = Vec::with_capacity(items.len());
        for item in items.iter().take(LIST_MAX) {
            let pair = match &item.data {
                YamlData::Mapping(entries) if entries.len() == 1 => entries
                    .iter()
                    .next()
                    .and_then(|(left, right)| Some((text(left)?, text(right)?))),
                _ => None,
            };
            match pair {
                Some((left, right)) => pairs.push((line(item), left.to_owned(), right.to_owned())),
                None => self.wrong(
                    line(item),
                    format!("`{key}` is a list of lines {form}; quote a text with `: ` in it"),
                ),
            }
        }
        pairs
    }
}

fn not_a_version(text: &str) -> String {
    format!(
        "`{text}` is no version; write a product and a number, such as `Go 1.24` ({})",
        PRODUCTS.join(", ")
    )
}

/// The text of a scalar as it was written, without quotes.
fn text<'a>(node: &'a MarkedYaml<'_>) -> Option<&'a str> {
    match &node.data {
        YamlData::Representation(text, _, _) => Some(text),
        _ => None,
    }
}

fn line(node: &MarkedYaml<'_>) -> usize {
    node.span.start.line()
}

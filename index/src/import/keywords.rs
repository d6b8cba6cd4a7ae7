//! Names of code in a text: proposed by their shape, checked against those that the guide knows.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::Language;
use crate::topic::KeywordName;

/// The most words that one name has: `START TRANSACTION WITH CONSISTENT SNAPSHOT`.
const WORDS_MAX: usize = 6;

/// How many words of one paragraph are looked at.
const SCANNED_MAX: usize = 20_000;

/// Words that are capitals in an English text as well.
const ENGLISH: [&str; 24] = [
    "ALL", "AND", "ANY", "AS", "AT", "BY", "DO", "EACH", "FOR", "FROM", "IF", "IN", "IS", "IT",
    "NO", "NOT", "OF", "ON", "ONLY", "OR", "THE", "TO", "WITH", "ADD",
];

/// The names that a guide knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    names: HashSet<KeywordName>,
    /// The first words of names that have several.
    first_words: HashSet<String>,
    /// `http.Client` → `net/http.Client`.
    go_short: HashMap<String, Vec<String>>,
    /// `Client` → `net/http.Client`, for what packages export themselves.
    go_members: HashMap<String, Vec<String>>,
    /// The names of packages without their paths.
    go_packages: HashSet<String>,
}

impl Known {
    /// Prepares the names of a guide, as [`crate::Guide::vocabulary`] gives them.
    pub fn new(names: impl IntoIterator<Item = KeywordName>) -> Known {
        let mut known = Known::default();
        for name in names {
            if known.names.contains(&name) {
                continue;
            }
            if let Some((first, _)) = name.name.split_once(' ') {
                known.first_words.insert(first.to_owned());
            }
            if name.language == Language::Go {
                let short = short(&name.name);
                if short.split_once('.').is_none() {
                    known.go_packages.insert(short.clone());
                }
                if let Some((package, member)) = short.split_once('.') {
                    known.go_packages.insert(package.to_owned());
                    if !member.contains('.') {
                        let members = known.go_members.entry(member.to_owned()).or_default();
                        members.push(name.name.clone());
                    }
                }
                known
                    .go_short
                    .entry(short)
                    .or_default()
                    .push(name.name.clone());
            }
            known.names.insert(name);
        }
        known
    }

    pub(super) fn has(&self, name: &KeywordName) -> bool {
        self.names.contains(name)
    }

    fn has_name(&self, language: Language, name: &str) -> bool {
        let name = name.to_owned();
        self.has(&KeywordName { language, name })
    }
}

/// A Go name with the last element of its import path only: what stands in code.
fn short(name: &str) -> String {
    let Some((path, rest)) = name.rsplit_once('/') else {
        return name.to_owned();
    };
    let is_version = rest.len() > 1
        && rest.starts_with('v')
        && rest[1..].starts_with(|letter: char| letter.is_ascii_digit());
    if !is_version {
        return rest.to_owned();
    }
    // `math/rand/v2.N` is `rand.N` in code.
    let member = rest.split_once('.').map_or("", |(_, member)| member);
    let package = path.rsplit('/').next().unwrap_or(path);
    let package = package.trim_start_matches("go-");
    if member.is_empty() {
        package.to_owned()
    } else {
        format!("{package}.{member}")
    }
}

/// Whether everybody can import it, without a host in its path.
fn is_standard(name: &str) -> bool {
    name.split_once('/')
        .is_none_or(|(first, _)| !first.contains('.') && first != "internal")
}

/// What a text is about, by its words: which language its capitals are of.
#[derive(Clone, Debug, Default)]
pub(super) struct Context([usize; Language::ALL.len()]);

impl Context {
    /// Adds the words of a text.
    pub(super) fn add(&mut self, text: &str, weight: usize) {
        for word in text.split(|letter: char| !letter.is_alphanumeric()) {
            if let Some(language) = language_of(&word.to_lowercase()) {
                self.0[place(language)] += weight;
            }
        }
    }

    fn score(&self, language: Language) -> usize {
        self.0[place(language)]
    }

    fn is_unknown(&self) -> bool {
        self.0.iter().all(|score| *score == 0)
    }

    fn best(&self) -> Option<Language> {
        let best = Language::ALL
            .into_iter()
            .max_by_key(|language| self.score(*language));
        best.filter(|language| self.score(*language) > 0)
    }
}

fn place(language: Language) -> usize {
    Language::ALL
        .iter()
        .position(|known| *known == language)
        .unwrap_or(0)
}

fn language_of(word: &str) -> Option<Language> {
    Some(match word {
        "go" | "golang" | "goroutine" | "goroutines" | "channel" | "channels" | "slice"
        | "slices" | "gomaxprocs" | "gopher" | "mutex" | "interface" | "interfaces" => Language::Go,
        "docker" | "dockerfile" | "dockerfiles" | "image" | "images" | "container"
        | "containers" | "buildkit" | "layer" | "layers" => Language::Dockerfile,
        "compose" => Language::Compose,
        "sql" | "mysql" | "innodb" | "database" | "databases" | "query" | "queries" | "table"
        | "tables" | "index" | "indexes" | "transaction" | "join" | "joins" | "row" | "rows"
        | "column" | "columns" => Language::Sql,
        "redis" | "sentinel" | "aof" | "rdb" | "eviction" | "keyspace" => Language::Redis,
        _ => return None,
    })
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Prose,
    /// Between backticks, or a title: what stands here is meant as a name.
    Code,
    /// Lines of an example: names of variables look like those of packages.
    Example,
}

/// The names in a title: as a whole, and within it.
pub(super) fn in_title(title: &str, context: &Context, known: &Known) -> Vec<KeywordName> {
    let mut found = Vec::new();
    scan(title, Style::Code, context, known, &mut found);
    if !title.contains(char::is_whitespace)
        && let Some(language) = context.best()
    {
        let lower = title.to_lowercase();
        let names = match language {
            Language::Go => vec![lower.clone(), format!("builtin.{lower}")],
            Language::Sql | Language::Dockerfile => vec![title.to_uppercase()],
            Language::Redis | Language::Compose => vec![lower],
        };
        found.extend(
            names
                .into_iter()
                .filter(|name| known.has_name(language, name))
                .map(|name| KeywordName { language, name }),
        );
        // `Mutex` where only one package has one.
        let is_exported = title.starts_with(|letter: char| letter.is_ascii_uppercase());
        if language == Language::Go && is_exported && found.is_empty() {
            // Those of the standard library are meant before all others.
            let mut names = known.go_members.get(title).into_iter().flatten();
            let mut own = names.clone().filter(|name| is_standard(name));
            let single = match (own.next(), own.next()) {
                (Some(name), None) => Some(name),
                (None, _) => names.next().filter(|_| names.next().is_none()),
                _ => None,
            };
            if let Some(name) = single {
                found.push(KeywordName {
                    language,
                    name: name.clone(),
                });
            }
        }
    }
    found
}

/// The names in a topic's Markdown.
pub(super) fn in_text(markdown: &str, context: &Context, known: &Known) -> Vec<KeywordName> {
    let mut found = Vec::new();
    let mut is_example = false;
    for event in pulldown_cmark::TextMergeStream::new(Parser::new(markdown)) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_example = true,
            Event::End(TagEnd::CodeBlock) => is_example = false,
            Event::Text(text) => {
                let style = if is_example {
                    Style::Example
                } else {
                    Style::Prose
                };
                scan(&text, style, context, known, &mut found);
            }
            Event::Code(code) => scan(&code, Style::Code, context, known, &mut found),
            _ => {}
        }
    }
    found
}

/// A name that the file gives itself: known, or of the shape of a qualified name.
pub(super) fn given(name: &str, context: &Context, known: &Known) -> Vec<KeywordName> {
    let qualified = KeywordName::from_qualified(name);
    if known.has(&qualified) {
        return vec![qualified];
    }
    let mut found = Vec::new();
    scan(name, Style::Code, context, known, &mut found);
    if found.is_empty() && qualified.language != Language::Go {
        let inner = qualified.name.trim();
        if !inner.is_empty() {
            found.push(qualified);
        }
    }
    found
}

fn scan(text: &str, style: Style, context: &Context, known: &Known, found: &mut Vec<KeywordName>) {
    let words: Vec<&str> = text.split_whitespace().take(SCANNED_MAX).collect();
    let mut at = 0;
    while at < words.len() {
        at += phrase(&words[at..], style, context, known, found).max(1);
    }
}

/// Finds the longest name at the beginning of some words; how many words it has, 0 for none.
fn phrase(
    words: &[&str],
    style: Style,
    context: &Context,
    known: &Known,
    found: &mut Vec<KeywordName>,
) -> usize {
    let first = words[0].trim_start_matches(OPENING);
    let most = if known.first_words.contains(first) || known.first_words.contains(trimmed(first)) {
        words.len().min(WORDS_MAX)
    } else {
        1
    };
    for length in (1..=most).rev() {
        // A sentence's end between two words parts them.
        let mut inner = words[..length - 1].iter();
        if style == Style::Prose && inner.any(|word| word.ends_with([',', ';', '.', ':', ')'])) {
            continue;
        }
        let mut name: Vec<&str> = words[..length].to_vec();
        name[0] = name[0].trim_start_matches(OPENING);
        name[length - 1] = trimmed(name[length - 1]);
        let name = name.join(" ");
        let before = found.len();
        find(&name, length, style, context, known, found);
        if found.len() > before {
            return length;
        }
    }
    0
}

const OPENING: [char; 7] = ['(', '"', '\'', '[', '{', '*', '`'];

/// A word without the marks of its sentence; `()` and what belongs to a name stays.
fn trimmed(word: &str) -> &str {
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '"', '\'', '`', ']', '}', '…']);
    let word = word.strip_suffix("'s").unwrap_or(word);
    if word.ends_with(')') && word.matches(')').count() > word.matches('(').count() {
        return trimmed(&word[..word.len() - 1]);
    }
    word
}

fn find(
    name: &str,
    words: usize,
    style: Style,
    context: &Context,
    known: &Known,
    found: &mut Vec<KeywordName>,
) {
    if name.is_empty() || name.len() > 200 {
        return;
    }
    let is_word = words == 1
        && style == Style::Prose
        && !name.contains(|letter: char| letter.is_uppercase() || "-_.@/".contains(letter));
    if is_word {
        return;
    }
    if words == 1 && go_name(name, style, known, found) {
        return;
    }
    let mut fits: Vec<KeywordName> = Vec::new();
    for language in Language::ALL {
        for form in forms(name, language) {
            if known.has_name(language, &form) && is_meant(&form, words, language, style, context) {
                fits.push(KeywordName {
                    language,
                    name: form,
                });
                break;
            }
        }
    }
    // One word of several languages: that of the context.
    if fits.len() > 1 && !context.is_unknown() {
        let best = fits
            .iter()
            .map(|name| context.score(name.language))
            .max()
            .unwrap_or(0);
        fits.retain(|name| context.score(name.language) == best);
    }
    found.extend(fits);
}

/// How a name that stands in a text is written in the guide.
fn forms(name: &str, language: Language) -> Vec<String> {
    let mut forms = vec![name.to_owned()];
    match language {
        Language::Go => {
            let bare = name.split(['(', '{', '[']).next().unwrap_or(name);
            forms.extend([bare.to_owned(), format!("builtin.{bare}")]);
        }
        Language::Sql => {
            let bare = name.split('(').next().unwrap_or(name);
            forms.extend([bare.to_owned(), format!("{bare}()")]);
            if name.starts_with('@') {
                forms.push(name.to_lowercase());
            } else if name.contains('_')
                && name
                    .chars()
                    .all(|letter| letter.is_lowercase() || letter.is_ascii_digit() || letter == '_')
            {
                forms.push(format!("@@{name}"));
            }
        }
        Language::Dockerfile => {
            forms.extend(name.split_once('=').map(|(flag, _)| flag.to_owned()));
        }
        Language::Redis | Language::Compose => {
            forms.push(name.trim_end_matches(':').to_owned());
        }
    }
    forms
}

/// Whether a known name is more than a word of the sentence.
fn is_meant(name: &str, words: usize, language: Language, style: Style, context: &Context) -> bool {
    let is_here = context.score(language) > 0;
    // A flag after an instruction is written small.
    let instruction = name.split(" --").next().unwrap_or(name);
    let is_capital = instruction
        .chars()
        .any(|letter| letter.is_ascii_uppercase())
        && !instruction
            .chars()
            .any(|letter| letter.is_ascii_lowercase());
    let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
    // `maxmemory-policy`, `depends_on`, `@@sql_mode`: no words of English.
    let has_shape = name.starts_with("@@")
        || letters > 3 && (name.contains('_') || name.contains('-') && language == Language::Redis);
    if style == Style::Code {
        return is_here
            || context.is_unknown()
            || has_shape
            || (is_capital && letters > 2)
            || language == Language::Go && letters > 1;
    }
    if has_shape && name.contains(['_', '-', '@']) {
        return is_here || language != Language::Compose;
    }
    if letters < 2 || language == Language::Go {
        return false;
    }
    if !is_capital {
        return false;
    }
    if words > 1 {
        return is_here || context.is_unknown() || language == Language::Sql;
    }
    if ENGLISH.contains(&name) {
        return false;
    }
    is_here || (context.is_unknown() && letters > 3)
}

/// A qualified name of Go, such as `sync.Cond` or `net/http.Client`; whether there was one.
fn go_name(word: &str, style: Style, known: &Known, found: &mut Vec<KeywordName>) -> bool {
    let bare = word.trim_start_matches(['*', '&', '!', '<', '-', '[', ']']);
    let bare = bare
        .split(['(', '{', '[', ',', ';', '=', '<', ':'])
        .next()
        .unwrap_or(bare);
    let bare = bare.trim_end_matches(['.', '*', '\'']);
    let mut name = bare;
    // The longest that the guide knows: `sync.Cond.Wait`, then `sync.Cond`.
    while name.contains(['.', '/']) {
        let mut names: Vec<&str> = Vec::new();
        if known.has_name(Language::Go, name) {
            names.push(name);
        } else if let Some(qualified) = known.go_short.get(name) {
            names.extend(qualified.iter().map(String::as_str));
        }
        // `text/template.Template` and `html/template.Template`: both; a member of many: none.
        if !names.is_empty() && names.len() <= 3 && !name.starts_with("builtin.") {
            let is_path = !name.contains('.');
            if is_path && style == Style::Prose && !name.contains('/') {
                return false;
            }
            found.extend(names.into_iter().map(|name| KeywordName {
                language: Language::Go,
                name: name.to_owned(),
            }));
            return true;
        }
        match name.rsplit_once('.') {
            Some((shorter, _)) if !shorter.is_empty() => name = shorter,
            _ => break,
        }
    }
    if style == Style::Example || !has_go_shape(bare, known) {
        return false;
    }
    found.push(KeywordName {
        language: Language::Go,
        name: bare.to_owned(),
    });
    true
}

/// `package.Member` with a package that is one, not a variable such as `mu`: known, or with a longer
/// name.
fn has_go_shape(name: &str, known: &Known) -> bool {
    let (path, last) = name
        .rsplit_once('/')
        .map_or(("", name), |(path, last)| (path, last));
    let mut parts = last.split('.');
    let package = parts.next().unwrap_or_default();
    let members: Vec<&str> = parts.collect();
    let is_word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_package = package.len() > 1
        && package
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && package.starts_with(|letter: char| letter.is_ascii_lowercase())
        && (package.len() > 3 || known.go_packages.contains(package) || !path.is_empty());
    let is_member = (1..=2).contains(&members.len())
        && members.iter().all(|member| {
            is_word(member)
                && member.len() > 1
                && member.starts_with(|letter: char| letter.is_ascii_uppercase())
        });
    let is_path = path.split('/').all(|part| {
        path.is_empty()
            || part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte))
    });
    is_package && is_member && is_path && !path.starts_with("http")
}
